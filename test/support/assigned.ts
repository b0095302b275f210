/** Whether each machine is whose it should be: at any moment, whatever is under way. */
import { sql } from 'kysely';
import type { Db } from '../../src/store/schema.ts';

/**
 * What is wrong with the assignments: two of one machine or one reservation at a time, one of a machine that is gone or of a reservation that
 * is over, a reservation that is ready, is being prepared or ends and has not exactly its machine.
 */
export async function misassigned(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    with living as (
      select a.machine_id, a.reservation_id, m.state as machine, r.state as reservation, r.machine_id as own
      from assignment a join machine m on m.id = a.machine_id join reservation r on r.id = a.reservation_id where a.until is null
    )
    select 'machine ' || machine_id || ' is assigned ' || count(*) || ' times' as what from living group by machine_id having count(*) > 1
    union all
    select 'machine ' || machine_id || ' was assigned to two at a time' from (
      select machine_id, since, lag(coalesce(until, 'infinity')) over (partition by machine_id order by since, id) as before from assignment) a
    where before > since
    union all
    select 'machine ' || machine_id || ' is ' || machine || ' and assigned' from living where machine = 'gone'
    union all
    select 'reservation ' || reservation_id || ' is ' || reservation || ' and has machine ' || machine_id from living
    where reservation not in ('preparing', 'ready', 'ending')
    union all
    select 'reservation ' || reservation_id || ' has machine ' || machine_id || ', and names ' || own from living where own <> machine_id
    union all
    select 'reservation ' || r.id || ' is ready and has ' || count(l.*) || ' machines' from reservation r left join living l on l.reservation_id = r.id
    where r.state = 'ready' group by r.id having count(l.*) <> 1`.execute(db);
  return rows.map((r) => r.what);
}
