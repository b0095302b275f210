import { type LabelWanted, wantedLabels } from '../core/labels.ts';
import { CarrelError } from '../lib/errors.ts';

/** What a list is to be narrowed to, as it was asked for. Errors: `bad-request`. */
export function labelsAsked(text: string | undefined): LabelWanted[] | undefined {
  if (text === undefined) return undefined;
  const labels = wantedLabels(text);
  if (labels !== undefined) return labels;
  throw new CarrelError('bad-request', `${JSON.stringify(text)} is no label, and no list of some`, {
    hint: 'write KEY=VALUE, or KEY for any value; several parted by commas',
  });
}
