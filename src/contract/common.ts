import { type Static, Type } from 'typebox';
import { named, oneOf, strict } from './route.ts';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

export const Id = Type.String({ pattern: UUID, description: 'A UUID in lower case.' });
/** For answers: what we wrote ourselves needs no pattern. */
export const Uuid = Type.String({ format: 'uuid' });
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC.' });

/** Names are only bounded here; the rule itself is the core's, whose message says what is wrong with a name. */
export const NameParam = Type.String({ minLength: 1, maxLength: 200 });

export const When = Type.String({
  minLength: 1,
  maxLength: 60,
  description:
    'A date and time: with an offset (`2026-11-25T14:00Z`), or as clocks in `zone` show it (`2026-11-25 14:00`, `14:00`, `2pm`, `tomorrow 14:00`).',
  examples: ['2026-11-25T14:00Z'],
});
export const Zone = Type.String({
  maxLength: 60,
  description: 'A time zone of the IANA database, such as `Europe/Amsterdam`; UTC if left out.',
});

/**
 * A span of time: Carrel's own syntax (`2h`, `90m`, `1d12h`, `45s`) or an ISO 8601 duration of weeks, days, hours, minutes and
 * seconds (`PT2H`, `P1DT12H`). Years and months are refused, since their length depends on the date.
 */
export const Duration = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'A span of time: `2h`, `90m`, `1d12h`, or an ISO 8601 duration without years and months (`PT2H`).',
  examples: ['2h', 'PT2H'],
});

export const CloneMode = oneOf(['linked', 'full', 'instant'], 'How the machine is made from the golden image.');
export type CloneMode = Static<typeof CloneMode>;

export const MemoryMiB = Type.Integer({ minimum: 16, maximum: 1_048_576, description: 'MiB.' });
/** Up to what ext4 can hold with blocks of 4 KiB: 16 TiB. */
const DiskMiB = Type.Integer({
  minimum: 1,
  maximum: 16_777_216,
  description: "MiB of the machine's first disk, no fewer than its image's has; as many as that if left out.",
});
export const Vcpus = Type.Integer({ minimum: 1, maximum: 256 });
/** What a machine may be asked for, in place of its image's. */
export const machineSizes = { memoryMiB: Type.Optional(MemoryMiB), vcpus: Type.Optional(Vcpus), diskMiB: Type.Optional(DiskMiB) };
export const Description = Type.String({ maxLength: 2000 });

/** Paging: `limit` items, continued after the `next` of the page before. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'At most this many items; 100 if left out.' })),
  after: Type.Optional(Type.String({ maxLength: 200, description: 'The `next` of the page before.' })),
};

export const IdParams = strict({ id: Id });

/** Answer of an operation that only takes something away. */
export const Done = named('Done', Type.Object({ done: Type.Boolean() }));

export const WorkProgress = named(
  'WorkProgress',
  Type.Object(
    {
      text: Type.String({ description: 'What is being done, as its driver says it.' }),
      fraction: Type.Optional(Type.Number({ description: '0 to 1, where it is known.' })),
    },
    { description: 'How far the work on it is; only while it takes longer than a moment. A few seconds late.' },
  ),
);

export const Estimate = named(
  'Estimate',
  Type.Object(
    {
      count: Type.Integer({ description: 'How many of the newest waits it rests on.' }),
      p50Ms: Type.Integer({ description: 'Half of them took no longer, in milliseconds.' }),
      p95Ms: Type.Integer({ description: 'Nearly all of them took no longer.' }),
    },
    { description: 'How long machines of this image took here, from being asked for until ready, waiting in line included.' },
  ),
);
