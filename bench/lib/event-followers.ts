/**
 * Followers of the event stream as browsers are, in a process of their own: `tsx event-followers.ts URL`, and on standard input a line of JSON with
 * the server's certificate and, for each, the `Cookie` of a session of its own. Every one has a TLS connection to itself. Says `open` once all
 * streams are, then, after an event whose body has `last`, one line of JSON: how many events each saw, whether in order, and how late they were.
 */
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { quantile } from './stats.ts';

const [url = ''] = process.argv.slice(2);
const told = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const { ca, cookies } = JSON.parse(told.value as string) as { ca: string; cookies: string[] };
const followers = cookies.length;
// Each is another person's computer: no TLS session of one is taken up by the next.
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY, ca, maxCachedSessions: 0 });
const lateMs: number[] = [];
const seen: number[] = [];
let disorder = 0;
let opened = 0;
let ended = 0;

function follow(cookie: string): void {
  const headers = { cookie, accept: 'text/event-stream', 'x-carrel-csrf': '1' };
  const asked = request(`${url}/api/v1/events`, { agent, headers }, (response) => {
    if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode}`);
    let rest = '';
    let lastId = 0;
    let events = 0;
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const now = performance.timeOrigin + performance.now();
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.includes('event: hello')) {
          opened += 1;
          if (opened === followers) process.stdout.write('open\n');
          continue;
        }
        const sent = /"sent":([\d.]+)/.exec(block)?.[1];
        if (sent === undefined) continue;
        const id = Number(/^id: (\d+)/m.exec(block)?.[1]);
        if (id <= lastId) disorder += 1;
        lastId = id;
        events += 1;
        lateMs.push(now - Number(sent));
        if (block.includes('"last":true')) over(events);
      }
    });
    response.on('end', () => over(events));
  });
  asked.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  asked.end();
}

function over(events: number): void {
  seen.push(events);
  ended += 1;
  if (ended < followers) return;
  const found = { least: Math.min(...seen), most: Math.max(...seen), disorder, p50: quantile(lateMs, 0.5), p99: quantile(lateMs, 0.99) };
  process.stdout.write(`${JSON.stringify({ ...found, longest: lateMs.reduce((a, b) => Math.max(a, b), 0) })}\n`, () => process.exit(0));
}

for (const cookie of cookies) follow(cookie);
