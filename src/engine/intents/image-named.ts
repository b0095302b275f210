/** An image by its name, or the sentence that says why there is none. */
import { CarrelError } from '../../lib/errors.ts';
import * as images from '../../store/images.ts';
import type { Db, Image } from '../../store/schema.ts';

/** The image of that name. `not-found`; hint and `calledNow` say what it is called now if it had this name. */
export async function imageNamed(db: Db, name: string): Promise<Image> {
  const image = await images.findByName(db, name);
  if (image) return image;
  const now = await images.nameSince(db, name);
  const more = now === undefined ? { hint: 'see `carrel image ls`' } : { hint: `It is called ${now} now.`, details: { calledNow: now } };
  throw new CarrelError('not-found', `there is no image called ${name}`, more);
}
