import { AGENT_PATH, type AgentFlavour } from './agent.ts';

/** Dropbear with one ed25519 key. The server is stopped by its pid file and sessions by name. */
export const DROPBEAR: AgentFlavour = {
  functions: `KEY=$R/etc/dropbear/dropbear_ed25519_host_key
PID=$R/run/dropbear.pid

keys_exist() { [ -s "$KEY" ]; }
keys_remove() { rm -f "$KEY" "$KEY.pub"; }
keys_install() {
  if [ -n "$hostkey" ]; then
    printf "$hostkey" >"$KEY"
    printf '%s\\n' "$hostpub" >"$KEY.pub"
  else
    rm -f "$KEY"
    dropbearkey -t ed25519 -f "$KEY" 2>/dev/null | grep ^ssh- >"$KEY.pub"
  fi
}
keys_public() { read -r public <"$KEY.pub" || public=; }
set_hash() { set_shadow "$1" "$2"; }

sshd_start() { [ -n "$CARREL_STDIO" ] || dropbear -r "$KEY" -P "$PID" -p 22; }
sshd_stop() {
  [ -z "$CARREL_STDIO" ] || return 0
  read -r pid 2>/dev/null <"$PID" || return 0
  rm -f "$PID"
  kill "$pid" 2>/dev/null || return 0
  killall -q dropbear
  while kill -0 "$pid" 2>/dev/null; do :; done
}
warm() { cat /bin/busybox /usr/sbin/dropbear /lib/x86_64-linux-gnu/* >/dev/null; }
# The login prompts show the name that the machine had when they were started.
after_identity() { :; }
`,
};

export const INITTAB = `::sysinit:/etc/init.d/rcS
::respawn:${AGENT_PATH}
::respawn:/usr/lib/carrel/qga
tty1::respawn:/sbin/getty 38400 tty1
ttyS0::respawn:/sbin/getty -L 115200 ttyS0 vt100
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
`;

export const RC_S = `#!/bin/sh
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /tmp
read -r name </etc/hostname && echo "$name" >/proc/sys/kernel/hostname
ifconfig lo 127.0.0.1
echo 1 >/proc/sys/net/ipv4/conf/all/arp_notify
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 && route add default gw 10.0.2.2
. ${AGENT_PATH} boot
`;

/** Waits for its port without polling where there is none. */
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

/**
 * The initramfs: modules in the given order, then the root file system. The first mount names busybox, because the shell starts
 * its applets through /proc/self/exe.
 */
export function initramfsInit(modules: readonly string[]): string {
  return `#!/bin/sh
/bin/busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for m in ${modules.join(' ')}; do insmod /m/$m.ko; done
n=0
while [ ! -b /dev/vda ] && [ $n -lt 500 ]; do usleep 10000; n=$((n + 1)); done
mount -t ext4 -o noatime /dev/vda /new || exec sh
mkdir -p /dev/pts
mount --move /dev /new/dev
mount --move /proc /new/proc
/bin/busybox mount --move /sys /new/sys
exec /bin/busybox switch_root /new /sbin/init
`;
}
