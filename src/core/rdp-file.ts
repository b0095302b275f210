/** Files that Remote Desktop clients open: one setting a line, `name:type:value`, where the type is `s` for text and `i` for a number. */

/** No line breaks or other control characters: each would begin a setting of its own. */
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]+$/u;
/** Addresses and host names. */
const HOST = /^[A-Za-z0-9._:%-]+$/;

/**
 * The settings with which a client finds the machine and asks for the password, which is none of them. `authentication level` 2: the client asks when
 * it does not know the machine's certificate. The names are Microsoft's ("Supported RDP properties"). Undefined where host or user would not
 * stay on their lines.
 */
export function rdpFile({ host, port, user }: { host: string; port: number; user: string }): string | undefined {
  if (!HOST.test(host) || !ONE_LINE.test(user)) return undefined;
  const settings = [
    `full address:s:${host.includes(':') ? `[${host}]` : host}:${port}`,
    `username:s:${user}`,
    'prompt for credentials:i:1',
    'authentication level:i:2',
  ];
  return `${settings.join('\r\n')}\r\n`;
}
