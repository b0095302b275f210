/** The look at every account of hindrances.test.ts, of which `make test` asks a sample (test/support/rows.ts). */
import './hindrances.test.ts';
