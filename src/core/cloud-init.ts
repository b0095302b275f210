/** What cloud-init is asked of every machine that it sets up, whichever hypervisor hands the data in. */

/**
 * Host keys and a machine-id of the machine's own, once per instance, also in an image that had booted before. cloud-init makes new host
 * keys by itself and no machine-id, so a command does that, before systemd's services read it. The host name is written into /etc/hosts, whose
 * other lines stay: where systemd-resolved does not see to it, sudo would warn and wait for a name server.
 */
export const OWN_IDENTITY = {
  ssh_deletekeys: true,
  manage_etc_hosts: 'localhost',
  bootcmd: [
    [
      'cloud-init-per',
      'instance',
      'carrel-machine-id',
      'sh',
      '-c',
      'rm -f /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup',
    ],
  ],
} as const;

/** User data as cloud-init reads it. YAML holds JSON, which needs no care with quotes. */
export function cloudConfig(user: object): string {
  return `#cloud-config\n${JSON.stringify(user)}`;
}
