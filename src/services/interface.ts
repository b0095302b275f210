/**
 * What the API needs from the rest of the server, and all that handlers know: they check request and right, then call one of these.
 *
 * Rules for whoever provides them:
 * - Rights are checked before a call (src/api/access.ts); `caller` is there for ownership of what is made and for the audit log.
 * - Refusals are CarrelErrors whose code is one of the contract's PROBLEM_CODES.
 * - Whatever takes long is written down as a job, and the function returns once that is durable.
 * - `show…` and `find…` return undefined for what is not there.
 */
import type { LabelWanted } from '../core/labels.ts';
import type { Duplex, Readable } from 'node:stream';
import type { Caller } from './caller.ts';
import type { ImageServices } from './image-services.ts';
import type { GuestShell, TerminalSize } from './shell.ts';
import type { GuestSerial } from './serial-console.ts';
import type { GuestTunnel } from './tunnel.ts';
import type { Availability, Maintenance, RuleChange, Rules } from '../contract/calendar.ts';
import type { Licence } from '../contract/licences.ts';
import type { Checkpoint, CheckpointJob } from '../contract/checkpoints.ts';
import type { CloneMode } from '../contract/common.ts';
import type { RevisionStarted } from '../contract/images.ts';
import type { Job, JobDetail, Machine, MachineDetail } from '../contract/machines.ts';
import type { Certificate, EndpointVm, Provider, ProviderAdded, ProviderChange, ProviderCheck } from '../contract/providers.ts';
import type { Connection, PowerOp, Reservation, ReservationJob, ReservationKind, SerialLog } from '../contract/reservations.ts';
import type { OpenSession } from '../contract/sessions.ts';
import type { Series, SeriesDetail } from '../contract/series.ts';
import type { Role } from '../contract/roles.ts';
import type { Account, AuditEntry, EventData, Link, NewToken, Readiness, ReconcileReport, Server, TokenInfo } from '../contract/system.ts';

/** The header by which a server says for whom it asks another. */
export const ON_BEHALF = 'x-carrel-on-behalf';

/** Another server of the installation. */
export interface Peer {
  name: string;
  url: string;
  /** SHA-256 of the certificate that it shows, hex. */
  fingerprint256: string | undefined;
}

/** What is used of a WebSocket to another server. */
export interface PeerSocket {
  send(data: Uint8Array, options: { binary: boolean }, done: (error?: Error) => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PeerServices {
  /** The server that alone can work at the machine of a reservation, or at a provider; undefined if this one can. `unavailable` if it is away. */
  servedElsewhere(of: { reservationId?: string; provider?: string | undefined }): Promise<Peer | undefined>;
  /** For whom another server asks: the content of its header, good once, for this request (`GET /path`) alone. Undefined if it is not good. */
  callerOnBehalf(header: string, request: string): Promise<Caller | undefined>;
  /** `unavailable` if it cannot be reached; whatever it answers is passed back. */
  passOn(
    peer: Peer,
    caller: Caller,
    what: { method: string; path: string; headers: Record<string, string>; body: Buffer | Readable | undefined },
    signal: AbortSignal,
  ): Promise<{ status: number; contentType: string; body: Readable }>;
  /** A WebSocket there, paused. Refused as the other server refuses it; `unavailable` if it cannot be reached. */
  joinPeer(peer: Peer, caller: Caller, path: string, signal: AbortSignal): Promise<PeerSocket>;
}

/** Where somebody signs in. */
export interface SignInPlace {
  address: string;
  userAgent: string;
  /** The secret of the cookie that the browser had; its session ends. */
  session?: string | undefined;
  /** The mark that an earlier sign-in left in the browser. */
  known?: string | undefined;
}

export interface SessionMade {
  caller: Caller;
  /** For the cookie. */
  secret: string;
  /** For another cookie that stays, by which the browser is known at the next sign-in: good for half a year. */
  known: string;
}

export interface SessionServices {
  /** Whose session it is; undefined if nobody's or over. Called once per request, and moves its idle end. */
  verifySession(secret: string): Promise<Caller | undefined>;
  /** `unauthorized`; `rate-limited` with `details.retryAfterS`; `not-allowed` for an account that is switched off. */
  signIn(request: { account: string; password: string } | { code: string }, place: SignInPlace): Promise<SessionMade>;
  /** As `signIn`, for a program: a token, and no session. */
  signInForToken(
    request: { account: string; password: string } | { code: string },
    place: SignInPlace,
    token: { label: string; forMs: number },
  ): Promise<NewToken & { account: string; role: Role }>;
  /** Those that go on, newest first; undefined if there is no such account. */
  listSessions(caller: Caller, account: string): Promise<OpenSession[] | undefined>;
  /** False if the account has none of that id. */
  endSession(caller: Caller, request: { account: string; id: string }): Promise<boolean>;
  signOut(caller: Caller): Promise<void>;
  /** Ends every session of the account; a new one if the caller had one. `bad-request` (the password's rules), and as `signIn`. */
  setPassword(
    caller: Caller,
    request: { current?: string | undefined; password: string },
    place: SignInPlace,
  ): Promise<SessionMade | undefined>;
}

export interface Page<T> {
  items: T[];
  /** What to pass as `after` for the next page; undefined at the end. */
  next?: string;
}

export interface PageRequest {
  limit: number;
  after?: string | undefined;
}

/** A time as the caller wrote it, and the zone in which that is meant. */
export interface SaidTime {
  text: string;
  zone: string;
}

/** What is asked for, or asked about. */
export interface MachineRequest {
  image: string;
  revision?: number | undefined;
  mode: CloneMode;
  kind?: ReservationKind | undefined;
  /** Now if left out. */
  at?: SaidTime | undefined;
  /** `Infinity` = until it is ended. */
  forMs: number;
  /** In place of `forMs`. */
  until?: SaidTime | undefined;
  memoryMiB?: number | undefined;
  vcpus?: number | undefined;
  diskMiB?: number | undefined;
}

export interface ReserveRequest extends MachineRequest {
  /** Chosen by the caller, or by the API. An id that is there already: the same reservation again if it is the caller's, else `conflict`. */
  id: string;
  labels?: Readonly<Record<string, string>> | undefined;
}

export interface SeriesRequest extends MachineRequest {
  id: string;
  labels?: Readonly<Record<string, string>> | undefined;
  at: SaidTime;
  /** An RRULE's value, not yet looked at. */
  rule: string;
  /** How many machines each time; one if left out. */
  seats?: number | undefined;
  partial: boolean;
}

export interface CaptureRequest {
  reservationId: string;
  /** The image whose next revision it becomes; made, and the caller's, if it is not there. */
  image: string;
  /** The image that had this name when it was asked whether the caller may change it: its next revision it becomes, whatever it is called by now. */
  imageId?: string | undefined;
  publish: boolean;
  publishUnclean?: string | undefined;
  description?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
}

export type { Caller } from './caller.ts';
export type { ImageServices, ImportRequest } from './image-services.ts';
export type { GuestShell, TerminalSize } from './shell.ts';
export type { GuestSerial } from './serial-console.ts';
export type { GuestTunnel } from './tunnel.ts';

export interface AccountServices {
  /** The account a token belongs to; undefined if it belongs to nobody or is over. Called once per request: keep it cheap. */
  verifyToken(token: string): Promise<Caller | undefined>;
  /** Aborts within 5 s after the caller's token or session was removed or is over, or the account switched off. For what stays open; kept until `released` aborts. */
  untilSignedOut(caller: Caller, released: AbortSignal): AbortSignal;
  /** By name. */
  listAccounts(request: PageRequest): Promise<Page<Account>>;
  /** `already-exists`, `bad-request` (the name). */
  createAccount(caller: Caller, request: { name: string; role: Role }): Promise<Account>;
  /** Undefined if there is no such account. `wrong-state` for the caller's own. */
  changeAccount(
    caller: Caller,
    request: { account: string; off?: boolean | undefined; role?: Role | undefined },
  ): Promise<Account | undefined>;
  /** Undefined if there is no such account; `wrong-state` if it is switched off. */
  makeLink(caller: Caller, request: { account: string; kind: Link['kind'] }): Promise<Link | undefined>;
  listTokens(account: string): Promise<TokenInfo[] | undefined>;
  /**
   * Undefined if there is no such account. The new token ends with the caller's own if no span is said; `not-allowed` for one that
   * would outlive it.
   */
  createToken(caller: Caller, request: { account: string; label: string; forMs?: number | undefined }): Promise<NewToken | undefined>;
  /** False if there is no such token. */
  deleteToken(caller: Caller, request: { account: string; token: string }): Promise<boolean>;
}

export interface ReservationServices {
  /** `not-found` (image or revision), `wrong-state` (nothing published), `no-capacity`, `not-supported` (mode), `limit-reached`. */
  reserve(caller: Caller, request: ReserveRequest): Promise<Reservation>;
  /** `labels`: those that have all of them. */
  listReservations(
    request: PageRequest & { owner?: string | undefined; past: boolean; labels?: readonly LabelWanted[] | undefined },
  ): Promise<Page<Reservation>>;
  showReservation(id: string): Promise<Reservation | undefined>;
  /** Null takes a label away. `bad-request` where there would be too many. */
  labelReservation(caller: Caller, request: { id: string; labels: Readonly<Record<string, string | null>> }): Promise<Reservation>;
  /** By a negative span: shortened. */
  extendReservation(caller: Caller, request: { id: string; byMs: number }): Promise<Reservation>;
  moveReservation(caller: Caller, request: { id: string; at: SaidTime; forMs?: number | undefined }): Promise<Reservation>;
  /** Ending what is ending or over is no error: it returns it as it is. */
  endReservation(caller: Caller, request: { id: string; keepMs?: number | undefined }): Promise<Reservation>;
  /** `wrong-state` (it is not kept, or no longer), `limit-reached`. */
  undoEnd(caller: Caller, id: string): Promise<Reservation>;
  /** `wrong-state`, `busy`, `not-found` (the revision), `not-allowed` (a draft), `not-supported`, `unavailable`. */
  reimageReservation(caller: Caller, request: { id: string; revision?: number | 'published' | undefined }): Promise<Reservation>;
  /** `wrong-state`, `busy`, `not-supported`, `unavailable`. */
  unlinkReservation(caller: Caller, id: string): Promise<ReservationJob>;
  /** As `unlinkReservation`. */
  relocateReservation(caller: Caller, request: { id: string; datastore: string }): Promise<ReservationJob>;
  connect(caller: Caller, request: { id: string; publicKey?: string | undefined }, signal: AbortSignal): Promise<Connection>;
  /** For a Remote Desktop client; `name` is that of the file. `wrong-state`, `not-supported`, `guest-failed`. */
  rdpFile(id: string): Promise<{ name: string; text: string }>;
  capture(caller: Caller, request: CaptureRequest): Promise<RevisionStarted>;
  power(caller: Caller, request: { id: string; op: PowerOp }): Promise<ReservationJob>;
  listCheckpoints(id: string): Promise<Checkpoint[]>;
  /** `wrong-state`, `already-exists` (the name), `limit-reached`, `busy`, `not-supported`. */
  addCheckpoint(caller: Caller, request: { id: string; name: string; description: string }): Promise<CheckpointJob>;
  /** `not-found`, `wrong-state`, `busy`. */
  revertCheckpoint(caller: Caller, request: { id: string; checkpoint: string }): Promise<CheckpointJob>;
  /** As {@link revertCheckpoint}. */
  deleteCheckpoint(caller: Caller, request: { id: string; checkpoint: string }): Promise<CheckpointJob>;
  /**
   * The machine's screen: a stream that speaks RFB and ends with it. `wrong-state` while the machine is not running, `not-supported` if it has no
   * console, `unavailable` if its host does not answer, `no-permission` if another does.
   */
  openConsole(caller: Caller, id: string, signal: AbortSignal): Promise<Duplex>;
  /** The machine's screen as PNG. `wrong-state` while it is not running, `not-supported` where no pictures are taken, `unavailable`. */
  screenshot(id: string, signal: AbortSignal): Promise<Buffer>;
  /** Of its serial console. `wrong-state` (no machine), `not-supported` (the provider keeps none), `unavailable`. */
  serialLog(request: { id: string; after?: number | undefined; waitMs: number }, signal: AbortSignal): Promise<SerialLog>;
  /** A login shell in the guest, by credentials of the reservation's own. Errors: those of `connect`, `guest-failed`, `host-key`. */
  openShell(caller: Caller, request: { id: string; size: TerminalSize }, signal: AbortSignal): Promise<GuestShell>;
  /** A connection to the SSH port of the reservation's machine. Errors: `wrong-state`, `guest-timeout`, `guest-failed`, `host-key`, `unavailable`. */
  openTunnel(caller: Caller, id: string, signal: AbortSignal): Promise<GuestTunnel>;
  /** At the machine's serial console, alone. `busy` (somebody is there, and `force` is not asked for), `wrong-state`, `not-supported`, `unavailable`. */
  openSerialConsole(
    caller: Caller,
    request: { id: string; force: boolean; session?: string | undefined },
    signal: AbortSignal,
  ): Promise<GuestSerial>;
}

export interface SeriesServices {
  /** `bad-request` (rule or time), and as `reserve`. */
  reserveSeries(caller: Caller, request: SeriesRequest): Promise<SeriesDetail>;
  listSeries(request: PageRequest & { owner?: string | undefined }): Promise<Page<Series>>;
  showSeries(id: string): Promise<SeriesDetail | undefined>;
  endSeries(caller: Caller, id: string): Promise<SeriesDetail>;
}

export interface CalendarServices {
  /** With `rule` also what is free of a series; `bad-request` with what is wrong with the rule. */
  availability(caller: Caller, request: MachineRequest & { lookMs?: number | undefined; rule?: string | undefined }): Promise<Availability>;
  listMaintenance(): Promise<Maintenance[]>;
  /** `not-found` (the provider), `bad-request` (the time). */
  addMaintenance(
    caller: Caller,
    request: { provider: string; at?: SaidTime | undefined; forMs: number; reason: string },
  ): Promise<Maintenance>;
  /** False if there is none. */
  removeMaintenance(caller: Caller, id: string): Promise<boolean>;
  showRules(caller: Caller): Promise<Rules>;
  /** Spans are checked already; they come as they were written. */
  setRule(caller: Caller, change: RuleChange): Promise<Rules>;
}

export interface LicenceServices {
  listLicences(): Promise<Licence[]>;
  /** `already-exists`, `not-found` (an image). */
  addLicence(caller: Caller, request: { name: string; seats: number; images?: string[] | undefined }): Promise<Licence>;
  /** `not-found` (the licence, an image). */
  changeLicence(caller: Caller, name: string, change: { seats?: number | undefined; images?: string[] | undefined }): Promise<Licence>;
  /** `not-found`. */
  removeLicence(caller: Caller, name: string): Promise<void>;
}

export interface MachineServices {
  /** `nobodys`: only those that are there and no reservation has. */
  listMachines(request: PageRequest & { owner?: string | undefined; gone: boolean; nobodys?: boolean }): Promise<Page<Machine>>;
  answerMachine(caller: Caller, request: { id: string; question: string; choice: string }, signal: AbortSignal): Promise<void>;
  /** `not-found`, `wrong-state` (it is somebody's), `busy`. */
  endMachine(caller: Caller, id: string): Promise<void>;
  /** Its disks as they lie now; none where they cannot be read, or the server that alone can is away. */
  showMachine(caller: Caller, id: string, signal: AbortSignal): Promise<MachineDetail | undefined>;
}

export interface ProviderServices {
  /** How they are reached is told to operators only. */
  listProviders(caller: Caller): Promise<Provider[]>;
  /** Opened once first. `bad-request` and `already-exists` (the name), `no-permission` (login, certificate), `not-found`, `unavailable`. */
  addProvider(caller: Caller, request: ProviderAdded): Promise<Provider>;
  /** As {@link addProvider}; `wrong-state` for a host's own. Undefined if there is none. */
  changeProvider(caller: Caller, name: string, change: ProviderChange): Promise<Provider | undefined>;
  /**
   * Undefined if there is none; `wrong-state` for a host's own. One login, not repeated. With `clone` a trial clone of that image too: what is
   * wrong with it is among the problems. `no-permission`, `unavailable`, `not-supported`; `not-found` (image or revision).
   */
  checkProvider(
    caller: Caller,
    name: string,
    request: { clone?: string | undefined; revision?: number | undefined },
    signal: AbortSignal,
  ): Promise<ProviderCheck | undefined>;
  /** As {@link checkProvider}. */
  listProviderVms(name: string, signal: AbortSignal): Promise<EndpointVm[] | undefined>;
  /** Undefined if there is none. Enabling one that is down tries at once. */
  enableProvider(caller: Caller, name: string, enabled: boolean): Promise<Provider | undefined>;
  /** Nothing new goes there; what is there stays. `wrong-state` if it is disabled. */
  drainProvider(caller: Caller, name: string): Promise<Provider | undefined>;
  writeOffProvider(caller: Caller, name: string, reason: string): Promise<Provider | undefined>;
  /** False if there is none. `has-children`. */
  deleteProvider(caller: Caller, name: string): Promise<boolean>;
  /** `unavailable`, `no-permission` (no TLS). */
  showCertificate(url: string, signal: AbortSignal): Promise<Certificate>;
}

export interface SystemServices {
  readiness(): Promise<Readiness>;
  reconcile(caller: Caller, request: { dryRun: boolean }, signal: AbortSignal): Promise<ReconcileReport>;
  listServers(): Promise<Server[]>;
  /** False if there is none. `wrong-state` (it serves), `has-children` (it is the only one that serves a provider which counts). */
  forgetServer(caller: Caller, id: string): Promise<boolean>;
  listAudit(request: PageRequest & { subject?: string | undefined }): Promise<Page<AuditEntry>>;
  listJobs(request: PageRequest & { state?: Job['state'] | undefined }): Promise<Page<Job>>;
  showJob(id: string): Promise<JobDetail | undefined>;
  /** `wrong-state` if it is not stuck; undefined if there is none. */
  retryJob(caller: Caller, id: string): Promise<Job | undefined>;
  /** Id of the newest event, `0` if there is none yet. */
  lastEventId(): Promise<string>;
  /**
   * Events after `after`, in order of their ids, then new ones as they come, until `signal` aborts. `accountId` = only this
   * account's; undefined = all, the operators' too. Yields one of kind `gap` first if some after `after` are no longer kept, or if
   * `after` is no event of this store. The reader pulls: one that falls far behind gets a `gap`, and its stream ends there.
   */
  events(request: { accountId?: string | undefined; after: string; signal: AbortSignal }): AsyncIterable<EventData>;
}

export interface Services
  extends AccountServices,
    SessionServices,
    ImageServices,
    ReservationServices,
    SeriesServices,
    CalendarServices,
    LicenceServices,
    MachineServices,
    ProviderServices,
    PeerServices,
    SystemServices {}
