/**
 * /init of the helper guest. It has one task, named on the kernel's command line:
 * `carrel.task=probe` says that it is up; `carrel.task=scrub` takes off /dev/vda what belongs to a person or to one machine.
 *
 * What is removed follows the operations that virt-sysprep(1) documents (ssh-hostkeys, ssh-userdir, machine-id, bash-history,
 * dhcp-client-state, random-seed, logfiles, tmp-files) and cloud-init's per-instance state, so that a clone makes its own.
 * Every line of the report goes to the serial line behind REPORT; the last one is DONE with the number of systems found.
 */
export const PROBE_READY = 'CARREL-PROBE-READY';
export const REPORT = 'CARREL-REPORT ';
export const DONE = 'CARREL-SCRUB-DONE ';

/** The script; `scrubModules` are module names in the order of insmod, found below /m. */
export function applianceInit(scrubModules: readonly string[]): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
exec >/dev/ttyS0 2>/dev/null
case " $(cat /proc/cmdline) " in
*" carrel.task=probe "*) echo ${PROBE_READY}; poweroff -f ;;
esac
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
say() { echo "${REPORT}$*"; }
for m in ${scrubModules.join(' ')}; do insmod /m/$m.ko; done
n=0
while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do n=$((n + 1)); usleep 50000; done

# Files of one path pattern below the root; names that match nothing are skipped.
drop() { for f in "$@"; do if [ -e "$f" ] || [ -L "$f" ]; then rm -rf "$f" && dropped=$((dropped + 1)); fi; done; }
blank() { for f in "$@"; do [ -f "$f" ] && [ ! -L "$f" ] && : >"$f"; done; }

scrub() {
  r=/root-of-guest
  dropped=0
  drop $r/etc/ssh/ssh_host_*_key $r/etc/ssh/ssh_host_*_key.pub $r/etc/dropbear/dropbear_*_host_key
  for home in $r/root $r/home/*; do
    drop $home/.ssh/authorized_keys $home/.ssh/authorized_keys2 $home/.ssh/id_* $home/.ssh/known_hosts
    drop $home/.bash_history $home/.ash_history $home/.sh_history $home/.zsh_history $home/.lesshst $home/.viminfo $home/.python_history
  done
  # '*' and an empty second field mean that no password works or none is set; only real hashes are locked.
  for f in $r/etc/shadow $r/etc/shadow-; do
    [ -f $f ] && [ ! -L $f ] || continue
    sed -E 's/^([^:]*):[!]*[$][^:]*:/\\1:!:/' $f >$f.carrel && cat $f.carrel >$f
    rm -f $f.carrel
  done
  blank $r/etc/machine-id
  drop $r/var/lib/dbus/machine-id $r/var/lib/carrel/* $r/var/lib/cloud/* $r/var/lib/systemd/random-seed $r/var/lib/systemd/credential.secret $r/var/lib/urandom/random-seed
  drop $r/var/lib/dhcp/* $r/var/lib/dhclient/* $r/var/lib/NetworkManager/*.lease $r/var/lib/systemd/timers/*
  drop $r/tmp/* $r/var/tmp/* $r/run/* $r/var/log/journal/* $r/var/log/cloud-init*.log
  blank $r/var/log/wtmp $r/var/log/btmp $r/var/log/lastlog $r/var/log/auth.log* $r/var/log/syslog* $r/var/log/messages $r/var/log/messages.*
  say "$1: a Linux root; removed $dropped files and folders of one machine or person"
}

roots=0
seen=0
mkdir -p /root-of-guest
for d in /dev/vda /dev/vda[0-9]*; do
  [ -b $d ] || continue
  for t in ext4 xfs btrfs vfat; do
    mount -t $t $d /root-of-guest || continue
    seen=$((seen + 1))
    if [ -d /root-of-guest/etc ] && { [ -f /root-of-guest/etc/passwd ] || [ -f /root-of-guest/etc/os-release ]; }; then scrub $d; roots=$((roots + 1)); fi
    sync
    # Blocks smaller than what the disk can discard (see the driver's capture) are overwritten; such file systems are small.
    if [ "$(stat -f -c %S /root-of-guest)" -lt 4096 ]; then
      for reserved in /sys/fs/ext4/*/reserved_clusters; do [ -w $reserved ] && echo 0 >$reserved; done
      dd if=/dev/zero of=/root-of-guest/.carrel-zeros bs=64k
      sync
      rm -f /root-of-guest/.carrel-zeros
      sync
    fi
    fstrim /root-of-guest && say "$d: free space of its $t file system discarded" || say "$d: free space of its $t file system could not be discarded"
    umount /root-of-guest || { say "$d: could not be unmounted"; roots=0; }
    break
  done
done
[ $seen -gt 0 ] || say "no file system that this helper can read"
sync
echo "${DONE}$roots"
poweroff -f
`;
}
