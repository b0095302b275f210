/** In a process of its own: decodes the reply in the file argv[2] and prints how far memory rose, and how much of it stays. Needs --expose-gc. */
import { readFileSync } from 'node:fs';
import { decodeReply } from '../../src/vsphere/soap/envelope.ts';
import { makeReply } from './vsphere-reply.ts';

const collect = globalThis.gc as () => void;
const path = process.argv[2] as string;
decodeReply('RetrievePropertiesEx', makeReply(50_000).document);
let document: string | undefined = readFileSync(path, 'utf8');
collect();
const before = process.memoryUsage();
let peak = before.rss;
const reply = decodeReply('RetrievePropertiesEx', document);
peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
const characters = document.length;
document = undefined;
collect();
const after = process.memoryUsage();
process.stdout.write(
  `${JSON.stringify({
    characters,
    peakBytes: peak - before.rss,
    // the document itself was collected too, so it is added again
    keptBytes: after.heapUsed - before.heapUsed + characters,
    objects: (reply as { value: { objects: unknown[] } }).value.objects.length,
  })}\n`,
);
