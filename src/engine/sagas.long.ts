/** Every saga of SAGAS over the fake driver, with all failures; sagas.real.ts has half of them. */
import { sagaSuite } from '../../test/support/saga-suite.ts';

sagaSuite({ without: ['add-master (replica)'] });
