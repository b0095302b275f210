/** Labels as they are written on a command line. */
import { InvalidArgumentError } from 'commander';
import { LABEL_KEY, LABEL_VALUE } from '../contract/labels.ts';
import type { Image } from '../contract/images.ts';
import type { Reservation } from '../contract/reservations.ts';

/** Refuses what no label may be, before anything is asked for. */
function checked<V extends string | null>(key: string, value: V): [string, V] {
  if (!new RegExp(LABEL_KEY).test(key)) {
    throw new InvalidArgumentError('the key of a label has lower-case letters, digits, and ._/- between them; at most 63 of them');
  }
  if (!new RegExp(LABEL_VALUE, 'u').test(value ?? '')) {
    throw new InvalidArgumentError('the value of a label has at most 63 characters, no comma and no control characters');
  }
  return [key, value];
}

/** `KEY=VALUE`, gathered from each time the option is given. */
export function labelOption(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('a label is written KEY=VALUE');
  return { ...before, ...Object.fromEntries([checked(text.slice(0, at), text.slice(at + 1))]) };
}

/** What `carrel label` is given: `KEY=VALUE` puts one on, `KEY-` takes it away (as kubectl has it). */
export function labelChange(text: string): [string, string | null] {
  const at = text.indexOf('=');
  if (at > 0) return checked(text.slice(0, at), text.slice(at + 1));
  if (at < 0 && text.length > 1 && text.endsWith('-')) return checked(text.slice(0, -1), null);
  throw new InvalidArgumentError('KEY=VALUE puts a label on, KEY- takes it away');
}

/** All of them in one line; empty without any. */
export const labelText = ({ labels = {} }: Pick<Reservation | Image, 'labels'>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
