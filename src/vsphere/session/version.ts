/** Which API version to speak: the newest that both sides know. */
import { XmlReader } from '../xml/reader.ts';
import type { RawElement } from '../types/value.ts';

/** The newest version whose types the tables were made from. */
export const NEWEST_KNOWN = '9.1.0.0';

function parts(version: string): number[] {
  return version.split('.').map((p) => Number.parseInt(p, 10) || 0);
}

/** Negative if `a` is older than `b`; `6.7` and `6.7.0.0` are equal. */
export function compareVersions(a: string, b: string): number {
  const x = parts(a);
  const y = parts(b);
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const d = (x[i] ?? 0) - (y[i] ?? 0);
    if (d !== 0) return d;
  }
  return 0;
}

/** The newest of `offered` that is not newer than `known`; the oldest offered if all are newer. */
export function pickVersion(offered: readonly string[], known: string = NEWEST_KNOWN): string | undefined {
  const sorted = offered.filter((v) => /^\d+(\.\d+)*$/.test(v)).toSorted(compareVersions);
  return sorted.findLast((v) => compareVersions(v, known) <= 0) ?? sorted[0];
}

function elements(node: RawElement, name: string): RawElement[] {
  return node.children.filter((c): c is RawElement => typeof c !== 'string' && c.name === name);
}

function text(node: RawElement | undefined): string {
  return node?.children.filter((c) => typeof c === 'string').join('') ?? '';
}

/** The versions of urn:vim25 in /sdk/vimServiceVersions.xml: the current one and those it still speaks. */
export function readServiceVersions(document: string): string[] {
  const r = new XmlReader(document);
  r.root();
  const root = r.raw();
  r.end();
  return elements(root, 'namespace')
    .filter((ns) => text(elements(ns, 'name')[0]) === 'urn:vim25')
    .flatMap((ns) => [
      text(elements(ns, 'version')[0]),
      ...elements(ns, 'priorVersions').flatMap((p) => elements(p, 'version').map((v) => text(v))),
    ])
    .filter((v) => v !== '');
}
