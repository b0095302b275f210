/** What portal-parts.real.ts takes a sample of. */
import { afterAll } from 'vitest';
import { axeTests } from '../support/portal-parts-suite.ts';
import { closePortalParts } from '../support/portal-parts.ts';

afterAll(closePortalParts);
axeTests();
