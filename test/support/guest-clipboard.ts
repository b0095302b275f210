/** What spice-vdagent does in a guest's desktop, as far as text goes: the messages of its protocol, spoken by a shell. */

/** Types of spice-protocol's `vd_agent.h`. */
const [TEXT, GRAB, REQUEST, CAPABILITIES] = [4, 7, 8, 6];
/** Of its capabilities: data is sent when it is asked for, and there are several selections. */
const BY_DEMAND_AND_SELECTION = (1 << 5) | (1 << 6);
const UTF8 = 1;

const words = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer);

/** One message in a chunk of its own. */
function message(type: number, ...data: Buffer[]): Buffer {
  const body = Buffer.concat(data);
  return Buffer.concat([words(1, 20 + body.length, 1, type, 0, 0, body.length), body]);
}

/** A command that puts messages out. */
const say = (...messages: Buffer[]) => `echo ${Buffer.concat(messages).toString('base64')} | base64 -d`;

/** A command that takes the place of spice-vdagent until the machine is switched off, and keeps all that it is told in /tmp/clipboard. */
export function startsClipboard(): string {
  const port = 'for f in /sys/class/virtio-ports/*/name; do grep -q com.redhat.spice.0 $f && p=${f%/name}; done; p=/dev/${p##*/}';
  const hello = say(message(CAPABILITIES, words(1, BY_DEMAND_AND_SELECTION)));
  const joined = `exec 3<>$p 4<>/tmp/say; cat <&3 >/tmp/clipboard & ${hello} >&3; exec cat <&4 >&3`;
  return `${port}; mkfifo /tmp/say; (${joined}) >/dev/null 2>&1 </dev/null &`;
}

/** A command by which `text` is copied there. */
export const copiesInGuest = (text: string): string =>
  `${say(message(GRAB, words(0, UTF8)), message(TEXT, words(0, UTF8), Buffer.from(text)))} >/tmp/say`;

/** A command that asks for what lies in the clipboard that is shared, and says all that it was told until now. */
export const PASTES_IN_GUEST = `${say(message(REQUEST, words(0, UTF8)))} >/tmp/say; cat /tmp/clipboard`;
