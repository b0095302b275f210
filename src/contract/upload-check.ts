/** Asking whether a disk file would be taken, before it is sent. */
import { type Static, Type } from 'typebox';
import { NameParam } from './common.ts';
import { UploadQuery } from './images.ts';
import { named, route, strict } from './route.ts';

/** What is said with an upload, and how long the file is. */
export const UploadCheckQuery = strict({
  ...UploadQuery.properties,
  bytes: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Size of the file, as it is to be sent.' }),
  ),
});
export type UploadCheckQuery = Static<typeof UploadCheckQuery>;

export const uploadCheckRoutes = {
  checkUpload: route('checkUpload', {
    summary: 'Whether a disk file would be taken that is sent so: refused as its upload would be, before a byte of it is sent',
    description: 'What its content says is known once it is sent.',
    tag: 'images',
    scope: 'admin',
    params: strict({ name: NameParam }),
    query: UploadCheckQuery,
    response: named('UploadCheck', Type.Object({ maxBytes: Type.Integer({ description: 'Largest file that is taken.' }) })),
    errors: [
      'not-found',
      'wrong-state',
      'already-exists',
      'bad-image',
      'too-large',
      'no-space',
      'missing-tool',
      'not-supported',
      'unavailable',
    ],
  }),
};
