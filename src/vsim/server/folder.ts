import { type BlockFile, extentBytes } from '../model/extent-bytes.ts';
import { fileLocked, VimFault } from '../model/fault.ts';
import { inventoryPath } from '../model/naming.ts';
import type { Sim } from '../model/simulate.ts';
import type { Datastore, DsFile } from '../model/storage.ts';
import { isOpen, split } from '../model/storage.ts';
import { descriptorText, openLink } from '../model/vmdk.ts';
import { parseVmx, vmxText } from '../model/vmx.ts';

export interface FileAnswer {
  status: number;
  /** A disk's extent is not held: it is made as it is sent. */
  body: string | Buffer | BlockFile;
  type: string;
}

/** Files of datastores over HTTPS: `/folder/<path>?dcPath=…&dsName=…`. */
export interface DatastoreFiles {
  handle: (method: string, url: URL, user: string, body: Buffer | undefined) => FileAnswer;
  /** The user of an `Authorization: Basic` header, if the password is right. */
  basic: (header: string | undefined) => string | undefined;
}

const plain = (status: number, body: string): FileAnswer => ({ status, body, type: 'text/plain' });
const STATUS: Record<string, number> = { FileNotFound: 404, FileAlreadyExists: 409, FileLocked: 409, NoPermission: 403, NoDiskSpace: 507 };

export function datastoreFiles(sim: Sim): DatastoreFiles {
  return {
    handle: (method, url, user, body) => {
      try {
        return handle(sim, method, url, user, body);
      } catch (error) {
        if (error instanceof VimFault) return plain(STATUS[error.fault] ?? 500, error.message);
        sim.model.bug(error);
        return plain(500, 'internal');
      }
    },
    basic: (header) => {
      const text = Buffer.from(/^Basic (.+)$/.exec(header ?? '')?.[1] ?? '', 'base64').toString('utf8');
      const colon = text.indexOf(':');
      if (colon < 0) return undefined;
      const user = text.slice(0, colon);
      return sim.sessions.check(user, text.slice(colon + 1));
    },
  };
}

function handle(sim: Sim, method: string, url: URL, user: string, body: Buffer | undefined): FileAnswer {
  const m = sim.model;
  const name = url.searchParams.get('dsName') ?? '';
  const ds = m.datastores.find((d) => d.name === name);
  let inside: string;
  try {
    inside = decodeURIComponent(url.pathname.slice('/folder'.length)).replace(/^\//, '').replace(/\/$/, '');
  } catch {
    return plain(400, 'The path is not valid.');
  }
  if (ds === undefined) return plain(404, `There is no datastore '${name}'.`);
  // vCenter takes the inventory path of the data center, not its name (vsphere.md §10); a host does not look at it.
  const dcPath = url.searchParams.get('dcPath') ?? '';
  const dc = m.isVc ? m.datacenters.find((d) => `/${dcPath.replace(/^\//, '')}` === inventoryPath(d)) : m.datacenter;
  if (dc === undefined) return plain(404, `There is no data center '${dcPath}'.`);
  if (ds.parent?.parent !== dc) return plain(404, `There is no datastore '${name}' in that data center.`);
  const { datastore, path } = m.storage.parse(`[${name}] ${inside}`);
  m.actor = user;
  datastore.assertAccessible();
  if (method === 'PUT' || method === 'POST') {
    m.require('Datastore.FileManagement', ds);
    return upload(sim, datastore, path, body ?? Buffer.alloc(0));
  }
  m.require('Datastore.Browse', ds);
  if (method === 'DELETE') {
    m.require('Datastore.FileManagement', ds);
    datastore.remove(path);
    return plain(204, '');
  }
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'This method is not known here.');
  if (datastore.hasDir(path)) return listing(datastore, path);
  // reading a file's bytes is a low level file operation too, by the text of that privilege
  m.require('Datastore.FileManagement', ds);
  // the file is read by a host that vCenter reaches and that has the datastore
  if (![...ds.hosts].some((host) => host.connection === 'connected')) return plain(503, `No host that has '${name}' answers.`);
  return download(sim, datastore, path, datastore.mustFile(path));
}

function upload(sim: Sim, datastore: Datastore, path: string, body: Buffer): FileAnswer {
  const m = sim.model;
  const old = datastore.file(path);
  if (old !== undefined) {
    if (isOpen(old)) return plain(409, 'The file is in use.');
    if (old.disk !== undefined) return uploadDescriptor(sim, datastore, path, old.disk, body.toString('utf8'));
    datastore.remove(path);
  }
  const { dir, name } = split(path);
  if (!datastore.hasDir(dir)) return plain(404, 'There is no such folder.');
  const file: Omit<DsFile, 'name'> = { kind: 'other', bytes: body.length, size: body.length, mtime: m.now(), text: body };
  if (name.endsWith('.vmx')) {
    file.kind = 'vmx';
    file.vmx = parseVmx(m, datastore.full(path), body.toString('utf8'));
  }
  datastore.add(path, file);
  return plain(old === undefined ? 201 : 200, '');
}

/** Of a descriptor only the mark against deletion may change here; anything else would be another disk under the same extent. */
function uploadDescriptor(sim: Sim, datastore: Datastore, path: string, disk: NonNullable<DsFile['disk']>, text: string): FileAnswer {
  const unmarked = (t: string): string =>
    t
      .split('\n')
      .filter((line) => !/^ddb\.deletable\s*=/.test(line))
      .join('\n')
      .trim();
  const { storage } = sim.model;
  if (unmarked(text) !== unmarked(descriptorText(storage, openLink(storage, datastore.full(path))))) {
    return plain(501, 'The simulator changes nothing in a descriptor but ddb.deletable.');
  }
  disk.deletable = !/^ddb\.deletable\s*=\s*"false"/m.test(text);
  return plain(200, '');
}

function download(sim: Sim, datastore: Datastore, path: string, file: DsFile): FileAnswer {
  const type = 'application/octet-stream';
  if (file.vmx !== undefined) return { status: 200, body: vmxText(file.vmx), type };
  if (file.disk !== undefined) {
    const { storage } = sim.model;
    return { status: 200, body: descriptorText(storage, openLink(storage, datastore.full(path))), type };
  }
  if (file.text !== undefined) return { status: 200, body: file.text, type };
  if (file.kind === 'extent') return extent(datastore, path, file);
  if (file.size <= 1024 * 1024) return { status: 200, body: Buffer.alloc(file.size), type };
  return plain(501, 'The simulator does not hold the bytes of this file.');
}

/** vSAN keeps extents as objects, which are no files; what a machine writes to is locked. */
function extent(datastore: Datastore, path: string, file: DsFile): FileAnswer {
  if (datastore.flavour === 'vsan') return plain(404, 'The disk is an object.');
  for (const other of datastore.files(split(path).dir)) {
    if (other.disk?.extent === file.name && other.writer !== undefined) throw fileLocked(datastore.full(path));
  }
  return { status: 200, body: extentBytes(file), type: 'application/octet-stream' };
}

function listing(datastore: Datastore, path: string): FileAnswer {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const names = [...datastore.subfolders(path)].map((n) => `${n}/`).concat(Array.from(datastore.files(path), (f) => f.name));
  return { status: 200, body: `<html><body><pre>${names.map(escape).join('\n')}</pre></body></html>`, type: 'text/html' };
}
