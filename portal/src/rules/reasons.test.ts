import { expect, it } from 'vitest';
import { ApiError } from '../../../src/client/errors.ts';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { makeFormat } from '../i18n/format.ts';
import { explain } from './explain.ts';
import { actionText, findingText, reasonText, whyNotText } from './reasons.ts';

const format = makeFormat('de', 'Europe/Zurich');
const at = '2020-11-30T13:00:00.000Z';
const why = (details: Record<string, unknown>) => whyNotText(details, de, format);

it('says why a time cannot be had, with the amounts, times and names that the server gives', () => {
  const room = { resource: 'memoryMiB', at, free: 512, wanted: 2048, part: 'span' };
  expect(why(room)).toBe('Zu wenig Platz (30. Nov. 2020, 14:00). Arbeitsspeicher: frei 512 MiB, gebraucht 2 GiB.');
  expect(why({ ...room, part: 'around' })).toContain(de.whyNot.turnround);
  expect(why({ resource: 'machines', at, free: 0, wanted: 1, part: 'span' })).toContain('Rechner: frei 0, gebraucht 1.');
  const largest = why({ resource: 'storageMiB', free: 102_400, wanted: 153_600, largest: 102_400 });
  expect(largest).toBe('Das geht zu keiner Zeit: Seine Festplatten können 150 GiB belegen, und der größte Datastore dort fasst 100 GiB.');
  expect(why({ resource: 'licence', licence: 'matlab', at, until: at })).toMatch(/matlab ist vergeben \(30\..*wieder frei: 30\./);
  expect(why({ resource: 'licence', licence: 'matlab', at })).not.toContain('frei:');
  expect(why({ from: at, until: at, reason: 'new disks' })).toBe('Wegen Wartung geschlossen bis 30. Nov. 2020, 14:00: new disks');
  expect(why({ from: at, reason: 'new disks' })).toBe('Bis auf Weiteres wegen Wartung geschlossen: new disks');
  const rules = ['kind', 'longest', 'total', 'ahead', 'at-once'].map((rule) => why({ rule, limitMs: 7_200_000, wantedMs: 1, limit: 2 }));
  expect(rules).toEqual([
    de.whyNot.kind,
    'Eine Reservierung dieser Art darf höchstens 2 Std. dauern.',
    'Eine Reservierung dieser Art darf mit allen Verlängerungen höchstens 2 Std. dauern.',
    'Eine Reservierung dieser Art darf höchstens 2 Std. im Voraus beginnen.',
    'Sie dürfen höchstens 2 Reservierungen dieser Art zur selben Zeit haben.',
  ]);
});

it('names the group whose people hold as many as they may together, and when one more can be had', () => {
  const full = { rule: 'group-at-once', group: 'user', limit: 30, wanted: 31, at, until: null, reservations: [] };
  expect(why(full)).toBe(
    'Die Personen der Gruppe user dürfen zusammen höchstens 30 Reservierungen dieser Art zur selben Zeit haben, und so viele sind es schon (30. Nov. 2020, 14:00).',
  );
  expect(why({ ...full, group: '*', until: at })).toMatch(
    /^Alle Personen dürfen zusammen .* Eine weitere geht wieder: 30\. Nov\. 2020, 14:00\.$/,
  );
});

it('leaves to the words of the server what it does not know', () => {
  const unknown = [{}, { resource: 'gpus', at, free: 0, wanted: 1 }, { resource: 'toString', at, free: 0, wanted: 1 }, { rule: 'longest' }];
  expect([...unknown, { rule: 'newer', limitMs: 1 }, { resource: 'machines' }].map(why)).toEqual(Array(6).fill(undefined));
});

it('a refusal for want of room names in German what there is too little of', () => {
  const details = { resource: 'vcpus', at, free: 1, wanted: 4, part: 'span' };
  const refused = new ApiError({ type: 'x', title: 't', status: 409, code: 'no-capacity', detail: 'its own words', details });
  const { title, hint } = explain(refused, de, format);
  expect([title, hint]).toEqual([de.problems['no-capacity']?.what, `${why(details)} ${de.problems['no-capacity']?.todo}`]);
});

it('says what the reconciler found, unless it is what only a driver can say', () => {
  expect(findingText({ kind: 'leaked-machine' }, de)).toBe('Er trägt unser Zeichen, und keine Reservierung hat ihn.');
  expect(findingText({ kind: 'power-changed', facts: { power: 'off' } }, de)).toBe('Er ist jetzt aus.');
  expect(findingText({ kind: 'condition', facts: { condition: 'crashed' } }, de)).toBe(de.machines.conditions.crashed.text);
  expect(findingText({ kind: 'condition' }, en)).toBe('Nothing is the matter with it any more.');
  expect(findingText({ kind: 'stray' }, de)).toBeUndefined();
  expect(findingText({ kind: 'power-changed', facts: { power: 'half' } }, de)).toBeUndefined();
});

it('a reason that no details say is said by its code, and in English by the server', () => {
  const reason = { code: 'not-supported' as const, message: 'a linked clone here has …', details: {} };
  expect(reasonText(reason, de, format)).toBe('Das kann dieser Provider nicht. Der Server sagt: a linked clone here has …');
  expect(reasonText(reason, en, format)).toBe(reason.message);
  const full = { code: 'limit-reached' as const, message: 'its English', details: { rule: 'at-once', limit: 2 } };
  expect(reasonText(full, de, format)).toBe(de.whyNot.atOnce('2'));
});

it('what the audit log names is said in words, and by its name where there are none', () => {
  expect(actionText('machine.destroyed.parents-damaged', de)).toBe('Rechner: weggenommen, und was darunter lag, ist beschädigt');
  expect(['reservation.toString', 'toString.made', 'made'].map((name) => actionText(name, de))).toEqual([
    'reservation.toString',
    'toString.made',
    'made',
  ]);
});
