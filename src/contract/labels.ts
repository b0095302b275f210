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

/** What changes them. */
export const LabelChange = Type.Record(
  Type.String({ pattern: LABEL_KEY }),
  Type.Union([Type.String({ pattern: LABEL_VALUE }), Type.Null()]),
  {
    additionalProperties: false,
    maxProperties: 2 * MOST_LABELS,
    description: 'Null takes one away.',
  },
);

/** What a list is narrowed to. */
export const LabelQuery = Type.String({
  maxLength: 2_048,
  description: 'Those with this label: `KEY=VALUE`, or `KEY` for any value; several, parted by commas, for all of them.',
});
