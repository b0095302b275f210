/** A further server of an installation: a data directory of its own with the installation's id and key. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { CarrelError, errorCode } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';
import { readOwner } from '../store/installation.ts';
import { checkPath } from './data-dir.ts';
import { explain, fingerprint, type Installation, openInstallation, readKey, writeIdentity, writeWhole } from './installation.ts';

export interface JoinOptions {
  dataDir: string;
  /** The PostgreSQL that the servers share. */
  databaseUrl: string | undefined;
  /** A copy of `secrets.key` of a server that is there. */
  keyFile: string | undefined;
}

/**
 * Makes a data directory for a server that is to serve a store together with others. One that belongs to the installation already stays as it
 * is. Errors: `bad-request` (no database, no key), `not-found` (no installation there, no such file), `store-foreign` (another key, or another
 * installation's directory), those of the store and of {@link openInstallation}.
 */
export async function joinInstallation({ dataDir, databaseUrl, keyFile }: JoinOptions): Promise<Installation> {
  if (databaseUrl === undefined) {
    throw new CarrelError('bad-request', 'DATABASE_URL is not set: several servers share one PostgreSQL of the site', {
      hint: 'Set it to what the first server has. A private database in a data directory serves one server alone.',
    });
  }
  if (keyFile === undefined) {
    throw new CarrelError('bad-request', 'the key of the installation is needed to join it', {
      hint: 'Copy secrets.key from the data directory of a server that is there, readable by you alone, and name it with --key-file or CARREL_KEY_FILE.',
    });
  }
  const key = givenKey(keyFile);
  const owner = await readOwner(databaseUrl);
  if (owner === undefined) {
    throw new CarrelError('not-found', 'that database holds no installation of Carrel yet', {
      hint: 'Start the first server with it: DATABASE_URL=… carrel serve. Then join.',
    });
  }
  if (owner.keyFingerprint !== fingerprint(key)) {
    throw new CarrelError('store-foreign', `${keyFile} is not the key that the credentials in the store are sealed under`, {
      hint: 'Copy secrets.key from the data directory of a server of this installation.',
      details: { store: owner.keyFingerprint, file: fingerprint(key) },
    });
  }
  checkPath(dataDir);
  const identity = join(dataDir, 'carrel.json');
  if (!existsSync(identity)) {
    const own = join(dataDir, 'secrets.key');
    if (existsSync(own) && fingerprint(readKey(own)) !== owner.keyFingerprint) {
      throw new CarrelError('store-foreign', `${own} is the key of another installation, and may be the only one that there is`, {
        hint: 'Join with an empty folder: --data DIR.',
      });
    }
    try {
      makeFolder(dataDir, 0o711);
      // The key first: a directory with an identity and no key would make one of its own.
      writeWhole(own, key.toString('base64'), 0o600);
      const serverId = randomUUID();
      writeIdentity(identity, { id: owner.id, serverId, hostTag: serverId });
    } catch (error) {
      throw explain(error, dataDir);
    }
  }
  const installation = openInstallation(dataDir, false);
  if (installation.id === owner.id && fingerprint(installation.key) === owner.keyFingerprint) return installation;
  throw new CarrelError('store-foreign', `${dataDir} belongs to the installation ${installation.id}`, {
    hint: 'Join with an empty folder: --data DIR.',
    details: { store: owner.id, dataDirectory: installation.id },
  });
}

function givenKey(file: string): Buffer {
  try {
    return readKey(file);
  } catch (error) {
    if (error instanceof CarrelError) throw error;
    if (errorCode(error) === 'ENOENT') throw new CarrelError('not-found', `there is no file ${file}`, { cause: error });
    throw new CarrelError('no-permission', `${file} cannot be read`, { cause: error });
  }
}
