import { AGENT_PATH, type AgentFlavour } from './agent.ts';

/** OpenSSH under systemd. At boot the same script runs in the initramfs, with CARREL_ROOT naming the root file system. */
export const OPENSSH: AgentFlavour = {
  functions: `KEY=$R/etc/ssh/ssh_host_ed25519_key

keys_exist() { [ -s "$KEY" ]; }
keys_remove() {
  set +f
  rm -f "$R"/etc/ssh/ssh_host_*
  set -f
}
# openssh-key-v1 (OpenSSH's PROTOCOL.key) has fixed lengths for an ed25519 key without passphrase and comment.
keys_install() {
  keys_remove
  if [ -n "$hostkey" ]; then
    kind='\\000\\000\\000\\013ssh-ed25519\\000\\000\\000\\040'
    none='\\000\\000\\000\\004none'
    {
      echo '-----BEGIN OPENSSH PRIVATE KEY-----'
      {
        printf "openssh-key-v1\\000$none$none\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\063$kind$hostkey_public"
        printf "\\000\\000\\000\\210carrcarr$kind$hostkey_public\\000\\000\\000\\100$hostkey$hostkey_public\\000\\000\\000\\000\\001\\002\\003\\004\\005"
      } | base64 -w 70
      echo '-----END OPENSSH PRIVATE KEY-----'
    } >"$KEY"
    printf '%s\\n' "$hostpub" >"$KEY.pub"
  elif [ -n "$R" ]; then
    chroot "$R" ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/ssh_host_ed25519_key
  else
    ssh-keygen -q -t ed25519 -N '' -C '' -f "$KEY"
  fi
}
keys_public() { public=; [ ! -e "$KEY.pub" ] || read -r public <"$KEY.pub" || :; }
name_self() { printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n' "$1" >"$R/etc/hosts"; }
set_mac() { ip link set dev eth0 address "$1" 2>/dev/null; }
set_hash() { set_shadow "$1" "$2"; }

sshd_start() { [ -n "$R$CARREL_STDIO" ] || systemctl start ssh.service; }
sshd_stop() { [ -n "$R$CARREL_STDIO" ] || systemctl stop ssh.service; }
sessions_end() { [ -n "$R$CARREL_STDIO" ] || systemctl kill --kill-whom=all ssh.service 2>/dev/null; }
warm() { :; }
# The login prompts show the name that the machine had when they were started.
after_identity() { [ -n "$R$CARREL_STDIO" ] || { sleep 5; systemctl try-restart getty@tty1.service serial-getty@ttyS0.service; } >/dev/null 2>&1 & }
`,
};

/**
 * Runs in the initramfs, before systemd reads host name and machine-id: so these are right from the first moment, and systemd does not take
 * an empty machine-id for its first boot ever. busybox's shell has its applets there; the file system is at /new.
 */
export const DEBIAN_BEFORE_INIT = `[ ! -r /new${AGENT_PATH} ] || CARREL_ROOT=/new sh /new${AGENT_PATH} boot
`;

export const AGENT_UNIT = `[Unit]
Description=Carrel's guest agent
After=ssh.service systemd-networkd.service
Wants=ssh.service

[Service]
ExecStart=${AGENT_PATH} serve
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`;

/** Fixed, not DHCP: an instant clone gets its MAC while it runs, and QEMU's DHCP server would give that another address than the forwarded one. */
export const NETWORK = `[Match]
Name=eth0

[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
LinkLocalAddressing=no
IPv6AcceptRA=no
`;

export const SSHD_CONFIG = `# One host key, made for this machine when it got its identity.
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
`;

/** Without sshd's own check of its configuration before each start, a second execution of a large program. */
export const SSH_DROP_IN = `[Service]
ExecStartPre=
`;

/**
 * cloud-init runs only where there is a NoCloud seed (a disk labelled cidata, or SMBIOS serial ds=nocloud). Two data sources are named because
 * with a single one ds-identify takes it for given and Python runs for half a minute of every emulated boot; what is found nowhere disables it.
 */
export const CLOUD_CFG = `datasource_list: [NoCloud, ConfigDrive, None]
network: { config: disabled }
preserve_hostname: true
ssh_deletekeys: false
ssh_genkeytypes: []
system_info: { default_user: { name: carrel, lock_passwd: true, sudo: ["ALL=(ALL) NOPASSWD:ALL"], shell: /bin/bash } }
`;
export const DS_IDENTIFY_CFG = `policy: search,found=all,maybe=none,notfound=disabled
`;

/** Timers that would wake every machine of a lab at once, and services without use in a machine that is lent. */
export const MASKED_UNITS = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'systemd-networkd-wait-online.service',
  'systemd-pstore.service',
  'systemd-firstboot.service',
] as const;

/** Runs inside the new system at the end of its building. */
export const DEBIAN_SETUP = `set -e
useradd --create-home --uid 1000 --shell /bin/bash --groups sudo --password '!' carrel
install -d -m 700 -o carrel -g carrel /home/carrel/.ssh
chmod 440 /etc/sudoers.d/carrel
depmod "$1"
systemctl enable systemd-networkd.service carrel-agent.service ssh.service
systemctl mask ${MASKED_UNITS.join(' ')}
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: >/etc/machine-id
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt /var/cache/debconf/*-old /carrel-setup
`;
