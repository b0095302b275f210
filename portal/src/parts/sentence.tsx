import { Code } from '@mantine/core';

/** A sentence in which what stands between backquotes is a command. */
export function Sentence({ children }: { children: string }) {
  return children.split('`').map((part, i) => (i % 2 === 1 ? <Code key={part}>{part}</Code> : part));
}
