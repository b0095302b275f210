/** The first hour whole: with the npm packages as the registry gives them. */
import { test } from 'vitest';
import { makeDemo } from '../support/first-hour.ts';

test('make demo in a clean clone, as a user without root and sudo, with its packages from the registry', () => makeDemo('registry'));
