import type { Duplex } from 'node:stream';
import { waitFor } from '../../lib/retry.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';

/** Typed again when it was not answered: the guest may have been starting its login prompt just then. */
const TYPE_EVERY_MS = 3_000;

/** All that it said so far. */
function hearing(joint: Duplex): () => string {
  let heard = '';
  joint.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  return () => heard;
}

/** Types a word until everybody has heard it: a login prompt shows what is typed. */
async function answered(bench: Bench, by: Duplex, word: string, heard: readonly (() => string)[]): Promise<boolean> {
  let typedAt = 0;
  try {
    await waitFor(bench.ctx('guestMs'), 25, async () => {
      if (heard.every((said) => said().includes(word))) return true;
      if (Date.now() - typedAt >= TYPE_EVERY_MS) {
        typedAt = Date.now();
        by.write(`\r${word}\r`);
      }
      return undefined;
    });
    return true;
  } catch {
    return false;
  }
}

async function ends(bench: Bench, joint: Duplex): Promise<boolean> {
  return await waitFor(bench.ctx(), 25, async () => (joint.closed ? true : undefined)).catch(() => false);
}

/** The serial console, both ways. */
export const SERIAL_CHECKS: readonly Check[] = [
  {
    id: 'serial-console',
    title: 'what is typed at a serial console reaches the guest, all who are joined hear it, and it ends with the run of the machine',
    skip: (bench) => (bench.caps.serialConsole === true ? undefined : 'nobody is joined to serial consoles'),
    async run(bench, found) {
      const join = async (id: string) => {
        const joint = await bench.driver.serialConsole?.(bench.ctx(), id);
        if (joint === undefined) throw new Error('there is no such verb');
        return joint;
      };
      const machineId = await bench.booted();
      const [one, two] = [await join(machineId), await join(machineId)];
      const [first, second] = [hearing(one), hearing(two)];
      found.must(await answered(bench, one, 'one-types', [first, second]), 'what one types is not heard by all');
      two.destroy();
      found.must(await answered(bench, one, 'still-there', [first]), 'it does not go on when another leaves');
      let last = { machineId, joint: one };
      if (bench.harness.brief === true) {
        const { machineId: other } = await bench.clone();
        await bench.driver.power(bench.ctx(), other, 'on');
        last = { machineId: other, joint: await join(other) };
        last.joint.resume();
        one.destroy();
      } else {
        await bench.driver.power(bench.ctx(), machineId, 'reset');
        await bench.driver.guest.ready(bench.ctx('guestMs'), machineId);
        found.must(await answered(bench, one, 'after-reset', [first]), 'it does not go on after a reset');
      }
      await bench.driver.power(bench.ctx(), last.machineId, 'off');
      found.must(await ends(bench, last.joint), 'it does not end as the machine is off');
      await found.rejects('of a machine that is off', ['wrong-state'], join(last.machineId));
    },
  },
];
