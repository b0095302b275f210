/** The serial console with both of its ends, the server's and the command line's; a guest is in src/drivers/qemu/serial.real.ts. */
import { Duplex, PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Person } from '../../test/support/fake-services.ts';
import { type CliRun, startCli } from '../../test/support/run-cli.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { CarrelError } from '../lib/errors.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A machine's side: what was typed at it, and a mouth. */
class Machine extends Duplex {
  typed = '';
  constructor() {
    super({ allowHalfOpen: false });
    this.on('error', () => {});
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.typed += chunk.toString();
    done();
  }
}

let machines: Machine[];
const machine = () => machines.at(-1) as Machine;
beforeEach(() => {
  machines = [];
  server.world.openSerial = async () => {
    machines.push(new Machine());
    return machine();
  };
});

interface Seat extends CliRun {
  type(keys: string): void;
  /** The end of a pipe. */
  end(): void;
  raw: boolean[];
}

function sit(args: string[], { pipe = false, person = 'ann' }: { pipe?: boolean; person?: Person } = {}): Seat {
  const input = new PassThrough();
  const raw: boolean[] = [];
  const run = startCli(server, person, ['console', ...args], { input, raw: pipe ? undefined : (on) => void raw.push(on) });
  const more = { type: (keys: string) => void input.write(keys), end: () => void input.end(), raw };
  return Object.defineProperties(more, Object.getOwnPropertyDescriptors(run)) as typeof more & CliRun;
}

const ready = () => server.world.addReservation('ann', { state: 'ready' });
const joined = (seat: Seat) => eventually('joined', () => seat.err.includes('joined with'));

it('keys go through as they are typed, Ctrl-C too, and what the machine says as it says it; Ctrl-] leaves', async () => {
  const { id, hostname } = ready();
  const seat = sit([id, '--text']);
  await joined(seat);
  expect(seat.err).toBe(`joined with the serial console of ${hostname}; Ctrl-] leaves it, Enter shows a prompt that is there\n`);
  expect(seat.raw).toEqual([true]);
  machine().push('\u001b[1mlogin: ');
  await eventually('its words', () => seat.out === '\u001b[1mlogin: ');
  seat.type('root\r');
  seat.type('\u0003');
  await eventually('the keys', () => machine().typed === 'root\r\u0003');
  seat.type('bye\u001dnot this');
  expect(await seat.done).toBe(0);
  expect(machine().typed).toBe('root\r\u0003bye');
  expect(seat.raw).toEqual([true, false]);
  await eventually("the machine's side is let go", () => machine().closed);
});

it('one at a time: a second is told who is there; --force takes it over, and the first is told by whom', async () => {
  const { id } = ready();
  const first = sit([id, '--text']);
  await joined(first);
  const second = sit([id, '--text']);
  expect(await second.done).toBe(4);
  expect(second.err).toMatch(/ann is at this serial console since .*\n.*--force.*carrel logs -f/);
  expect(first.raw).toEqual([true]);
  const third = sit([id, '--text', '--force']);
  await joined(third);
  expect(await first.done).toBe(4);
  expect(first.err).toContain('ann took the serial console over');
  expect(first.raw).toEqual([true, false]);
  third.type('here');
  await eventually('the third types', () => machine().typed === 'here');
  third.interrupt();
  expect(await third.done).toBe(0);
  expect(third.raw).toEqual([true, false]);
  await eventually('free again', () => machines.every(({ closed }) => closed));
  const fourth = sit([id, '--text']);
  await joined(fourth);
  fourth.type('\u001d');
  expect(await fourth.done).toBe(0);
});

it('a pipe is typed to its end, Ctrl-] too, and left once the machine is silent', async () => {
  const { id } = ready();
  const seat = sit([id, '--text', '--linger', '0'], { pipe: true });
  seat.type('rebo');
  await joined(seat);
  expect(seat.err).not.toContain('Ctrl-]');
  seat.type('ot\u001d\r');
  seat.end();
  expect(await seat.done).toBe(0);
  expect(machine().typed).toBe('reboot\u001d\r');
  const waits = sit([id, '--text', '--linger', '3600'], { pipe: true });
  waits.type('poweroff\r');
  waits.end();
  await eventually('it is typed', () => machine().typed === 'poweroff\r');
  machine().push('reboot: Power down');
  await eventually('the answer', () => waits.out === 'reboot: Power down');
  server.world.failures.set('openSerialConsole', new CarrelError('wrong-state', 'its machine is switched off'));
  machine().push(null);
  expect(await waits.done).toBe(0);
  expect(waits.err).toContain('console: its machine is switched off');
});

it('a connection that breaks is made again, where nothing of its own is in the way; the end of the reservation is not waited out', async () => {
  const { id } = ready();
  const seat = sit([id, '--text']);
  await joined(seat);
  machine().destroy(new Error('broke'));
  await eventually('joined again', () => seat.err.includes('console: joined again'));
  seat.type('still');
  await eventually('the keys', () => machine().typed === 'still');
  expect(seat.raw).toEqual([true]);
  const reservation = server.world.reservations.get(id);
  if (reservation !== undefined) reservation.state = 'ending';
  server.world.failures.set('openSerialConsole', new CarrelError('wrong-state', 'the reservation is ending'));
  server.world.machineOver(id, 'the reservation is ending');
  expect(await seat.done).toBe(4);
  expect(seat.err).toContain('the reservation is over');
  expect(seat.raw).toEqual([true, false]);
});

it('the rest of an own connection that nobody missed yet is not in the way', async () => {
  const { id } = ready();
  const caller = server.client('ann');
  const { openStream } = await import('./tunnel.ts');
  const open = (session: string) =>
    openStream({ client: caller, fingerprint256: undefined }, 'serialConsole', { params: { id }, query: { session } });
  const rest = await open('mine');
  await expect(open('other')).rejects.toMatchObject({ code: 'busy', status: 409 });
  const back = await open('mine');
  onTestFinished(() => void back.stream.destroy());
  expect((await rest.closed).code).toBe(4409);
});

it('what cannot be is refused, before a terminal is touched', async () => {
  const { id } = ready();
  for (const args of [
    [id, '--text', '--json'],
    [id, '--text', '--port', '5900'],
    [id, '--force'],
    [id, '--linger', '1'],
    [id, '--text', '--linger', 'soon'],
  ]) {
    const seat = sit(args);
    expect([args, await seat.done]).toEqual([args, 2]);
    expect(seat.raw).toEqual([]);
  }
  const none = sit([id, '--text'], { person: 'bob' });
  expect(await none.done).toBe(3);
  const operator = sit([id, '--text'], { person: 'root' });
  expect(await operator.done).toBe(7);
  server.world.openSerial = () => Promise.reject(new CarrelError('not-supported', 'nobody can be joined', { hint: '`carrel ssh ID`' }));
  const unable = sit([id, '--text']);
  expect(await unable.done).toBe(2);
  expect(unable.err).toMatch(/nobody can be joined.*\n.*carrel ssh/);
  expect([none, operator, unable].map(({ raw }) => raw)).toEqual([[], [], []]);
});
