/** Licences: seats that machines of some images take up, over all providers. */
import { type Static, Type } from 'typebox';
import { Done, NameParam, Time } from './common.ts';
import { described, named, route, strict } from './route.ts';

const Seats = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'So many machines of its images may be held at one time.' });
const Images = Type.Array(NameParam, { maxItems: 1000, description: 'Images of which each machine takes a seat.' });

export const Licence = named(
  'Licence',
  Type.Object({
    name: Type.String(),
    seats: Seats,
    images: Images,
    held: Type.Integer({ description: 'Seats that are held now.' }),
    mostHeld: Type.Integer({
      description: 'The most that are held at any moment from now on, by what is promised. May be over `seats` after a change.',
    }),
    createdAt: Time,
  }),
);
export type Licence = Static<typeof Licence>;

export const licenceRoutes = {
  listLicences: route('listLicences', {
    summary: 'Licences, and how many of their seats are held',
    tag: 'calendar',
    scope: 'user',
    response: named('LicenceList', Type.Object({ items: Type.Array(Licence) })),
  }),
  addLicence: route('addLicence', {
    summary: 'Limit how many machines of some images are held at one time, over all providers',
    description: 'What is promised already stays, and counts.',
    tag: 'calendar',
    scope: 'admin',
    body: strict({ name: NameParam, seats: Seats, images: Type.Optional(Images) }),
    response: Licence,
    status: 201,
    errors: ['not-found', 'already-exists'],
  }),
  changeLicence: route('changeLicence', {
    summary: 'Change its seats, or which images need it',
    tag: 'calendar',
    scope: 'admin',
    params: strict({ name: NameParam }),
    body: strict({ seats: Type.Optional(Seats), images: Type.Optional(described(Images, 'In place of those that it has.')) }),
    response: Licence,
    errors: ['not-found'],
  }),
  removeLicence: route('removeLicence', {
    summary: 'Limit no more',
    tag: 'calendar',
    scope: 'admin',
    params: strict({ name: NameParam }),
    response: Done,
    errors: ['not-found'],
  }),
};
