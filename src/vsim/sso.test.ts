import { expect, test } from 'vitest';
import { Sim } from './model/simulate.ts';
import { Sso, wrongWith } from './server/sso.ts';

const envelope = (body: string, header = '') =>
  `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>${header}</e:Header><e:Body>${body}</e:Body></e:Envelope>`;
const issue = (user: string, password: string) =>
  envelope(
    '<RequestSecurityToken><TokenType>saml2</TokenType></RequestSecurityToken>',
    `<Security><UsernameToken><Username>${user}</Username><Password>${password}</Password></UsernameToken></Security>`,
  );
const login = (assertion: string) => envelope('<Login><_this>sessionManager</_this></Login>', assertion);
const create = (name: string, password: string) =>
  envelope(`<CreateLocalPersonUser><userName>${name}</userName><userDetails/><password>${password}</password></CreateLocalPersonUser>`);

function signedOn(sso: Sso, user: string, password: string): string {
  const { body } = sso.token(issue(user, password));
  return sso.administer(login(/<saml2:Assertion.*<\/saml2:Assertion>/.exec(body)?.[0] ?? ''), undefined).setCookie ?? '';
}

test('an administrator with a token makes an account that a password of the policy opens', () => {
  const sim = new Sim();
  const { username, password } = sim.model.options;
  const sso = new Sso(sim);
  const cookie = signedOn(sso, username, password);
  expect(sso.administer(create('ann', 'too-short'), cookie)).toMatchObject({
    status: 500,
    body: expect.stringContaining('an upper-case letter'),
  });
  expect(sso.administer(create('a@b', 'Good-Passw0rd'), cookie).status).toBe(500);
  expect(sso.administer(create('ann', 'Good-Passw0rd'), cookie).status).toBe(200);
  expect(sim.sessions.check('VSPHERE.LOCAL\\ann', 'Good-Passw0rd')).toBe('ann@vsphere.local');
  expect(sso.administer(create('Ann', 'Good-Passw0rd'), cookie).body).toContain('there already');
  const hers = signedOn(sso, 'ann@vsphere.local', 'Good-Passw0rd');
  expect(sso.administer(create('bob', 'Good-Passw0rd'), hers).body).toContain('not authorized');
  sso.administer(envelope('<Logout/>'), cookie);
  expect(sso.administer(create('bob', 'Good-Passw0rd'), cookie).body).toContain('Not logged in');
});

test('nobody comes in by a wrong password, without a token, or with one that is over', () => {
  const sim = new Sim();
  const { username, password } = sim.model.options;
  const sso = new Sso(sim);
  expect(sso.token(issue(username, 'wrong'))).toMatchObject({ status: 500, body: expect.stringContaining('FailedAuthentication') });
  expect(sso.administer(login('<Assertion ID="x"/>'), undefined).status).toBe(500);
  expect(sso.administer('<broken', undefined).status).toBe(500);
  const { body } = sso.token(issue(username, password));
  (sim.model.clock as unknown as { advance: (ms: number) => void }).advance(600_000);
  expect(
    sso.administer(login(body.slice(body.indexOf('<saml2:Assertion'), body.indexOf('</wst:RequestedSecurityToken>'))), undefined).status,
  ).toBe(500);
});

test.each([
  ['Sh0rt-a', '8 to 20'],
  ['Much-Too-Long-Passw0rd', '8 to 20'],
  ['NO-LOWER-0', 'lower'],
  ['no-upper-0', 'upper'],
  ['No-Digit-Here', 'digit'],
  ['NoSpecial00', 'neither'],
  ['Aaaa-0000-x', 'in a row'],
])('the policy refuses %s', (password, why) => {
  expect(wrongWith(password)).toContain(why);
});
