import { AGENT_PATH, type AgentFlavour } from './agent.ts';

/**
 * Dropbear with one ed25519 key, started for each connection by a listener of busybox. So there is no server that holds a key: a new
 * key file counts at once, a removed one means that nobody is let in, and a start costs one cold program less than a daemon, which
 * would execute itself again for each connection (2022.83).
 */
export const DROPBEAR: AgentFlavour = {
  functions: `KEY=$R/etc/dropbear/dropbear_ed25519_host_key
PID=$R/run/carrel-sshd.pid

keys_exist() { [ -s "$KEY" ]; }
# Also what dropbearkey had half done when the power went: a copy of a key, under whose name it makes no other.
keys_remove() {
  set +f
  for file in "$KEY" "$KEY".*; do [ ! -e "$file" ] || rm -f "$file"; done
  set -f
}
keys_install() {
  if [ -n "$hostkey" ]; then
    printf "\\000\\000\\000\\013ssh-ed25519\\000\\000\\000\\100$hostkey$hostkey_public" >"$KEY"
    printf '%s\\n' "$hostpub" >"$KEY.pub"
  else
    keys_remove
    dropbearkey -t ed25519 -f "$KEY" 2>/dev/null | grep ^ssh- >"$KEY.pub"
  fi
}
keys_public() { public=; [ ! -e "$KEY.pub" ] || read -r public <"$KEY.pub"; }
name_self() { :; }
# The kernel announces the new address itself (arp_notify), which is how QEMU's user-mode network learns it.
set_mac() { ifconfig eth0 hw ether "$1" 2>/dev/null; }
set_hash() { set_shadow "$1" "$2"; }

sshd_start() {
  [ -z "$CARREL_STDIO" ] || return 0
  read -r pid 2>/dev/null <"$PID" && kill -0 "$pid" 2>/dev/null && return 0
  /bin/busybox nc -ll -p 22 -e /usr/sbin/dropbear -i -r "$KEY" </dev/null >/dev/null 2>&1 &
  echo $! >"$PID"
}
sshd_stop() { :; }
sessions_end() { [ -n "$CARREL_STDIO" ] || killall -q dropbear; }
warm() {
  echo 1 >"$R/proc/sys/vm/drop_caches"
  [ -z "$CARREL_STDIO" ] || return 0
  set +f
  lib=/lib/x86_64-linux-gnu
  cat /bin/busybox /usr/sbin/dropbear $lib/ld-* $lib/libc.* $lib/libcrypt.* $lib/libgmp.* $lib/libtom* $lib/libz.* >/dev/null
  set -f
}
# The login prompts show the name that the machine had when they were started.
after_identity() { [ -n "$CARREL_STDIO" ] || { sleep 5; killall -q getty; } >/dev/null 2>&1 & }
`,
};

export const INITTAB = `::respawn:${AGENT_PATH} watch
::respawn:/usr/lib/carrel/qga
tty1::respawn:/sbin/getty 38400 tty1
ttyS0::respawn:/sbin/getty -L 115200 ttyS0 vt100
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
`;

/**
 * First process of the root file system: brings up network, identity, SSH and the agent in one shell, then becomes init. Each program less that is
 * executed before the machine can be used is about 10 ms of an emulated CPU; what nobody waits for (consoles, qemu-guest-agent) comes after.
 */
export const RC = `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /tmp
read -r name </etc/hostname && echo "$name" >/proc/sys/kernel/hostname
ifconfig lo 127.0.0.1
echo 1 >/proc/sys/net/ipv4/conf/all/arp_notify
ifconfig eth0 10.0.2.15 netmask 255.255.255.0
route add default gw 10.0.2.2
. ${AGENT_PATH} start
exec /sbin/init
`;

export const QGA = `#!/bin/sh
for file in /sys/class/virtio-ports/*/name; do
  read -r name <"$file"
  [ "$name" = org.qemu.guest_agent.0 ] || continue
  port=\${file%/name}
  exec /usr/sbin/qemu-ga -m virtio-serial -p "/dev/\${port##*/}" -t /run -f /run/qemu-ga.pid
done
exec sleep 2147483647
`;

export const CHPASSWD = `#!/bin/sh
exec ${AGENT_PATH} chpasswd "$@"
`;

/** What qemu-guest-agent's guest-shutdown calls: \`shutdown -h -P +0\`, \`-h -H +0\` or \`-h -r +0\`. */
export const SHUTDOWN = `#!/bin/sh
case " $* " in
  *" -r "*) exec reboot ;;
  *" -H "*) exec halt ;;
esac
exec poweroff
`;

export const PROFILE = `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
`;
