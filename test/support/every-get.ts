/** Every answer of the API that only reads, asked for in its own words: as an operator and as a person, by HTTP without a socket. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { buildApi } from '../../src/api/server.ts';
import { PATHS, type Operation } from '../../src/contract/paths.ts';
import { Sealer } from '../../src/engine/credentials.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import { ProviderRegistry } from '../../src/engine/provider-registry.ts';
import { Reconciler } from '../../src/engine/reconcilers/reconcile.ts';
import type { Logger } from '../../src/lib/log.ts';
import { makeServices } from '../../src/services/index.ts';
import * as accounts from '../../src/store/accounts.ts';
import type { Filled } from './fill.ts';

export interface Asked {
  operation: Operation;
  as: 'operator' | 'person';
  url: string;
}

export interface EveryGet {
  app: FastifyInstance;
  requests: Asked[];
  /** Throws unless the answer is 200. */
  ask(request: Asked): Promise<string>;
}

/** Streams, which have no end, pictures, what the process says of itself, and what is of machines with Remote Desktop alone. */
const LEFT_OUT: readonly Operation[] = [
  'events',
  'console',
  'terminal',
  'tunnel',
  'serialConsole',
  'serialLog',
  'health',
  'openapi',
  'listProviderVms',
  'rdpFile',
  'screenshot',
  'checkUpload',
];

export interface EveryGetOptions {
  deps: EngineDeps;
  of: Filled;
  log: Logger;
  /** Rows of a page. */
  limit: number;
  /** A folder for uploads. */
  dir: string;
}

/** Close the `app` afterwards. There must be a reservation, a machine, a job and a series of `of.accountId`. */
export async function everyGet({ deps, of, log, limit, dir }: EveryGetOptions): Promise<EveryGet> {
  const { db } = deps.store;
  const nothing = (): never => {
    throw new Error('nothing is opened here');
  };
  const parts = {
    deps,
    sealer: new Sealer(randomBytes(32)),
    reconciler: new Reconciler(deps),
    registry: new ProviderRegistry({ store: deps.store, log, now: () => deps.now(), make: nothing }),
    probe: nothing,
    certificateOf: nothing,
    endpoint: nothing,
    cluster: undefined,
    version: 'test',
  };
  const app = await buildApi({
    services: makeServices(parts),
    version: 'test',
    log,
    staging: { dir, maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 },
    requestsPerMinute: 1_000_000,
  });
  const tokens = { operator: accounts.makeToken(), person: accounts.makeToken() };
  const operator = await accounts.create(db, { id: randomUUID(), name: `op-${randomUUID()}`, role: 'admin', now: new Date() });
  await accounts.addToken(db, { id: randomUUID(), accountId: operator.id, token: tokens.operator, label: 'test', now: new Date() });
  await accounts.addToken(db, { id: randomUUID(), accountId: of.accountId, token: tokens.person, label: 'test', now: new Date() });
  const person = (await accounts.find(db, of.accountId))?.name as string;
  const first = async (table: 'reservation' | 'series', booked = false) =>
    (
      await db
        .selectFrom(table)
        .select('id')
        .where('accountId', '=', of.accountId)
        .$if(booked, (q) => q.where('state' as never, '=', 'booked' as never))
        .executeTakeFirstOrThrow()
    ).id;
  const one = async (table: 'machine' | 'job') => (await db.selectFrom(table).select('id').limit(1).executeTakeFirstOrThrow()).id;
  const machine = await db
    .selectFrom('machine')
    .innerJoin('assignment', 'assignment.machineId', 'machine.id')
    .innerJoin('reservation', 'reservation.id', 'assignment.reservationId')
    .select('machine.id')
    .where('reservation.accountId', '=', of.accountId)
    .limit(1)
    .executeTakeFirstOrThrow();
  const row = (await db.selectFrom('audit').select(['id', 'subjectId']).orderBy('id').limit(1).executeTakeFirstOrThrow()) as {
    id: number;
    subjectId: string;
  };
  const [reservation, booked, series, job] = [
    await first('reservation'),
    await first('reservation', true),
    await first('series'),
    await one('job'),
  ];
  const page = `limit=${limit}`;
  const mark = encodeURIComponent(`${new Date(Date.now() - 40 * 86_400_000).toISOString()}/${randomUUID()}`);
  const urls: Partial<Record<Operation, string[]>> = {
    ready: ['/readyz'],
    metrics: ['/metrics'],
    me: ['/api/v1/me'],
    listSessions: ['/api/v1/sessions'],
    showSession: ['/api/v1/session'],
    listAccounts: [`/api/v1/accounts?${page}`, `/api/v1/accounts?${page}&after=person-5`],
    listTokens: [`/api/v1/accounts/${person}/tokens`],
    listImages: ['/api/v1/images'],
    showImage: ['/api/v1/images/golden'],
    listRevisions: ['/api/v1/images/golden/revisions'],
    showRevision: ['/api/v1/images/golden/revisions/1'],
    imageLineage: ['/api/v1/images/golden/lineage'],
    lineage: ['/api/v1/lineage'],
    listReservations: [
      '',
      '&past=true',
      '&all=true',
      '&all=true&past=true',
      `&all=true&past=true&after=${mark}`,
      `&past=true&after=${mark}`,
    ].map((q) => `/api/v1/reservations?${page}${q}`),
    showReservation: [`/api/v1/reservations/${reservation}`, `/api/v1/reservations/${booked}`],
    listCheckpoints: [`/api/v1/reservations/${reservation}/checkpoints`],
    listSeries: ['', '&all=true', `&all=true&after=${mark}`].map((q) => `/api/v1/series?${page}${q}`),
    showSeries: [`/api/v1/series/${series}`],
    availability: [
      '/api/v1/availability?image=golden',
      `/api/v1/availability?image=golden&for=2h&at=${new Date(Date.now() + 40 * 86_400_000).toISOString()}`,
    ],
    listMaintenance: ['/api/v1/maintenance'],
    listLicences: ['/api/v1/licences'],
    listServers: ['/api/v1/servers'],
    showRules: ['/api/v1/rules'],
    listMachines: ['', '&gone=true', '&all=true', '&all=true&gone=true', '&all=true&nobodys=true', `&all=true&gone=true&after=${mark}`].map(
      (q) => `/api/v1/machines?${page}${q}`,
    ),
    showMachine: [`/api/v1/machines/${machine.id}`],
    listJobs: ['', '&state=ready', '&state=stuck', '&state=done', `&after=${job}`].map((q) => `/api/v1/jobs?${page}${q}`),
    showJob: [`/api/v1/jobs/${job}`],
    listProviders: ['/api/v1/providers'],
    listAudit: ['', `&after=${row.id + 50}`, `&subject=${row.subjectId}`].map((q) => `/api/v1/audit?${page}${q}`),
  };
  const reads = (Object.keys(PATHS) as Operation[]).filter((name) => PATHS[name].startsWith('GET ') && !LEFT_OUT.includes(name));
  const operators = new Set<Operation>(['metrics', 'listAccounts', 'listJobs', 'listServers', 'listAudit', 'lineage', 'showJob']);
  const requests = reads.flatMap((operation) => {
    const mine = urls[operation];
    if (mine === undefined) throw new Error(`every-get.ts does not ask for ${operation}: add it`);
    return mine.flatMap((url): Asked[] => [
      { operation, as: 'operator', url },
      ...(operators.has(operation) || url.includes('all=true') ? [] : [{ operation, as: 'person', url } as const]),
    ]);
  });
  const ask = async ({ as, url }: Asked): Promise<string> => {
    const answer = await app.inject({ url, headers: { authorization: `Bearer ${tokens[as]}` } });
    if (answer.statusCode !== 200) throw new Error(`${url} as ${as}: ${answer.statusCode} ${answer.body.slice(0, 500)}`);
    return answer.body;
  };
  return { app, requests, ask };
}
