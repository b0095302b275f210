/** Why a machine is where it is, as one sentence of several notices; read back as those, so that a page can say it in another language. */
import { type NoticeCode, type NoticeFacts, noticeOf, say } from './notices.ts';

/** A place that was judged; `left`: the share of what is scarcest that would be left, 0 to 1, undefined where there is no room. */
export interface Compared {
  place: string;
  left?: number | undefined;
  state: 'up' | 'down' | 'disabled';
}

/** The first of these is the place. */
export function placementOf(judged: readonly [Compared, ...Compared[]]): string {
  const [{ place }] = judged;
  if (judged.length === 1) return say('place-only', { place });
  return `${say('place-chosen', { place })}: ${judged.map(comparedText).join(', ')}`;
}

function comparedText({ place, left, state }: Compared): string {
  if (left === undefined) return say('place-full', { place });
  const facts = { place, percent: String(Math.round(left * 100)) };
  return state === 'up' ? say('place-left', facts) : say(`place-left-${state}`, facts);
}

/** The place before is being emptied. */
export function afterEmptied(place: string, placement: string): string {
  return `${say('place-emptied', { place })}; ${placement}`;
}

/** The places before could not make it. */
export function afterTried(placement: string, tried: readonly string[]): string {
  return `${placement}; ${say('place-tried', { places: tried.join(', ') })}`;
}

/** The notices that a placement is made of, in their order; undefined where one of them is not known. */
export function placementNotices(placement: string): { code: NoticeCode; facts: NoticeFacts }[] | undefined {
  const parts = placement.split('; ').flatMap((part) => {
    if (noticeOf(part) !== undefined) return [part];
    const [head = '', ...rest] = part.split(': ');
    return [head, ...rest.join(': ').split(', ')];
  });
  const notices = parts.map(noticeOf);
  return notices.includes(undefined) ? undefined : (notices as NonNullable<(typeof notices)[number]>[]);
}
