import { type Static, Type } from 'typebox';
import { Description, MemoryMiB, NameParam, Time, Uuid, Vcpus, WorkProgress } from './common.ts';
import { LabelChange, LabelQuery, Labels } from './labels.ts';
import { Lineage } from './lineage.ts';
import { Failure } from './problem.ts';
import { CpuLevel, DiskBus, GuestAccess, GuestProfile, HardwareProfile, NetworkCard, Protocol } from './profiles.ts';
import { described, named, oneOf, route, strict } from './route.ts';

export const RevisionState = oneOf(['preparing', 'draft', 'published', 'retired', 'failed']);

export const MasterFile = Type.Object({ path: Type.String(), bytes: Type.Integer(), sha256: Type.String() });

export const Revision = named(
  'Revision',
  Type.Object({
    id: Uuid,
    image: Type.String(),
    number: Type.Integer(),
    state: RevisionState,
    source: Type.Object({
      kind: oneOf(['recipe', 'file', 'capture']),
      recipe: Type.Optional(Type.String()),
      format: Type.Optional(Type.String({ description: 'What the uploader said the file is.' })),
      bytes: Type.Optional(Type.Integer({ description: 'Size of the uploaded file.' })),
      reservation: Type.Optional(Type.String({ description: 'The reservation whose machine was captured.' })),
      parent: Type.Optional(Type.String({ description: 'The revision that the captured machine was a clone of, as `name@number`.' })),
    }),
    profile: Type.Optional(Type.Object({ hardware: HardwareProfile, guest: GuestProfile })),
    facts: Type.Record(Type.String(), Type.String()),
    failure: Type.Optional(Failure),
    createdBy: Type.String(),
    createdAt: Time,
    publishedAt: Type.Optional(Time),
    progress: Type.Optional(WorkProgress),
    machines: Type.Integer({ description: 'Machines that stand on it now.' }),
    masters: Type.Array(
      Type.Object({
        provider: Type.String(),
        files: Type.Array(MasterFile),
        virtualBytes: Type.Integer(),
        sealedAt: Time,
      }),
    ),
  }),
);
export type Revision = Static<typeof Revision>;

export const Image = named(
  'Image',
  Type.Object({
    id: Uuid,
    name: Type.String(),
    description: Type.String(),
    labels: Type.Optional(described(Labels, 'As its owner and operators put them on it; absent: none.')),
    owner: Type.String(),
    createdAt: Time,
    published: Type.Optional(Type.Integer({ description: 'Number of the revision that is handed out; absent if none is.' })),
    latest: Type.Optional(Type.Integer({ description: 'Number of the newest revision.' })),
    revisions: Type.Integer({ description: 'How many there are.' }),
    machines: Type.Integer({ description: 'Machines that stand on any of them now.' }),
  }),
);
export type Image = Static<typeof Image>;

/** Answer of everything that makes a revision: it is `preparing` until its job is done. */
export const RevisionStarted = named('RevisionStarted', Type.Object({ image: Image, revision: Revision, job: Uuid }));
export type RevisionStarted = Static<typeof RevisionStarted>;

export const JobStarted = named('JobStarted', Type.Object({ job: Uuid }));
export type JobStarted = Static<typeof JobStarted>;

export const MasterCheck = named(
  'MasterCheck',
  Type.Object({
    revision: Type.Integer(),
    provider: Type.String(),
    ok: Type.Boolean(),
    files: Type.Array(
      Type.Object({
        path: Type.String(),
        expectedSha256: Type.String(),
        actualSha256: Type.Optional(Type.String()),
        problem: Type.Optional(Type.String()),
        compared: Type.Optional(
          Type.Union([Type.Literal('bytes'), Type.Literal('samples'), Type.Literal('descriptor')], {
            description:
              'How much of it was compared: every byte (also where this is left out), samples, or only what a hypervisor writes into the descriptor.',
          }),
        ),
        note: Type.Optional(Type.String({ description: 'Why no more than that.' })),
      }),
    ),
  }),
);
export type MasterCheck = Static<typeof MasterCheck>;

export const Verification = named(
  'Verification',
  Type.Object({ image: Type.String(), ok: Type.Boolean(), checks: Type.Array(MasterCheck) }),
);
export type Verification = Static<typeof Verification>;

/** Said by whoever answers for it, and kept in the audit log. */
export const UncleanReason = Type.String({
  minLength: 3,
  maxLength: 500,
  description: 'Why it is handed out although it may hold what belongs to a person.',
});

const guestHints = {
  os: Type.Optional(Type.String({ maxLength: 100 })),
  user: Type.Optional(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,31}$', description: 'The account that people log in to.' })),
  sshPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  agent: Type.Optional(oneOf(['carrel', 'qga', 'none'])),
  protocol: Type.Optional(Protocol),
  bootTimeoutS: Type.Optional(Type.Integer({ minimum: 1, maximum: 7200 })),
  memoryMiB: Type.Optional(MemoryMiB),
  vcpus: Type.Optional(Vcpus),
};

/** In place of a new revision. */
const MasterOf = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description:
      'Make no new revision: it is one more master of this one, on a provider that has none of it. That it holds the same is your word.',
  }),
);

/** A machine or template that is at a provider already, as the next revision of an image. */
export const VmImport = strict({
  provider: Type.String({ minLength: 1, maxLength: 63 }),
  vm: Type.String({ minLength: 1, maxLength: 400, description: 'Its path in the inventory, or its name where that is its only one.' }),
  how: oneOf(['copy', 'adopt'], '`copy` leaves it alone; `adopt` takes it as it lies, as the golden machine.'),
  publish: Type.Optional(Type.Boolean({ description: 'Hand it out as soon as it is there, unseen; false if left out: it is a draft.' })),
  description: Type.Optional(Description),
  access: Type.Optional(GuestAccess),
  masterOf: MasterOf,
  ...guestHints,
});
export type VmImport = Static<typeof VmImport>;

const Name = strict({ name: NameParam });
export const NameNumber = strict({ name: NameParam, number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

/** What an uploader may say about the guest inside a file; the rest is found out or assumed. */
export const UploadQuery = strict({
  format: Type.Optional(
    oneOf(
      ['qcow2', 'raw', 'vmdk', 'vhd', 'vhdx', 'vdi'],
      'What the file is said to be. Its content decides; a claim that differs is refused.',
    ),
  ),
  publish: Type.Optional(Type.Boolean({ description: 'Hand it out as soon as it is there, unseen; false if left out: it is a draft.' })),
  description: Type.Optional(Description),
  provider: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 63,
      description:
        "Where its master is made; the server's own host, or else the only provider, if left out. To a vCenter or ESXi host the disk is sent.",
    }),
  ),
  masterOf: MasterOf,
  ...guestHints,
  firmware: Type.Optional(oneOf(['bios', 'efi'])),
  secureBoot: Type.Optional(
    Type.Boolean({
      description:
        'On QEMU: EFI firmware that runs only what is signed, with the keys of Microsoft; as the description of an OVA says, else false, if left out.',
    }),
  ),
  tpm: Type.Optional(
    Type.Boolean({
      description:
        'On QEMU: a TPM 2.0 of its own for each machine, empty at first; as the description of an OVA says, else false, if left out.',
    }),
  ),
  cpu: Type.Optional(CpuLevel),
  diskBus: Type.Optional(DiskBus),
  nic: Type.Optional(NetworkCard),
  access: Type.Optional(GuestAccess),
});
export type UploadQuery = Static<typeof UploadQuery>;

export const imageRoutes = {
  listImages: route('listImages', {
    summary: 'Images',
    tag: 'images',
    scope: 'user',
    query: strict({ label: Type.Optional(LabelQuery) }),
    response: named('ImageList', Type.Object({ items: Type.Array(Image) })),
  }),
  showImage: route('showImage', {
    summary: 'One image',
    tag: 'images',
    scope: 'user',
    params: Name,
    response: Image,
    errors: ['not-found'],
  }),
  changeImage: route('changeImage', {
    summary: 'Give an image another name, description or labels; what is reserved or being made of it stays as it is',
    description:
      "For the image's owner and operators. Its revisions are `NEW@N` from then on. The old name is free again; who asks for it is told the new one until another image takes it.",
    tag: 'images',
    scope: 'user',
    params: Name,
    body: strict({ name: Type.Optional(NameParam), description: Type.Optional(Description), labels: Type.Optional(LabelChange) }),
    response: Image,
    errors: ['not-found', 'not-allowed', 'conflict'],
  }),
  buildImage: route('buildImage', {
    summary: "Make an image's next revision by a recipe; the image itself too if it is not there",
    tag: 'images',
    scope: 'admin',
    params: Name,
    body: strict({
      recipe: Type.String({ minLength: 1, maxLength: 63 }),
      description: Type.Optional(Description),
      publish: Type.Optional(Type.Boolean({ description: 'Hand it out as soon as it is ready; true if left out.' })),
      provider: Type.Optional(Type.String({ maxLength: 63, description: 'Where; the host of the server that is asked, unless given.' })),
    }),
    response: RevisionStarted,
    status: 202,
    errors: ['busy', 'not-supported', 'missing-tool', 'no-space', 'unavailable'],
  }),
  importVm: route('importVm', {
    summary: "Make an image's next revision of a machine or template that a provider has",
    tag: 'images',
    scope: 'admin',
    params: Name,
    body: VmImport,
    response: RevisionStarted,
    status: 202,
    errors: ['not-found', 'wrong-state', 'already-exists', 'busy', 'not-supported', 'unavailable'],
  }),
  uploadImage: route('uploadImage', {
    summary: "Make an image's next revision of a disk file, which is the body (`application/octet-stream`)",
    description:
      'Needs Content-Length. The content tells the format; what is packed with gzip, xz or zstd is unpacked, and of an OVA the first disk is taken, with the hardware that it describes where nothing else is said. A file that is no disk, or that stands on another file, is refused while it is sent.',
    tag: 'images',
    scope: 'admin',
    kind: 'upload',
    params: Name,
    query: UploadQuery,
    response: RevisionStarted,
    status: 202,
    errors: [
      'not-found',
      'wrong-state',
      'already-exists',
      'bad-image',
      'too-large',
      'length-required',
      'unsupported-media-type',
      'no-space',
      'missing-tool',
      'busy',
      'not-supported',
      'unavailable',
    ],
  }),
  listRevisions: route('listRevisions', {
    summary: "An image's revisions, newest first",
    tag: 'images',
    scope: 'user',
    params: Name,
    response: named('RevisionList', Type.Object({ items: Type.Array(Revision) })),
    errors: ['not-found'],
  }),
  showRevision: route('showRevision', {
    summary: 'One revision',
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    response: Revision,
    errors: ['not-found'],
  }),
  publishRevision: route('publishRevision', {
    summary: 'Hand this revision out from now on; running reservations stay as they are',
    description: "For the image's owner and operators.",
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    body: strict({ publishUnclean: Type.Optional(UncleanReason) }),
    response: Revision,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'unclean', 'missing-tool', 'not-supported'],
  }),
  proveRevision: route('proveRevision', {
    summary: 'Lend a revision once to see whether it can be, and hand it out then if that is wanted',
    description:
      "For the image's owner and operators. A reservation in your name, which ends by itself: the machine is made, started and handed over as for anybody. Then the revision's facts say `proved`, or `notProved` with the reason.",
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    body: strict({
      publish: Type.Optional(Type.Boolean({ description: 'Hand it out if it can be lent; false if left out.' })),
      publishUnclean: Type.Optional(UncleanReason),
    }),
    response: named('ProofStarted', Type.Object({ reservation: Uuid })),
    status: 202,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'unclean', 'no-capacity', 'limit-reached', 'not-supported', 'unavailable'],
  }),
  replicateImage: route('replicateImage', {
    summary: 'Copy the golden disks to a further datastore of a provider that has them, ahead of the clones that will need them there',
    description:
      "For the image's owner and operators. A copy that is there already is the answer of the job. How it went, and that there is no room, is said by the job.",
    tag: 'images',
    scope: 'user',
    params: Name,
    body: strict({
      revision: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The one that is handed out, if left out.' }),
      ),
      provider: NameParam,
      datastore: Type.Optional(
        Type.String({ minLength: 1, maxLength: 80, description: 'The one with most room that has none of it, if left out.' }),
      ),
    }),
    response: JobStarted,
    status: 202,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'not-supported', 'busy', 'unavailable'],
  }),
  retireRevision: route('retireRevision', {
    summary: 'Hand this revision out no more',
    description: "For the image's owner and operators.",
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    response: Revision,
    errors: ['not-found', 'not-allowed', 'wrong-state'],
  }),
  unretireRevision: route('unretireRevision', {
    summary: 'Take a retirement back: it is a draft again, and may be published',
    description:
      "For the image's owner and operators. `master-changed` for one that was taken out of service since its golden disks are not what was sealed; `wrong-state` where they are gone or never were.",
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    response: Revision,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'master-changed', 'busy'],
  }),
  deleteRevision: route('deleteRevision', {
    summary: 'Remove a revision and its masters, if nothing stands on them',
    description: "For the image's owner and operators. `has-children` lists in `details.children` what stands on it.",
    tag: 'images',
    scope: 'user',
    params: NameNumber,
    response: JobStarted,
    status: 202,
    errors: ['not-found', 'not-allowed', 'has-children', 'wrong-state', 'busy'],
  }),
  verifyImage: route('verifyImage', {
    summary: "Hash an image's golden files and compare with what was recorded when they were sealed",
    description: "For the image's owner and operators.",
    tag: 'images',
    scope: 'user',
    params: Name,
    body: strict({
      revision: Type.Optional(Type.Integer({ minimum: 1, description: 'Only this one; all if left out.' })),
      provider: Type.Optional(Type.String({ minLength: 1, maxLength: 63, description: 'Only what lies there; everything if left out.' })),
      full: Type.Optional(
        Type.Boolean({
          description: 'On vSphere: every byte that the seal has a hash of, not only samples. Takes as long as reading does.',
        }),
      ),
    }),
    response: Verification,
    errors: ['not-found', 'not-allowed', 'unavailable'],
  }),
  imageLineage: route('imageLineage', {
    summary: "The disks of an image's revisions and of all that stands on them",
    tag: 'images',
    scope: 'user',
    params: Name,
    response: Lineage,
    errors: ['not-found', 'not-allowed', 'unavailable'],
  }),
  lineage: route('lineage', {
    summary: 'Every disk on every provider, and which stands on which',
    tag: 'images',
    scope: 'admin',
    response: Lineage,
    errors: ['unavailable'],
  }),
};
