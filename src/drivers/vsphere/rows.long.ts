/** The tests beside it whose tables `make test` asks a sample of (test/support/rows.ts), with every row. */
import './hazards-strict.test.ts';
import './machines/relocate.test.ts';
import './machines/unlink.test.ts';
import './masters/masters.test.ts';
