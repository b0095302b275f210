import { type Static, Type } from 'typebox';
import { Time } from './common.ts';
import { named, oneOf } from './route.ts';

export const Disk = named(
  'Disk',
  Type.Object({
    path: Type.String(),
    format: Type.String(),
    parent: Type.Optional(Type.String({ description: 'Path of the disk this one stands on.' })),
    bytes: Type.Integer({ description: 'Bytes used on storage.' }),
    virtualBytes: Type.Integer({ description: 'Size the guest sees.' }),
    identity: Type.String({ description: 'Changes when the content may have changed.' }),
  }),
);
export type Disk = Static<typeof Disk>;

export const Chain = named(
  'Chain',
  Type.Object({
    provider: Type.String(),
    owner: oneOf(['machine', 'master', 'frozen', 'foreign']),
    id: Type.String({ description: 'Id of the machine or revision.' }),
    name: Type.Optional(Type.String({ description: 'What people call the owner: `starter@2`, a host name.' })),
    disks: Type.Array(Disk, { description: 'The leaf first.' }),
  }),
);
export type Chain = Static<typeof Chain>;

/** Which disk stands on which, as the hypervisors' storage says now. */
export const Lineage = named(
  'Lineage',
  Type.Object({
    complete: Type.Boolean({ description: 'False if a part could not be read.' }),
    notRead: Type.Optional(
      Type.Array(Type.Object({ provider: Type.String(), reason: Type.String() }), {
        description: 'Providers of which nothing could be read: what stands there is not known. Absent: none.',
      }),
    ),
    chains: Type.Array(Chain),
    unused: Type.Array(Type.Object({ ...Disk.properties, provider: Type.Optional(Type.String()) }), {
      description: 'Disks that no chain uses.',
    }),
  }),
);
export type Lineage = Static<typeof Lineage>;

const ParentFact = Type.Object({
  path: Type.String(),
  existsBefore: Type.Boolean(),
  existsAfter: Type.Boolean(),
  bytesBefore: Type.Integer(),
  bytesAfter: Type.Integer(),
  identityBefore: Type.String(),
  identityAfter: Type.String(),
});

export const DeletionProof = named(
  'DeletionProof',
  Type.Object({
    machineId: Type.String(),
    startedAt: Time,
    finishedAt: Time,
    chainsBefore: Type.Array(Type.Array(Disk)),
    removed: Type.Array(Type.Object({ path: Type.String(), bytes: Type.Integer() })),
    parents: Type.Array(ParentFact, { description: 'What the machine stood on, before and after.' }),
    writtenOff: Type.Optional(Type.String({ description: 'Nobody saw it go: its provider was written off. Which, and why.' })),
  }),
);
export type DeletionProof = Static<typeof DeletionProof>;
