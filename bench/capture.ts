/** Capture of a stopped and of a running machine, against a plain `qemu-img convert` of the same disk, and against that with `virt-sysprep` after it. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sshRun } from '../src/main/ssh-login.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { CarrelRig, type Lent } from './lib/carrel.ts';
import { median, ms, spread } from './lib/stats.ts';

const run = promisify(execFile);
/** What the machine wrote before it is captured. */
const WRITTEN_MIB = 32;

interface Sample {
  whole: number;
  /** Only the copy of the disk, as the driver says. */
  copy: number;
  steps: Record<string, number>;
}

async function measure({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const rounds = runs ?? (quick ? 1 : 5);
  const rig = await CarrelRig.start(scene, say);
  const plain = scene.folder('plain');
  say(`a linked clone that writes ${WRITTEN_MIB} MiB`);
  const lent = await rig.lend('linked');
  const connection = await rig.plane.services.connect(rig.caller, { id: lent.reservation.id }, AbortSignal.timeout(60_000));
  const write = `dd if=/dev/urandom of=/root/data bs=1M count=${WRITTEN_MIB} 2>/dev/null; sync`;
  await sshRun({ ...connection, privateKey: rig.key.privateKey }, write);
  const samples: Record<string, Sample[]> = { running: [], stopped: [] };
  const floor: Record<string, number[]> = { running: [], stopped: [] };
  const sysprep: number[] = [];
  for (const state of ['running', 'stopped'] as const) {
    if (state === 'stopped') await powerOff(rig, lent);
    for (let round = 0; round <= rounds; round++) {
      const seen = await captureOnce(rig, lent, `${state}-${round}`);
      const base = await convert(join(lent.folder, 'disk.qcow2'), join(plain, 'copy.qcow2'), state === 'running');
      // The first also makes the helper guest and warms the caches.
      if (round === 0) continue;
      samples[state]?.push(seen);
      floor[state]?.push(base);
      say(`${round}/${rounds} ${state}: capture ${ms(seen.whole)} ms (copy ${ms(seen.copy)}), qemu-img convert ${ms(base)} ms`);
    }
  }
  const has = existsSync(SYSPREP);
  for (let round = 0; has && round <= rounds; round++) {
    const took = await clean(join(lent.folder, 'disk.qcow2'), join(plain, 'cleaned.qcow2')).catch((error: unknown) => {
      say(`virt-sysprep is left out: ${String(error).split('\n')[0]}`);
      return undefined;
    });
    if (took === undefined) break;
    // The first also makes libguestfs' own appliance.
    if (round === 0) continue;
    sysprep.push(took);
    say(`${round}/${rounds} stopped: qemu-img convert and virt-sysprep ${ms(took)} ms`);
  }
  await rig.end(lent.reservation.id);
  return summary({ samples, floor, sysprep }, rig.accelerator);
}

/** How long one may take before it is left out, in milliseconds: its system boots too, and without KVM that takes minutes. */
const SYSPREP_MS = 20 * 60_000;
/** Debian's guestfs-tools. */
const SYSPREP = '/usr/bin/virt-sysprep';

/** What a site does without Carrel: a copy, then its secrets taken out by virt-sysprep, as it comes. */
async function clean(from: string, to: string): Promise<number> {
  const t0 = performance.now();
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'qcow2', from, to]);
  await run(SYSPREP, ['--quiet', '--format', 'qcow2', '-a', to], {
    env: { ...process.env, LIBGUESTFS_BACKEND: 'direct' },
    timeout: SYSPREP_MS,
  });
  const took = performance.now() - t0;
  rmSync(to);
  return took;
}

async function powerOff(rig: CarrelRig, lent: Lent): Promise<void> {
  const { id } = lent.reservation;
  await rig.plane.services.power(rig.caller, { id, op: 'off' });
  await rig.follower.until(id, async () => {
    const now = await rig.plane.services.showReservation(id);
    return now?.machine.state === 'stopped' ? true : undefined;
  });
}

async function captureOnce(rig: CarrelRig, lent: Lent, image: string): Promise<Sample> {
  const { services } = rig.plane;
  const t0 = performance.now();
  const made = await services.capture(rig.caller, { reservationId: lent.reservation.id, image, publish: false });
  await rig.revisionReady(image, made.revision);
  const whole = performance.now() - t0;
  const detail = await services.showJob(made.job);
  const steps = Object.fromEntries(
    (detail?.steps ?? []).map((s) => [
      s.name,
      s.finishedAt === undefined ? Number.NaN : Date.parse(s.finishedAt) - Date.parse(s.startedAt),
    ]),
  );
  const record = await rig.masterFacts(made.revision.id);
  return { whole, copy: Number(record['copyMs'] ?? Number.NaN), steps };
}

/** `-U`: of a running machine's disk, which QEMU has locked. What it gives there is not of one moment; it is only the cost of the bytes. */
async function convert(from: string, to: string, running: boolean): Promise<number> {
  const t0 = performance.now();
  await run('qemu-img', ['convert', ...(running ? ['-U'] : []), '-f', 'qcow2', '-O', 'qcow2', from, to]);
  const took = performance.now() - t0;
  rmSync(to);
  return took;
}

interface Seen {
  samples: Record<string, Sample[]>;
  floor: Record<string, number[]>;
  sysprep: number[];
}

function summary({ samples, floor, sysprep }: Seen, accelerator: string): Outcome {
  const there = sysprep.length > 0;
  const rows = Object.entries(samples).map(([state, seen]) => {
    const base = median(floor[state] ?? []);
    const copy = median(seen.map((s) => s.copy));
    const whole = median(seen.map((s) => s.whole));
    return [
      state,
      spread(floor[state] ?? []),
      spread(seen.map((s) => s.copy)),
      (copy / base).toFixed(2),
      spread(seen.map((s) => s.whole)),
      (whole / base).toFixed(1),
      ...(there ? [state === 'stopped' ? spread(sysprep) : '', state === 'stopped' ? (median(sysprep) / whole).toFixed(1) : ''] : []),
    ];
  });
  return {
    tables: [
      {
        title: 'Milliseconds: median (least-most)',
        head: [
          'machine',
          'qemu-img convert',
          'Carrel: copy',
          'x convert',
          'Carrel: whole capture',
          'x convert',
          ...(there ? ['convert and virt-sysprep', '/ Carrel'] : []),
        ],
        rows,
      },
    ],
    targets: [],
    notes: [
      `A linked clone of the starter that wrote ${WRITTEN_MIB} MiB of random bytes; files in the page cache.`,
      'The whole capture has more than a copy: the store, the check of the chain, a helper guest that removes host keys and accounts from',
      'the copy (a boot of its own, most of the time), a second convert that packs it, SHA-256 of the result, and sealing.',
      there
        ? 'virt-sysprep, as it comes: it knows neither what is deleted nor what is free, and seals nothing.'
        : 'virt-sysprep is not here: apt-get install guestfs-tools linux-image-cloud-amd64',
    ],
    raw: { accelerator, samples, floor, sysprep },
  };
}

export const benchmark: Benchmark = {
  name: 'capture',
  what: 'capture of a stopped and of a running machine, against qemu-img convert',
  run: measure,
};
