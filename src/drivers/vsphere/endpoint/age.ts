/** Which servers are too old, and which are only just taken. */
import { driverError } from '../../../driver/errors.ts';

interface Server {
  fullName: string;
  apiVersion: string;
}

/** The first release that can say what an account may do there in one question, which every check of privileges asks. */
const OLDEST = '6.5';
/** What the guide asks for: VMware mended and tested none before for years. */
const ADVISED = '7.0';
const UPGRADE = `Upgrade it to vSphere ${ADVISED} or newer.`;

function before(apiVersion: string, than: string): boolean {
  const [is = 0, isMinor = 0] = apiVersion.split('.').map(Number);
  const [major = 0, minor = 0] = than.split('.').map(Number);
  return is < major || (is === major && isMinor < minor);
}

/** What is to be said of a server's age; undefined where it is young enough. `refused`: it is not worked with. */
export function ageOf({ fullName, apiVersion }: Server) {
  if (!before(apiVersion, ADVISED)) return undefined;
  const refused = before(apiVersion, OLDEST);
  const message = refused
    ? `${fullName} is too old: Carrel works with vSphere ${OLDEST} at least`
    : `${fullName} is older than vSphere ${ADVISED}, which Carrel is meant for`;
  return { refused, message, hint: UPGRADE };
}

/** `not-supported` for a server that is too old. */
export function mustBeYoungEnough(about: Server): void {
  const age = ageOf(about);
  if (age?.refused === true) throw driverError('not-supported', age.message, { hint: age.hint });
}
