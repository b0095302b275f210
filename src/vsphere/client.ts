/** The client of one vCenter or ESXi host: a session, one update loop, tasks and inventory on top of it. */
import type { Ctx } from '../lib/context.ts';
import { vsphereError } from './errors.ts';
import type { MethodArgs, MethodName } from './soap/envelope.ts';
import { type LoopOptions, UpdateLoop } from './property/loop.ts';
import { DEFAULT_WATCH, Inventory, type InventoryWatch } from './property/inventory.ts';
import { type Pace, Pacer } from './property/pacer.ts';
import { Reads } from './property/reads.ts';
import { type ObjectType, type Read, readMany, readOne } from './property/retrieve.ts';
import { type TaskProgress, type TaskResult, Tasks } from './property/tasks.ts';
import type { SessionOptions } from './session/options.ts';
import { type Call, type CallOptions, SERVICE_INSTANCE, Session } from './session/session.ts';
import type { Ref } from './types/value.ts';
import type { AboutInfo, ServiceContent } from './types/vim.gen.ts';

/** Methods that answer at once with a task which does the work. */
export type TaskMethod = Extract<MethodName, `${string}_Task`>;

export interface ClientOptions extends SessionOptions {
  /** What the inventory keeps; {@link DEFAULT_WATCH} unless given. */
  watch?: InventoryWatch | undefined;
  loop?: LoopOptions | undefined;
  /** How often the server is asked for changes, and how often {@link VSphereClient.reads} asks, at most; unbounded unless given. */
  pace?: Pace | undefined;
  /** How much longer a queue of questions waits in which all are patient, in milliseconds; see {@link LoopOptions.lazyMs} too. None unless given. */
  lazyMs?: number | undefined;
  /** How long the server may take to bring a known inventory up to date, in milliseconds; 30,000 unless given. */
  answerMs?: number | undefined;
}

export interface RunOptions extends CallOptions {
  onProgress?: TaskProgress | undefined;
  /** Its end may be heard of later where much is asked. */
  patient?: boolean | undefined;
  /** Hears of the task's reference before it is awaited, to store it; the wait begins when that is done. */
  onTask?: ((task: Ref) => void | Promise<void>) | undefined;
}

export class VSphereClient {
  readonly session: Session;
  readonly tasks: Tasks;
  readonly inventory: Inventory;
  /** Reads that are shared by all who ask at the same time, at the pace. */
  readonly reads: Reads;
  /** One typed call: `client.call(ctx, 'AcquireTicket', vm, { ticketType: 'webmks' })`. */
  readonly call: Call;
  private readonly loop: UpdateLoop;

  constructor(options: ClientOptions) {
    this.session = new Session(options);
    this.loop = new UpdateLoop(this.session, { pace: options.pace, lazyMs: options.lazyMs, ...options.loop });
    this.reads = new Reads(this.session, new Pacer(options.pace, { pause: options.loop?.pause }), options.lazyMs);
    this.tasks = new Tasks(this.session, this.loop, this.reads);
    this.inventory = new Inventory(this.session, this.loop, options.watch ?? DEFAULT_WATCH, options.answerMs);
    this.call = this.session.call;
  }

  /** Logs in and says what the server is. Everything else logs in by itself when it has to. */
  async connect(ctx: Pick<Ctx, 'signal'>): Promise<AboutInfo> {
    return (await this.session.open(ctx)).about;
  }

  /** The well-known objects of the server. */
  async content(ctx: Pick<Ctx, 'signal'>): Promise<ServiceContent> {
    return await this.session.open(ctx);
  }

  /** A well-known object by its name in the service content; `vsphere-not-found` if this kind of server does not have it. */
  async manager(
    ctx: Pick<Ctx, 'signal'>,
    name: { [K in keyof ServiceContent]: NonNullable<ServiceContent[K]> extends Ref ? K : never }[keyof ServiceContent] & string,
  ): Promise<Ref> {
    const ref = (await this.session.open(ctx))[name] as Ref | undefined;
    if (!ref) throw vsphereError('vsphere-not-found', `this server has no ${name}`, { hint: 'ESXi lacks several services of vCenter.' });
    return ref;
  }

  /** True for vCenter, false for ESXi. */
  async isVCenter(ctx: Pick<Ctx, 'signal'>): Promise<boolean> {
    return (await this.connect(ctx)).apiType === 'VirtualCenter';
  }

  /** Starts a task and waits until it is over; see {@link Tasks.wait} for how that fails. */
  async run<M extends TaskMethod>(
    ctx: Pick<Ctx, 'signal'>,
    method: M,
    self: Ref,
    args: MethodArgs<M>,
    options: RunOptions = {},
  ): Promise<TaskResult> {
    const task = (await this.session.call(ctx, method, self, args, options)) as Ref;
    await options.onTask?.(task);
    return await this.tasks.wait(ctx, task, options.onProgress, options.patient);
  }

  /** The server's clock. */
  async currentTime(ctx: Pick<Ctx, 'signal'>): Promise<Date> {
    return await this.session.call(ctx, 'CurrentTime', SERVICE_INSTANCE, {});
  }

  /** Properties of one object, straight from the server. */
  async read<T extends ObjectType, P extends string>(
    ctx: Pick<Ctx, 'signal'>,
    type: T,
    ref: Ref,
    paths: readonly P[],
  ): Promise<Read<T, P>> {
    return await readOne(ctx, this.session, type, ref, paths);
  }

  /** Properties of several objects in one request. */
  async readAll<T extends ObjectType, P extends string>(
    ctx: Pick<Ctx, 'signal'>,
    type: T,
    refs: readonly Ref[],
    paths: readonly P[],
  ): Promise<Read<T, P>[]> {
    return await readMany(ctx, this.session, type, refs, paths);
  }

  /** Ends waits, logs out, closes connections. What is still awaited fails with `vsphere-closed`. */
  async close(): Promise<void> {
    this.tasks.close(vsphereError('vsphere-closed', 'the vSphere client was closed'));
    await this.loop.close();
    await this.session.close();
  }
}
