import type { Tx } from '../../store/schema.ts';
import type { Saga } from '../saga.ts';
import type { EngineDeps } from '../deps.ts';
import { addMaster } from './add-master.ts';
import { capture } from './capture.ts';
import { checkpoint } from './checkpoint.ts';
import { end } from './end.ts';
import { power } from './power.ts';
import { prepare } from './prepare.ts';
import { prove } from './prove.ts';
import { provision } from './provision.ts';
import { reimage } from './reimage.ts';
import { relocate } from './relocate.ts';
import { removeRevision } from './remove-revision.ts';
import { unlink } from './unlink.ts';

// A saga's input type is known to the one who enqueues it and to its steps; between them it is JSON in a row.
type AnySaga = Saga<EngineDeps, never, Tx>;

/** Every saga by name; the generic tests run over this list, so a saga that is not here cannot run either. */
export const SAGAS: Readonly<Record<string, AnySaga>> = Object.fromEntries(
  [provision, end, reimage, prepare, capture, power, checkpoint, prove, removeRevision, addMaster, unlink, relocate].map((saga) => [
    saga.name,
    saga as AnySaga,
  ]),
);
