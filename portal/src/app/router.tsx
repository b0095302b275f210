import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const at = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/machines' });
  },
});

// Every page is a part of its own: a student's phone never loads the operator's.
const routes = root.addChildren([
  home,
  // The links of invitations lead here; the gate shows the sign-in page, and who is signed in already goes home.
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    beforeLoad: () => {
      throw redirect({ to: '/machines' });
    },
  }),
  at(
    '/machines',
    lazyRouteComponent(() => import('../pages/machines.tsx'), 'Machines'),
  ),
  at(
    '/machines/$id/screen',
    lazyRouteComponent(() => import('../pages/screen.tsx'), 'Screen'),
  ),
  at(
    '/machines/$id/terminal',
    lazyRouteComponent(() => import('../pages/terminal.tsx'), 'TerminalPage'),
  ),
  at(
    '/machines/$id/serial',
    lazyRouteComponent(() => import('../pages/terminal.tsx'), 'SerialPage'),
  ),
  at(
    '/reserve',
    lazyRouteComponent(() => import('../pages/reserve.tsx'), 'Reserve'),
  ),
  at(
    '/reserve/$image',
    lazyRouteComponent(() => import('../pages/reserve-image.tsx'), 'ReserveImage'),
  ),
  at(
    '/images',
    lazyRouteComponent(() => import('../pages/images.tsx'), 'Images'),
  ),
  at(
    '/images/$image',
    lazyRouteComponent(() => import('../pages/image.tsx'), 'ImagePage'),
  ),
  at(
    '/own',
    lazyRouteComponent(() => import('../pages/own.tsx'), 'Own'),
  ),
  at(
    '/operate',
    lazyRouteComponent(() => import('../pages/operate.tsx'), 'Operate'),
  ),
]);

export const router = createRouter({ routeTree: routes, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
