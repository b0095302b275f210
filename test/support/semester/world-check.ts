/** What is there by the worlds' own word, held against what the store says: looked at while every run stands still. */
import { sql } from 'kysely';
import { masterDigest } from '../../../src/drivers/fake/interference.ts';
import type { FakeWorld } from '../../../src/drivers/fake/world.ts';
import type { Db } from '../../../src/store/schema.ts';
import { misassigned } from '../assigned.ts';
import type { LedgerLimits } from './ledger.ts';

const MINUTE = 60_000;
/** So long after all is up again everything must be where it belongs. */
export const CATCH_UP_MS = 20 * MINUTE;

interface Row {
  id: string;
  state: string;
  machineId: string;
  kept: boolean;
  start: Date;
  end: Date;
  stageText: string;
  busy: boolean;
  machineState: string | null;
  since: Date;
}

export class WorldCheck {
  readonly #db: Db;
  readonly #worlds: ReadonlyMap<string, FakeWorld>;
  readonly #limits: LedgerLimits['places'];
  readonly #golden = new Map<string, string>();
  readonly violations = new Set<string>();
  /** Most machines that were there at one time, by place. */
  readonly most = new Map<string, number>();
  /** Machine-milliseconds, by place. */
  readonly used = new Map<string, number>();
  #last: number | undefined;

  constructor(db: Db, worlds: ReadonlyMap<string, FakeWorld>, limits: LedgerLimits['places']) {
    this.#db = db;
    this.#worlds = worlds;
    this.#limits = limits;
  }

  /** At every jump: never more there than a place has. */
  count(now: number): void {
    for (const [place, world] of this.#worlds) {
      const all = Object.values(world.state.machines);
      const limits = this.#limits.get(place) as { machines: number; memoryMiB: number; vcpus: number };
      const memory = all.reduce((sum, m) => sum + m.hardware.memoryMiB, 0);
      const vcpus = all.reduce((sum, m) => sum + m.hardware.vcpus, 0);
      if (all.length > limits.machines || memory > limits.memoryMiB || vcpus > limits.vcpus)
        this.violations.add(`${place} has ${all.length} machines, ${memory} MiB, ${vcpus} vCPUs`);
      this.most.set(place, Math.max(this.most.get(place) ?? 0, all.length));
      this.used.set(place, (this.used.get(place) ?? 0) + (this.#last === undefined ? 0 : (now - this.#last) * all.length));
    }
    this.#last = now;
  }

  /** Sealed bytes of every master that is whole are what they were when they were first seen. */
  golden(): void {
    for (const [place, world] of this.#worlds)
      for (const { revisionId, half } of Object.values(world.state.masters)) {
        if (half) continue;
        const key = `${place} ${revisionId}`;
        const digest = masterDigest(world, revisionId) as string;
        const known = this.#golden.get(key);
        if (known === undefined) this.#golden.set(key, digest);
        else if (known !== digest) this.violations.add(`the master ${key} was changed`);
      }
  }

  /** `quietMs`: for so long everything has been up. */
  async look(now: number, quietMs: number): Promise<void> {
    const { rows } = await sql<Row>`
      select r.id, r.state, r.machine_id, r.kept_until is not null as kept, lower(during) as start, upper(during) as end, stage_text,
        m.state as machine_state, coalesce(r.end_asked_at, r.begun_at, r.created_at) as since,
        exists (select from job where job.state in ('ready', 'running') and job.input->>'machineId' = r.machine_id::text) as busy
      from reservation r left join machine m on m.id = r.machine_id
      where r.state in ('preparing', 'ready', 'ending') or (r.state = 'booked' and lower(during) <= ${new Date(now)}::timestamptz)`.execute(
      this.#db,
    );
    const calm = quietMs >= CATCH_UP_MS;
    const bad = (row: Row, what: string) => this.violations.add(`${row.id} (${row.state}): ${what}, at ${new Date(now).toISOString()}`);
    const there = new Map([...this.#worlds.values()].flatMap((w) => Object.values(w.state.machines).map((m) => [m.machineId, m] as const)));
    for (const row of rows) {
      const machine = there.get(row.machineId);
      const late = now - Math.max(row.since.getTime(), row.state === 'booked' ? row.start.getTime() : 0);
      if (row.state === 'ready' && !row.busy) {
        if (machine === undefined || machine.half) bad(row, 'it has no machine');
        else if (calm && machine.power !== 'on') bad(row, `its machine is ${machine.power}`);
      }
      if (calm && row.end.getTime() < now - CATCH_UP_MS) bad(row, 'its end came and it is still there');
      if (calm && row.state === 'preparing' && late > CATCH_UP_MS) bad(row, `it is being prepared since ${row.since.toISOString()}`);
      if (calm && row.state === 'ending' && late > 2 * CATCH_UP_MS) bad(row, `it is ending since ${row.since.toISOString()}`);
      if (calm && row.state === 'booked' && late > CATCH_UP_MS && row.stageText === '')
        bad(row, 'it should have begun, and nobody says why not');
    }
    for (const what of await misassigned(this.#db)) this.violations.add(`${what}, at ${new Date(now).toISOString()}`);
    await this.#strangers(there, calm);
  }

  /** Every machine has a row that is not gone, and one that nobody has any more is on its way out. */
  async #strangers(there: ReadonlyMap<string, unknown>, calm: boolean): Promise<void> {
    const ids = [...there.keys()];
    const { rows } = await sql<{ id: string; state: string | null; reservation: string | null; own: boolean | null }>`
      select want.id, m.state, r.state as reservation, r.machine_id = m.id as own
      from unnest(${ids}::uuid[]) as want (id) left join machine m on m.id = want.id
      left join assignment a on a.machine_id = m.id and a.until is null left join reservation r on r.id = a.reservation_id`.execute(
      this.#db,
    );
    for (const row of rows) {
      if (row.state === null || row.state === 'gone')
        this.violations.add(`machine ${row.id} is there, and its row is ${row.state ?? 'missing'}`);
      else if (row.reservation === null || row.reservation === 'ended' || row.reservation === 'failed' || row.reservation === 'booked') {
        if (row.own === true) this.violations.add(`machine ${row.id} is there, and its reservation is ${row.reservation ?? 'missing'}`);
        else if (calm) this.violations.add(`machine ${row.id} is nobody's and still there`);
      }
    }
  }
}
