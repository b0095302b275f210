/** The guides' own commands, taken from their text, so that tests can run what people are told to type. */

/** Commands in the fenced blocks of a page, in their order; lines that end in a backslash go on in the next, comments are left out. */
export function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

/** The words of a command as a shell has them, as far as guides need one: blanks, and quotes of both kinds. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

/** Commands that begin with `carrel ` inside a line of prose. */
export function inlineCommandsOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`(carrel [^`]+)`/g)].map((match) => (match[1] ?? '').replaceAll(/\s+/g, ' '));
}

export type Privileges = Record<string, string[]>;

/** What the guide on vSphere gives to each role: by its table, and by its `govc role.create`. */
export function privilegesInGuide(markdown: string): { table: Privileges; commands: Privileges } {
  const rows = /<!-- privileges -->\n([\s\S]*?)\n<!-- \/privileges -->/.exec(markdown)?.[1]?.split('\n').slice(2) ?? [];
  const table = rows.map((row) => {
    const [, , role = '', list = ''] = row.split('|').map((cell) => cell.trim());
    let prefix = '';
    const names = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => {
      if (name.startsWith('.')) return prefix + name;
      prefix = name.slice(0, name.lastIndexOf('.'));
      return name;
    });
    return [role.replaceAll('`', ''), names.toSorted()] as const;
  });
  const commands = commandsOf(markdown)
    .map(wordsOf)
    .filter(([program, verb]) => program === 'govc' && verb === 'role.create')
    .map(([, , role = '', ...names]) => [role, names.toSorted()] as const);
  return { table: Object.fromEntries(table), commands: Object.fromEntries(commands) };
}
