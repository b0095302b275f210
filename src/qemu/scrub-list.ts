/**
 * What is taken out of a captured disk: what belongs to one machine or to a person. It follows the operations that virt-sysprep(1)
 * documents, and goes on where secrets of people lie besides. Paths are shell patterns; docs/guide/capture.md shows this list.
 */

/** Where paths are looked for: in every home, below a root, below /boot and what firmware reads (the EFI system partition), below /var, below /var/log. Each of the last four may be a file system of its own. */
export type Below = 'home' | 'root' | 'boot' | 'var' | 'log';

export interface Cleaned {
  what: string;
  below: Below;
  /** Taken away, folders with all that is in them. */
  remove?: readonly string[];
  /** Emptied: something expects the file. */
  blank?: readonly string[];
  /** Lines with secrets are taken out, or the secret out of the line: see {@link REDACTED_SETTINGS}. */
  redact?: readonly string[];
  /** The second field of each line, unless it says that no password works or none is set: see {@link REDACTED_ACCOUNTS}. */
  accounts?: readonly string[];
}

export const CLEANED: readonly Cleaned[] = [
  {
    what: 'SSH: keys that let people in, keys of people (also by content, whatever their name), hosts that they knew',
    below: 'home',
    remove: ['.ssh/authorized_keys', '.ssh/authorized_keys2', '.ssh/known_hosts*', '.ssh/id_*', '.ssh/environment', '.ssh/rc'],
  },
  {
    what: 'histories of shells and tools',
    below: 'home',
    remove: [
      '.*_history',
      '.*_history-*.tmp',
      '.history',
      '.lesshst',
      '.viminfo',
      '.local/share/fish/fish_history',
      '.local/share/recently-used.xbel',
      '.local/state/*history*',
      '.wget-hsts',
    ],
  },
  {
    what: 'credentials of tools: .netrc, git, databases, clouds, Kubernetes, containers, package registries, GnuPG, key rings',
    below: 'home',
    remove: [
      '.netrc',
      '.git-credentials',
      '.config/git/credentials',
      '.config/gh/hosts.yml',
      '.config/glab-cli/config.yml',
      '.pgpass',
      '.my.cnf',
      '.mylogin.cnf',
      '.aws/credentials',
      '.aws/sso/cache',
      '.aws/cli/cache',
      '.azure',
      '.config/gcloud',
      '.config/rclone/rclone.conf',
      '.config/openstack/secure.yaml',
      '.kube/config',
      '.kube/cache',
      '.docker/config.json',
      '.config/containers/auth.json',
      '.terraform.d/credentials.tfrc.json',
      '.vault-token',
      '.pypirc',
      '.cargo/credentials*',
      '.m2/settings-security.xml',
      '.gnupg/private-keys-v1.d',
      '.gnupg/secring.gpg',
      '.gnupg/random_seed',
      '.local/share/keyrings',
      '.smbcredentials',
      '.Xauthority',
      '.ICEauthority',
      '.vnc/passwd',
      '.google_authenticator',
      '.identity',
    ],
    redact: ['.npmrc', '.yarnrc.yml', '.m2/settings.xml'],
  },
  {
    what: 'what browsers keep of people: passwords, cookies, sessions',
    below: 'home',
    remove: [
      '.mozilla/firefox/*/logins*.json',
      '.mozilla/firefox/*/key[34].db',
      '.mozilla/firefox/*/cookies.sqlite*',
      '.mozilla/firefox/*/sessionstore*',
    ].concat(
      ['.config/google-chrome', '.config/chromium', '.config/microsoft-edge'].flatMap((profile) =>
        ['Login?Data*', 'Cookies*', 'Network/Cookies*', 'Sessions', 'Web?Data*'].map((file) => `${profile}/*/${file}`),
      ),
    ),
  },
  {
    what: 'keys by which the machine is known over SSH',
    below: 'root',
    // Whatever comes behind the name: a machine that lost its power while it made one has another copy of it (.tmp109, .Xa1b2c3d4e).
    remove: ['etc/ssh/ssh_host_*_key*', 'etc/dropbear/dropbear_*_host_key*'],
  },
  { what: 'machine-id', below: 'root', blank: ['etc/machine-id'] },
  {
    what: 'hashes of passwords, those of before too: the accounts stay, locked until somebody is given one',
    below: 'root',
    remove: ['etc/.*shadow*.sw?', 'etc/.passwd*.sw?'],
    blank: ['etc/security/opasswd', 'etc/security/opasswd[-.]*', 'etc/samba/smbpasswd'],
    accounts: ['passwd', 'group', 'shadow', 'gshadow']
      .flatMap((name) => [`etc/${name}`, `etc/${name}[-+~.]*`])
      .concat('etc/npasswd', 'etc/nshadow', 'etc/tcb/*/shadow*'),
  },
  {
    what: 'copies of them that Debian makes each night, accounts of systemd-homed',
    below: 'var',
    remove: ['backups/*shadow*.gz', 'backups/*passwd*.gz', 'backups/*group*.gz', 'lib/systemd/home/*'],
    accounts: ['backups/*shadow*', 'backups/*passwd*', 'backups/*group*'],
  },
  {
    what: 'what systemd-boot draws random numbers from, and credentials that it hands on, which the key of one machine opens',
    below: 'boot',
    remove: ['loader/random-seed', 'loader/credentials/*', 'EFI/*/*.cred', 'EFI/*/*/*.cred'],
  },
  {
    what: 'keytabs, secrets of VPNs and of dial-in, identities of subscription and configuration managers',
    below: 'root',
    remove: [
      'etc/*.keytab',
      'etc/krb5/*.keytab',
      'etc/wireguard/*.conf',
      'etc/ipsec.secrets',
      'etc/openvpn/*.key',
      'etc/openvpn/*/*.key',
      'etc/pki/consumer/*',
      'etc/pki/entitlement/*',
      'etc/puppetlabs/puppet/ssl',
      'etc/salt/pki/minion',
      'etc/salt/minion_id',
      'etc/samba/secrets.tdb',
      'etc/sudoers.d/90-cloud-init-users',
      'etc/credstore.encrypted/*',
    ],
    blank: ['etc/ppp/chap-secrets', 'etc/ppp/pap-secrets'],
  },
  {
    what: 'passwords of networks (NetworkManager, wpa_supplicant, netplan, systemd-networkd), and the address of the one card that they were for; the networks stay',
    below: 'root',
    redact: [
      'etc/NetworkManager/system-connections/*',
      'etc/wpa_supplicant/*.conf',
      'etc/wpa_supplicant.conf',
      'etc/netplan/*.yaml',
      'etc/systemd/network/*.[nl]*',
      'etc/systemd/network/*.d/*.conf',
      'etc/sysconfig/network-scripts/keys-*',
      'etc/sysconfig/network-scripts/ifcfg-*',
    ],
  },
  {
    what: 'names of cards that are bound to the address of one',
    below: 'root',
    remove: ['etc/udev/rules.d/70-persistent-net.rules', 'etc/udev/rules.d/70-persistent-cd.rules'],
  },
  { what: 'temporary files', below: 'root', remove: ['tmp/*', 'tmp/.[!.]*', 'run/*'] },
  {
    what: 'state of this one machine: D-Bus, cloud-init, systemd, leases, Carrel',
    below: 'var',
    remove: [
      'lib/dbus/machine-id',
      'lib/carrel/*',
      'lib/cloud/*',
      'lib/systemd/random-seed',
      'lib/systemd/credential.secret',
      'lib/systemd/timers/*',
      'lib/systemd/tpm2-*',
      'lib/systemd/pstore/*',
      'lib/urandom/random-seed',
      'lib/dhcp/*',
      'lib/dhclient/*',
      'lib/NetworkManager/*.lease',
      'lib/NetworkManager/secret_key',
      'lib/waagent/*',
      'lib/rhsm/*',
      'lib/puppet/ssl',
    ],
  },
  {
    what: 'SSSD, Samba, Kerberos: caches and secrets',
    below: 'var',
    remove: ['lib/sss/db/*', 'lib/sss/mc/*', 'lib/sss/secrets/*', 'lib/samba/private/*', 'lib/krb5kdc/.k5.*', 'kerberos/krb5/user/*'],
  },
  {
    what: "people's crontabs, at jobs and mail; crash dumps",
    below: 'var',
    remove: [
      'spool/cron/crontabs/*',
      'spool/cron/tabs/*',
      'spool/cron/[!acdlt]*',
      'spool/cron/atjobs/*',
      'spool/cron/atspool/*',
      'spool/at/[!.s]*',
      'spool/mail/*',
      'mail/*',
      'crash/*',
      'spool/abrt/*',
      'lib/systemd/coredump/*',
    ],
  },
  { what: 'temporary files of long', below: 'var', remove: ['tmp/*', 'tmp/.[!.]*'] },
  {
    what: 'logs: the journal and what was rotated go, the others are emptied',
    below: 'log',
    remove: ['journal/*', 'cloud-init*.log', '*.gz', '*.xz', '*.zst', '*.old', '*.[0-9]', '*-[0-9]*', 'sa/*', 'audit/audit.log.*'],
    blank: ['*', '*/*', '*/*/*'],
  },
];

/**
 * Of passwd, group, shadow and gshadow: 'x', '*', '!' and nothing mean that the password is elsewhere, that none works, or that none is set (shadow(5)).
 * Whatever else stands there may be a hash, of any method and behind any mark that somebody locked it by.
 */
export const REDACTED_ACCOUNTS: readonly string[] = [String.raw`/^[^:]*:(x|[!*]*):/!s/^([^:]*):[^:]*:/\1:!:/`];

/** sed -E expressions for files of settings that stay without their secrets. */
export const REDACTED_SETTINGS: readonly string[] = [
  // key files of NetworkManager; wpa_supplicant; netplan
  String.raw`/^[[:space:]]*(psk|password|private-key-password|leap-password|wep-key[0-9]|sae_password|wep_key[0-9]|pin|secret)=/d`,
  String.raw`/^[[:space:]]*(KEY[0-9]?|WPA_PSK)=/d`,
  // What binds a network to one card (NetworkManager, RHEL's network-scripts): a clone has another. One that is given to a card (cloned-mac-address, MACADDR) stays.
  String.raw`/^[[:space:]]*(mac-address|HWADDR)=/d`,
  // netplan: the lines below a `match:` are gathered, and an address among them becomes any Ethernet card, unless a name says which. What a card is given stays.
  String.raw`/^[[:space:]]*match:[[:space:]]*$/{
:match
$!N
/^([[:space:]]*)match:[^\n]*(\n\1[[:space:]]+[^\n]*)*$/{
$!b match
}
/^([[:space:]]*)match:.*\n\1[[:space:]]+name:/!s/^(([[:space:]]*)match:.*\n\2[[:space:]]+)macaddress:[^\n]*/\1name: "e*"/
s/^(([[:space:]]*)match:.*)\n\2[[:space:]]+macaddress:[^\n]*/\1/
:matched
/\n/{
P
s/^[^\n]*\n//
b matched
}
}`,
  String.raw`/^[[:space:]]*match:[[:space:]]*\{.*name:/!s/^([[:space:]]*match:[[:space:]]*\{.*)macaddress:[[:space:]]*[^,}]*/\1name: "e*"/`,
  String.raw`s/^([[:space:]]*match:[[:space:]]*\{.*)macaddress:[[:space:]]*[^,}]*,?[[:space:]]*/\1/`,
  // systemd-networkd: without anything in [Match] a file is passed over; each card of a machine has a path, bridges and the like have none.
  String.raw`/^\[Match\]/,/^\[[^M]/s/^[[:space:]]*(Permanent)?MACAddress=.*/Path=*/`,
  String.raw`/^[[:space:]]*(PrivateKey|PresharedKey)=/d`,
  String.raw`s/^([[:space:]]*"?(password|client-key-password)"?:[[:space:]]*).*/\1""/`,
  // .npmrc, .yarnrc.yml, settings.xml of Maven
  String.raw`/(_authToken|_auth|_password|npmAuthToken|npmAuthIdent)[[:space:]]*[:=]/d`,
  String.raw`s/<(password|passphrase)>[^<]*</<\1></g`,
];

/** Said for people who ask why: it is not a machine's or a person's, or nothing could tell. */
export const STAYS: readonly (readonly [string, string])[] = [
  ['what was installed and configured, `~/.ssh/config`, crontabs of the system, units, containers and their images', 'it is the image'],
  ['documents in homes', 'it is what the author put there; name what is to go in `/etc/carrel/capture-remove`'],
  [
    "certificates and keys of services (`/etc/ssl/private`, web servers, databases), passwords in a service's own configuration",
    'a service without them does not start; where each machine should have its own, name them in `/etc/carrel/capture-remove`',
  ],
  ['passwords of package sources and proxies (`/etc/apt/auth.conf`)', "they are the site's, and its machines need them"],
  ['file system, LVM and partition UUIDs, names of boot entries with the first machine-id', '`/etc/fstab` and the boot loader name them'],
  ['caches (`~/.cache`, package lists)', 'they cost nothing but space'],
];
