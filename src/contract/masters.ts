/** What is done to golden disks where they lie. */
import { Type } from 'typebox';
import { NameParam } from './common.ts';
import { NameNumber, Revision } from './images.ts';
import { described, route, strict } from './route.ts';

export const masterRoutes = {
  resealRevision: route('resealRevision', {
    summary: 'Seal golden disks anew that are what they should be, but lie elsewhere or have a seal that covers less than could be had',
    description:
      'For operators: of a vCenter or ESXi host, where a datastore got another name or a master was sealed before its bytes could be read. All that was sealed is read and compared first; what differs is said (`master-changed`), and then nothing is written. A revision that is out of service since its disks were not what was sealed may be brought back afterwards, unless only some of its providers were asked.',
    tag: 'images',
    scope: 'admin',
    params: NameNumber,
    body: strict({
      provider: Type.Optional(described(NameParam, 'All that have golden disks of it, if left out.')),
      reason: Type.String({ minLength: 3, maxLength: 500, description: 'Why they are right as they are; kept in the audit log.' }),
    }),
    response: Revision,
    errors: ['not-found', 'not-supported', 'master-changed', 'busy', 'unavailable'],
  }),
};
