/** The kinds of files of import-formats.test.ts, of which `make test` asks a sample (test/support/rows.ts). */
import './import-formats.test.ts';
