import { Type } from 'typebox';

/** As src/core/labels.ts has them, which a test holds. */
export const MOST_LABELS = 16;
export const LABEL_KEY = '^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$';
export const LABEL_VALUE = '^[^\\p{C}\\p{Zl}\\p{Zp},]{0,63}$';

export const Labels = Type.Record(Type.String({ pattern: LABEL_KEY }), Type.String({ pattern: LABEL_VALUE }), {
  additionalProperties: false,
  maxProperties: MOST_LABELS,
  description: 'Words that people put on it to find it again, key to value.',
});
