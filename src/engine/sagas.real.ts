/** Every saga of SAGAS over the fake driver. */
import { sagaSuite } from '../../test/support/saga-suite.ts';

// The fake has one place for masters.
sagaSuite({ without: ['add-master (replica)'] });
