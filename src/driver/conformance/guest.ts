import type { Credentials } from '../driver.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';

/** crypt(3) SHA-512 of "correct horse battery staple"; made with `openssl passwd -6 -salt conformance`. */
const PASSWORD_HASH = '$6$conformance$Dxcx7w7prFXR1JfqRBgS8iKkq1u.lDJSg2LZw3JtYvGeSOYfG7DXc2nKS8ES9UOf5wZsSo/IzbAVdLMBUeaLP0';
export const TEST_KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f conformance-1',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA conformance-2',
] as const;

export async function credentials(bench: Bench, authorizedKeys: readonly string[] = TEST_KEYS.slice(0, 1)): Promise<Credentials> {
  const { profile } = await bench.master();
  return { user: profile.guest.user, passwordHash: PASSWORD_HASH, authorizedKeys };
}

/** The guest: ready means it answers as itself; accounts are handed over and taken back. */
export const GUEST_CHECKS: readonly Check[] = [
  {
    id: 'guest-ready',
    title: 'ready gives an address and host keys, the same each time, and address agrees',
    async run(bench, found) {
      const machineId = await bench.booted();
      const ready = await bench.driver.guest.ready(bench.ctx('guestMs'), machineId);
      found.must(ready.address.host !== '' && ready.address.sshPort > 0, `address ${JSON.stringify(ready.address)}`);
      found.must(ready.hostKeys.length > 0, 'no host keys');
      for (const key of ready.hostKeys) found.must(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/.test(key), `${key} is not a host key`);
      found.same(await bench.driver.guest.ready(bench.ctx('guestMs'), machineId), ready, 'ready asked again');
      found.same(await bench.driver.guest.address(bench.ctx(), machineId), ready.address, 'address');
    },
  },
  {
    id: 'guest-identity',
    title: 'two machines of one master have addresses and host keys of their own',
    async run(bench, found) {
      const [first, second] = [await bench.booted(0), await bench.booted(1)];
      const a = await bench.driver.guest.ready(bench.ctx('guestMs'), first);
      const b = await bench.driver.guest.ready(bench.ctx('guestMs'), second);
      found.must(JSON.stringify(a.address) !== JSON.stringify(b.address), `both answer at ${JSON.stringify(a.address)}`);
      for (const key of a.hostKeys) found.must(!b.hostKeys.includes(key), `both show the host key ${key}`);
    },
  },
  {
    id: 'guest-identity-instant',
    title: 'two instant clones have addresses and host keys of their own',
    skip: (bench) => (bench.caps.cloneModes.includes('instant') ? undefined : 'no instant clones'),
    async run(bench, found) {
      const seen: string[] = [];
      const shared = bench.quick() === 'instant' ? [await bench.booted(1)] : [];
      for (let i = 0; i < 2; i++) {
        const machineId = shared[i] ?? (await bench.clone('instant')).machineId;
        await bench.boot(machineId);
        const ready = await bench.driver.guest.ready(bench.ctx('guestMs'), machineId);
        for (const fact of [JSON.stringify(ready.address), ...ready.hostKeys]) {
          found.must(!seen.includes(fact), `both show ${fact}`);
          seen.push(fact);
        }
      }
    },
  },
  {
    id: 'guest-handover',
    title: 'handover gives an account its keys and password, a second one replaces them, revoke takes them back',
    skip: (bench) => (bench.harness.guestAccount === undefined ? 'the harness cannot look at accounts' : undefined),
    async run(bench, found) {
      const machineId = await bench.booted();
      const account = async () => {
        const { user } = await credentials(bench);
        const seen = await bench.harness.guestAccount?.(machineId, user);
        return { locked: seen?.passwordLocked, keys: seen?.authorizedKeys };
      };
      const given = await credentials(bench);
      const hindrances = await bench.driver.guest.handover(bench.ctx('guestMs'), machineId, given);
      found.same(hindrances, [], 'what keeps its owner out');
      found.same(await account(), { locked: false, keys: given.authorizedKeys }, 'account after the first handover');
      const other = await credentials(bench, TEST_KEYS.slice(1));
      await bench.driver.guest.handover(bench.ctx('guestMs'), machineId, other);
      found.same(await account(), { locked: false, keys: other.authorizedKeys }, 'account after the second handover');
      await bench.driver.guest.revoke(bench.ctx('guestMs'), machineId, given.user);
      found.same(await account(), { locked: true, keys: [] }, 'account after revoke');
    },
  },
  {
    id: 'guest-handover-twice',
    title: 'handover and revoke may be run twice',
    async run(bench) {
      const machineId = await bench.booted();
      const given = await credentials(bench);
      for (let i = 0; i < 2; i++) await bench.driver.guest.handover(bench.ctx('guestMs'), machineId, given);
      for (let i = 0; i < 2; i++) await bench.driver.guest.revoke(bench.ctx('guestMs'), machineId, given.user);
    },
  },
  {
    id: 'guest-off',
    title: 'the guest of a machine that is off is not waited for',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      const { guest } = bench.driver;
      const given = await credentials(bench);
      await found.rejects('ready', ['wrong-state'], guest.ready(bench.ctx('guestMs'), machineId));
      await found.rejects('handover', ['wrong-state'], guest.handover(bench.ctx('guestMs'), machineId, given));
      await found.rejects('revoke', ['wrong-state'], guest.revoke(bench.ctx('guestMs'), machineId, given.user));
    },
  },
];
