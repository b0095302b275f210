/** A server without QEMU in front of a vCenter: what people upload is looked at and unpacked all the same. */
import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ova, withSecureBootAndTpm } from '../../test/support/ova.ts';
import { until } from '../../test/support/server.ts';
import { makeClient } from '../client/client.ts';
import { startVsim } from '../vsim/vsim.ts';
import { startServer } from './serve.ts';

test('an OVA becomes a master on the vCenter with the hardware that it describes; what is no disk is refused while it is sent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'up-'));
  // PostgreSQL's account must be able to pass through.
  chmodSync(dir, 0o711);
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const vsim = await startVsim({ masters: 0 });
  onTestFinished(() => vsim.close());
  mkdirSync(join(dir, 'd'));
  const umask = process.umask();
  const server = await startServer({ dataDir: join(dir, 'd'), listen: '127.0.0.1:0', logLevel: 'silent', qemu: false });
  process.umask(umask);
  onTestFinished(() => server.stop());
  const client = makeClient({ baseUrl: server.url, token: server.token });
  await client.addProvider({
    body: {
      name: 'lab',
      kind: 'vcenter',
      url: vsim.url,
      username: vsim.username,
      password: vsim.password,
      trust: { fingerprint256: vsim.fingerprint256 },
      network: 'VM Network',
    },
  });
  const send = (name: string, file: string) =>
    client.uploadImage({
      params: { name },
      query: { access: 'cloud-init', publish: true },
      content: createReadStream(file),
      bytes: statSync(file).size,
    });

  const garbage = join(dir, 'garbage');
  writeFileSync(garbage, Buffer.alloc(100_000, 'no disk '));
  await expect(send('garbage', garbage)).rejects.toMatchObject({ status: 422, code: 'bad-image' });

  const raw = join(dir, 'disk.raw');
  writeFileSync(raw, '');
  truncateSync(raw, 16 * 2 ** 20);
  const vmdk = join(dir, 'disk.vmdk');
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', raw, vmdk]);
  const { revision } = await send('web', ova(dir, { disk: vmdk, edit: withSecureBootAndTpm }));
  const made = await until('the image', async () => {
    const now = await client.showRevision({ params: { name: 'web', number: revision.number } });
    return now.state === 'preparing' ? undefined : now;
  });
  expect(made.failure).toBeUndefined();
  expect(made).toMatchObject({
    state: 'published',
    profile: { hardware: { vcpus: 3, memoryMiB: 1536, firmware: 'efi' } },
    masters: [{ provider: 'lab', virtualBytes: 16 * 2 ** 20 }],
  });
  expect(made.facts?.['notes']).toContain('It had secure boot and a TPM, which a disk that is sent does not get');
});
