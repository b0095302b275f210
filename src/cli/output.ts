/** In which form a list is answered: `-o`, which every `ls` takes. */
import { type Command, Option } from 'commander';

const FORMS = ['table', 'wide', 'name', 'json'] as const;
type Form = (typeof FORMS)[number];

export interface FormOptions {
  output?: Form;
  json?: boolean;
  wide?: boolean;
  quiet?: boolean;
}

/** Gives the option to every `ls` below, once all commands are there. */
export function addForms(program: Command): void {
  for (const command of program.commands) {
    if (command.name() === 'ls')
      command.addOption(
        new Option('-o, --output <form>', 'table; wide: all columns; name: what each is named by, one a line; json').choices(FORMS),
      );
    addForms(command);
  }
}

/** The form that is asked for: by `-o`, else by one of its short forms. */
export function formOf({ output, json, wide, quiet }: FormOptions): Form {
  if (output !== undefined) return output;
  return json === true ? 'json' : quiet === true ? 'name' : wide === true ? 'wide' : 'table';
}

/** Whether a command line asks for JSON, also one with something wrong in it. What stands behind `--` is another program's. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.some(
    (word, i) => /^(?:--json|--output=json|-o=?json)$/.test(word) || (/^(?:-o|--output)$/.test(word) && own[i + 1] === 'json'),
  );
}

/** What the things of a list are named by when something is asked of them: ids of what has no name that is its own, names of the others. */
export function namesOf(list: readonly object[], by: 'name' | 'id' = 'name'): string {
  return list.map((one) => String(Object.entries(one).find(([key]) => key === by)?.[1] ?? (one as { id?: string }).id ?? '')).join('\n');
}
