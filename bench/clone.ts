/** Clone to SSH login, one machine at a time: Carrel, the floor by script, and libvirt, interleaved in one run. */
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import { CarrelRig } from './lib/carrel.ts';
import { Floor } from './lib/floor.ts';
import { Libvirt } from './lib/libvirt.ts';
import { median, ms, spread } from './lib/stats.ts';

type Mode = 'linked' | 'full' | 'instant';
type Who = 'carrel' | 'floor' | 'libvirt';
type Stages = Record<string, number>;
type Samples = Map<string, Stages[]>;

const MODES: Mode[] = ['linked', 'full', 'instant'];

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const rounds = runs ?? (quick ? 2 : 9);
  const rig = await CarrelRig.start(scene, say);
  say('warming up: one machine of each mode, which also makes the frozen parent');
  const floor = await warmUp(scene, rig);
  const libvirt = await Libvirt.start(scene, rig, say);
  const samples: Samples = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const mode of MODES) {
      const entrants: Who[] = round % 2 === 0 ? ['carrel', 'floor', 'libvirt'] : ['libvirt', 'floor', 'carrel'];
      for (const who of entrants) {
        const stages = await once(who, mode, { rig, floor, libvirt });
        if (!stages) continue;
        samples.set(`${who} ${mode}`, [...(samples.get(`${who} ${mode}`) ?? []), stages]);
        say(`${round + 1}/${rounds} ${who} ${mode}: ready ${ms(stages['ready'])} ms, login ${ms(stages['login'])} ms`);
      }
    }
  }
  return summary(samples, rig.accelerator, libvirt);
}

async function warmUp(scene: BenchArgs['scene'], rig: CarrelRig): Promise<Floor> {
  let floor: Floor | undefined;
  for (const mode of ['linked', 'instant', 'full'] as const) {
    const lent = await rig.lend(mode);
    floor ??= new Floor(scene, rig, rig.user);
    if (mode !== 'full') floor.learn(rig, lent);
    await rig.end(lent.reservation.id);
    const machine = await floor.lend(mode);
    await machine.end();
  }
  return floor as Floor;
}

async function once(who: Who, mode: Mode, on: { rig: CarrelRig; floor: Floor; libvirt: Libvirt }): Promise<Stages | undefined> {
  if (who === 'carrel') {
    const lent = await on.rig.lend(mode);
    return { ...lent.stages, 'ended in': await on.rig.end(lent.reservation.id) };
  }
  if (who === 'libvirt') return on.libvirt.works && mode !== 'instant' ? await on.libvirt.lend(mode) : undefined;
  const machine = await on.floor.lend(mode);
  await machine.end();
  return machine.stages;
}

function summary(samples: Samples, accelerator: string, libvirt: Libvirt): Outcome {
  const of = (key: string, stage: string) => (samples.get(key) ?? []).map((each) => each[stage] as number);
  const login = (who: Who, mode: Mode) => of(`${who} ${mode}`, 'login');
  const rows = MODES.flatMap((mode) =>
    (['carrel', 'floor', 'libvirt'] as const).map((who) => {
      const mine = login(who, mode);
      if (mine.length === 0) return [`${mode}: ${who}`, mode === 'instant' ? 'it has none' : libvirt.why, '-', '-', '-'];
      const ratio = (median(mine) / median(login('floor', mode))).toFixed(2);
      return [`${mode}: ${who}`, spread(of(`${who} ${mode}`, 'ready')), spread(mine), who === 'floor' ? '1' : ratio, mine.length];
    }),
  );
  const stageNames = ['reserved', 'clone begun', 'clone done', 'start begun', 'start done', 'guest ready', 'ready', 'connected', 'login'];
  const stageRows = MODES.flatMap((mode) =>
    (['carrel', 'floor'] as const).map((who) => [
      `${mode}: ${who}`,
      ...stageNames.map((s) => ms(median(defined(of(`${who} ${mode}`, s))))),
    ]),
  );
  const cpuNames = ['CPU of QEMU', 'CPU of Node', 'CPU of PostgreSQL'];
  const cpuRows = MODES.flatMap((mode) =>
    (['carrel', 'floor'] as const).map((who) => [`${mode}: ${who}`, ...cpuNames.map((s) => ms(median(defined(of(`${who} ${mode}`, s)))))]),
  );
  return {
    tables: [
      {
        title: 'Milliseconds from the request: median (least-most)',
        head: ['mode', 'SSH banner', 'SSH login done', 'x floor', 'runs'],
        rows,
      },
      { title: 'Where the time goes: medians of milliseconds since the request', head: ['mode', ...stageNames], rows: stageRows },
      { title: 'Processor milliseconds until the login: these hold on a busy machine too', head: ['mode', ...cpuNames], rows: cpuRows },
    ],
    targets: targets(login),
    notes: [
      'Banner: for Carrel the moment at which its client hears that the reservation is ready, which comes after the banner.',
      'Login: a key login by SSH with the host key checked, and the output of `hostname` read. Each side gives the guest its key',
      "through the guest agent; Carrel also sets the account's password, since it cannot know how the person will log in.",
      'libvirt linked: qemu-img create, virt-clone --preserve-data, virsh start; libvirt full: virt-clone copies the disk.',
      ...libvirt.notes,
    ],
    raw: { accelerator, ...Object.fromEntries(samples) },
  };
}

function defined(values: (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function targets(login: (who: Who, mode: Mode) => number[]): Target[] {
  // Pair by pair: the machine's speed may drift during the run.
  const floor = login('floor', 'linked');
  const extra = login('carrel', 'linked').map((value, i) => value - (floor[i] ?? Number.NaN));
  const overhead = median(extra);
  const percent = (overhead / median(floor)) * 100;
  const times = median(login('carrel', 'linked')) / median(login('carrel', 'instant'));
  return [
    {
      what: 'overhead of one linked clone over the floor, to login',
      wanted: 'at most 150 ms and at most 10 %',
      measured: `${ms(overhead)} ms, ${percent.toFixed(1)} %`,
      met: overhead <= 150 && percent <= 10,
    },
    {
      what: 'instant against linked, to login',
      wanted: 'at least 5 times faster',
      measured: `${times.toFixed(1)} times`,
      met: times >= 5,
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'clone',
  what: 'clone to SSH login, one at a time, against a plain script (the floor) and libvirt',
  run,
};
