/**
 * The tables of sql/*.sql as Kysely types, by hand. Columns are camelCase here and snake_case in SQL (CamelCasePlugin in
 * db.ts); text in `sql` templates is not translated and uses the SQL names.
 */
import type { ColumnType, Generated, Kysely, RawBuilder, Selectable, Transaction } from 'kysely';
import type { CloneMode, RevisionProfile, RevisionState } from '../core/image.ts';
import type { Labels } from '../core/labels.ts';
import type { ProviderConnection, ProviderState } from '../core/provider.ts';
import type { ReservationKind, ReservationState, Stage } from '../core/reservation.ts';
import type { ProgressReport } from '../lib/context.ts';
import type { StoredError } from '../lib/errors.ts';
import type { Json, JsonDefault, JsonOrNull, Nullable } from './columns.ts';
import type { AssignmentTable, CheckpointTable, DeletionTable, MachineTable } from './schema-machines.ts';
import type { AccountTable, IdentityTable, SessionTable, SignInLinkTable, TokenTable } from './schema-people.ts';
import type { InstallationTable, ServerTable } from './schema-servers.ts';

export type { MachineAddress } from './schema-machines.ts';
export type { LinkKind, Role } from './schema-people.ts';

/** Half-open span `[start, end)`; `end` null = no end (kind `server`). */
export interface TimeRange {
  start: Date;
  end: Date | null;
}

export type Facts = Record<string, unknown>;

export interface SettingTable {
  key: string;
  value: Json<unknown>;
}

export interface ProviderTable {
  id: string;
  name: string;
  kind: string;
  maxMachines: number;
  maxMemoryMib: number;
  maxVcpus: number;
  maxStorageMib: number;
  /** Null: it is one place, or nobody told. */
  largestStorageMib: Nullable<number>;
  /** What is counted of the size of disks that stand on their image's. */
  linkedStoragePercent: Generated<number>;
  /** By frozen parents, and by others: see {@link ProviderRoom}. */
  heldMemoryMib: Generated<number>;
  heldVcpus: Generated<number>;
  startSlots: number;
  copySlots: Generated<number>;
  facts: JsonDefault<Facts>;
  createdAt: Date;
  /** Null: the QEMU of a server's host. */
  connection: ColumnType<ProviderConnection | null, RawBuilder<ProviderConnection> | null | undefined, RawBuilder<ProviderConnection>>;
  secret: ColumnType<Buffer | null, Buffer | null | undefined, Buffer>;
  enabled: ColumnType<boolean, boolean | undefined, boolean>;
  /** Nothing new goes there since; what is there stays. */
  drainingSince: Nullable<Date>;
  /** Gone for good since, by an operator's word. */
  writtenOffAt: Nullable<Date>;
  writtenOffReason: Nullable<string>;
  state: ColumnType<ProviderState, ProviderState | undefined, ProviderState>;
  stateReason: ColumnType<string | null, string | null | undefined, string | null>;
  /** Of the error whose words `stateReason` has. */
  stateCode: Nullable<string>;
  stateSince: ColumnType<Date, Date | undefined, Date>;
  /** The server on whose host it is; null for what any server can reach. */
  serverId: Nullable<string>;
  /** The server that watches and reconciles it, until {@link holderUntil}. */
  holderId: Nullable<string>;
  holderUntil: ColumnType<Date | null, RawBuilder<Date> | null | undefined, RawBuilder<Date> | null>;
  /** What the driver said when it was open last. */
  capabilities: ColumnType<object | null, RawBuilder<object> | null | undefined, RawBuilder<object>>;
}

/** {@link DatastoreRoom}, kept. */
export interface DatastoreTable {
  providerId: string;
  name: string;
  capacityMib: number | null;
  freeMib: number | null;
  awaySince: Date | null;
  machinesMib: number | null;
  roomMib: number | null;
}

export interface ImageTable {
  id: string;
  name: string;
  description: Generated<string>;
  labels: JsonDefault<Labels>;
  ownerId: string;
  createdAt: Date;
}

/** What images were called before. */
export interface ImageFormerNameTable {
  name: string;
  imageId: string;
  until: Date;
}

export interface RevisionTable {
  id: string;
  imageId: string;
  number: number;
  state: RevisionState;
  source: Json<unknown>;
  parentId: Nullable<string>;
  profile: JsonOrNull<RevisionProfile>;
  facts: JsonDefault<Facts>;
  failure: JsonOrNull<StoredError>;
  createdBy: string;
  createdAt: Date;
  publishedAt: Nullable<Date>;
}

export interface MasterFile {
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

export interface MasterTable {
  revisionId: string;
  providerId: string;
  files: Json<readonly MasterFile[]>;
  virtualBytes: number;
  sealedAt: Date;
}

export interface TriedPlace {
  providerId: string;
  provider: string;
  code: string;
  message: string;
}

/** What is to become of a revision that can be lent. */
export interface Proof {
  /** Name of the account. */
  askedBy: string;
  publish: boolean;
  /** Why it is then handed out although it may hold what belongs to a person. */
  publishUnclean?: string | undefined;
}

export interface ReservationTable {
  id: string;
  accountId: string;
  imageId: string;
  revisionId: string;
  providerId: string;
  machineId: string;
  kind: ReservationKind;
  mode: CloneMode;
  state: ReservationState;
  stage: Stage;
  stageText: Generated<string>;
  during: ColumnType<TimeRange, RawBuilder<TimeRange>, RawBuilder<TimeRange>>;
  hostname: string;
  notes: JsonDefault<readonly string[]>;
  labels: JsonDefault<Labels>;
  failure: JsonOrNull<StoredError>;
  credential: Nullable<Buffer>;
  vcpus: number;
  memoryMib: number;
  storageMib: number;
  /** Whose space of its provider that counts on. */
  datastore: Nullable<string>;
  diskMib: Nullable<number>;
  /** What it holds of its provider: from the beginning of the preparation to a little after the end. */
  hold: ColumnType<TimeRange, RawBuilder<TimeRange>, RawBuilder<TimeRange>>;
  /** The person named the revision. */
  pinned: Generated<boolean>;
  /** Why it is on its provider; null: there was no other. */
  placement: Nullable<string>;
  /** Where its preparation failed before, for a reason of the place. */
  tried: JsonDefault<readonly TriedPlace[]>;
  /** It is there to see whether its revision can be lent; null: it is somebody's. */
  proof: JsonOrNull<Proof>;
  /** The series it is an occurrence of. */
  seriesId: Nullable<string>;
  /** When the machine was asked for; null while it is booked. */
  begunAt: Nullable<Date>;
  createdAt: Date;
  readyAt: Nullable<Date>;
  endAskedAt: Nullable<Date>;
  /** Until when its machine is kept after the end; null: it is not. */
  keptUntil: Nullable<Date>;
  /** When somebody first connected to its machine; null: nobody has. */
  connectedAt: Nullable<Date>;
  /** The end of which its people were told that it is near. */
  endTold: Nullable<Date>;
  /** The end of which a word was shown in its guest, or tried to be. */
  guestTold: Nullable<Date>;
  /** When somebody was last connected, or lengthened it; about a minute late. */
  lastSeenAt: Nullable<Date>;
  /** When its people were told that it will be ended for want of use. */
  idleTold: Nullable<Date>;
  endedAt: Nullable<Date>;
}

/** Seats that machines of some images take up, over all providers. */
export interface LicenceTable {
  id: string;
  name: string;
  seats: number;
  createdAt: Date;
}

export interface LicenceImageTable {
  licenceId: string;
  imageId: string;
}

/** A repeating reservation. */
export interface SeriesTable {
  id: string;
  accountId: string;
  imageId: string;
  /** The value of an RRULE (RFC 5545). */
  rule: string;
  /** Name of the IANA database. */
  zone: string;
  startsAt: Date;
  createdAt: Date;
  endedAt: Nullable<Date>;
}

/** A maintenance window. */
export interface ClosureTable {
  id: string;
  providerId: string;
  during: ColumnType<TimeRange, RawBuilder<TimeRange>, RawBuilder<TimeRange>>;
  reason: string;
  createdBy: string;
  createdAt: Date;
}

export type JobState = 'ready' | 'running' | 'done' | 'undone' | 'stuck';
export type JobDirection = 'do' | 'undo';

export interface JobTable {
  id: string;
  saga: string;
  input: Json<unknown>;
  key: string;
  lane: string;
  /** `start:PROVIDER` or `copy:PROVIDER` while its step takes one. */
  slot: Nullable<string>;
  /** It only waits for something. */
  waiting: Generated<boolean>;
  /** Whose it is; people take turns. */
  owner: Nullable<string>;
  providerId: Nullable<string>;
  /** The only server that can do it. */
  serverId: Nullable<string>;
  priority: Generated<number>;
  state: JobState;
  direction: Generated<JobDirection>;
  runAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  queuedAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  attempt: Generated<number>;
  /** Pauses in a row for a reason that passes. */
  waits: Generated<number>;
  fence: Generated<number>;
  worker: Nullable<string>;
  leaseUntil: ColumnType<Date | null, RawBuilder<Date> | null | undefined, RawBuilder<Date> | null>;
  /** Length of the lease in milliseconds. */
  leaseMs: Nullable<number>;
  cancelAsked: Generated<boolean>;
  /** What the step that is at work says of itself. */
  progress: JsonOrNull<ProgressReport>;
  error: JsonOrNull<StoredError>;
  createdAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  finishedAt: ColumnType<Date | null, RawBuilder<Date> | null | undefined, RawBuilder<Date> | null>;
}

export type JobStepState = 'started' | 'done' | 'undone';

export interface JobStepTable {
  jobId: string;
  seq: number;
  name: string;
  state: JobStepState;
  output: JsonOrNull<unknown>;
  startedAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  finishedAt: ColumnType<Date | null, RawBuilder<Date> | null | undefined, RawBuilder<Date> | null>;
}

export interface EventTable {
  id: Generated<number>;
  at: Date;
  accountId: Nullable<string>;
  kind: string;
  subjectId: string;
  body: Json<Facts>;
}

export interface AuditTable {
  id: Generated<number>;
  at: Date;
  actor: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  detail: Json<Facts>;
}

export interface Schema {
  setting: SettingTable;
  account: AccountTable;
  token: TokenTable;
  identity: IdentityTable;
  session: SessionTable;
  signInLink: SignInLinkTable;
  installation: InstallationTable;
  server: ServerTable;
  provider: ProviderTable;
  datastore: DatastoreTable;
  image: ImageTable;
  imageFormerName: ImageFormerNameTable;
  revision: RevisionTable;
  master: MasterTable;
  deletion: DeletionTable;
  reservation: ReservationTable;
  closure: ClosureTable;
  series: SeriesTable;
  licence: LicenceTable;
  licenceImage: LicenceImageTable;
  machine: MachineTable;
  assignment: AssignmentTable;
  checkpoint: CheckpointTable;
  job: JobTable;
  jobStep: JobStepTable;
  event: EventTable;
  audit: AuditTable;
}

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

export type Account = Selectable<AccountTable>;
export type Token = Omit<Selectable<TokenTable>, 'hash'>;
export type Session = Omit<Selectable<SessionTable>, 'hash'>;
export type Server = Selectable<ServerTable>;
export type Provider = Selectable<ProviderTable>;
export type Datastore = Selectable<DatastoreTable>;
export type Image = Selectable<ImageTable>;
export type Revision = Selectable<RevisionTable>;
export type Deletion = Selectable<DeletionTable>;
export type MasterRow = Selectable<MasterTable>;
export type Reservation = Selectable<ReservationTable>;
export type Series = Selectable<SeriesTable>;
export type Closure = Selectable<ClosureTable>;
export type Licence = Selectable<LicenceTable>;
export type Checkpoint = Selectable<CheckpointTable>;
export type Machine = Selectable<MachineTable>;
export type Job = Selectable<JobTable>;
export type JobStep = Selectable<JobStepTable>;
export type StoreEvent = Selectable<EventTable>;
export type AuditEntry = Selectable<AuditTable>;
