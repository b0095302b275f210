import { randomBytes } from 'node:crypto';
import {
  type Compute,
  type DatastoreObject,
  type Entity,
  type Folder,
  type Host,
  isCompute,
  isDatacenter,
  isDatastore,
  isFolder,
  isPod,
  isNet,
  isTask,
  isVm,
  type Task,
  type Vm,
} from '../model/entities.ts';
import type { Model } from '../model/model.ts';
import type { Datastore } from '../model/storage.ts';
import { namedDisks, snapshotsOf } from '../model/vm-record.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page-parts.ts';

/** So many of one kind below one thing are shown; who looks for the 501st has a client. */
const MOST = 500;
/** So many tasks that are over are shown, newest first. */
const TASKS_OVER = 20;

export interface PageAnswer {
  status: number;
  type: string;
  body: string;
  headers: Record<string, string>;
}

/** The page at `/`, its script and style, and what it asks for while it is open. Undefined for any other path. */
export type Page = (path: string, since: string | undefined) => PageAnswer | undefined;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** A page that shows inventory, disk chains and tasks of a model and follows them: it asks again each second, and is answered when something changed. */
export function makePage(m: Model): Page {
  let changes = 0;
  m.listen(() => void changes++);
  // Another simulator at the same address, after a restart, counts from the beginning.
  const run = randomBytes(6).toString('hex');
  const answer = (body: string, type = 'text/html; charset=utf-8', status = 200): PageAnswer => ({
    status,
    type,
    body,
    headers: { ...HEADERS, 'x-vsim-version': `${run}-${changes}` },
  });
  return (path, since) => {
    if (path === '/') return answer(document(m));
    if (path === '/vsim/page.js') return answer(PAGE_SCRIPT, 'text/javascript; charset=utf-8');
    if (path === '/vsim/page.css') return answer(PAGE_STYLE, 'text/css; charset=utf-8');
    if (path !== '/vsim/state') return undefined;
    return since === `${run}-${changes}` ? answer('', undefined, 204) : answer(state(m));
  };
}

/** Names are whatever a client gave. */
const escape = (text: string | number): string =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

const size = (bytes: number): string => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);
const note = (...words: (string | undefined | false)[]): string =>
  `<small>${escape(words.filter((w) => w !== undefined && w !== false && w !== '').join(', '))}</small>`;

/** A list, cut where it gets long. */
function list(items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > MOST ? `<li>… and ${items.length - MOST} more</li>` : '';
  return `<ul>${items.slice(0, MOST).join('')}${more}</ul>`;
}

/** One line with what is below it, which can be folded away; `key` tells it apart when the page is renewed. */
const line = (key: string, text: string, below = ''): string =>
  below === '' ? `<li>${text}</li>` : `<li><details data-key="${escape(key)}" open><summary>${text}</summary>${below}</details></li>`;

function document(m: Model): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>vsim</title>
<link rel="stylesheet" href="/vsim/page.css"></head><body><header><h1>vsim</h1><p>A simulated ${m.isVc ? 'vCenter' : 'ESXi host'}, API ${escape(m.options.apiVersion)}.
Clients log in at <code>/sdk</code>. <span id="trouble" role="status"></span></p></header><main id="state">${state(m)}</main><script src="/vsim/page.js"></script></body></html>`;
}

function state(m: Model): string {
  const forest = forestOf(m);
  return `<section aria-labelledby="h-tasks"><h2 id="h-tasks">Tasks</h2>${tasks(m)}</section>
<section aria-labelledby="h-inventory"><h2 id="h-inventory">Inventory</h2>${list(children(m.root))}</section>
<section aria-labelledby="h-disks"><h2 id="h-disks">Disk chains</h2>${list(m.datastores.map((ds) => line(`disks-${ds.id}`, escape(ds.name), disks(m, ds, forest))))}</section>`;
}

function tasks(m: Model): string {
  const all = [...m.objects.values()].filter(isTask);
  const over = (task: Task) => task.state === 'success' || task.state === 'error';
  const rows = [...all.filter((t) => !over(t)).slice(0, MOST), ...all.filter(over).slice(-TASKS_OVER).reverse()].map((t) => {
    const how = t.state === 'running' && t.progress !== undefined ? `running, ${t.progress} %` : t.state;
    const cells = [t.id, t.method, t.entityName, how, t.error?.fault ?? '', new Date(t.queueTime).toISOString()];
    return `<tr class="${t.state}">${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  });
  if (rows.length === 0) return '<p>None yet.</p>';
  const heads = ['Task', 'Method', 'Of', 'State', 'Fault', 'Since'].map((h) => `<th scope="col">${h}</th>`).join('');
  return `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const children = (folder: Folder): string[] => [...folder.children.values()].map(entity);

function entity(e: Entity): string {
  if (isFolder(e) || isPod(e)) return line(e.id, `${escape(e.name)}/`, list(children(e)));
  if (isDatacenter(e)) return line(e.id, escape(e.name), list([e.hostFolder, e.datastoreFolder, e.networkFolder, e.vmFolder].map(entity)));
  if (isCompute(e)) return line(e.id, `${escape(e.name)} ${note(...computeNotes(e))}`, list(e.hosts.map(host)));
  if (isDatastore(e)) return line(e.id, `${escape(e.name)} ${note(...storeNotes(e))}`);
  if (isNet(e)) return line(e.id, `${escape(e.name)} ${note(e.dvs?.name, e.vlan > 0 && `VLAN ${e.vlan}`, `${e.vms.size} VMs`)}`);
  if (isVm(e)) return line(e.id, `${escape(e.name)} ${note(...vmNotes(e))}`);
  return line(e.id, escape(e.name));
}

const computeNotes = (c: Compute): string[] =>
  c.type === 'ComputeResource'
    ? []
    : [c.drs === 'disabled' ? 'no DRS' : `DRS ${c.drs}`, ...[...c.pool.pools.keys()].map((name) => `pool ${name}`)];

const host = (h: Host): string =>
  line(
    h.id,
    `${escape(h.name)} ${note(
      h.connection !== 'connected' && h.connection,
      h.maintenance && 'maintenance',
      `${h.vms.size} VMs, ${h.poweredOn} on`,
      `${size(h.usedMemoryBytes)} of ${size(h.memoryBytes)} memory`,
    )}`,
  );

const storeNotes = ({ store }: DatastoreObject): string[] => [
  store.flavour,
  store.accessible ? `${size(store.used)} of ${size(store.capacity)}` : 'not accessible',
];

function vmNotes(vm: Vm): (string | false)[] {
  return [
    vm.record.template ? 'template' : vm.power,
    vm.connection !== 'connected' && vm.connection,
    vm.host.name,
    ...[...snapshotsOf(vm.record)].map((node) => `snapshot ${node.name}`),
  ];
}

/** Which disk stands on which, over all datastores. */
interface Forest {
  /** VMs whose configuration names a disk. */
  users: Map<string, string[]>;
  below: Map<string, string[]>;
  /** Of each datastore the disks without a parent, and the parents that its disks name and that cannot be read. */
  tops: Map<Datastore, string[]>;
  missing: Map<Datastore, Set<string>>;
}

function forestOf(m: Model): Forest {
  const forest: Forest = { users: new Map(), below: new Map(), tops: new Map(), missing: new Map() };
  const put = <K>(map: Map<K, string[]>, key: K, value: string) => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [value]);
    else there.push(value);
  };
  for (const vm of m.vms.values()) for (const path of namedDisks(vm.record)) put(forest.users, path, vm.name);
  for (const { store } of m.datastores) {
    if (!store.accessible) continue;
    const missing = new Set<string>();
    forest.missing.set(store, missing);
    for (const { path, file } of store.walk()) {
      if (file.disk === undefined) continue;
      const { parent } = file.disk;
      if (parent === undefined) {
        put(forest.tops, store, store.full(path));
        continue;
      }
      put(forest.below, parent, store.full(path));
      if (m.storage.file(parent)?.disk === undefined) missing.add(parent);
    }
  }
  return forest;
}

/** The disks of a datastore as trees: a base, and on it what stands on it, with the VMs whose configuration names each. */
function disks(m: Model, { store }: DatastoreObject, { users, below, tops, missing }: Forest): string {
  if (!store.accessible) return '<p>The datastore is not accessible.</p>';
  const whose = (path: string): string => {
    const of = users.get(path) ?? [];
    if (m.storage.file(path) === undefined) return m.storage.parse(path).datastore.accessible ? 'missing' : 'not accessible';
    if (of.length > 0) return `of ${of.join(' and ')}`;
    return below.has(path) ? 'of no VM' : 'of no VM, nothing stands on it';
  };
  const show = (path: string, depth: number): string => {
    const file = m.storage.file(path);
    const open = file?.writer !== undefined ? 'open for writing' : (file?.readers?.size ?? 0) > 0 && 'open for reading';
    const text = `<code>${escape(path)}</code> ${note(whose(path), open)}`;
    // A chain has 255 links at most; a circle of disks has no end.
    return line(`disk-${path}`, text, depth > 255 ? '' : list((below.get(path) ?? []).map((child) => show(child, depth + 1))));
  };
  return list([...(missing.get(store) ?? []), ...(tops.get(store) ?? [])].map((path) => show(path, 0))) || '<p>No disks.</p>';
}
