/** The tests beside it whose tables `make test` asks a sample of (test/support/rows.ts), with every row. */
import './check/privileges.test.ts';
import './guests/access.test.ts';
import './guests/windows.test.ts';
import './hazards-run.test.ts';
import './hazards-strict.test.ts';
import './machines/relocate.test.ts';
import './machines/unlink.test.ts';
import './masters/masters.test.ts';
import './masters/sending.real.ts';
