import { describe, expect, it } from 'vitest';
import { Rest, type RestIn } from './server/rest.ts';
import { makeSim } from './testing.ts';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** The services without a wire; what govmomi does with them is in managers.real.ts. */
function world() {
  const sim = makeSim();
  const rest = new Rest(sim);
  const call = (verb: string, headers: RestIn['headers'] = {}, body?: unknown) => {
    const [method = '', path = ''] = verb.split(' ');
    const url = new URL(path, 'https://vc');
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? '' : JSON.stringify(body);
    const out = rest.handle({ method, url, headers: { ...type, ...headers }, body: text, address: '' });
    return { status: out.status, headers: out.headers, body: out.body === '' ? undefined : (JSON.parse(out.body) as unknown) };
  };
  const { username, password } = sim.model.options;
  const enter = () => call('POST /api/session', basic(`${username}:${password}`));
  const logged = () => ({ 'vmware-api-session-id': enter().body as string });
  return { sim, call, enter, logged, username, password };
}

const CATEGORY = { name: 'room', description: '', cardinality: 'SINGLE', associable_types: [] };

describe('sessions of REST', () => {
  it('begin with user name and password, are known by header or cookie, and end', () => {
    const { call, enter, username } = world();
    const { status, body, headers } = enter();
    expect([status, body]).toEqual([201, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(headers['set-cookie']).toBe(`vmware-api-session-id=${body as string}; Path=/api; HttpOnly; Secure`);
    const header = { 'vmware-api-session-id': body as string };
    expect(call('GET /api/session', header).body).toMatchObject({ user: username });
    expect(call('GET /api/session', { cookie: `other=1; vmware-api-session-id=${body as string}` }).status).toBe(200);
    expect(call('DELETE /api/session', header).status).toBe(204);
    expect(call('GET /api/session', header).status).toBe(401);
  });

  it('are refused to others, in the form of each of the two roots', () => {
    const { call, username, password } = world();
    const messages = [expect.objectContaining({ default_message: expect.any(String), args: [] })];
    const said = call('POST /api/session', basic(`${username}:wrong`));
    expect([said.status, said.body]).toEqual([401, { error_type: 'UNAUTHENTICATED', messages }]);
    expect(said.headers['www-authenticate']).toMatch(/^Basic /);
    const type = 'com.vmware.vapi.std.errors.unauthenticated';
    expect(call('GET /rest/com/vmware/cis/tagging/tag').body).toEqual({ type, value: { messages } });
    // Neither a password with each call nor the key of a SOAP session is a REST session.
    expect(call('GET /api/cis/tagging/tag', basic(`${username}:${password}`)).status).toBe(401);
  });

  it('are no sessions of SOAP, and the other way, but count with them', () => {
    const { sim, call, enter, username, password } = world();
    const soap = sim.sessions.login(username, password, '', '');
    expect(call('GET /api/session', { 'vmware-api-session-id': soap.key }).status).toBe(401);
    const id = enter().body as string;
    expect(sim.sessions.peek(id)).toBeUndefined();
    expect(sim.sessions.all()).toHaveLength(2);
    sim.model.options.sessionCap = 2;
    expect(enter()).toMatchObject({ status: 503, body: { error_type: 'SERVICE_UNAVAILABLE' } });
    sim.sessions.endAll();
    expect(call('GET /api/session', { 'vmware-api-session-id': id }).status).toBe(401);
  });
});

describe('what is asked wrongly', () => {
  it('fields that are missing, of another type or not known, and what is not JSON', () => {
    const { call, logged } = world();
    const header = logged();
    const kind = (body: unknown, headers = {}) => {
      const answer = call('POST /api/cis/tagging/category', { ...header, ...headers }, body);
      return `${answer.status} ${(answer.body as { error_type: string }).error_type}`;
    };
    expect(kind({ ...CATEGORY, description: undefined })).toBe('400 INVALID_ARGUMENT');
    expect(kind({ ...CATEGORY, name: 4 })).toBe('400 INVALID_ARGUMENT');
    expect(kind({ ...CATEGORY, name: '' })).toBe('400 INVALID_ARGUMENT');
    expect(kind({ ...CATEGORY, colour: 'red' })).toBe('400 UNEXPECTED_INPUT');
    // Under /api the specification is the body itself.
    expect(kind({ create_spec: CATEGORY })).toBe('400 INVALID_ARGUMENT');
    expect(kind(CATEGORY, { 'content-type': 'text/plain' })).toBe('400 INVALID_ARGUMENT');
    expect(call('POST /api/cis/tagging/category', header, CATEGORY).status).toBe(201);
    expect(call('POST /rest/com/vmware/cis/tagging/category', header, { create_spec: { ...CATEGORY, name: 'hall' } }).status).toBe(200);
  });

  it('operations and services that are not there', () => {
    const { call, logged } = world();
    const header = logged();
    for (const verb of [
      'PUT /api/cis/tagging/tag',
      'GET /api/vcenter/vm',
      'POST /api/cis/tagging/tag-association?action=toString',
      'GET /rest/cis/tagging/tag',
    ])
      expect(call(verb, header).status).toBe(404);
  });

  it('without the privilege', () => {
    const { sim, call, logged, username } = world();
    const header = logged();
    sim.model.denied.add(`${username} InventoryService.Tagging.CreateCategory`).add(`${username} StorageProfile.View`);
    expect(call('POST /api/cis/tagging/category', header, CATEGORY)).toMatchObject({ status: 403, body: { error_type: 'UNAUTHORIZED' } });
    expect(call('GET /api/vcenter/storage/policies', header).status).toBe(403);
    expect(sim.model.bugs).toEqual([]);
  });
});

it('attaches by an id in the path under /api, not to what may not be attached to', () => {
  const { sim, call, logged, username } = world();
  const header = logged();
  const category = call('POST /api/cis/tagging/category', header, CATEGORY).body as string;
  const tag = call('POST /api/cis/tagging/tag', header, { name: '4.1', description: '', category_id: category }).body as string;
  const path = `POST /api/cis/tagging/tag-association/${encodeURIComponent(tag)}?action=`;
  const { type, id } = sim.master().vm;
  const object_id = { type, id };
  sim.model.denied.add(`${username} InventoryService.Tagging.AttachTag ${id}`);
  expect(call(`${path}attach`, header, { object_id }).status).toBe(403);
  sim.model.denied.clear();
  expect(call(`${path}attach`, header, { object_id: { ...object_id, type: 'HostSystem' } }).status).toBe(403);
  expect(call(`${path}attach`, header, { object_id }).status).toBe(204);
  expect(call(`${path}list-attached-objects`, header).body).toEqual([object_id]);
  sim.model.denied.add(`${username} System.Read ${id}`);
  expect(call(`${path}list-attached-objects`, header).body).toEqual([]);
  const tags = call('POST /api/cis/tagging/tag?action=list-tags-for-category', header, { category_id: category });
  expect(tags.body).toEqual([tag]);
});
