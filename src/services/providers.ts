import type { Provider } from '../contract/providers.ts';
import { noticeOf } from '../core/notices.ts';
import { providerNameProblem, type ProviderConnection, type ProviderSecret } from '../core/provider.ts';
import type { Capabilities } from '../driver/index.ts';
import { endWrittenOff, writeOff } from '../engine/intents/write-off.ts';
import { runTrial, trialOf } from '../engine/trial.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError, describeError, toStored } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as datastores from '../store/datastores.ts';
import { peaks } from '../store/held-datastores.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import type { Db, Provider as Row } from '../store/schema.ts';
import type { Caller, ProviderServices } from './interface.ts';
import { given, iso, type Parts } from './parts.ts';

/** How long an endpoint may take to be opened while somebody waits, in milliseconds. */
const PROBE_MS = 60_000;
const ROOM_MS = 5_000;
/** For a clone that is made to see whether it can be, in milliseconds. */
const TRIAL_MS = 300_000;

export function providerServices(parts: Parts): ProviderServices {
  const { deps, registry, sealer } = parts;
  const { db } = deps.store;

  /** Opens an endpoint as it would be kept, and lets go of it: what is wrong is said now, and nothing is kept. One login, not retried. */
  const probe = async (row: Parameters<Parts['probe']>[0]): Promise<void> => {
    const driver = parts.probe(row);
    try {
      await driver.open(makeCtx({ timeoutMs: PROBE_MS, log: deps.log }));
    } finally {
      await driver.close().catch(() => {});
    }
  };
  const write = (caller: Caller, action: string, row: Pick<Row, 'id' | 'name'>, detail: object = {}, within: Db = db) =>
    audit.append(within, {
      at: deps.now(),
      actor: caller.name,
      action,
      subjectKind: 'provider',
      subjectId: row.id,
      detail: { name: row.name, ...detail },
    });
  const show = async (row: Row, asOperator: boolean): Promise<Provider> => {
    const can = deps.capabilities.get(row.id) ?? (row.enabled ? (row.capabilities as Capabilities | null) : undefined);
    const driver = deps.drivers.get(row.id);
    const room = row.state === 'up' ? await driver?.room(makeCtx({ timeoutMs: ROOM_MS })).catch(() => undefined) : undefined;
    const kept = await datastores.of(db, row.id);
    const now = deps.now();
    const promised = kept.length === 0 ? [] : await peaks(db, row.id, { start: now, end: new Date(now.getTime() + 1) }, { now });
    const stores = kept.map(({ name, awaySince, capacityMib, freeMib, roomMib }) => ({
      name,
      promisedMiB: promised.find((each) => each.name === name)?.heldMiB ?? 0,
      ...given({ awaySince: iso(awaySince), capacityMiB: capacityMib, freeMiB: freeMib, roomMiB: roomMib }),
    }));
    return {
      name: row.name,
      kind: row.kind,
      state: row.state,
      since: row.stateSince.toISOString(),
      cloneModes: [...(can?.cloneModes ?? [])],
      console: can?.console ?? 'none',
      liveCapture: can?.liveCapture ?? false,
      replicas: can?.replicas ?? false,
      relocates: can?.relocate ?? false,
      reseals: can?.reseal ?? false,
      recipes: [...(can?.recipes ?? [])],
      importFormats: [...(can?.importFormats ?? [])],
      startSlots: row.startSlots,
      copySlots: row.copySlots,
      limits: providers.limitsOf(row),
      used: await machines.used(db, row.id),
      ...(row.heldMemoryMib + row.heldVcpus === 0 ? {} : { held: { memoryMiB: row.heldMemoryMib, vcpus: row.heldVcpus } }),
      linkedPercent: row.linkedStoragePercent,
      facts: { ...(can?.facts ?? (row.facts as Record<string, string>)) },
      ...given({
        problem: row.stateReason,
        problemNotice: row.stateReason === null ? undefined : noticeOf(row.stateReason),
        problemCode: row.stateCode,
        drainingSince: iso(row.drainingSince),
        writtenOffSince: iso(row.writtenOffAt),
        connection: asOperator ? row.connection : undefined,
        storageBytes: room?.storageBytes,
        storageFreeBytes: room?.storageFreeBytes,
        datastores: stores.length === 0 ? undefined : stores,
      }),
    };
  };
  /** Takes it up as it stands in the store, and answers when that was tried once. */
  const taken = async (id: string): Promise<Provider> => {
    await registry.refresh(id);
    await registry
      .firstTry(id)
      .catch((error: unknown) => deps.log.info({ provider: id, err: describeError(error) }, 'a provider did not open'));
    return show(await providers.find(db, id), true);
  };
  const named = async (name: string): Promise<Row | undefined> => providers.findByName(db, name);
  const endpointOf = (row: Row): ProviderConnection => {
    if (row.connection !== null) return row.connection;
    throw new CarrelError('wrong-state', `${row.name} is the QEMU of a server's host: there is no way to it to change`, {
      hint: 'Its limits are options of `carrel serve`; `--linked-share` alone can be set.',
    });
  };

  return {
    async listProviders(caller) {
      return Promise.all((await providers.list(db)).map((row) => show(row, caller.role === 'admin')));
    },
    async addProvider(caller, { name, kind, password, guestPassword, linkedPercent, ...connection }) {
      const problem = providerNameProblem(name);
      if (problem !== undefined) throw new CarrelError('bad-request', `${JSON.stringify(name)} cannot be a provider's name: ${problem}`);
      if ((await named(name)) !== undefined) throw providers.nameTaken(name);
      const id = deps.newId();
      const secret = sealer.seal(id, { password, ...given({ guestPassword }) } satisfies ProviderSecret);
      await probe({ id, kind, connection, secret });
      await deps.store.tx(async (tx) => {
        await providers.add(tx, { id, name, kind, connection, secret, now: deps.now() });
        if (linkedPercent !== undefined) await providers.setLinkedPercent(tx, id, linkedPercent);
        await write(caller, 'provider.added', { id, name }, { kind, url: connection.url, username: connection.username }, tx);
      });
      return taken(id);
    },
    async changeProvider(caller, name, { password, guestPassword, linkedPercent, ...changes }) {
      const row = await named(name);
      if (row === undefined) return undefined;
      if (linkedPercent !== undefined && password === undefined && guestPassword === undefined && Object.keys(changes).length === 0) {
        await deps.store.tx(async (tx) => {
          await providers.setLinkedPercent(tx, row.id, linkedPercent);
          await write(caller, 'provider.changed', row, { changed: ['linkedPercent'], linkedPercent }, tx);
        });
        return show(await providers.find(db, row.id), true);
      }
      // What is null is taken back, and what is not said stays.
      const merged = Object.entries({ ...endpointOf(row), ...changes }).filter(([, value]) => value !== null && value !== undefined);
      const connection = Object.fromEntries(merged) as unknown as ProviderConnection;
      const known = sealer.open<ProviderSecret>(row.id, row.secret as Buffer);
      const secret = sealer.seal(row.id, { ...known, ...given({ password, guestPassword }) });
      await probe({ ...row, connection, secret });
      const what = [
        ...Object.keys(changes),
        ...(linkedPercent === undefined ? [] : ['linkedPercent']),
        ...(password === undefined ? [] : ['password']),
        ...(guestPassword === undefined ? [] : ['guestPassword']),
      ];
      await deps.store.tx(async (tx) => {
        await providers.change(tx, row.id, { connection, secret });
        if (linkedPercent !== undefined) await providers.setLinkedPercent(tx, row.id, linkedPercent);
        await write(caller, 'provider.changed', row, { changed: what }, tx);
      });
      return taken(row.id);
    },
    async checkProvider(caller, name, { clone, revision }, signal) {
      const row = await named(name);
      if (row === undefined) return undefined;
      endpointOf(row);
      const wanted = clone === undefined ? undefined : await trialOf(deps, row, { image: clone, revision });
      const report = await parts.endpoint(row).check(makeCtx({ signal, timeoutMs: PROBE_MS, log: deps.log }));
      if (wanted === undefined) return report;
      try {
        return { ...report, trial: await runTrial(makeCtx({ signal, timeoutMs: TRIAL_MS, log: deps.log }), deps, wanted, caller.name) };
      } catch (error) {
        const { message, hint } = toStored(error);
        const problem = {
          blocking: true,
          message: `a trial clone of ${wanted.name} failed: ${message}`,
          hint: hint ?? 'Look at the server’s own tasks.',
        };
        return { ...report, ok: false, problems: [...report.problems, problem] };
      }
    },
    async listProviderVms(name, signal) {
      const row = await named(name);
      if (row === undefined) return undefined;
      endpointOf(row);
      return parts.endpoint(row).vms(makeCtx({ signal, timeoutMs: PROBE_MS, log: deps.log }));
    },
    async enableProvider(caller, name, enabled) {
      const row = await named(name);
      if (row === undefined) return undefined;
      await providers.enable(db, row.id, enabled);
      if (enabled && row.drainingSince !== null) await providers.drain(db, row.id, undefined);
      if (row.enabled !== enabled || (enabled && row.drainingSince !== null))
        await write(caller, enabled ? 'provider.enabled' : 'provider.disabled', row);
      return taken(row.id);
    },
    async drainProvider(caller, name) {
      const row = await named(name);
      if (row === undefined) return undefined;
      if (!row.enabled) {
        throw new CarrelError('wrong-state', `${name} is disabled: nothing new goes there as it is`, {
          hint: `Enable it first (\`carrel provider enable ${name}\`) if what is there is to be ended in order.`,
        });
      }
      await providers.drain(db, row.id, deps.now());
      if (row.drainingSince === null) await write(caller, 'provider.draining', row);
      return show(await providers.find(db, row.id), true);
    },
    async writeOffProvider(caller, name, reason) {
      const row = await named(name);
      if (row === undefined) return undefined;
      await writeOff(deps, row.id, reason, caller.name);
      await registry.refresh(row.id);
      await endWrittenOff(deps);
      return show(await providers.find(db, row.id), true);
    },
    async deleteProvider(caller, name) {
      const row = await named(name);
      if (row === undefined) return false;
      if (row.connection === null && deps.drivers.has(row.id)) {
        throw new CarrelError('has-children', `${name} is the QEMU of the host that this server runs on`, {
          hint: 'Start the server with --no-qemu, or disable it.',
        });
      }
      await providers.remove(db, row.id);
      await write(caller, 'provider.removed', row);
      await registry.refresh(row.id);
      return true;
    },
    showCertificate: (url, signal) => parts.certificateOf(url, signal),
  };
}
