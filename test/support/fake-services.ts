import type { Duplex } from 'node:stream';
/** Everything the API needs of the server, in memory: for tests of the API, the client and the command line. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Checkpoint } from '../../src/contract/checkpoints.ts';
import type { Caller, GuestShell, Page, PageRequest, SaidTime, Services, TerminalSize } from '../../src/services/interface.ts';
import { openConsole } from '../../src/services/console.ts';
import { SerialPlaces } from '../../src/services/serial-console.ts';
import { changedLabels } from '../../src/core/labels.ts';
import { readTime } from '../../src/core/local-time.ts';
import { occurrences } from '../../src/core/recurrence.ts';
import type { Maintenance, Rules } from '../../src/contract/calendar.ts';
import type { Licence } from '../../src/contract/licences.ts';
import type { Image, Revision, RevisionStarted } from '../../src/contract/images.ts';
import type { Provider } from '../../src/contract/providers.ts';
import type { JobDetail, MachineDetail } from '../../src/contract/machines.ts';
import type { Connection, Reservation, Stage } from '../../src/contract/reservations.ts';
import type { OpenSession } from '../../src/contract/sessions.ts';
import type { SeriesDetail } from '../../src/contract/series.ts';
import type { Account, AuditEntry, EventData, TokenInfo } from '../../src/contract/system.ts';
import { CarrelError } from '../../src/lib/errors.ts';

export const TOKENS = {
  ann: 'token-of-ann-0123456789',
  bob: 'token-of-bob-0123456789',
  root: 'token-of-root-012345678',
} as const;
export type Person = keyof typeof TOKENS;

const NOW = new Date('2026-01-02T03:04:05.000Z');
const at = (ms = 0): string => new Date(NOW.getTime() + ms).toISOString();

/** The occurrences of a series, of which every third is taken. */
function timesOf(rule: string, { text, zone }: SaidTime) {
  const read = readTime(text, zone, NOW);
  const found = 'at' in read ? occurrences({ rule, start: read.at, zone }) : read;
  if ('problem' in found) throw new CarrelError('bad-request', found.problem);
  return found.starts.map((start, i) => ({ at: start.toISOString(), free: i % 3 !== 2 }));
}

export function personId(name: Person): string {
  return `00000000-0000-4000-8000-00000000000${Object.keys(TOKENS).indexOf(name)}`;
}

/** What another server says when it asks for Ann. */
export const WORD_FOR_ANN = 'word-for-ann';

export function caller(name: Person): Caller {
  return { accountId: personId(name), name, role: name === 'root' ? 'admin' : 'user' };
}

/** The secrets of their cookies. */
export const SESSIONS: Record<Person, string> = { ann: 'a'.repeat(43), bob: 'b'.repeat(43), root: 'r'.repeat(43) };

function bySession(name: Person): Caller {
  return {
    ...caller(name),
    session: { id: personId(name), byLink: false, endsAt: new Date(at(86_400_000)), idleEndsAt: new Date(at(3_600_000)) },
  };
}

export interface FakeCall {
  name: string;
  args: unknown[];
}

interface StoredEvent extends EventData {
  accountId: string | undefined;
}

/** A world that moves only when a test says so. */
export class FakeWorld {
  readonly images = new Map<string, Image>();
  readonly nobodys = new Map<string, MachineDetail>();
  /** Former name of an image → its id. */
  readonly formerNames = new Map<string, string>();
  readonly revisions: Revision[] = [];
  readonly reservations = new Map<string, Reservation>();
  readonly jobs = new Map<string, JobDetail>();
  readonly accounts: Account[] = (Object.keys(TOKENS) as Person[]).map((name) => ({ name, role: caller(name).role, createdAt: at() }));
  readonly tokens = new Map<string, TokenInfo[]>();
  readonly audit: AuditEntry[] = [];
  maintenance: Maintenance[] = [];
  licences: Licence[] = [];
  siteRules: Rules['site'] = {};
  checkpoints: { reservation: string; shown: Checkpoint }[] = [];
  readonly series = new Map<string, SeriesDetail>();
  readonly calls: FakeCall[] = [];
  /** What the next call of the function of that name throws, or waits for before it acts. */
  readonly failures = new Map<string, Error | Promise<unknown>>();
  /** What every machine wrote on its serial console. */
  serial = 'login:\n';
  /** What differs of provider `local`. */
  readonly provider: Partial<Provider> = {};
  /** Where consoles lead. */
  consoleSocket = '';
  /** What is asked for can be had. */
  plenty = false;
  ready = true;
  /** Where everybody is signed in besides the browser that asks. */
  otherBrowsers: { id: string; userAgent: string }[] = [];
  /** What `connect` answers with. */
  connection: Connection = {
    protocol: 'ssh',
    host: '127.0.0.1',
    port: 2222,
    user: 'student',
    password: 'correct-horse',
    hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000'],
    sshCommand: 'ssh -p 2222 student@127.0.0.1',
  };
  #events: StoredEvent[] = [];
  #wake = new Set<() => void>();
  #firstKept = 1;

  constructor() {
    this.addImage('starter', 'root');
  }

  addImage(name: string, owner: string): Image {
    const image: Image = { id: randomUUID(), name, description: `what ${name} is`, owner, createdAt: at(), revisions: 0, machines: 0 };
    this.images.set(name, image);
    const revision = this.addRevision(name, 'published');
    image.published = revision.number;
    return image;
  }

  addRevision(image: string, state: Revision['state']): Revision {
    const number = this.revisions.filter((r) => r.image === image).length + 1;
    const revision: Revision = {
      id: randomUUID(),
      image,
      number,
      state,
      source: { kind: 'recipe', recipe: 'starter' },
      facts: { kernel: '6.1' },
      createdBy: 'root',
      createdAt: at(),
      machines: 0,
      masters: [
        {
          provider: 'local',
          files: [{ path: `/masters/${image}-${number}.qcow2`, bytes: 10, sha256: 'ab' }],
          virtualBytes: 20,
          sealedAt: at(),
        },
      ],
      ...(state === 'published' ? { publishedAt: at() } : {}),
    };
    this.revisions.push(revision);
    const there = this.images.get(image);
    if (there !== undefined) {
      there.revisions = number;
      there.latest = number;
    }
    return revision;
  }

  addReservation(owner: Person, change: Partial<Reservation> = {}): Reservation {
    const id = change.id ?? randomUUID();
    const reservation: Reservation = {
      id,
      owner,
      image: 'starter',
      revision: 1,
      provider: 'local',
      kind: 'lab',
      mode: 'linked',
      state: 'preparing',
      stage: 'queued',
      stageText: '',
      hostname: `starter-${id.slice(0, 4)}`,
      startsAt: at(),
      endsAt: at(7_200_000),
      createdAt: at(),
      notes: [],
      machine: { id: randomUUID(), state: 'planned', vcpus: 1, memoryMiB: 256 },
      ...change,
    };
    this.reservations.set(id, reservation);
    this.emit('reservation', id, { state: reservation.state, stage: reservation.stage }, owner);
    return reservation;
  }

  /** Moves a reservation and tells its people. */
  move(id: string, change: Partial<Reservation>): Reservation {
    const reservation = this.reservations.get(id);
    if (reservation === undefined) throw new Error(`no reservation ${id}`);
    Object.assign(reservation, change);
    const { state, stage, stageText } = reservation;
    this.emit('reservation', id, { state, stage, stageText }, reservation.owner as Person);
    return reservation;
  }

  /** Takes a reservation through its stages to `ready`. */
  makeReady(id: string): void {
    for (const stage of ['placing', 'cloning', 'starting', 'booting'] as Stage[]) this.move(id, { stage, stageText: `now ${stage}` });
    const { machine } = this.reservations.get(id) as Reservation;
    const address = { host: '127.0.0.1', sshPort: 2222 };
    this.move(id, {
      state: 'ready',
      stage: 'ready',
      stageText: '',
      readyAt: at(4_000),
      machine: { ...machine, state: 'running', address },
    });
  }

  addJob(saga: string, account: Person, state: JobDetail['state'] = 'running'): JobDetail {
    const job: JobDetail = {
      id: randomUUID(),
      saga,
      key: `${saga}:x`,
      lane: 'local',
      state,
      direction: 'do',
      attempt: 1,
      account,
      about: {},
      cancelAsked: false,
      runAt: at(),
      createdAt: at(),
      steps: [{ seq: 0, name: 'first', state: 'started', startedAt: at() }],
    };
    this.jobs.set(job.id, job);
    this.emit('job', job.id, { state }, account);
    return job;
  }

  endJob(id: string, change: Partial<JobDetail>): void {
    const job = this.jobs.get(id) as JobDetail;
    Object.assign(job, change);
    this.emit('job', id, { state: job.state, saga: job.saga }, job.account as Person);
  }

  emit(kind: EventData['kind'], subject: string, body: Record<string, unknown>, owner?: Person): void {
    const id = String(this.#events.length + 1);
    const accountId = owner === undefined ? undefined : personId(owner);
    this.#events.push({ id, at: at(), kind, subject, body, accountId });
    for (const wake of this.#wake) wake();
  }

  /** What a terminal is joined with. */
  openShell: (size: TerminalSize, signal: AbortSignal) => Promise<GuestShell> = () =>
    Promise.reject(new CarrelError('guest-failed', 'no guest is here'));

  /** What a serial console is joined with. */
  openSerial: () => Promise<Duplex> = () => Promise.reject(new CarrelError('not-supported', 'no serial console is here'));
  readonly serials = new SerialPlaces(() => new Date());

  /** What a tunnel is joined with. */
  openTunnel: () => Promise<Socket> = () => Promise.reject(new CarrelError('guest-failed', 'no guest is here'));
  readonly #machines = new Map<string, AbortController>();

  untilOver(id: string): AbortSignal {
    const over = this.#machines.get(id) ?? new AbortController();
    this.#machines.set(id, over);
    return over.signal;
  }

  /** What leads into the machine of a reservation ends. */
  machineOver(id: string, why: string): void {
    this.untilOver(id);
    this.#machines.get(id)?.abort(new Error(why));
  }

  readonly #open = new Map<string, Set<AbortController>>();

  untilSignedOut({ name }: Caller, released: AbortSignal): AbortSignal {
    const over = new AbortController();
    const held = this.#open.get(name) ?? new Set();
    this.#open.set(name, held.add(over));
    released.addEventListener('abort', () => held.delete(over), { once: true });
    return over.signal;
  }

  /** What is open by a person's token ends. */
  signOut(name: Person): void {
    for (const over of this.#open.get(name) ?? []) over.abort();
  }

  /** Events before this one are no longer kept. */
  forgetEventsBefore(id: number): void {
    this.#firstKept = id;
  }

  get waitingReaders(): number {
    return this.#wake.size;
  }

  lastEventId(): string {
    return String(this.#events.length);
  }

  async *events(request: { accountId?: string | undefined; after: string; signal: AbortSignal }): AsyncGenerator<EventData> {
    let next = Number(request.after) + 1;
    if (next < this.#firstKept) {
      next = this.#firstKept;
      yield { id: String(next - 1), at: at(), kind: 'gap', body: {} };
    }
    while (!request.signal.aborted) {
      const event = this.#events[next - 1];
      if (event !== undefined) {
        next++;
        const { accountId, ...data } = event;
        if (request.accountId === undefined || accountId === request.accountId) yield data;
        continue;
      }
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#wake.delete(done);
          request.signal.removeEventListener('abort', done);
          resolve();
        };
        this.#wake.add(done);
        request.signal.addEventListener('abort', done, { once: true });
      });
    }
  }

  /** A machine that no reservation has. */
  addNobodys(): MachineDetail {
    const id = randomUUID();
    const facts = { provider: 'local', image: 'starter', revision: 1, mode: 'linked', state: 'running', vcpus: 1, memoryMiB: 256 } as const;
    const machine: MachineDetail = { id, ...facts, nobodys: true, createdAt: at(), chains: [] };
    this.nobodys.set(id, machine);
    return machine;
  }

  machine(reservation: Reservation): MachineDetail {
    const { id, ...rest } = reservation.machine;
    const { owner, provider, image, revision, hostname, mode } = reservation;
    return { id, reservation: reservation.id, owner, provider, image, revision, hostname, mode, createdAt: at(), chains: [], ...rest };
  }

  startRevision(image: string, by: Caller, saga: string): RevisionStarted {
    if (!this.images.has(image)) {
      this.images.set(image, {
        id: randomUUID(),
        name: image,
        description: '',
        owner: by.name,
        createdAt: at(),
        revisions: 0,
        machines: 0,
      });
    }
    const revision = this.addRevision(image, 'preparing');
    return { image: this.images.get(image) as Image, revision, job: this.addJob(saga, by.name as Person).id };
  }
}

function page<T>(items: T[], request: PageRequest): Page<T> {
  const start = request.after === undefined ? 0 : Number(request.after);
  const end = start + request.limit;
  return { items: items.slice(start, end), ...(end < items.length ? { next: String(end) } : {}) };
}

function there<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new CarrelError('not-found', `there is no ${what}`);
  return value;
}

/** Services over a {@link FakeWorld}; every call is recorded in `world.calls`. */
export function fakeServices(world: FakeWorld): Services {
  const revisionOf = (id: string): Revision =>
    there(
      world.revisions.find((r) => r.id === id),
      'revision',
    );
  const services: Services = {
    verifyToken: async (token) => {
      const name = (Object.keys(TOKENS) as Person[]).find((n) => TOKENS[n] === token);
      return name === undefined ? undefined : caller(name);
    },
    verifySession: async (secret) => {
      const name = (Object.keys(SESSIONS) as Person[]).find((n) => SESSIONS[n] === secret);
      return name === undefined ? undefined : bySession(name);
    },
    async signInForToken(request, place, { label, forMs }) {
      const { caller: by } = await services.signIn(request, place);
      const account = by.name as Person;
      const info = { id: randomUUID(), label, createdAt: at(), expiresAt: at(forMs) };
      world.tokens.set(account, [...(world.tokens.get(account) ?? []), info]);
      return { ...info, token: TOKENS[account], account, role: by.role };
    },
    listSessions: async (by, account) => {
      if (!world.accounts.some((a) => a.name === account)) return undefined;
      const own: OpenSession = {
        id: personId(account as Person),
        current: by.session !== undefined && by.name === account,
        by: 'password',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0',
        address: '127.0.0.1',
        createdAt: at(),
        lastSeenAt: at(),
        idleEndsAt: at(3_600_000),
        endsAt: at(86_400_000),
      };
      return [own, ...world.otherBrowsers.map(({ id, userAgent }) => ({ ...own, id, userAgent, current: false }))];
    },
    async endSession(_caller, { account, id }) {
      const there = id === personId(account as Person) || world.otherBrowsers.some((other) => other.id === id);
      world.otherBrowsers = world.otherBrowsers.filter((other) => other.id !== id);
      return there;
    },
    async signIn(request) {
      const name = (Object.keys(SESSIONS) as Person[]).find((n) =>
        'code' in request ? request.code === `code-of-${n}` : request.account === n && request.password === `password-of-${n}`,
      );
      if (name === undefined) throw new CarrelError('unauthorized', 'the account or the password is not right');
      return { caller: bySession(name), secret: SESSIONS[name], known: 'k'.repeat(43) };
    },
    signOut: async (by) => world.signOut(by.name as Person),
    setPassword: async (by) =>
      by.session === undefined ? undefined : { caller: by, secret: SESSIONS[by.name as Person], known: 'k'.repeat(43) },
    untilSignedOut: (by, released) => world.untilSignedOut(by, released),
    listAccounts: async () => ({ items: world.accounts }),
    async createAccount(_caller, { name, role }) {
      if (world.accounts.some((a) => a.name === name)) throw new CarrelError('already-exists', `account ${name} is there already`);
      const account: Account = { name, role, createdAt: at() };
      world.accounts.push(account);
      return account;
    },
    async changeAccount(by, { account, off, role }) {
      const found = world.accounts.find((a) => a.name === account);
      if (found === undefined) return undefined;
      if (found.name === by.name) throw new CarrelError('wrong-state', 'you are signed in to this account');
      if (role !== undefined) found.role = role;
      if (off === true) found.offSince = at();
      if (off === false) delete found.offSince;
      return found;
    },
    makeLink: async (_caller, { account, kind }) =>
      world.accounts.some((a) => a.name === account) ? { account, kind, code: `code-of-${account}`, expiresAt: at(86_400_000) } : undefined,
    listTokens: async (account) => (world.accounts.some((a) => a.name === account) ? (world.tokens.get(account) ?? []) : undefined),
    async createToken(_caller, { account, label, forMs }) {
      if (!world.accounts.some((a) => a.name === account)) return undefined;
      const info: TokenInfo = { id: randomUUID(), label, createdAt: at(), ...(forMs === undefined ? {} : { expiresAt: at(forMs) }) };
      world.tokens.set(account, [...(world.tokens.get(account) ?? []), info]);
      return { ...info, token: `crl_${info.id}` };
    },
    async deleteToken(_caller, { account, token }) {
      const before = world.tokens.get(account) ?? [];
      world.tokens.set(
        account,
        before.filter((t) => t.id !== token),
      );
      return before.some((t) => t.id === token);
    },
    listImages: async (wanted = []) =>
      [...world.images.values()].filter(({ labels = {} }) =>
        wanted.every(({ key, value }) => (value === undefined ? key in labels : labels[key] === value)),
      ),
    showImage: async (name) => world.images.get(name),
    nameSince: async (name) => [...world.images.values()].find((i) => i.id === world.formerNames.get(name))?.name,
    async changeImage(_by, id, { name, description, labels }) {
      const image = there(
        [...world.images.values()].find((i) => i.id === id),
        'image',
      );
      if (name !== undefined && name !== image.name) {
        if (world.images.has(name)) throw new CarrelError('conflict', `there is an image called ${name} already`);
        world.images.delete(image.name);
        world.formerNames.set(image.name, id);
        for (const revision of world.revisions) if (revision.image === image.name) revision.image = name;
        image.name = name;
        world.images.set(name, image);
      }
      if (description !== undefined) image.description = description;
      if (labels !== undefined) image.labels = changedLabels(image.labels ?? {}, labels);
      return image;
    },
    listRevisions: async (image) => world.revisions.filter((r) => r.image === image).reverse(),
    showRevision: async (image, number) => world.revisions.find((r) => r.image === image && r.number === number),
    async buildImage(by, { image, recipe }) {
      if (recipe !== 'starter') throw new CarrelError('not-supported', `there is no recipe ${recipe}`, { hint: 'Recipes: starter' });
      return world.startRevision(image, by, 'prepare');
    },
    checkImport: async () => {},
    importImage: async (by, { image }) => world.startRevision(image, by, 'prepare'),
    async replicateImage(by) {
      return { job: world.addJob('add-master', by.name as Person).id };
    },
    proveRevision: async () => ({ reservation: randomUUID() }),
    publishRevision: async (_caller, id) => Object.assign(revisionOf(id), { state: 'published' as const }),
    retireRevision: async (_caller, id) => Object.assign(revisionOf(id), { state: 'retired' as const }),
    async unretireRevision(_by, id) {
      const revision = revisionOf(id);
      if (revision.failure?.code === 'master-changed') throw new CarrelError('master-changed', revision.failure.message);
      if (revision.state !== 'retired') throw new CarrelError('wrong-state', `revision ${revision.number} is ${revision.state}`);
      return Object.assign(revision, { state: 'draft' as const });
    },
    async resealRevision(_by, { image, revision, reason }) {
      const found = there(
        world.revisions.find((r) => r.image === image && r.number === revision),
        'revision',
      );
      if (reason === 'differs') throw new CarrelError('master-changed', '[gold] m/m.vmdk: m-flat.vmdk was changed at bytes 0 to 65535');
      return found;
    },
    async deleteRevision(by, id) {
      const revision = revisionOf(id);
      if (revision.machines > 0) {
        throw new CarrelError('has-children', `${revision.machines} machines stand on it`, { details: { children: ['m1'] } });
      }
      return { job: world.addJob('remove-revision', by.name as Person).id };
    },
    async verifyImage(_, { image, full }) {
      const checks = world.revisions
        .filter((r) => r.image === image)
        .map((r) => ({
          revision: r.number,
          provider: 'local',
          ok: true,
          files: [
            {
              path: '/m',
              expectedSha256: 'ab',
              actualSha256: 'ab',
              ...(full === true ? { compared: 'descriptor' as const, note: 'its bytes could not be read' } : {}),
            },
          ],
        }));
      return { image, ok: true, checks };
    },
    lineage: async () => ({
      complete: true,
      chains: [
        {
          provider: 'local',
          owner: 'machine',
          id: 'm1',
          name: 'starter-1',
          disks: [
            {
              path: '/machines/m1/disk.qcow2',
              format: 'qcow2',
              parent: '/masters/starter-1.qcow2',
              bytes: 1,
              virtualBytes: 2,
              identity: 'x',
            },
            { path: '/masters/starter-1.qcow2', format: 'qcow2', bytes: 10, virtualBytes: 20, identity: 'y' },
          ],
        },
      ],
      unused: [],
    }),
    async reserve(by, request) {
      const before = world.reservations.get(request.id);
      if (before !== undefined) return before;
      if ((request.memoryMiB ?? 0) > 100_000) {
        throw new CarrelError('no-capacity', 'the provider has 4096 MiB free', { details: { resource: 'memoryMiB' } });
      }
      const { id, image, mode, kind = 'lab' } = request;
      const later = request.at !== undefined;
      return world.addReservation(by.name as Person, {
        id,
        image,
        mode,
        kind,
        ...(later ? { state: 'booked' as const, stage: 'booked' as const, startsAt: at(3_600_000) } : {}),
        endsAt: at(Math.min(request.forMs, 1e12)),
        ...(request.labels === undefined ? {} : { labels: request.labels }),
      });
    },
    listReservations: async (request) =>
      page(
        [...world.reservations.values()].filter(
          (r) =>
            (request.owner === undefined || r.owner === request.owner) &&
            (request.past || !['ended', 'failed'].includes(r.state)) &&
            (request.labels ?? []).every(({ key, value }) => (value === undefined ? key in (r.labels ?? {}) : r.labels?.[key] === value)),
        ),
        request,
      ),
    showReservation: async (id) => world.reservations.get(id),
    async labelReservation(_caller, { id, labels }) {
      const reservation = there(world.reservations.get(id), 'reservation');
      return Object.assign(reservation, { labels: changedLabels(reservation.labels ?? {}, labels) });
    },
    async extendReservation(_caller, { id, byMs }) {
      const reservation = there(world.reservations.get(id), 'reservation');
      if (reservation.state !== 'ready') throw new CarrelError('wrong-state', `it is ${reservation.state}`);
      reservation.endsAt = new Date(Date.parse(reservation.endsAt ?? at()) + byMs).toISOString();
      return reservation;
    },
    async moveReservation(_caller, { id }) {
      const reservation = there(world.reservations.get(id), 'reservation');
      if (reservation.state !== 'booked') throw new CarrelError('wrong-state', `it is ${reservation.state}`);
      return Object.assign(reservation, { startsAt: at(7_200_000) });
    },
    async reserveSeries(by, { id, image, rule, at: { zone }, seats = 1, partial }) {
      const one = world.addReservation(by.name as Person, { image, state: 'booked', stage: 'booked', series: id });
      const refused = [{ at: at(), seats, code: 'no-capacity', message: 'there are 0 machines left' }];
      if (rule.includes('COUNT=99') && !partial) throw new CarrelError('no-capacity', '1 of 99 cannot be had', { details: { refused } });
      const made = {
        id,
        owner: by.name,
        image,
        rule,
        zone,
        startsAt: at(),
        createdAt: at(),
        reservations: [one],
        refused: partial ? refused : [],
      };
      world.series.set(id, made);
      return made;
    },
    listSeries: async ({ owner }) => ({ items: [...world.series.values()].filter((s) => owner === undefined || s.owner === owner) }),
    showSeries: async (id) => world.series.get(id),
    endSeries: async (_caller, id) => Object.assign(there(world.series.get(id), 'series'), { endedAt: at() }),
    availability: async (_caller, { image, mode, kind = 'lab', rule, at: from }) => ({
      image,
      revision: 1,
      provider: 'local',
      kind,
      startsAt: at(),
      endsAt: at(7_200_000),
      possible: world.plenty,
      ...(world.plenty
        ? {}
        : {
            reason: {
              code: 'no-capacity',
              message: 'there are 0 machines left and this needs 1',
              details: { at: at(), resource: 'machines', wanted: 1, free: 0, part: 'span' },
            },
          }),
      next: at(3_600_000),
      free: [{ from: at(3_600_000), until: at(90_000_000) }, { from: at(99_000_000) }],
      horizon: at(86_400_000),
      prepareMs: 60_000,
      disk: { leastMiB: 10_240, grows: mode !== 'instant' },
      estimate: { count: 9, p50Ms: 4_000, p95Ms: 9_000 },
      ...(rule === undefined || from === undefined ? {} : { times: timesOf(rule, from) }),
    }),
    listLicences: async () => world.licences,
    async addLicence(_caller, { name, seats, images = [] }) {
      const made = { name, seats, images, held: 0, mostHeld: 0, createdAt: at() };
      world.licences.push(made);
      return made;
    },
    changeLicence: async (_caller, name, change) =>
      Object.assign(
        there(
          world.licences.find((l) => l.name === name),
          'licence',
        ),
        change,
      ),
    async removeLicence(_caller, name) {
      const one = there(
        world.licences.find((l) => l.name === name),
        'licence',
      );
      world.licences = world.licences.filter((l) => l !== one);
    },
    listMaintenance: async () => world.maintenance,
    async addMaintenance(by, { provider, reason }) {
      if (provider !== 'local') throw new CarrelError('not-found', `there is no provider ${provider}`);
      const made = { id: randomUUID(), provider, startsAt: at(), reason, createdBy: by.name, reservations: [] };
      world.maintenance.push(made);
      return made;
    },
    async removeMaintenance(_caller, id) {
      const before = world.maintenance.length;
      world.maintenance = world.maintenance.filter((m) => m.id !== id);
      return world.maintenance.length < before;
    },
    showRules: async () => ({
      mine: [
        {
          kind: 'lab',
          allowed: true,
          longestMs: 14_400_000,
          totalMs: null,
          aheadMs: 86_400_000,
          atOnce: 2,
          together: [
            { group: '*', atOnce: 40 },
            { group: 'user', atOnce: 30 },
          ],
          checkpoints: 5,
          connectWithinMs: null,
          idleAfterMs: null,
          tellEndMs: 600_000,
        },
      ],
      site: world.siteRules,
    }),
    setRule: async (_caller, { group = '*', kind }) => {
      world.siteRules = { ...world.siteRules, [group]: { [kind]: {} } };
      return { mine: [], site: world.siteRules };
    },
    endReservation: async (_caller, { id, keepMs }) =>
      world.move(id, {
        state: 'ending',
        stage: 'ending',
        endAskedAt: at(),
        ...(keepMs === undefined || world.reservations.get(id)?.state !== 'ready' ? {} : { keptUntil: at(keepMs) }),
      }),
    async undoEnd(_caller, id) {
      delete there(world.reservations.get(id), 'reservation').keptUntil;
      return world.move(id, { state: 'ready', stage: 'ready', stageText: 'switching it on again' });
    },
    reimageReservation: async (_caller, { id }) =>
      world.move(id, { state: 'preparing', stage: 'queued', stageText: 'taking the old machine away' }),
    unlinkReservation: async (by, id) => ({
      reservation: there(world.reservations.get(id), 'reservation'),
      job: world.addJob('unlink', by.name as Person).id,
    }),
    relocateReservation: async (by, { id }) => ({
      reservation: there(world.reservations.get(id), 'reservation'),
      job: world.addJob('relocate', by.name as Person).id,
    }),
    async connect(_caller, { id }) {
      const reservation = there(world.reservations.get(id), 'reservation');
      if (reservation.state !== 'ready') throw new CarrelError('wrong-state', `the reservation is ${reservation.state}`);
      return world.connection;
    },
    async rdpFile(id) {
      const { hostname, machine } = there(world.reservations.get(id), 'reservation');
      if (machine.address?.rdpPort === undefined) throw new CarrelError('not-supported', 'people come into its machine by SSH');
      return { name: `${hostname}.rdp`, text: `full address:s:${machine.address.host}:${machine.address.rdpPort}\r\n` };
    },
    capture: async (by, { image }) => world.startRevision(image, by, 'capture'),
    power: async (by, { id }) => ({
      reservation: there(world.reservations.get(id), 'reservation'),
      job: world.addJob('power', by.name as Person).id,
    }),
    listCheckpoints: async (id) => world.checkpoints.filter((c) => c.reservation === id).map((c) => c.shown),
    async addCheckpoint(by, { id, name, description }) {
      const shown = { id: randomUUID(), name, description, state: 'making' as const, createdBy: by.name, createdAt: at() };
      world.checkpoints.push({ reservation: id, shown });
      return { checkpoint: shown, job: world.addJob('checkpoint', by.name as Person).id };
    },
    revertCheckpoint: async (by, { checkpoint }) => ({
      checkpoint: there(world.checkpoints.find((c) => c.shown.id === checkpoint)?.shown, 'checkpoint'),
      job: world.addJob('checkpoint', by.name as Person).id,
    }),
    deleteCheckpoint: async (by, { checkpoint }) => ({
      checkpoint: there(world.checkpoints.find((c) => c.shown.id === checkpoint)?.shown, 'checkpoint'),
      job: world.addJob('checkpoint', by.name as Person).id,
    }),
    openConsole: (_by, _id, signal) => openConsole(async () => ({ kind: 'vnc', socketPath: world.consoleSocket }), signal),
    screenshot: async (id) => {
      if (there(world.reservations.get(id), 'reservation').state !== 'ready') throw new CarrelError('wrong-state', 'its machine is not on');
      return Buffer.from('\x89PNG', 'latin1');
    },
    serialLog: async ({ id, after = 0 }) => {
      const kept = there(world.reservations.get(id), 'reservation').failure?.details?.['console'];
      const text = (typeof kept === 'string' ? kept : world.serial).slice(after);
      return { text, from: after, next: after + text.length, over: kept !== undefined };
    },
    openShell: (_by, { size }, signal) => world.openShell(size, signal),
    openSerialConsole: async (by, request) => ({
      ...(await world.serials.join(request, by.name, () => world.openSerial())),
      over: world.untilOver(request.id),
    }),
    openTunnel: async (_by, id) => ({ socket: await world.openTunnel(), over: world.untilOver(id) }),
    listMachines: async (request) =>
      page(
        [
          ...[...world.reservations.values()]
            .filter((r) => request.nobodys !== true && (request.owner === undefined || r.owner === request.owner))
            .map((r) => world.machine(r)),
          ...(request.owner === undefined ? world.nobodys.values() : []),
        ],
        request,
      ),
    async answerMachine(_by, { id }) {
      for (const { machine } of world.reservations.values()) if (machine.id === id) delete machine.condition;
    },
    async endMachine(_by, id) {
      const machine = world.nobodys.get(id);
      if (machine === undefined) throw new CarrelError('wrong-state', 'the machine has a reservation');
      machine.state = 'destroying';
    },
    async showMachine(_, id) {
      const reservation = [...world.reservations.values()].find((r) => r.machine.id === id);
      return world.nobodys.get(id) ?? (reservation === undefined ? undefined : world.machine(reservation));
    },
    readiness: async () => ({ ready: world.ready, checks: [{ name: 'store', ok: world.ready }] }),
    listProviders: async () => [
      {
        name: 'local',
        kind: 'qemu',
        state: 'up',
        since: '2026-01-01T00:00:00.000Z',
        cloneModes: ['linked', 'full', 'instant'],
        console: 'vnc',
        liveCapture: true,
        replicas: false,
        relocates: false,
        reseals: false,
        recipes: ['starter'],
        importFormats: ['qcow2', 'raw', 'vmdk'],
        startSlots: 2,
        copySlots: 2,
        limits: { machines: 10, memoryMiB: 8192, vcpus: 8, storageMiB: 100_000 },
        used: { machines: 1, memoryMiB: 256, vcpus: 1, storageMiB: 0 },
        linkedPercent: 5,
        facts: { accel: 'tcg' },
        ...world.provider,
      },
    ],
    addProvider: async (_caller, { name, kind, url, username, trust }) => ({
      name,
      kind,
      connection: { url, username, trust },
      state: 'up',
      since: '2026-01-01T00:00:00.000Z',
      cloneModes: ['linked'],
      console: 'webmks',
      liveCapture: false,
      replicas: true,
      relocates: true,
      reseals: true,
      recipes: [],
      importFormats: [],
      startSlots: 8,
      copySlots: 2,
      limits: { machines: 10, memoryMiB: 8192, vcpus: 8, storageMiB: 100_000 },
      used: { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0 },
      linkedPercent: 5,
      facts: {},
    }),
    changeProvider: async (caller, name) => (await services.listProviders(caller)).find((p) => p.name === name),
    checkProvider: async (_by, name) =>
      name === 'local'
        ? {
            ok: false,
            server: { name: 'vc', version: '8', apiVersion: '8.0', kind: 'vcenter' },
            datacenter: 'DC',
            cluster: { name: 'C', hosts: 2, drs: 'off' },
            datastores: [],
            networks: ['VM Network'],
            strategies: ['snapshot-clone'],
            missing: [{ where: '/DC/vm', privilege: 'VirtualMachine.Inventory.Create' }],
            unwanted: [],
            clockSkewS: 0,
            problems: [{ blocking: true, message: 'the account lacks a privilege', hint: 'Give it.' }],
          }
        : undefined,
    listProviderVms: async (name) =>
      name === 'local' ? [{ path: '/DC/vm/t', template: true, power: 'off', ours: false, unreadable: false }] : undefined,
    servedElsewhere: async () => undefined,
    callerOnBehalf: async (word) => (word === WORD_FOR_ANN ? { ...caller('ann'), onBehalf: true } : undefined),
    passOn: async () => {
      throw new Error('there is no other server here');
    },
    joinPeer: async () => {
      throw new Error('there is no other server here');
    },
    drainProvider: async (caller, name) => {
      if (name === 'local') world.provider.drainingSince = '2026-11-23T10:00:00.000Z';
      return (await services.listProviders(caller)).find((p) => p.name === name);
    },
    writeOffProvider: async (caller, name, reason) => {
      const found = (await services.listProviders(caller)).find((p) => p.name === name);
      return found && { ...found, state: 'disabled', problem: `written off: ${reason}`, writtenOffSince: '2026-11-23T10:00:00.000Z' };
    },
    enableProvider: async (caller, name, enabled) => {
      if (name === 'local') world.provider.state = enabled ? 'up' : 'disabled';
      return (await services.listProviders(caller)).find((p) => p.name === name);
    },
    deleteProvider: async (_caller, name) => name === 'local',
    showCertificate: async () => ({
      fingerprint256: 'AB:'.repeat(32).slice(0, -1),
      subject: 'CN=vc',
      issuer: 'CN=vc',
      validTo: '2030-01-01',
    }),
    importVm: async (by, { image, provider }) => services.buildImage(by, { image, recipe: provider, publish: true }),
    reconcile: async (_caller, { dryRun }) => ({
      dryRun,
      complete: true,
      findings: [
        {
          kind: 'stray',
          provider: 'local',
          subject: '/machines/x',
          detail: 'a folder of ours that no machine uses',
          action: 'sweep',
          outcome: dryRun ? 'would-mend' : 'mended',
        },
      ],
    }),
    forgetServer: async (_caller, id) => id === '00000000-0000-4000-8000-00000000000e',
    listServers: async () => [
      {
        id: '00000000-0000-4000-8000-00000000000e',
        name: 'host-a',
        state: 'up',
        version: 'test',
        url: 'https://host-a:7077',
        startedAt: '2026-11-23T10:00:00.000Z',
        heardAt: '2026-11-23T12:00:00.000Z',
        hosts: ['host-a'],
        holds: ['host-a', 'vc'],
      },
    ],
    listAudit: async (request) => page(world.audit, request),
    listJobs: async (request) =>
      page(
        [...world.jobs.values()].filter((j) => request.state === undefined || j.state === request.state),
        request,
      ),
    showJob: async (id) => world.jobs.get(id),
    async retryJob(_caller, id) {
      const job = world.jobs.get(id);
      if (job !== undefined && job.state !== 'stuck') throw new CarrelError('wrong-state', `the job is ${job.state}`);
      return job === undefined ? undefined : Object.assign(job, { state: 'ready' as const });
    },
    lastEventId: async () => world.lastEventId(),
    events: (request) => world.events(request),
  };
  return recorded(services, world);
}

/** Wraps every function: records the call, and throws what the test asked for. */
function recorded(services: Services, world: FakeWorld): Services {
  return new Proxy(services, {
    get(target, name: keyof Services) {
      const real = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        world.calls.push({ name, args });
        const failure = world.failures.get(name);
        if (failure === undefined) return real(...args);
        world.failures.delete(name);
        return failure instanceof Promise ? failure.then(() => real(...args)) : Promise.reject(failure);
      };
    },
  });
}
