import type { Entity } from './entities.ts';
import { type FaultBody, VimFault } from './fault.ts';
import type { Random } from './random.ts';

/**
 * Where a rule strikes.
 * - `before`: the call itself fails, nothing has happened;
 * - `start`: the task is made and fails before its first effect;
 * - `effect`: the task fails right after its n-th effect on files or inventory (`at`, 1 = the first), leaving what it made;
 * - `end`: all effects are there, the task is recorded as failed;
 * - `reply`: everything happened, the connection is cut instead of an answer;
 * - `drop`: the connection is cut before anything happened;
 * - `status`: the answer is an HTTP status without SOAP;
 * - `delay`: the call waits `delayMs` before it starts (a hanging host: a very large number).
 */
export type RulePoint = 'before' | 'start' | 'effect' | 'end' | 'reply' | 'drop' | 'status' | 'delay';

export interface Rule {
  point: RulePoint;
  /** Method name as on the wire (`CloneVM_Task`), or several of them; any if unset. */
  method?: string | readonly string[];
  /** moRef value or name of the object; any if unset. */
  object?: string;
  /** For `effect`: which effect, counted from 1; every one if unset. */
  at?: number;
  /** How often it strikes; 1 if unset. */
  count?: number;
  /** How many matches pass first. */
  skip?: number;
  /** 0 to 1; 1 if unset. */
  probability?: number;
  fault?: FaultBody;
  status?: number;
  delayMs?: number;
}

interface Armed {
  rule: Rule;
  left: number;
  skip: number;
}

/** Faults that tests and demonstrations ask for. */
export class Rules {
  #armed: Armed[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Adds a rule; the answer takes it away again. */
  add(rule: Rule): () => void {
    const armed = { rule, left: rule.count ?? 1, skip: rule.skip ?? 0 };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((a) => a !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  get empty(): boolean {
    return this.#armed.length === 0;
  }

  /** The rule that strikes here, if any; striking uses it up once. */
  match(point: RulePoint, method: string, entity: Entity | undefined, step = 0): Rule | undefined {
    for (const armed of this.#armed) {
      const { rule } = armed;
      if (rule.point !== point || (rule.method !== undefined && ![rule.method].flat().includes(method))) continue;
      if (rule.object !== undefined && rule.object !== entity?.id && rule.object !== entity?.name) continue;
      if (rule.at !== undefined && rule.at !== step) continue;
      if (rule.probability !== undefined && this.#random.unit() >= rule.probability) continue;
      if (armed.skip > 0) {
        armed.skip--;
        continue;
      }
      if (--armed.left <= 0) this.#armed = this.#armed.filter((a) => a !== armed);
      return rule;
    }
    return undefined;
  }
}

/** The fault of a rule, SystemError if it names none. */
export function ruleFault(rule: Rule): VimFault {
  const body = rule.fault ?? { fault: 'SystemError', fields: { reason: 'injected' }, message: 'A general system error occurred: injected' };
  return new VimFault(body.fault, body.message, body.fields);
}
