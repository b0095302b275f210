import { CarrelError, describeError } from '../../lib/errors.ts';
import type { Driver, Guest } from '../driver.ts';
import { DRIVER_ERRORS, type DriverErrorCode } from '../errors.ts';

/** Why a rejection is not of the closed list, or undefined if it is. */
export function outsideTheList(error: unknown): string | undefined {
  if (!(error instanceof CarrelError)) return `not a CarrelError: ${describeError(error)}`;
  const known = (DRIVER_ERRORS as Record<string, { retry: string } | undefined>)[error.code];
  if (known === undefined) return `code ${error.code} is not in DRIVER_ERRORS: ${describeError(error)}`;
  if (known.retry !== error.retry) return `${error.code} has retry class ${error.retry}, the list says ${known.retry}`;
  if (error.code === ('internal' satisfies DriverErrorCode)) return `internal: ${describeError(error)}`;
  return undefined;
}

/**
 * A driver whose every rejection is held against the closed list; what breaks it is added to `violations`. A call that is not
 * answered within `hangMs` milliseconds, which is longer than any context lasts, is given up, so that the suite never hangs.
 */
export function observed(driver: Driver, violations: string[], hangMs: number): Driver {
  return watchCalls(driver, 'driver', violations, hangMs);
}

async function answered(what: string, call: Promise<unknown>, hangMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} gave no answer within ${hangMs} ms`)), hangMs);
  });
  try {
    return await Promise.race([call, hung]);
  } finally {
    clearTimeout(timer);
  }
}

function watchCalls<T extends object>(target: T, name: string, violations: string[], hangMs: number): T {
  return new Proxy(target, {
    get(object, key) {
      // Not the proxy as receiver: private fields of a class are not on it.
      const value: unknown = Reflect.get(object, key, object);
      if (key === 'guest') return watchCalls(value as Guest, `${name}.guest`, violations, hangMs);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const note = (error: unknown): never => {
          const problem = outsideTheList(error);
          if (problem !== undefined) violations.push(`${String(key)}: ${problem}`);
          throw error;
        };
        try {
          const result: unknown = Reflect.apply(value, object, args);
          return result instanceof Promise ? answered(`${name}.${String(key)}`, result, hangMs).catch(note) : result;
        } catch (error) {
          return note(error);
        }
      };
    },
  });
}
