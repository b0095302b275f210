/** Kinds of columns that the table types share. */
import type { ColumnType, RawBuilder } from 'kysely';

/** A jsonb column: written through `json()` of sql.ts only, since pg would turn a bare array into a PostgreSQL array. */
export type Json<T> = ColumnType<T, RawBuilder<T>, RawBuilder<T>>;
export type JsonOrNull<T> = ColumnType<T | null, RawBuilder<T> | null | undefined, RawBuilder<T> | null>;
/** JSON with a default of the table's. */
export type JsonDefault<T> = ColumnType<T, RawBuilder<T> | undefined, RawBuilder<T>>;
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
