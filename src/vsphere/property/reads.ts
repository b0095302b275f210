/**
 * Properties of objects, read from the server: whatever is asked for at the same time, of objects of any type, goes out as one
 * RetrievePropertiesEx at the pace. An answer is never older than its question.
 */
import type { Ctx } from '../../lib/context.ts';
import { faultsOf, findFault } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { type Ref, refKey, sameRef } from '../types/value.ts';
import type { PropertyFilterSpec } from '../types/vim.gen.ts';
import type { Pacer } from './pacer.ts';
import { type ObjectType, type Read, retrieve, toRead } from './retrieve.ts';
import { SharedRead } from './shared-read.ts';

type AnyRead = Read<ObjectType, string>;

interface Question {
  type: ObjectType;
  ref: Ref;
  paths: readonly string[];
}

/** Objects of one type of which the same is asked. */
interface Group {
  type: ObjectType;
  paths: string[];
  refs: Ref[];
}

type Answer = { read: AnyRead } | { error: unknown };

export class Reads {
  readonly #session: Session;
  readonly #pacer: Pacer;
  readonly #shared: SharedRead<Question, Answer>;

  constructor(session: Session, pacer: Pacer, lazyMs = 0) {
    this.#session = session;
    this.#pacer = pacer;
    this.#shared = new SharedRead(pacer, keyOf, async (ctx, questions) => await this.#round(ctx, questions), lazyMs);
  }

  /** Whether a question that is asked now has to wait, so that others will go with it. */
  get busy(): boolean {
    return this.#pacer.busy;
  }

  /** Whether reads have a pace at all. */
  get paced(): boolean {
    return this.#pacer.paced;
  }

  /** Waits for a turn of its own among the reads, for a request of another kind. */
  async turn(ctx: Pick<Ctx, 'signal'>): Promise<void> {
    await this.#pacer.turn(ctx);
  }

  /** The object with at least these properties, as of now; undefined if the server does not have it. Errors: the server's. */
  async get<T extends ObjectType, P extends string>(
    ctx: Pick<Ctx, 'signal'>,
    type: T,
    ref: Ref,
    paths: readonly P[],
    patient = false,
  ): Promise<Read<T, P> | undefined> {
    const [read] = await this.all(ctx, type, [ref], paths, patient);
    return read;
  }

  /** As of {@link get}, in the order of `refs`. Who is patient goes along with others, or waits longer where so much is asked that there is a queue. */
  async all<T extends ObjectType, P extends string>(
    ctx: Pick<Ctx, 'signal'>,
    type: T,
    refs: readonly Ref[],
    paths: readonly P[],
    patient = false,
  ): Promise<(Read<T, P> | undefined)[]> {
    const answers = await this.#shared.all(
      ctx,
      refs.map((ref) => ({ type, ref, paths })),
      patient,
    );
    return answers.map((answer) => {
      if (answer === undefined) return undefined;
      if ('error' in answer) throw answer.error;
      return answer.read as unknown as Read<T, P>;
    });
  }

  /** What one group is refused for (a property that this server does not know) is no reason to tell the others nothing. */
  async #round(ctx: Ctx, questions: readonly Question[]): Promise<Map<string, Answer>> {
    const all = groupsOf(questions);
    const byRef = await this.#read(ctx, all).catch(async (error: unknown) => {
      if (faultsOf(error).length === 0 || all.length === 1) throw error;
      const each = await Promise.all(all.map(async (group) => await this.#readAlone(ctx, group)));
      return new Map(each.flatMap((answers) => [...answers]));
    });
    return new Map(
      questions.flatMap((question) => {
        const answer = byRef.get(refKey(question.ref));
        return answer === undefined ? [] : [[keyOf(question), answer] as const];
      }),
    );
  }

  async #readAlone(ctx: Ctx, group: Group): Promise<Map<string, Answer>> {
    try {
      return await this.#read(ctx, [group]);
    } catch (error) {
      return new Map(group.refs.map((ref) => [refKey(ref), { error }]));
    }
  }

  /** An object that is gone is left out; one that spoils the whole answer, as on older servers, is not asked for again. */
  async #read(ctx: Ctx, all: Group[]): Promise<Map<string, Answer>> {
    for (let left = all; left.length > 0; ) {
      try {
        const found = await retrieve(ctx, this.#session, left.map(specOf));
        return new Map(found.map((content) => [refKey(content.obj), { read: toRead<ObjectType, string>(content) }]));
      } catch (error) {
        const gone = findFault(error, 'ManagedObjectNotFound');
        if (gone === undefined || !left.some(({ refs }) => refs.some((ref) => sameRef(ref, gone.obj)))) throw error;
        left = left
          .map((group) => ({ ...group, refs: group.refs.filter((ref) => !sameRef(ref, gone.obj)) }))
          .filter(({ refs }) => refs.length > 0);
      }
    }
    return new Map();
  }
}

const keyOf = ({ ref, paths }: Question): string => `${refKey(ref)} ${paths.join()}`;

/** Each object once, with all that is asked of it: a server may answer each part of a request by itself, or all at one go. */
function groupsOf(questions: readonly Question[]): Group[] {
  const objects = new Map<string, { question: Question; paths: Set<string> }>();
  for (const question of questions) {
    const known = objects.get(refKey(question.ref));
    if (known === undefined) objects.set(refKey(question.ref), { question, paths: new Set(question.paths) });
    else for (const path of question.paths) known.paths.add(path);
  }
  const groups = new Map<string, Group>();
  for (const { question, paths } of objects.values()) {
    const { type, ref } = question;
    const key = `${type} ${[...paths].sort().join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { type, paths: [...paths], refs: [ref] });
    else group.refs.push(ref);
  }
  return [...groups.values()];
}

function specOf({ type, paths, refs }: Group): PropertyFilterSpec {
  return {
    propSet: [{ type, pathSet: paths }],
    objectSet: refs.map((obj) => ({ obj, skip: false })),
    reportMissingObjectsInResults: true,
  };
}
