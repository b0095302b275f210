import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** A registry with the process's own metrics; whoever has something to measure adds to it. */
export function makeRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export type RequestTimer = (operation: string, status: number, seconds: number) => void;

/** Counts and times requests by operation and status; names of people and things stay out of it. */
export function requestTimer(registry: Registry): RequestTimer {
  const histogram = new Histogram({
    name: 'carrel_http_request_seconds',
    help: 'Time from request to answer, in seconds.',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [registry],
  });
  return (operation, status, seconds) => histogram.observe({ operation, status: String(status) }, seconds);
}
