import type { Ref } from '../../../vsphere/types/value.ts';
import type { ObjectContent, PropertyFilterSpec, RetrieveResult } from '../../../vsphere/types/vim.gen.ts';
import { gone, invalidArgument, notSupported } from '../../model/fault.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { DEFAULT_UPDATES } from '../collector.ts';
import { ref } from '../props/context.ts';
import { readPaths } from '../properties.ts';
import { checkSpec, pathsFor, select } from '../select.ts';
import type { Rest } from '../state.ts';
import { isView, makeContainerView, makeListView, modifyListView, type ListView } from '../views.ts';

/** Objects in one reply of RetrievePropertiesEx unless the client asks for fewer. */
export const PAGE = 100;

function* contents(c: Call, specs: readonly PropertyFilterSpec[]): Generator<() => ObjectContent> {
  for (const spec of specs) {
    checkSpec(spec);
    const { found } = select(spec, c.reader, (r) => c.state.lookup(r));
    for (const entity of found.values()) {
      yield () => {
        const { values, missing } = readPaths(entity, pathsFor(spec, entity), c.reader);
        const missingSet = missing.map(({ path, fault, message }) => ({ path, fault: { fault, localizedMessage: message } }));
        return { obj: ref(entity), propSet: values, missingSet } as ObjectContent;
      };
    }
  }
}

function page(c: Call, { objects: all, max }: Rest): RetrieveResult {
  const objects = all.slice(0, max);
  const rest = all.slice(max);
  return rest.length === 0 ? { objects } : { token: c.state.addToken({ objects: rest, max }), objects };
}

function take(c: Call, token: string): Rest {
  const rest = c.state.tokens.get(token);
  if (rest === undefined) throw invalidArgument('token');
  c.state.tokens.delete(token);
  return rest;
}

function listView(c: Call): ListView {
  if (!isView(c.self) || c.self.type !== 'ListView') throw notSupported();
  return c.self;
}

const collectorOf = (c: Call) => c.state.collector(c.self.id);

export const propertyMethods: Handlers = {
  RetrieveProperties: (c, a) => Array.from(contents(c, a.specSet), (read) => read()),
  RetrievePropertiesEx: (c, a) => {
    const all = Array.from(contents(c, a.specSet), (read) => read());
    if (all.length === 0) return undefined;
    const max = a.options.maxObjects;
    if (max !== undefined && max < 1) throw invalidArgument('options.maxObjects');
    return page(c, { objects: all, max: Math.min(max ?? PAGE, 10_000) });
  },
  ContinueRetrievePropertiesEx: (c, a) => page(c, take(c, a.token)),
  CancelRetrievePropertiesEx: (c, a) => void take(c, a.token),
  CreateFilter: (c, a) => ({ type: 'PropertyFilter', value: collectorOf(c).createFilter(a.spec, a.partialUpdates).id }),
  CreatePropertyCollector: (c) => ({ type: 'PropertyCollector', value: c.state.collector(c.state.newId('collector')).id }),
  DestroyPropertyCollector: (c) => {
    const collector = c.state.collectors.get(c.self.id);
    if (collector === undefined) throw gone(c.self);
    collector.close();
    c.state.collectors.delete(c.self.id);
  },
  DestroyPropertyFilter: (c) => {
    for (const collector of c.state.collectors.values()) collector.destroyFilter(c.self.id);
  },
  WaitForUpdatesEx: (c, a) => {
    const seconds = a.options?.maxWaitSeconds;
    if (seconds !== undefined && seconds < 0) throw invalidArgument('options.maxWaitSeconds');
    const max = a.options?.maxObjectUpdates ?? DEFAULT_UPDATES;
    if (max < 1) throw invalidArgument('options.maxObjectUpdates');
    return collectorOf(c).wait(a.version ?? '', seconds === undefined ? undefined : seconds * 1000, max);
  },
  WaitForUpdates: async (c, a) => (await collectorOf(c).wait(a.version ?? '', undefined, 100_000)) as never,
  CheckForUpdates: (c, a) => collectorOf(c).wait(a.version ?? '', 0, 100_000),
  CancelWaitForUpdates: (c) => collectorOf(c).cancel(),
  CreateContainerView: (c, a) => {
    const view = makeContainerView(c.state.newId('view'), arg.any(c, a.container), a.type ?? [], a.recursive);
    c.state.views.set(view.id, view);
    return ref(view);
  },
  CreateListView: (c, a) => {
    const view = makeListView(c.state.newId('view'));
    c.state.views.set(view.id, view);
    modifyListView(c.m, view, a.obj ?? [], []);
    return ref(view);
  },
  ModifyListView: (c, a) => modifyListView(c.m, listView(c), a.add ?? [], a.remove ?? []),
  ResetListView: (c, a) => {
    const view = listView(c);
    return modifyListView(c.m, view, a.obj ?? [], [...view.list.values()].map(ref));
  },
  DestroyView: (c) => void c.state.views.delete(c.self.id),
};

export type { Ref };
