/** How a WebSocket is refused so that whoever asked for it can read why. */
import type { FastifyRequest } from 'fastify';
import { REFUSED, type Problem } from '../contract/problem.ts';
import type { WebSocketLike } from './console.ts';
import { toProblem } from './errors.ts';

/**
 * Whether the reason has to be told inside the WebSocket: who comes with a ticket is a browser, or another client that is not shown the answer
 * to an upgrade that was refused (https://websockets.spec.whatwg.org/#feedback-from-the-protocol). Only for those whose ticket was good:
 * nobody unknown, and no page of another site, gets a connection.
 */
export function isToldInside(request: FastifyRequest): boolean {
  return request.caller !== undefined && typeof (request.query as { ticket?: unknown } | undefined)?.ticket === 'string';
}

/** What is told, and written to the log if it is the server's fault, as for any other request. */
export function refusalOf(error: unknown, request: FastifyRequest): Problem {
  const problem = toProblem(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
  return problem;
}

/** Says why in one text message, and closes: 4000 and the status, with the problem's code as the reason. */
export function refuse(ws: WebSocketLike, problem: Problem): void {
  ws.on('error', () => {});
  ws.send(Buffer.from(JSON.stringify(problem)), { binary: false }, () => {});
  ws.close(REFUSED + problem.status, problem.code);
}
