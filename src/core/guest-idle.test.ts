/** The look at who uses a guest, by this host's shell over files: terminals, processes and what logind says are given. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { idleOf, idleScript } from './guest-idle.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Given {
  /** Terminals, with how long ago somebody typed there, in seconds. */
  ttys?: Record<string, number>;
  /** What processes call themselves. */
  processes?: string[];
  /** What `loginctl show-session` says of each; undefined: there is no logind. */
  sessions?: string[];
}

/** What the look says, in seconds. */
function look({ ttys = { tty1: 50 * HOUR }, processes = ['init'], sessions }: Given): number | undefined {
  const root = mkdtempSync(join(tmpdir(), 'carrel-idle-'));
  folders.push(root);
  const now = Date.now() / 1000;
  for (const dir of ['dev/pts', 'proc', 'tools']) mkdirSync(join(root, dir), { recursive: true });
  for (const [name, ago] of Object.entries(ttys)) {
    writeFileSync(join(root, 'dev', name), '');
    utimesSync(join(root, 'dev', name), now - ago, now);
  }
  for (const [i, line] of processes.entries()) {
    mkdirSync(join(root, 'proc', String(i + 1)));
    writeFileSync(join(root, 'proc', String(i + 1), 'cmdline'), `${line}\0\0\0`);
  }
  if (sessions !== undefined) {
    const listed = sessions.map((_, i) => `${i} 1000 ada seat0`).join('\n');
    const shown = sessions.map((said, i) => `${i}) printf '%s\\n' ${said} ;;`).join(' ');
    const body = `case $1 in list-sessions) echo "${listed}" ;; *) case $2 in ${shown} esac ;; esac`;
    writeFileSync(join(root, 'tools/loginctl'), `#!/bin/sh\n${body}\n`);
    chmodSync(join(root, 'tools/loginctl'), 0o755);
  }
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', idleScript('carrel-ops', root)], {
    encoding: 'utf8',
    env: { PATH: `${root}/tools:/usr/bin:/bin` },
  });
  expect([stdout, stderr]).toEqual(['', '']);
  const idle = idleOf(status ?? -1);
  return idle === undefined ? undefined : idle / 1000;
}

/** At most a fifth less than it is, and never more. */
const about = (idle: number | undefined, seconds: number) => {
  expect(idle).toBeLessThanOrEqual(seconds + MINUTE);
  expect(idle).toBeGreaterThanOrEqual(seconds * 0.79);
};

test('the last that typed at any terminal counts; to nobody it is longer than it was', () => {
  expect(look({ ttys: { tty1: 50 * HOUR, 'pts/0': 10, 'pts/3': 2 * HOUR } })).toBe(0);
  about(look({ ttys: { tty1: 50 * HOUR, 'pts/3': 2 * HOUR } }), 2 * HOUR);
  about(look({ ttys: { ttyS0: 20 * MINUTE, 'pts/3': 2 * HOUR } }), 20 * MINUTE);
  about(look({ ttys: { tty1: 50 * HOUR } }), 50 * HOUR);
  expect(look({ ttys: {} })).toBeGreaterThan(365 * 24 * HOUR);
});

test('an SSH connection without a terminal is somebody, but for Carrel’s own', () => {
  for (const line of ['sshd: ada@notty', 'sshd-session: ada@notty']) expect(look({ processes: ['init', line] })).toBe(0);
  for (const line of [
    'sshd: carrel-ops@notty',
    'sshd-session: carrel-ops@notty',
    'sshd: ada [priv]',
    'sshd: ada@pts/0',
    'vi sshd: ada@notty',
  ])
    about(look({ processes: ['init', line] }), 50 * HOUR);
  expect(look({ processes: ['sshd: carrel-ops@notty', 'sshd: bob@notty'] })).toBe(0);
});

test('a desktop that is not idle is somebody; one that is counts from when it is, and a greeter is nobody', () => {
  const since = (ago: number) => `IdleSinceHint=${Math.floor(Date.now() / 1000 - ago)}000123`;
  expect(look({ sessions: ['Type=x11 Class=user IdleHint=no IdleSinceHint=0'] })).toBe(0);
  about(look({ sessions: [`Type=wayland Class=user IdleHint=yes ${since(3 * HOUR)}`] }), 3 * HOUR);
  about(look({ sessions: ['Type=x11 Class=greeter IdleHint=no IdleSinceHint=0'] }), 50 * HOUR);
  about(look({ sessions: ['Type=tty Class=user IdleHint=no IdleSinceHint=0'] }), 50 * HOUR);
});

test('codes that are no answer', () => {
  expect([0, 1, 63, 126, 127, 137].map(idleOf)).toEqual(Array(6).fill(undefined));
  const all = Array.from({ length: 62 }, (_, i) => idleOf(64 + i) as number);
  expect(all.slice(0, 3)).toEqual([0, 60_000, 75_000]);
  expect(all.toSorted((a, b) => a - b)).toEqual(all);
});
