/** The installation and its servers, as Kysely types. */
import type { ColumnType, RawBuilder } from 'kysely';

export interface InstallationTable {
  one: ColumnType<boolean, never, never>;
  id: string;
  keyFingerprint: string;
  createdAt: Date;
}

export interface ServerTable {
  id: string;
  name: string;
  version: string;
  url: ColumnType<string | null, string | null | undefined, string | null>;
  /** SHA-256 of its certificate, hex. */
  fingerprint256: ColumnType<string | null, string | null | undefined, string | null>;
  pid: number;
  startedAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  beatAt: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  stoppedAt: ColumnType<Date | null, RawBuilder<Date> | null | undefined, RawBuilder<Date> | null>;
}
