/** How fast a 5 MB RetrievePropertiesEx reply becomes typed objects, and what memory that takes. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SaxesParser } from 'saxes';
import { decodeReply } from '../src/vsphere/soap/envelope.ts';
import { XmlReader } from '../src/vsphere/xml/reader.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { mib, median, ms, spread } from './lib/stats.ts';
import { makeReply } from './lib/vsphere-reply.ts';

const BYTES = 5_000_000;

interface Tree {
  name: string;
  attributes: unknown;
  children: (Tree | string)[];
}

/** What a client without tables does first: a tree of everything. */
function saxesTree(document: string): Tree {
  const parser = new SaxesParser();
  const top: Tree = { name: '', attributes: {}, children: [] };
  const stack = [top];
  parser.on('opentag', (tag) => {
    const node: Tree = { name: tag.name, attributes: tag.attributes, children: [] };
    (stack.at(-1) as Tree).children.push(node);
    stack.push(node);
  });
  parser.on('text', (text) => void (stack.at(-1) as Tree).children.push(text));
  parser.on('closetag', () => void stack.pop());
  parser.write(document).close();
  return top;
}

function ownTree(document: string): unknown {
  const r = new XmlReader(document);
  r.root();
  return r.raw();
}

const WAYS: Record<string, (document: string) => unknown> = {
  'typed objects (ours)': (document) => decodeReply('RetrievePropertiesEx', document),
  'our reader, a tree': ownTree,
  'saxes, a tree': saxesTree,
};

/** Milliseconds of processor time: this process does nothing else, and others share the machine. */
function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

async function memory(path: string): Promise<{ peakBytes: number; keptBytes: number }> {
  const script = fileURLToPath(new URL('./lib/decode-once.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', script, path]);
  return JSON.parse(stdout) as { peakBytes: number; keptBytes: number };
}

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const rounds = runs ?? (quick ? 3 : 15);
  const { document, machines } = makeReply(BYTES);
  const samples: Record<string, number[]> = {};
  for (let round = -2; round < rounds; round++) {
    for (const [name, decode] of Object.entries(WAYS)) {
      const took = cpuMs(() => decode(document));
      // the first rounds warm the compiler up
      if (round >= 0) (samples[name] ??= []).push(took);
    }
  }
  const path = join(scene.folder('reply'), 'reply.xml');
  writeFileSync(path, document);
  const use = await memory(path);
  const rate = (name: string) => document.length / 1e6 / (median(samples[name] ?? []) / 1000);
  for (const name of Object.keys(WAYS)) say(`${name}: ${ms(median(samples[name] ?? []))} ms, ${rate(name).toFixed(0)} MB/s`);
  return {
    tables: [
      {
        title: `${(document.length / 1e6).toFixed(1)} MB, ${machines} machines; processor time`,
        head: ['way', 'ms, median (min-max)', 'MB/s'],
        rows: Object.keys(WAYS).map((name) => [name, spread(samples[name] ?? []), rate(name).toFixed(0)]),
      },
      {
        title: 'memory of decoding it once, in a process of its own',
        head: ['what', 'MiB'],
        rows: [
          ['peak above the start (resident)', mib(use.peakBytes)],
          ['kept by the objects after collection', mib(use.keptBytes)],
        ],
      },
    ],
    targets: [],
    notes: ['The reply is made by our own encoder: no white space between elements, as vCenter sends it.'],
    raw: { ...samples, memory: use },
  };
}

export const benchmark: Benchmark = { name: 'vsphere-decode', what: 'decoding a 5 MB RetrievePropertiesEx reply', run };
