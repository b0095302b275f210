import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Keys whose values never reach a log line, wherever in an object they stand (promise 8). */
const SECRET_KEYS = ['password', 'passwordHash', 'token', 'authorization', 'privateKey', 'secret'];

export interface LogOptions {
  level?: string;
  /** File descriptor; 2 (standard error) by default, so that standard output stays the program's answer. */
  fd?: number;
}

export function makeLogger(options: LogOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[hidden]' },
    },
    destination({ fd: options.fd ?? 2, sync: true }),
  );
}

export const silentLogger: Logger = pino({ level: 'silent' });
