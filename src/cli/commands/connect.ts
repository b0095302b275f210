import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { facts } from '../text.ts';

export function addConnect(program: Command, cli: Cli): void {
  program
    .command('connect <id>')
    .description('address, user and password of a machine; made for this reservation alone')
    .option('--key <file>', 'an SSH public key to let in as well')
    .action(async (text: string, options: { key?: string }, command: Command) => {
      const body = options.key === undefined ? {} : { publicKey: readPublicKey(options.key) };
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const c = await session.client.connectReservation({ params: { id }, body });
      const rows: [string, string | undefined][] = [
        ['protocol', c.protocol],
        ['address', c.protocol === 'rdp' ? `${c.host}:${c.port}` : undefined],
        ['ssh', c.sshCommand],
        ['user', c.user],
        ['password', c.password],
        ...c.hostKeys.map((key): [string, string] => ['host key', key]),
        ['until', c.endsAt],
      ];
      session.answer(c, facts(rows));
      for (const note of c.notes ?? []) session.say(note.message);
    });
}

/** As `.pub` files begin, with options before that or not, also certificates, and as PuTTY writes one. */
const LIKE_A_PUBLIC_KEY = /(?:^|\s)(?:ssh|ecdsa|sk)-\S+[ \t]+AAAA|^---- BEGIN SSH2 PUBLIC KEY/;

/** Windows' own shell writes what is redirected to a file as UTF-16. */
function decode(bytes: Buffer): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

function readPublicKey(file: string): string {
  let text: string;
  try {
    text = decode(readFileSync(file)).trim();
  } catch (cause) {
    throw new CarrelError('bad-request', `the key file ${file} cannot be read`, { cause });
  }
  // A private key, or any other file that is given by mistake, must not leave this machine. What is only like a public key the server calls by its name.
  if (/PRIVATE KEY|^PuTTY-User-Key-File/.test(text) || !LIKE_A_PUBLIC_KEY.test(text)) {
    throw new CarrelError('bad-request', `${file} is not an SSH public key`, { hint: 'it is one line, such as ~/.ssh/id_ed25519.pub' });
  }
  return text;
}
