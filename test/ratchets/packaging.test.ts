import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const at = (name: string) => join(import.meta.dirname, '../../packaging', name);

test('a service that is stopped or replaced takes no machine with it', () => {
  // systemd's own default kills every process of the service.
  expect(readFileSync(at('carrel.service'), 'utf8')).toMatch(/^KillMode=process$/m);
});

test('what Debian runs at installation is sound, and no step of it removes data', () => {
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const file = at(`debian/${script}`);
    execFileSync('sh', ['-n', file]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/\brm\b/);
  }
});
