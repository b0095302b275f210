import { type Static, Type } from 'typebox';
import { CloneMode, IdParams, PageQuery, Time, Uuid, WorkProgress } from './common.ts';
import { Chain, DeletionProof } from './lineage.ts';
import { Failure } from './problem.ts';
import { named, oneOf, route, strict } from './route.ts';

export const MachineState = oneOf(['planned', 'building', 'running', 'stopped', 'destroying', 'gone', 'lost']);

export const GuestAddress = named(
  'GuestAddress',
  Type.Object({
    host: Type.String(),
    sshPort: Type.Integer(),
    rdpPort: Type.Optional(Type.Integer({ description: 'Only where people come in by Remote Desktop; nothing is said of SSH then.' })),
  }),
);

export const MachineQuestion = named(
  'MachineQuestion',
  Type.Object(
    {
      id: Type.String(),
      text: Type.String(),
      choices: Type.Array(Type.Object({ key: Type.String(), label: Type.String() })),
      preset: Type.Optional(Type.String({ description: 'The key of the answer that the hypervisor suggests.' })),
    },
    { description: "What its hypervisor asks of an operator, in the hypervisor's own words; absent while that is not known." },
  ),
);
export type MachineQuestion = Static<typeof MachineQuestion>;

export const MachineCondition = named(
  'MachineCondition',
  Type.Object(
    {
      kind: oneOf(
        ['out-of-space', 'suspended', 'frozen', 'question', 'unreachable', 'hung', 'no-tpm', 'crashed'],
        '`out-of-space`: its storage is full, it goes on by itself. `frozen`: its file systems are held still. `question`: its hypervisor asks an operator. `unreachable`: it cannot be controlled. `hung`: its guest does not answer. `no-tpm`: it works, without its TPM.',
      ),
      since: Time,
      text: Type.String({ description: 'One sentence.' }),
      wayOut: Type.String({ description: 'What can be done.' }),
      question: Type.Optional(MachineQuestion),
    },
    { description: 'What keeps a machine that is there from doing its work; absent where nothing does.' },
  ),
);

/** Where a machine is, for every answer that shows one. */
export const machinePlace = {
  host: Type.Optional(
    Type.String({ description: 'The host that runs it, by its name at the provider; it follows vMotion. Absent while that is not known.' }),
  ),
  datastores: Type.Optional(Type.Array(Type.String(), { description: 'Where its own files lie, its home first.' })),
};

export const Machine = named(
  'Machine',
  Type.Object({
    id: Uuid,
    reservation: Type.Optional(
      Type.String({ format: 'uuid', description: 'Whose machine it is, or was last; absent where it was nobody’s yet.' }),
    ),
    owner: Type.Optional(Type.String({ description: 'Whose that reservation is.' })),
    nobodys: Type.Optional(Type.Boolean({ description: 'It is there and no reservation has it now; absent where one has.' })),
    provider: Type.String(),
    image: Type.String(),
    revision: Type.Integer(),
    hostname: Type.Optional(Type.String({ description: 'As of its reservation.' })),
    mode: CloneMode,
    state: MachineState,
    condition: Type.Optional(MachineCondition),
    vcpus: Type.Integer(),
    memoryMiB: Type.Integer(),
    address: Type.Optional(GuestAddress),
    ...machinePlace,
    createdAt: Time,
    goneAt: Type.Optional(Time),
  }),
);
export type Machine = Static<typeof Machine>;

export const MachineDetail = named(
  'MachineDetail',
  Type.Object({
    ...Machine.properties,
    chains: Type.Array(Chain, { description: 'Its disks as they are now; empty once it is gone or cannot be read.' }),
    proof: Type.Optional(DeletionProof),
  }),
);
export type MachineDetail = Static<typeof MachineDetail>;

export const machineRoutes = {
  listMachines: route('listMachines', {
    summary: 'Machines: mine, or all of them for operators',
    tag: 'machines',
    scope: 'user',
    query: strict({
      ...PageQuery,
      all: Type.Optional(Type.Boolean()),
      gone: Type.Optional(Type.Boolean({ description: 'Those that are gone too.' })),
      nobodys: Type.Optional(Type.Boolean({ description: 'Only those that are there and nobody’s, with `all`.' })),
    }),
    response: named('MachinePage', Type.Object({ items: Type.Array(Machine), next: Type.Optional(Type.String()) })),
    errors: ['not-allowed'],
  }),
  showMachine: route('showMachine', {
    summary: 'One machine with its disks and, once it is gone, the proof of its removal',
    tag: 'machines',
    scope: 'user',
    params: IdParams,
    response: MachineDetail,
    errors: ['not-found'],
  }),
  endMachine: route('endMachine', {
    summary: "Take a machine away that is nobody's. Asking again does no harm",
    description: 'For operators. `wrong-state`: a reservation has it, and ends with it.',
    tag: 'machines',
    scope: 'admin',
    params: IdParams,
    response: MachineDetail,
    errors: ['not-found', 'wrong-state', 'busy'],
  }),
  answerMachine: route('answerMachine', {
    summary: "Answer what a machine's hypervisor asks before it lets it go on",
    description: 'For operators. `wrong-state`: it is not asked that, or not any more, or that is no answer to it.',
    tag: 'machines',
    scope: 'admin',
    params: IdParams,
    body: strict({
      question: Type.String({ minLength: 1, maxLength: 200, description: "The question's id." }),
      choice: Type.String({ minLength: 1, maxLength: 200, description: 'The key of one of its choices.' }),
    }),
    response: MachineDetail,
    errors: ['not-found', 'wrong-state', 'not-supported', 'unavailable'],
  }),
};

export const JobStep = named(
  'JobStep',
  Type.Object({
    seq: Type.Integer(),
    name: Type.String(),
    state: oneOf(['started', 'done', 'undone']),
    startedAt: Time,
    finishedAt: Type.Optional(Time),
  }),
);

/** What a job works on, as far as it is still known. */
export const JobAbout = named(
  'JobAbout',
  Type.Object({
    reservation: Type.Optional(Uuid),
    machine: Type.Optional(Uuid),
    hostname: Type.Optional(Type.String({ description: "The machine's; one that was nobody's yet has none." })),
    image: Type.Optional(Type.String({ description: 'What the machine is made from, or what is made.' })),
    revision: Type.Optional(Type.Integer()),
  }),
);
export type JobAbout = Static<typeof JobAbout>;

export const Job = named(
  'Job',
  Type.Object({
    id: Uuid,
    saga: Type.String(),
    key: Type.String(),
    lane: Type.String(),
    state: oneOf(['ready', 'running', 'done', 'undone', 'stuck']),
    direction: oneOf(['do', 'undo']),
    attempt: Type.Integer(),
    account: Type.Optional(Type.String({ description: 'Whose request it carries out.' })),
    about: JobAbout,
    cancelAsked: Type.Boolean(),
    error: Type.Optional(Failure),
    progress: Type.Optional(WorkProgress),
    runAt: Time,
    createdAt: Time,
    finishedAt: Type.Optional(Time),
  }),
);
export type Job = Static<typeof Job>;

export const JobDetail = named('JobDetail', Type.Object({ ...Job.properties, steps: Type.Array(JobStep) }));
export type JobDetail = Static<typeof JobDetail>;

export const jobRoutes = {
  listJobs: route('listJobs', {
    summary: 'Durable work, newest first',
    tag: 'jobs',
    scope: 'admin',
    query: strict({ ...PageQuery, state: Type.Optional(oneOf(['ready', 'running', 'done', 'undone', 'stuck'])) }),
    response: named('JobPage', Type.Object({ items: Type.Array(Job), next: Type.Optional(Type.String()) })),
  }),
  showJob: route('showJob', {
    summary: 'One job with its steps: mine, or any for operators',
    tag: 'jobs',
    scope: 'user',
    params: IdParams,
    response: JobDetail,
    errors: ['not-found'],
  }),
  retryJob: route('retryJob', {
    summary: 'Take a stuck job up again',
    tag: 'jobs',
    scope: 'admin',
    params: IdParams,
    response: Job,
    errors: ['not-found', 'wrong-state'],
  }),
};
