/** Every saga of SAGAS over the fake driver. */
import { sagaSuite } from '../../test/support/saga-suite.ts';

sagaSuite();
