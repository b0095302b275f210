/** Which disk stands on which, read by every server of the installation from the storage that it alone reaches. */
import type { Lineage } from '../contract/lineage.ts';
import { driverOf } from '../engine/deps.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError, describeError } from '../lib/errors.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import * as masters from '../store/masters.ts';
import * as providers from '../store/providers.ts';
import type { LineageReport, LineageScope } from '../driver/index.ts';
import type { Caller, PeerServices } from './interface.ts';
import { given, type Parts } from './parts.ts';
import { askPeer } from './peers.ts';
import { Names, showDisk } from './views.ts';

/** What a driver names a thing by; a stray may have any name. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Of one image, or of everything. One provider that cannot be read is named, and keeps nobody from what the others show. */
export async function lineageOf(
  { deps }: Parts,
  peers: PeerServices | undefined,
  caller: Caller,
  image: string | undefined,
  signal: AbortSignal,
): Promise<Lineage> {
  const { db } = deps.store;
  const row = image === undefined ? undefined : await images.findByName(db, image);
  const revisions = image === undefined ? undefined : row === undefined ? [] : (await images.revisionsOf(db, [row.id])).map((r) => r.id);
  const sealed = revisions === undefined ? undefined : await masters.ofRevisions(db, revisions);
  const asked = await providersOf();
  // One server asks each other one once, however many providers that has.
  const answers = new Map<string, Promise<Lineage>>();
  const merged: Lineage = { complete: true, chains: [], unused: [] };
  const notRead: { provider: string; reason: string }[] = [];
  for (const { id, name } of asked) {
    try {
      const part = deps.drivers.has(id) ? await here(id, name) : await elsewhere(name);
      merged.complete &&= part.complete;
      merged.chains.push(...part.chains);
      merged.unused.push(...part.unused);
    } catch (error) {
      if (signal.aborted) throw error;
      notRead.push({ provider: name, reason: describeError(error) });
    }
  }
  return { ...merged, complete: merged.complete && notRead.length === 0, ...(notRead.length === 0 ? {} : { notRead }) };

  /** Of an image those that have golden disks of it; for another server only what this one has open: it asks the others itself. */
  async function providersOf(): Promise<{ id: string; name: string }[]> {
    const all = (await providers.list(db)).filter((p) => p.writtenOffAt === null);
    const open = caller.onBehalf === true ? all.filter((p) => deps.drivers.has(p.id)) : all;
    return open.filter((p) => sealed?.some((m) => m.providerId === p.id) ?? true);
  }

  async function here(providerId: string, provider: string): Promise<Lineage> {
    const ctx = makeCtx({ signal, log: deps.log });
    const scopes: LineageScope[] = sealed
      ?.filter((m) => m.providerId === providerId)
      .map(({ revisionId }) => ({ kind: 'revision', revisionId })) ?? [{ kind: 'all' }];
    const reports: LineageReport[] = [];
    for (const scope of scopes) reports.push(await driverOf(deps, providerId).lineage(ctx, scope));
    const named = reports.flatMap(({ chains }) => chains).filter((c) => c.owner !== 'foreign' && UUID.test(c.id));
    const idsOf = (machine: boolean) => named.filter((c) => (c.owner === 'machine') === machine).map((c) => c.id);
    const [hosts, names] = await Promise.all([machines.hostnames(db, idsOf(true)), Names.read(db, { revisions: idsOf(false) })]);
    return {
      complete: reports.every(({ complete }) => complete),
      chains: reports.flatMap(({ chains }) =>
        chains.map(({ owner, id, chain }) => {
          const name = owner === 'machine' ? hosts.get(id) : owner === 'foreign' ? undefined : names.revision(id);
          return { provider, owner, id, disks: chain.map(showDisk), ...given({ name }) };
        }),
      ),
      unused: sealed === undefined ? reports.flatMap((report) => unusedOf(report).map((disk) => ({ ...showDisk(disk), provider }))) : [],
    };
  }

  async function elsewhere(provider: string): Promise<Lineage> {
    const peer = await peers?.servedElsewhere({ provider });
    if (peers === undefined || peer === undefined)
      throw new CarrelError('unavailable', 'it is not open on this server', { hint: 'see `carrel provider ls`', retry: 'later' });
    const path = image === undefined ? '/api/v1/lineage' : `/api/v1/images/${encodeURIComponent(image)}/lineage`;
    const answer = answers.get(peer.url) ?? askPeer<Lineage>(peers, peer, caller, { method: 'GET', path }, signal);
    answers.set(peer.url, answer);
    const { complete, notRead: none, chains, unused } = await answer;
    const [refused] = (none ?? []).filter((each) => each.provider === provider);
    if (refused !== undefined) throw new CarrelError('unavailable', refused.reason, { retry: 'later' });
    return { complete, chains: chains.filter((c) => c.provider === provider), unused: unused.filter((d) => d.provider === provider) };
  }
}

function unusedOf({ chains, disks }: LineageReport): LineageReport['disks'] {
  const inChains = new Set(chains.flatMap((c) => c.chain.map((d) => d.path)));
  return disks.filter((d) => !inChains.has(d.path));
}
