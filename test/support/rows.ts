/** Tables of which a whole run makes a sample: all rows are for the project `long`, whose files import those of the others. */

/** The rows at these places; all of them in the project `long` (vitest.config.ts says which it is). */
export const sampleOf = <Row>(rows: readonly Row[], ...places: readonly number[]): Row[] =>
  rows.filter((_, at) => process.env.CARREL_TEST_ROWS === 'all' || places.includes(at));
