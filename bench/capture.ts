/** Capture of a stopped and of a running machine, against a plain `qemu-img convert` of the same disk, and against that with `virt-sysprep` after it. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { libguestfsEnv } from '../test/support/libguestfs.ts';
import { type Ctx, makeCtx } from '../src/lib/context.ts';
import { ensureAppliance, runScrub } from '../src/qemu/appliance.ts';
import { applianceAccel } from '../src/qemu/argv.ts';
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
  const helper: number[] = [];
  const sysprep: number[] = [];
  const disk = join(lent.folder, 'disk.qcow2');
  const ctx = makeCtx({ timeoutMs: SYSPREP_MS });
  const env = [SYSPREP, '/lib/modules'].every((path) => existsSync(path))
    ? await libguestfsEnv(ctx, scene.folder('guestfs'), { kvm: rig.accelerator === 'kvm' })
    : undefined;
  for (const state of ['running', 'stopped'] as const) {
    if (state === 'stopped') await powerOff(rig, lent);
    for (let round = 0; round <= rounds; round++) {
      const seen = await captureOnce(rig, lent, `${state}-${round}`);
      const base = await convert(disk, join(plain, 'copy.qcow2'), { running: state === 'running' });
      const cleaned = state === 'stopped' ? await helped(ctx, rig, disk, join(plain, 'helped.qcow2')) : undefined;
      const prepared = state === 'stopped' && env ? await sysprepped(env, disk, join(plain, 'cleaned.qcow2')) : undefined;
      // The first also makes the helper guest and libguestfs' own system, and warms the caches.
      if (round === 0) continue;
      samples[state]?.push(seen);
      floor[state]?.push(base);
      if (cleaned !== undefined) helper.push(cleaned);
      if (prepared !== undefined) sysprep.push(prepared);
      say(
        `${round}/${rounds} ${state}: capture ${ms(seen.whole)} ms (copy ${ms(seen.copy)}), qemu-img convert ${ms(base)} ms` +
          (cleaned === undefined ? '' : `, and the helper guest ${ms(cleaned)} ms, and virt-sysprep ${ms(prepared)} ms`),
      );
    }
  }
  await rig.end(lent.reservation.id);
  return summary({ samples, floor, helper, sysprep }, rig.accelerator);
}

/** How long one may take, in milliseconds: its system boots too, and without KVM that takes long. */
const SYSPREP_MS = 20 * 60_000;
/** Debian's guestfs-tools. Its system is built from this host's with /lib/modules, which a container may lack. */
const SYSPREP = '/usr/bin/virt-sysprep';
/** Of what virt-sysprep does by itself, what a capture leaves alone (docs/benchmarks.md). */
const NOT_CARRELS = [
  ...['backup-files', 'blkid-tab', 'dovecot-data', 'ipa-client', 'lvm-uuids', 'net-hostname', 'package-manager-cache'],
  ...['rhn-systemid', 'rpm-db', 'smolt-uuid', 'yum-uuid'],
];

/** What a site does without Carrel: a copy, then its secrets taken out by virt-sysprep, as far as it takes out what a capture does. */
async function sysprepped(env: NodeJS.ProcessEnv, from: string, to: string): Promise<number> {
  const t0 = performance.now();
  await convert(from, to, { keep: true });
  const operations = ['defaults', ...NOT_CARRELS.map((name) => `-${name}`)].join(',');
  await run(SYSPREP, ['--quiet', '--format', 'qcow2', '--operations', operations, '-a', to], { env, timeout: SYSPREP_MS });
  const took = performance.now() - t0;
  rmSync(to);
  return took;
}

/** The same two things by Carrel's means alone: a copy, then the helper guest. */
async function helped(ctx: Ctx, rig: CarrelRig, from: string, to: string): Promise<number> {
  const appliance = await ensureAppliance(ctx, join(rig.dir, 'appliance'));
  const accelArgs = applianceAccel(rig.accelerator === 'kvm' ? 'kvm' : 'tcg');
  const t0 = performance.now();
  // Clusters as a capture has them, so that what is free can be given back.
  await convert(from, to, { keep: true, clusters: 4096 });
  const { scrubbed, left } = await runScrub(ctx, { ...appliance, disk: to, accelArgs });
  const took = performance.now() - t0;
  if (!scrubbed || left.length > 0) throw new Error(`the helper guest did not clean it: ${left.join('; ')}`);
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
async function convert(from: string, to: string, o: { running?: boolean; keep?: boolean; clusters?: number }): Promise<number> {
  const t0 = performance.now();
  const clusters = o.clusters === undefined ? [] : ['-o', `cluster_size=${o.clusters}`];
  await run('qemu-img', ['convert', ...(o.running === true ? ['-U'] : []), '-f', 'qcow2', '-O', 'qcow2', ...clusters, from, to]);
  const took = performance.now() - t0;
  if (o.keep !== true) rmSync(to);
  return took;
}

interface Seen {
  samples: Record<string, Sample[]>;
  floor: Record<string, number[]>;
  helper: number[];
  sysprep: number[];
}

function summary({ samples, floor, helper, sysprep }: Seen, accelerator: string): Outcome {
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
    ];
  });
  const whole = (samples['stopped'] ?? []).map((s) => s.whole);
  const against = (own: readonly number[]) => (sysprep.length > 0 ? (median(sysprep) / median(own)).toFixed(1) : '-');
  return {
    tables: [
      {
        title: 'Milliseconds: median (least-most)',
        head: ['machine', 'qemu-img convert', 'Carrel: copy', 'x convert', 'Carrel: whole capture', 'x convert'],
        rows,
      },
      {
        title: 'Cleaning, of the stopped machine (milliseconds)',
        head: ['', 'median (least-most)', 'virt-sysprep takes x'],
        rows: [
          ['Carrel: whole capture', spread(whole), against(whole)],
          ["qemu-img convert, then Carrel's helper guest", spread(helper), against(helper)],
          sysprep.length > 0
            ? ['qemu-img convert, then virt-sysprep', spread(sysprep), '']
            : ['qemu-img convert, then virt-sysprep', 'not here: apt-get install guestfs-tools linux-image-cloud-amd64', ''],
        ],
      },
    ],
    targets: [],
    notes: [
      `A linked clone of the starter that wrote ${WRITTEN_MIB} MiB of random bytes; files in the page cache.`,
      'The whole capture has more than a copy: the store, the check of the chain, a helper guest that removes host keys and accounts from',
      'the copy (a boot of its own, most of the time), a second convert that packs it, SHA-256 of the result, and sealing.',
      'virt-sysprep, its system made before: what a capture takes out too of what it does by itself; it gives nothing back that is free.',
    ],
    raw: { accelerator, samples, floor, helper, sysprep },
  };
}

export const benchmark: Benchmark = {
  name: 'capture',
  what: 'capture of a stopped and of a running machine, against qemu-img convert, and against that with virt-sysprep after it',
  run: measure,
};
