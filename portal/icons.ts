/** `icon:NAME` is an icon of the set, as a component. Only those that are used are bundled; a name that is not there breaks the build. */
import tabler from '@iconify-json/tabler/icons.json' with { type: 'json' };
import type { Plugin } from 'vite';

const PREFIX = 'icon:';
const DRAWN: Readonly<Record<string, { body: string } | undefined>> = tabler.icons;

export const icons = (): Plugin => ({
  name: 'icons',
  resolveId: { filter: { id: /^icon:/ }, handler: (id) => `\0${id}` },
  load: {
    filter: { id: /^\0icon:/ },
    handler(id) {
      const name = id.slice(1 + PREFIX.length);
      const body = DRAWN[name]?.body ?? this.error(`the icon set has no ${name}`);
      return `import { iconOf } from '/src/parts/icon.tsx';\nexport default iconOf(${JSON.stringify(body)});`;
    },
  },
});
