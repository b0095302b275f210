import { storagePod } from '../../model/build.ts';
import { type DatastoreObject, type Folder, isDatastore, isPod } from '../../model/entities.ts';
import { invalidArgument, notSupported, VimFault } from '../../model/fault.ts';
import { assertFree, checkName, unescapeName } from '../../model/naming.ts';
import { arg, type Call, type Handlers, self } from '../calls.ts';
import { ref } from '../props/context.ts';

const KINDS = /^(create|reconfigure|relocate|clone)$/;

/** Those that can take a machine, the emptiest first; equal ones by name, so that the answer is the same each time. */
function candidates(pod: Folder): DatastoreObject[] {
  return [...pod.children.values()]
    .filter(isDatastore)
    .filter(({ store }) => store.accessible)
    .sort((a, b) => b.store.free / b.store.capacity - a.store.free / a.store.capacity || (a.name < b.name ? -1 : 1));
}

function podOf(c: Call, asked: { value: string } | undefined): Folder {
  const pod = c.m.objects.get(asked?.value ?? '');
  if (!isPod(pod)) throw invalidArgument('storageSpec.podSelectionSpec.storagePod');
  return pod;
}

const used = ({ store }: DatastoreObject): number => (100 * (store.capacity - store.free)) / store.capacity;

export const podMethods: Handlers = {
  CreateStoragePod: (c, a) => {
    const folder = self.folder(c);
    const name = unescapeName(a.name);
    checkName(name);
    if (!folder.childType.includes('StoragePod')) throw notSupported();
    assertFree(folder, name);
    return ref(storagePod(c.m, folder, name));
  },
  RecommendDatastores: (c, { storageSpec: spec }) => {
    if (!c.m.isVc) throw notSupported();
    if (!KINDS.test(spec.type)) throw invalidArgument('storageSpec.type');
    const vm = spec.vm === undefined ? undefined : arg.vm(c, spec.vm);
    if (spec.type === 'create' ? spec.configSpec === undefined : vm === undefined)
      throw invalidArgument(spec.type === 'create' ? 'storageSpec.configSpec' : 'storageSpec.vm');
    if (spec.type === 'clone') {
      if (spec.cloneSpec === undefined) throw invalidArgument('storageSpec.cloneSpec');
      if (spec.cloneName === undefined || spec.cloneName === '') throw invalidArgument('storageSpec.cloneName');
      arg.mustFolder(c, spec.folder);
    }
    const pod = podOf(c, spec.podSelectionSpec.storagePod);
    const found = candidates(pod);
    if (found.length === 0)
      throw new VimFault('InvalidDatastore', `No datastore of '${pod.name}' can take the virtual machine.`, { name: pod.name });
    return {
      recommendations: found.map((ds, i) => ({
        key: String(i + 1),
        type: 'V1',
        time: new Date(c.m.now()),
        rating: Math.max(1, 5 - i),
        reason: 'storagePlacement',
        reasonText: 'Satisfy storage initial placement requests',
        target: ref(pod),
        action: [
          {
            _type: 'StoragePlacementAction',
            type: 'StoragePlacementV1',
            target: ref(pod),
            ...(vm === undefined ? {} : { vm: ref(vm) }),
            relocateSpec: { datastore: ref(ds) },
            destination: ref(ds),
            spaceUtilBefore: used(ds),
            spaceUtilAfter: used(ds),
          },
        ],
      })),
    } as never;
  },
};
