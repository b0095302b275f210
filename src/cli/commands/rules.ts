import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Rule, RuleChange, Rules } from '../../contract/calendar.ts';
import type { Cli } from '../session.ts';
import { span, table } from '../text.ts';
import { wholeNumber } from '../names.ts';

interface Options {
  group: string;
  allow?: boolean;
  longest?: string;
  total?: string;
  ahead?: string;
  atOnce?: number | 'any';
  groupAtOnce?: number | 'any';
  checkpoints?: number;
  connectWithin?: string;
  idleAfter?: string;
  tellEnd?: string;
  reset?: boolean;
}

export function addRules(program: Command, cli: Cli): void {
  program
    .command('rules [kind]')
    .description('how long, how far ahead and how many at one time; with a kind and options, changes that (operators)')
    .addOption(new Option('--group <group>', 'whose rule it is: a role, or * for everybody').default('*'))
    .option('--allow', 'this kind may be reserved')
    .option('--no-allow', 'it may not')
    .option('--longest <span>', 'longest span, or any')
    .option('--total <span>', 'longest span with all extensions, or any')
    .option('--ahead <span>', 'how far ahead of its start it may be reserved')
    .option('--at-once <n>', 'how many one person may hold at one time, or any', numberOrAny)
    .option('--group-at-once <n>', 'how many the people of the group may hold at one time together, or any', numberOrAny)
    .option('--checkpoints <n>', 'how many checkpoints one machine may have, at most 7; 0 = none', checkpointLimit)
    .option('--connect-within <span>', 'a machine to which nobody connects for so long is ended, or any')
    .option('--idle-after <span>', 'a machine at which nobody is connected for so long is ended, or any')
    .option('--tell-end <span>', 'so long before the end its people are told, or no')
    .option('--reset', 'what the site says of this kind and group is taken away')
    .action(async (kind: string | undefined, options: Options, command: Command) => {
      const session = cli.open(command);
      const body = kind === undefined ? undefined : changeOf(kind, options, command);
      const rules = body === undefined ? await session.client.showRules() : await session.client.setRule({ body });
      session.answer(
        rules,
        table(
          [
            'KIND',
            'ALLOWED',
            'LONGEST',
            'WITH EXTENSIONS',
            'AHEAD',
            'AT ONCE',
            'TOGETHER',
            'CHECKPOINTS',
            'CONNECT WITHIN',
            'IDLE AFTER',
            'TELL END',
          ],
          rules.mine.map(row),
        ),
      );
      for (const line of ofSite(rules)) session.say(line);
    });
}

function changeOf(kind: string, o: Options, command: Command): RuleChange {
  if (!isKind(kind)) throw new InvalidArgumentError(`${JSON.stringify(kind)} is no kind: lab, long, imaging, server`);
  // Commander takes an absent --no-allow for true.
  const allowed = command.getOptionValueSource('allow') === 'cli' ? o.allow : undefined;
  const limit = (text: string) => (text === 'any' ? null : text);
  return {
    kind,
    group: o.group,
    ...(allowed === undefined ? {} : { allowed }),
    ...(o.longest === undefined ? {} : { longest: limit(o.longest) }),
    ...(o.total === undefined ? {} : { total: limit(o.total) }),
    ...(o.ahead === undefined ? {} : { ahead: o.ahead }),
    ...(o.checkpoints === undefined ? {} : { checkpoints: o.checkpoints }),
    ...(o.connectWithin === undefined ? {} : { connectWithin: limit(o.connectWithin) }),
    ...(o.idleAfter === undefined ? {} : { idleAfter: limit(o.idleAfter) }),
    ...(o.tellEnd === undefined ? {} : { tellEnd: o.tellEnd === 'no' ? null : o.tellEnd }),
    ...(o.reset === undefined ? {} : { reset: o.reset }),
    ...(o.atOnce === undefined ? {} : { atOnce: o.atOnce === 'any' ? null : o.atOnce }),
    ...(o.groupAtOnce === undefined ? {} : { groupAtOnce: o.groupAtOnce === 'any' ? null : o.groupAtOnce }),
  };
}

/** What the site itself says, beside the defaults. */
function ofSite({ site }: Rules): string[] {
  return Object.entries(site).flatMap(([group, kinds]) =>
    Object.entries(kinds).map(([kind, rule]) => {
      const said = Object.entries(rule as Record<string, unknown>).map(([name, value]) => {
        const shown = value === null ? 'any' : name.endsWith('Ms') ? span(Number(value)) : String(value);
        return `${name.replace(/Ms$/, '')} ${shown}`;
      });
      return `${group === '*' ? 'everybody' : group}, ${kind}: ${said.join(', ')}`;
    }),
  );
}

function numberOrAny(text: string): number | 'any' {
  return text === 'any' ? text : wholeNumber(text);
}

function checkpointLimit(text: string): number {
  if (!/^[0-7]$/.test(text)) throw new InvalidArgumentError('a whole number from 0 to 7 is needed');
  return Number(text);
}

function isKind(text: string): text is Rule['kind'] {
  return ['lab', 'long', 'imaging', 'server'].includes(text);
}

function row(r: Rule): string[] {
  const limit = (ms: number | null) => (ms === null ? 'any' : span(ms));
  return [
    r.kind,
    r.allowed ? 'yes' : 'no',
    limit(r.longestMs),
    limit(r.totalMs),
    span(r.aheadMs),
    String(r.atOnce ?? 'any'),
    r.together.map(({ group, atOnce }) => `${group === '*' ? 'everybody' : group} ${atOnce}`).join(', ') || 'any',
    String(r.checkpoints),
    limit(r.connectWithinMs),
    limit(r.idleAfterMs),
    r.tellEndMs === 0 ? 'no' : span(r.tellEndMs),
  ];
}
