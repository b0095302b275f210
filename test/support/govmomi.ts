import { goProgram } from './go-program.ts';

/** The path of the program in ./govmomi, a client on Debian's govmomi. */
export const buildGovmomi = (): Promise<string> => goProgram(new URL('./govmomi/', import.meta.url));
