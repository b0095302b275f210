/** Shortest and longest password, in characters. NIST SP 800-63B-4 §3.1.1.2 wants 15 where it is the only factor and 8 beside another. */
const SHORTEST = 12;
export const LONGEST = 1000;

/** The form in which a password is hashed: one that looks the same is the same, whatever keyboard it came from (NIST SP 800-63B). */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}

/** What is wrong with a new password, as a sentence; undefined if nothing is. No rules about kinds of characters: length is what counts. */
export function passwordProblem(password: string, account: string): string | undefined {
  const characters = Array.from(normalPassword(password));
  if (characters.length < SHORTEST) return `a password has at least ${SHORTEST} characters; a few words are a good one`;
  if (characters.length > LONGEST) return `a password has at most ${LONGEST} characters`;
  if (new Set(characters).size < 5) return 'a password has at least 5 different characters';
  const name = account.toLowerCase();
  if (characters.join('').toLowerCase().replaceAll(name, '').length < SHORTEST / 2) return 'the name of the account is no password';
  return undefined;
}
