/** What vcsim-server.real.ts leaves out: a lone host, and a clone that came back without a parent. */
import { expect, test } from 'vitest';
import { lab, lifeOnVcsim, onVcsim, server } from '../support/vcsim-server.ts';

onVcsim(() => {
  test('esxi, child-disk: a full machine passes the gate, is switched on, and its end leaves nothing', () => lifeOnVcsim('esxi', 'full'));

  test('vcenter, snapshot-clone: a clone that came back without a parent is refused as not linked, and nothing of it stays', async () => {
    const { client, witness } = await lab('older', 'vcenter', 'snapshot-clone');
    const before = await witness();
    const refused = await server.reserve('linked', 'older');
    expect(refused).toMatchObject({ state: 'failed', failure: { code: 'not-linked' } });
    expect(await witness()).toEqual(before);
    const check = await client.checkProvider({ params: { provider: 'older' }, body: { clone: 'older' } });
    expect(check.trial).toBeUndefined();
    expect(check.problems).toContainEqual(expect.objectContaining({ blocking: true, message: expect.stringContaining('older@1') }));
    expect(await witness()).toEqual(before);
  });
});
