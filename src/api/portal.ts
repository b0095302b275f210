/** The portal's files: one page whose nonce is new each time, and parts that never change under their names. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SECURITY_HEADERS } from './parts.ts';

const NONCE = '__CSP_NONCE__';

/**
 * Everything from this server, nothing inline: style elements made at run time carry the page's nonce. Pictures may be data and blobs
 * (noVNC's cursors); nothing may be framed, and no form is sent elsewhere.
 */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Whether somebody opens a page: a browser's navigation, not a program's request nor a part that is not there. */
export function wantsPage(request: Pick<FastifyRequest, 'method' | 'headers' | 'url'>): boolean {
  const html = request.headers.accept?.includes('text/html') ?? false;
  return (request.method === 'GET' || request.method === 'HEAD') && html && !/^\/(?:api|assets)(?:\/|$)/.test(request.url);
}

/** Serves the portal of a folder made by the build. Returns what answers a page; which page it is the portal itself finds out. */
export async function registerPortal(app: FastifyInstance, dir: string): Promise<(reply: FastifyReply) => FastifyReply> {
  const page = readFileSync(join(dir, 'index.html'), 'utf8');
  await app.register(fastifyStatic, {
    root: join(dir, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    index: false,
    immutable: true,
    maxAge: '365d',
    wildcard: true,
    setHeaders: (reply, path) => {
      // Only names with a hash never change; the icon's has none.
      if (!/-[\w-]{8}\.\w+(?:\.br|\.gz)?$/.test(path)) reply.header('cache-control', 'public, max-age=3600');
    },
  });
  return (reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .headers({ ...SECURITY_HEADERS, 'content-security-policy': policy(nonce), 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(page.replaceAll(NONCE, nonce));
  };
}
