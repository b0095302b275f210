/**
 * Followers of the event stream, in a process of their own: `tsx event-followers.ts URL TOKEN COUNT`. Says `open` once all are, then,
 * after an event whose body has `last`, one line of JSON: how many events each saw, whether in order, and how late they were.
 */
import { request } from 'node:http';
import { Agent } from 'node:http';
import { quantile } from './stats.ts';

const [url = '', token = '', count = '1'] = process.argv.slice(2);
const followers = Number(count);
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
const lateMs: number[] = [];
const seen: number[] = [];
let disorder = 0;
let opened = 0;
let ended = 0;

function follow(): void {
  const asked = request(`${url}/api/v1/events?all=true`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
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

for (let i = 0; i < followers; i++) follow();
