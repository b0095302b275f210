import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, noteText, noticeText, placementText, providerProblem } from './explain.ts';
import { makeFormat } from '../i18n/format.ts';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { ApiError, UnreachableError } from '../../../src/client/errors.ts';
import { againOf } from './again.ts';
import { freeDays } from './free.ts';
import { diskGraph } from './lineage.ts';
import {
  askedFor,
  type Choice,
  diskFits,
  diskMiBOf,
  FIRST_CHOICE,
  MOST_DISK_MIB,
  localInput,
  nextHour,
  ruleOf,
  seatsOf,
} from './request.ts';
import { actionsOf, inOrder, progressOf, toneOf } from './reservation.ts';
import { questionOf } from './question.ts';
import { replicaProviders, revisionActions, verdictOf } from './revision.ts';
import { matching } from './search.ts';
import { staleAfter } from './stale.ts';
import { directSshConfig, knownHosts, sshConfig } from './ssh.ts';

const zurich = makeFormat('de', 'Europe/Zurich');
const choice: Choice = { ...FIRST_CHOICE, at: '2026-11-30T13:00', until: '2027-01-31' };

describe('what was chosen, as the server takes it', () => {
  it('now: only what differs from the usual is said', () => {
    expect(askedFor('a', choice, 'Europe/Zurich')).toEqual({ image: 'a', for: '2h' });
    expect(askedFor('a', { ...choice, disk: '40' }, 'Europe/Zurich')).toEqual({ image: 'a', for: '2h', diskMiB: 40_960 });
    // Written for one mode, and then another was chosen that has no such choice.
    expect(askedFor('a', { ...choice, disk: '40' }, 'Europe/Zurich', false)).toEqual({ image: 'a', for: '2h' });
  });
  it('later: by the clocks of the zone', () => {
    const asked = askedFor('a', { ...choice, when: 'later', kind: 'server', mode: 'full', openEnd: true }, 'Europe/Zurich');
    expect(asked).toEqual({ image: 'a', at: '2026-11-30 13:00', zone: 'Europe/Zurich', openEnd: true, kind: 'server', mode: 'full' });
  });
  it('repeating: a rule of RFC 5545 that ends with its last day', () => {
    expect(ruleOf(choice)).toBe('FREQ=WEEKLY;BYDAY=MO;UNTIL=20270131');
    expect(ruleOf({ ...choice, every: 'weekdays' })).toBe('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270131');
    expect(ruleOf({ ...choice, every: 'daily' })).toBe('FREQ=DAILY;UNTIL=20270131');
  });
  it('what is repeated has an end each time, also where a server without one was chosen before', () => {
    expect(askedFor('a', { ...choice, when: 'repeating', kind: 'server', openEnd: true }, 'UTC')).toMatchObject({ for: '2h' });
  });
  it('an input of a day and a time takes what it gave', () => {
    expect(localInput(new Date('2026-11-30T13:05'))).toBe('2026-11-30T13:05');
    expect(localInput(nextHour(new Date('2026-12-31T23:30')))).toBe('2027-01-01T00:00');
  });
});

it('on My machines those that are ready stand first, then those being prepared, then those booked by their start; of a state as the server has them', () => {
  const list = [
    ['a', 'booked', '2026-12-09'],
    ['b', 'ended', '2026-11-01'],
    ['c', 'preparing', '2026-11-30'],
    ['d', 'booked', '2026-12-02'],
    ['e', 'ready', '2026-11-30'],
    ['f', 'failed', '2026-11-29'],
    ['g', 'ending', '2026-11-29'],
    ['h', 'ready', '2026-11-28'],
  ] as const;
  const order = inOrder(list.map(([id, state, startsAt]) => ({ id, state, startsAt })));
  expect(order.map(({ id }) => id).join('')).toBe('ehcdagbf');
});

describe('what the server refused', () => {
  const refused = (code: string, details: Record<string, unknown> = {}) =>
    new ApiError({ type: 'x', title: 't', status: 409, code, detail: 'its own words', hint: 'its hint', details });
  it('is tried again by itself where it passes, by hand where somebody has to do something, and not where it stays', () => {
    const said = ['unavailable', 'rate-limited', 'guest-failed', 'internal', 'not-found', 'not-allowed'].map((code) =>
      againOf(refused(code)),
    );
    expect(said).toEqual(['by-itself', 'by-itself', 'by-hand', 'by-hand', 'never', 'never']);
    const states = ['booked', 'off', 'lost', 'ending', 'ended', 'failed'].map((state) => againOf(refused('wrong-state', { state })));
    expect(states).toEqual(['by-itself', 'by-itself', 'by-itself', 'by-itself', 'never', 'never']);
    expect(againOf(new UnreachableError('http://h', new Error('gone')))).toBe('by-itself');
  });
  it('is said in German by its code, with the words of the server below; in English in its words', () => {
    expect(explain(refused('busy'), en, zurich)).toEqual({
      title: 'its own words',
      hint: 'its hint',
      said: undefined,
    });
    expect(explain(refused('busy'), de, zurich)).toEqual({
      title: de.problems.busy?.what,
      hint: de.problems.busy?.todo,
      said: 'its own words. its hint',
    });
    expect(explain(refused('wrong-state', { state: 'off' }), de, zurich).title).toBe('Er ist ausgeschaltet');
    expect(explain(refused('wrong-state', { state: 'toString' }), de, zurich).title).toBe(de.problems['wrong-state']?.what);
    expect(explain(refused('never-heard-of'), de, zurich)).toEqual({
      title: 'its own words',
      hint: 'its hint',
      said: undefined,
    });
  });
});

it('what the server says of a reservation is said in the language of the page, with the times of its zone', () => {
  const facts = { at: '2026-11-30T13:00:00.000Z' };
  const warned = { stageText: 'its English', notice: { code: 'nobody-connected', facts } } as const;
  expect(noticeText(warned, de, { ...zurich, time: (at) => zurich.time(at, new Date(facts.at)) })).toBe(
    'Noch hat sich niemand verbunden: er wird 14:00 beendet, wenn es niemand tut.',
  );
  // A server that is newer than the page, and a sentence that has no code.
  expect(noticeText({ ...warned, notice: { code: 'never-heard-of' as never, facts } }, de, zurich)).toBe('its English');
  expect(noticeText({ stageText: 'formatting' }, de, zurich)).toBe('formatting');
  const late = { code: 'late-by-maintenance', facts: { ...facts, after: '10m' } } as const;
  expect(noteText('its English', late, de, zurich)).toMatch(/wenn die Wartung vorbei ist, .*14:00, und .* bis zu 10 Min\. nach/);
  expect([null, undefined].map((none) => noteText('of a driver', none, de, zurich))).toEqual(['of a driver', 'of a driver']);
});

it('why a provider is not up is said in the language of the page, with the words of the error below it', () => {
  const away = { problem: 'its English', problemNotice: { code: 'provider-disabled', facts: {} } } as const;
  expect(providerProblem(away, de, zurich)).toEqual({ title: 'Jemand vom Betrieb hat ihn abgeschaltet.', said: undefined });
  expect(providerProblem({ problem: 'no route', problemCode: 'unavailable' }, de, zurich)).toEqual({
    title: 'Er antwortet nicht, oder nicht, wie er soll.',
    said: 'no route',
  });
  expect(providerProblem({ problem: 'disk', problemCode: 'no-space' }, de, zurich)?.title).toBe('Der Speicher ist voll');
  for (const none of [{ problemCode: 'unavailable' }, {}])
    expect(providerProblem({ problem: 'no route', ...none }, en, zurich)).toEqual({ title: 'no route', said: undefined });
  expect(providerProblem({ problem: 'disk', problemCode: 'EPIPE' }, de, zurich)).toEqual({ title: 'disk', said: undefined });
  expect(providerProblem({}, de, zurich)).toBeUndefined();
});

it('why a machine is where it is, is said in the language of the page, and by the server where a part of it is new', () => {
  const here = {
    placement: 'b was chosen: b would have 88 % left; tried before it: a',
    placementNotices: [
      { code: 'place-chosen', facts: { place: 'b' } },
      { code: 'place-left', facts: { place: 'b', percent: '88' } },
      { code: 'place-tried', facts: { places: 'a' } },
    ],
  } as const;
  const placementNotices = [...here.placementNotices];
  expect(placementText({ ...here, placementNotices }, de, zurich)).toBe('Gewählt wurde b. Auf b blieben 88 % frei. Vorher versucht: a.');
  const newer = [...placementNotices, { code: 'never-heard-of' as never, facts: {} }];
  expect(placementText({ ...here, placementNotices: newer }, de, zurich)).toBe(here.placement);
  expect(placementText({ placement: here.placement }, de, zurich)).toBe(here.placement);
  expect(placementText({}, de, zurich)).toBeUndefined();
});

it('a new name of an image is read anew wherever it stands; after a gap, everything', () => {
  const keys = staleAfter({ kind: 'image', subject: 'it' }).map(([first]) => first);
  expect(keys).toEqual(expect.arrayContaining(['images', 'image', 'revisions', 'reservations']));
  expect(staleAfter({ kind: 'gap' })).toEqual([[]]);
});

describe('what may be done', () => {
  const facts = (state: 'booked' | 'preparing' | 'ready' | 'ending' | 'failed', machine: 'planned' | 'running' | 'stopped' | 'lost') => ({
    state,
    kind: 'lab' as const,
    endsAt: '2026-11-30T13:00:00Z',
    machine: { state: machine },
  });
  it('a running machine is connected to; one that is off is switched on; nothing is done to what is over', () => {
    expect(actionsOf(facts('ready', 'running'))).toMatchObject({ connect: true, powerOff: true, powerOn: false, endAsks: true });
    expect(actionsOf(facts('ready', 'stopped'))).toMatchObject({ connect: false, powerOn: true, powerOff: false, capture: true });
    expect(actionsOf(facts('booked', 'planned'))).toMatchObject({ connect: false, extend: true, end: true, endAsks: false });
    for (const state of ['ending', 'failed'] as const) expect(Object.values(actionsOf(facts(state, 'lost')))).not.toContain(true);
  });
  it('disks of its own are offered while it is off, where its provider can give them', () => {
    const is = (state: 'ready' | 'ending', machine: 'running' | 'stopped', canUnlink?: true) =>
      actionsOf({ ...facts(state, machine), machine: { state: machine, ...(canUnlink && { canUnlink }) } }).unlink;
    expect(is('ready', 'stopped', true)).toBe(true);
    expect([is('ready', 'running', true), is('ending', 'stopped', true), is('ready', 'stopped')]).toEqual([false, false, false]);
  });
  it('a machine that is there and does not work looks so; one that was suspended is switched on', () => {
    const is = (kind: 'suspended' | 'unreachable') => {
      const condition = { kind, since: '2026-11-30T13:00:00Z', text: '', wayOut: '' };
      return { ...facts('ready', 'running'), machine: { state: 'running' as const, condition } };
    };
    expect([toneOf(facts('ready', 'running')), toneOf(is('unreachable'))]).toEqual(['good', 'bad']);
    expect([actionsOf(is('suspended')).powerOn, actionsOf(is('unreachable')).powerOn]).toEqual([true, false]);
  });
  it('a series is given back from one that has not begun', () => {
    const series = '11111111-1111-4111-8111-111111111111';
    expect(actionsOf({ ...facts('booked', 'planned'), series }).endSeries).toBe(true);
    expect(actionsOf({ ...facts('ready', 'running'), series }).endSeries).toBe(false);
    expect(actionsOf(facts('booked', 'planned')).endSeries).toBe(false);
  });
  it('without an end there is nothing to extend', () => {
    const { endsAt: _none, ...open } = facts('ready', 'running');
    expect(actionsOf(open).extend).toBe(false);
  });
  it('a bar is never full before the machine is there', () => {
    const waiting = { state: 'preparing', stage: 'booting', createdAt: '2026-11-30T13:00:00Z', startsAt: '2026-11-30T13:00:00Z' } as const;
    const estimate = { count: 9, p50Ms: 5_000, p95Ms: 10_000 };
    const at = (ms: number) => progressOf({ ...waiting, estimate }, Date.parse(waiting.createdAt) + ms);
    expect([at(-1), at(5_000), at(60_000)]).toEqual([0, 0.5, 0.95]);
    expect(progressOf(waiting, 0)).toBe(5 / 8);
  });
  it('what the hypervisor asks is answered by operators; others see it, and nobody once its reservation is over', () => {
    const question = { id: '7', text: 'No space. Retry?', choices: [{ key: '0', label: 'Retry' }] };
    const asked = (state: 'ready' | 'ending' | 'ended', of: Partial<typeof question> = {}) => {
      const condition = {
        kind: 'out-of-space' as const,
        since: '2026-11-30T13:00:00Z',
        text: '',
        wayOut: '',
        question: { ...question, ...of },
      };
      return { state, machine: { condition } };
    };
    expect(questionOf(asked('ready'), true)).toEqual({ question, mayAnswer: true });
    // A machine that is to go may wait for an answer as well.
    expect(questionOf(asked('ending'), true).mayAnswer).toBe(true);
    expect(questionOf(asked('ready'), false)).toEqual({ question, mayAnswer: false });
    expect(questionOf(asked('ready', { choices: [] }), true).mayAnswer).toBe(false);
    for (const none of [asked('ended'), { state: 'ready' as const, machine: {} }])
      expect(questionOf(none, true)).toEqual({ question: undefined, mayAnswer: false });
  });
  it('more golden disks are offered to authors, of what can be handed out, where a provider that has them keeps several', () => {
    const master = (provider: string) => ({ provider, files: [], virtualBytes: 1, sealedAt: '2026-11-30T13:00:00Z' });
    const may = (state: 'draft' | 'published' | 'retired', author = true, masters = [master('esx')]) =>
      revisionActions({ state, machines: 0, masters }, author).replicate;
    expect([may('draft'), may('published'), may('retired'), may('published', false), may('published', true, [])]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const providers = [
      { name: 'local', state: 'up', replicas: false },
      { name: 'esx', state: 'up', replicas: true },
      { name: 'other', state: 'up', replicas: true },
      { name: 'shut', state: 'disabled', replicas: true },
    ] as const;
    expect(replicaProviders({ masters: [master('local'), master('esx'), master('shut')] }, providers)).toEqual(['esx']);
  });
  it('a reader of images is offered nothing; an author what the state allows', () => {
    expect(Object.values(revisionActions({ state: 'published', machines: 0 }, false))).not.toContain(true);
    expect(revisionActions({ state: 'draft', machines: 1 }, true)).toMatchObject({ publish: true, remove: false, checkOut: true });
    expect(revisionActions({ state: 'published', machines: 0 }, true)).toMatchObject({ publish: false, remove: false, retire: true });
    const master = { provider: 'here', files: [], virtualBytes: 1, sealedAt: '2026-11-30T13:00:00Z' };
    const retired = { state: 'retired', machines: 0, masters: [master] } as const;
    const changed = { code: 'master-changed', message: 'it was changed', retry: 'never' } as const;
    const offered = [retired, { ...retired, masters: [] }, { ...retired, failure: changed }, { ...retired, state: 'draft' } as const];
    expect(offered.map((revision) => revisionActions({ ...revision, masters: [...revision.masters] }, true).unretire)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

it("a person's own SSH finds the machine and its key", () => {
  const way = { host: '10.0.0.5', port: 22, user: 'ann', hostKeys: ['ssh-ed25519 AAAA', 'ecdsa-sha2-nistp256 BBBB'] };
  expect(directSshConfig('lab-1', way)).toBe('Host lab-1\n  HostName 10.0.0.5\n  Port 22\n  User ann');
  expect(knownHosts('id-1', way)).toBe('id-1,10.0.0.5 ssh-ed25519 AAAA\nid-1,10.0.0.5 ecdsa-sha2-nistp256 BBBB');
  expect(knownHosts('id-1', { ...way, port: 2022, hostKeys: ['ssh-ed25519 AAAA'] })).toBe('id-1,[10.0.0.5]:2022 ssh-ed25519 AAAA');
});

it("a person's own SSH goes through the server, and names no address of the machine", () => {
  const through = (server: string) => sshConfig({ id: 'id-1', hostname: 'lab-1', server }, { user: 'ann' });
  const head = 'Host lab-1.carrel\n  User ann\n  HostKeyAlias id-1\n  ProxyCommand carrel --url ';
  expect(through('https://lab.example:8443')).toBe(`${head}https://lab.example:8443 proxy id-1`);
  expect(through('http://[::1]:8080')).toBe(`${head}'http://[::1]:8080' proxy id-1`);
});

describe('what is shown', () => {
  it('words are found whatever their case and accents; those that begin so come first', () => {
    const items = [
      { name: 'lab-zürich', description: '' },
      { name: 'zurich', description: 'Debian 12' },
    ];
    expect(matching(items, 'ZURICH').map((i) => i.name)).toEqual(['zurich', 'lab-zürich']);
    expect(matching(items, 'debian zur').map((i) => i.name)).toEqual(['zurich']);
    expect(matching(items, '').length).toBe(2);
  });
  it('free spans are cut into days, and what was not looked at is not shown', () => {
    const now = new Date('2026-11-30T12:00');
    const free = [{ from: '2026-11-30T18:00', until: '2026-12-01T06:00' }];
    const days = freeDays(free, now, new Date('2026-12-02T00:00'), 7);
    expect(days.map(({ parts }) => parts)).toEqual([[{ from: 0.75, to: 1 }], [{ from: 0, to: 0.25 }]]);
  });
  it('a disk that many stand on is one node, named after its master', () => {
    const disk = (path: string, parent?: string) => ({
      path,
      format: 'qcow2',
      bytes: 1,
      virtualBytes: 1,
      identity: '',
      ...(parent ? { parent } : {}),
    });
    const chain = (owner: 'machine' | 'master', name: string, disks: ReturnType<typeof disk>[]) => ({
      provider: 'p',
      owner,
      id: name,
      name,
      disks,
    });
    const graph = diskGraph({
      chains: [
        chain('machine', 'm1', [disk('a', 'g'), disk('g')]),
        chain('machine', 'm2', [disk('b', 'g'), disk('g')]),
        chain('master', 'golden@1', [disk('g')]),
      ],
    });
    expect(graph.nodes.map((n) => n.label)).toEqual(['golden@1', 'm1', 'm2']);
    expect(graph.edges).toEqual([
      { from: 'p:a', to: 'p:g' },
      { from: 'p:b', to: 'p:g' },
    ]);
  });
  it('spans and sizes are read as people say them', () => {
    const f = makeFormat('en', 'UTC');
    expect([f.span(400), f.span(65_000), f.span(600_000), f.span(5_400_000), f.span(90_000_000)]).toEqual([
      '0 sec',
      '1 min 5 sec',
      '10 min',
      '1 hr 30 min',
      '1 day 1 hr',
    ]);
    expect([f.bytes(0), f.bytes(1536), f.bytes(2 ** 31)]).toEqual(['0 B', '1.5 KiB', '2 GiB']);
    const now = new Date('2026-11-30T12:00Z');
    expect(f.time('2026-11-30T13:00Z', now)).not.toContain('Nov');
    expect(f.time('2026-12-01T13:00Z', now)).toContain('Dec');
  });
});

/** Every text and function of a dictionary by its path, with how many arguments a function takes. */
function shape(node: unknown, path = ''): string[] {
  if (typeof node === 'string') return [path];
  if (typeof node === 'function') return [`${path}(${node.length})`];
  return Object.entries(node as object).flatMap(([key, value]) => shape(value, `${path}.${key}`));
}

it('German says all that English says, and nothing is left in English by mistake', () => {
  // The server's own sentences are English: there is nothing to translate them to.
  expect(shape({ ...de, problems: en.problems, faults: en.faults })).toEqual(shape(en));
  const same = shape(en).filter((path) => {
    const at = (root: unknown) =>
      path
        .split('.')
        .slice(1)
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], root);
    return !path.endsWith(')') && at(en) === at(de);
  });
  // Words that are the same in both.
  expect(same.toSorted()).toEqual(
    [
      '.images.revision',
      '.images.title',
      '.images.name',
      '.nav.images',
      '.operate.vcpus',
      '.operate.image',
      '.signIn.name',
      '.machines.terminal',
      '.terminal.title',
      '.capture.image',
      '.replicate.provider',
      '.replicate.datastore',
    ].toSorted(),
  );
});

it('every text is used by a page', () => {
  const pages = join(import.meta.dirname, '..');
  const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !/i18n|\.test\./.test(f));
  const text = files.map((file) => readFileSync(join(pages, file), 'utf8')).join('\n');
  const unused = Object.entries(en).flatMap(([group, words]) =>
    typeof words === 'string'
      ? []
      : Object.keys(words)
          // A group may also be asked by a computed word: `t.operate[key]`.
          .filter((word) => !new RegExp(`\\.${group}(?:\\.${word}\\b|\\[)`).test(text))
          .map((word) => `${group}.${word}`),
  );
  expect(unused).toEqual([]);
});

describe('what a look at the golden disks found', () => {
  const file = (path: string, more: object = {}) => ({ path, expectedSha256: 'aa', ...more });
  const looked = (ok: boolean, ...files: ReturnType<typeof file>[]) =>
    verdictOf({ ok, checks: [{ revision: 1, provider: 'lab', ok, files }] });
  it('rests on the least that was compared of any file, and says why it was no more', () => {
    expect(looked(true, file('a'), file('b', { compared: 'bytes' }))).toEqual({ outcome: 'bytes', lines: [] });
    expect(looked(true, file('a', { compared: 'samples', note: 'it is large' }), file('b'))).toEqual({
      outcome: 'samples',
      lines: ['a: it is large'],
    });
    expect(looked(true, file('a', { compared: 'descriptor' }), file('b', { compared: 'samples' })).outcome).toBe('descriptor');
  });
  it('damage comes first, and nothing sealed is no yes', () => {
    const damaged = looked(false, file('a', { compared: 'samples', note: 'it is large' }), file('b', { problem: 'it is gone' }));
    expect(damaged).toEqual({ outcome: 'damaged', lines: ['b: it is gone', 'a: it is large'] });
    expect(looked(true).outcome).toBe('nothing');
  });
  it('has a sentence of its own for each, in both languages', () => {
    for (const { images } of [en, de]) expect(new Set(Object.values(images.verdicts)).size).toBe(5);
  });
});

it('a disk is as large as written, never smaller than the image has, and what is shown as the least fits', () => {
  const { gib } = makeFormat('en');
  expect(['', ' ', 'x', '0', '-1', '16384', '16385', '0,25'].map(diskMiBOf)).toEqual([
    ...Array(5).fill(undefined),
    MOST_DISK_MIB,
    undefined,
    256,
  ]);
  expect(['', '9.99', '10', '16384', '16385', 'x'].map((written) => diskFits(written, 10_240))).toEqual([
    true,
    false,
    true,
    true,
    false,
    false,
  ]);
  // 9.7744… GiB is shown as 9.78, not as 9.77.
  expect([gib(10_009), diskFits('9.78', 10_009), diskFits('9.77', 10_009)]).toEqual(['9.78 GiB', true, false]);
});

it('machines each time: as many as were written, at most as the contract takes; one is not said', () => {
  const of = (seats: string) => seatsOf({ seats }).seats;
  expect(['1', '', '-3', 'x', '30', '2.9', '5000'].map(of)).toEqual([undefined, undefined, undefined, undefined, 30, 2, 1_000]);
});
