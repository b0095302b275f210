/** Every saga of SAGAS over the fake driver; a failure in every step in both ways of undoing it: sagas.long.ts. */
import { sagaSuite } from '../../test/support/saga-suite.ts';

// The fake has one place for masters.
sagaSuite({ without: ['add-master (replica)'], brief: true });
