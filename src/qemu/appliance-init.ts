/**
 * /init of the helper guest. It has one task, named on the kernel's command line:
 * `carrel.task=probe` says that it is up; `carrel.task=scrub` takes off /dev/vda what belongs to a person or to one machine
 * (scrub-list.ts), in every file system that it finds: partitions, LVM, btrfs with its subvolumes, swap; `carrel.task=inspect` changes
 * nothing, and says behind FOUND what systems are there.
 * Lines of the report go to the serial line behind REPORT, those of what was not cleaned behind LEFT; the last one is DONE with the number of
 * systems found.
 */
import { type Below, CLEANED, REDACTED } from './scrub-list.ts';

export const PROBE_READY = 'CARREL-PROBE-READY';
export const REPORT = 'CARREL-REPORT ';
export const LEFT = 'CARREL-LEFT ';
export const FOUND = 'CARREL-FOUND ';
export const DONE = 'CARREL-SCRUB-DONE ';

/** Lists that an author may leave in the image; lines are paths or patterns from the root. */
export const OWN_LIST = 'etc/carrel/capture-remove';

const VERBS = { remove: 'drop', blank: 'blank', redact: 'redact' } as const;

/** A function that cleans below `$1` what the list names there. */
function cleaner(below: Below): string {
  const lines = CLEANED.filter((each) => each.below === below).flatMap((each) =>
    (['remove', 'blank', 'redact'] as const).flatMap((key) => (each[key] ?? []).map((path) => `  ${VERBS[key]} "$1"/${path}`)),
  );
  return `list_${below}() {\n${lines.join('\n')}\n}`;
}

/** The script; modules are names in the order of insmod, found below /m: those for all disks, and those for LVM. */
export function applianceInit(modules: { scrub: readonly string[]; lvm: readonly string[] }): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
exec >/dev/ttyS0 2>/dev/null
case " $(cat /proc/cmdline) " in
*" carrel.task=probe "*) echo ${PROBE_READY}; poweroff -f ;;
*" carrel.task=inspect "*) task=inspect ;;
*) task=scrub ;;
esac
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# One line, whatever a name of the disk has in it.
line() { printf '%s' "$1"; printf '%s' "$2" | tr -c ' -~' '?'; echo; }
say() { line '${REPORT}' "$1"; }
left() { line '${LEFT}' "$1"; say "$1"; }
for m in ${modules.scrub.join(' ')}; do insmod /m/$m.ko; done
n=0
while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do n=$((n + 1)); usleep 50000; done
# Names of files may have spaces: what is expanded is cut at line ends alone.
IFS='
'

# Files of a pattern; names that match nothing are skipped.
drop() {
  for f in "$@"; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    rm -rf "$f" && dropped=$((dropped + 1)) || stays "$f"
  done
}
# What could not be taken out, as a file that was made immutable; of many a few are named.
stays() {
  failed=$((failed + 1))
  [ $failed -le 3 ] && left "$tree: could not be taken out: \${1#$top}"
}
blank() {
  for f in "$@"; do
    [ -s "$f" ] && [ -f "$f" ] && [ ! -L "$f" ] || continue
    true >"$f" && dropped=$((dropped + 1)) || stays "$f"
  done
}
redact() {
  for f in "$@"; do
    [ -f "$f" ] && [ ! -L "$f" ] || continue
    # What was not read to its end would be written back cut short.
    sed -E -f /redact.sed "$f" >/run/redacted || { stays "$f"; continue; }
    cmp -s "$f" /run/redacted && continue
    cat /run/redacted >"$f" && dropped=$((dropped + 1)) || stays "$f"
  done
}
cat >/redact.sed <<'END-OF-SED'
${REDACTED.join('\n')}
END-OF-SED

${(['home', 'root', 'var', 'log'] as const).map(cleaner).join('\n')}

# A folder that may be somebody's home: one without a hidden file is none.
home() {
  set -- "$1" "$1"/.[!.]*
  [ -e "$2" ] || return
  list_home "$1"
  for p in $(cat /run/key-files); do drop "$1"/$p; done
  for f in "$1"/.ssh/* "$1"/.ssh/.[!.]* "$1"/*.pem "$1"/*.key "$1"/*.ppk; do
    [ -f "$f" ] && head -c 4096 "$f" | grep -qE 'PRIVATE KEY|PuTTY-User-Key-File' && drop "$f"
  done
}
log() { list_log "$1"; }
var() { list_var "$1"; log "$1"/log; }

# Where sshd of a root is told to look for keys that let people in.
key_files() {
  cat "$1"/etc/ssh/sshd_config "$1"/etc/ssh/sshd_config.d/*.conf |
    sed -n 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]]*//p' | tr -s ' \\t' '\\n' | sed 's/%[uhUi]/*/g' | grep -v '\\.\\.' | grep -v '^none$'
}
sshd_keys() { for p in $(key_files "$1" | grep '^/'); do for f in "$1"$p; do [ -f "$f" ] && drop "$f"; done; done; }

own_list() {
  [ -f "$1"/${OWN_LIST} ] || return
  while read -r p; do
    case $p in
    ''|'#'*) ;;
    *..*|[!/]*) say "$2: a line of /${OWN_LIST} is no path from the root: $p" ;;
    /) ;;
    *) drop "$1"$p ;;
    esac
  done <"$1"/${OWN_LIST}
}

# Swap, also of a guest that was put to sleep in it, keeps its first page, by which it is known, and is plain swap again.
is_swap() { has "$1" 7 '^SWAPSPACE2\\|^S1SUSPEND\\|^ULSUSPEND'; }
plain_swap() { printf SWAPSPACE2 | dd of="$1" bs=1 seek=4086 conv=notrunc; }
swap_file() {
  [ -f "$1" ] && [ ! -L "$1" ] && is_swap "$1" || return
  pages=$(($(stat -c %s "$1") / 4096))
  first=$((pages < 256 ? pages : 256))
  whole=$((pages / 256))
  plain_swap "$1" && dd if=/dev/zero of="$1" bs=4096 seek=1 count=$((first - 1)) conv=notrunc &&
    { [ $whole -le 1 ] || dd if=/dev/zero of="$1" bs=1M seek=1 count=$((whole - 1)) conv=notrunc; } &&
    { [ $whole -eq 0 ] || dd if=/dev/zero of="$1" bs=4096 seek=$((whole * 256)) count=$((pages - whole * 256)) conv=notrunc; } &&
    dropped=$((dropped + 1)) || stays "$1"
}

# $1 the tree, $2 what it is called. A root, or another file system or subvolume, which may be any part of one.
is_root() { [ -d "$1"/etc ] && { [ -f "$1"/etc/passwd ] || [ -f "$1"/etc/os-release ]; }; }
scrub() {
  dropped=0
  failed=0
  top=$1
  tree=$2
  if is_root "$1"; then
    homes=$( { echo /root; cut -d: -f6 "$1"/etc/passwd; } | grep '^/..' | grep -v '\\.\\.' | sort -u)
    sshd_keys "$1"
    list_root "$1"
    for h in $homes; do [ -d "$1$h" ] && home "$1$h"; done
    for h in "$1"/home/*; do [ -d "$h" ] && home "$h"; done
    var "$1"/var
    for f in $(grep -E '^[[:space:]]*/[^[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap' "$1"/etc/fstab | tr -s ' \\t' '\\n' | grep '^/' | grep -v '^/dev/\\|\\.\\.') /swapfile /swap.img; do
      swap_file "$1$f"
    done
    own_list "$1" "$2"
    say "$2: a Linux root; removed $dropped files and folders of one machine or person"
    roots=$((roots + 1))
    return
  fi
  for h in "$1" "$1"/* "$1"/*/*; do [ -d "$h" ] && [ ! -L "$h" ] && home "$h"; done
  if [ -d "$1"/log ] || [ -d "$1"/spool ]; then var "$1"; fi
  if [ -e "$1"/wtmp ] || [ -d "$1"/journal ] || [ -e "$1"/syslog ] || [ -e "$1"/messages ]; then log "$1"; fi
  grep -qxF "$3" /run/tmp-devices && drop "$1"/* "$1"/.[!.]*
  say "$2: no root; removed $dropped files and folders of one machine or person"
}

# What a root is, for an import.
found() { [ -n "$2" ] && line '${FOUND}' "$1=$2"; }
there() { for f in "$@"; do [ -e "$f" ] && { echo yes; return; }; done; }
look() {
  found system "$2"
  found os "$(cat "$1"/etc/os-release "$1"/usr/lib/os-release | sed -nE 's/^PRETTY_NAME="?([^"]*)"?$/\\1/p' | head -n 1)"
  if [ ! -e "$1"/etc/cloud/cloud-init.disabled ]; then
    found cloudInit "$(there "$1"/usr/bin/cloud-init "$1"/usr/local/bin/cloud-init)"
    found cloudUser "$(sed -n '/default_user:/,/name:/s/^[[:space:]]*name:[[:space:]]*//p' "$1"/etc/cloud/cloud.cfg | head -n 1)"
  fi
  found guestAgent "$(there "$1"/usr/sbin/qemu-ga "$1"/usr/bin/qemu-ga)"
  found ownAgent "$(there "$1"/usr/lib/carrel)"
  found sshServer "$(there "$1"/usr/sbin/sshd "$1"/usr/sbin/dropbear "$1"/bin/dropbear "$1"/usr/bin/dropbear)"
  found hostKeys "$(there "$1"/etc/ssh/ssh_host_*_key "$1"/etc/dropbear/dropbear_*_host_key)"
  found machineId "$(grep -E '^[0-9a-f]{32}$' "$1"/etc/machine-id)"
}

kind_of() { k=$(blkid "$1" | sed -n 's/.* TYPE="\\([^"]*\\)".*/\\1/p'); echo \${k:-unknown}; }
called() { echo "\${1#/dev/}" | sed 's,^mapper/,,'; }
has() { dd if=$1 bs=512 skip=$2 count=8 | strings | grep -q "$3"; }
# A head of zeros alone says nothing: it is how people take a file system off a disk. Above 1 GiB the look would take too long.
empty() { [ $(blockdev --getsz $1) -le 2097152 ] && [ $(tr -d '\\0' <$1 | head -c 1 | wc -c) = 0 ]; }
# BIOS boot partitions hold GRUB's own program; their type (UEFI 2.10, table of GRUB's manual) reads as text.
bios_boot() {
  case $1 in /dev/vda[0-9]*) ;; *) return 1 ;; esac
  [ "$(dd if=/dev/vda bs=128 skip=$((7 + \${1#/dev/vda})) count=1 | head -c 16)" = 'Hah!IdontNeedEFI' ]
}

# Whether a partition does not begin with a piece of 4096 bytes, as those of old tools; a volume lies on any of LVM's.
astray() {
  case $1 in
  /dev/mapper/*) for p in $(echo "$lvm_here" | tr ' ' '\\n' | grep .); do astray $p && return; done; return 1 ;;
  /dev/vda[0-9]*) [ $(($(cat /sys/class/block/\${1#/dev/}/start) % 8)) -ne 0 ] ;;
  *) return 1 ;;
  esac
}
disks() { ls -d /dev/vda[0-9]* || echo /dev/vda; }
volumes=
lvm_here=
for d in $(disks); do has $d 0 '^LVM2 001' && lvm_here="$lvm_here $d"; done
if [ -n "$lvm_here" ] && [ -x /bin/lvm ]; then
  for m in ${modules.lvm.join(' ')}; do insmod /m/$m.ko; done
  mkdir -p /run/lvm /run/lock/lvm
  export LVM_SUPPRESS_FD_WARNINGS=1
  lvm vgchange -ay --config 'activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} devices{obtain_device_list_from_udev=0 use_devicesfile=0 external_device_info_source="none"} backup{backup=0 archive=0}' >/run/lvm.log 2>&1
  volumes=$(ls -d /dev/mapper/* | grep -v '/control$')
  [ -n "$volumes" ] || left "LVM on$(echo "$lvm_here" | sed 's,/dev/,,g'): no volume could be opened"
elif [ -n "$lvm_here" ]; then left "LVM on$(echo "$lvm_here" | sed 's,/dev/,,g'): this helper cannot open it"; fi

roots=0
seen=0
: >/run/tmp-devices
: >/run/key-files
: >/run/trees
for d in $(disks) $volumes; do
  name=$(called $d)
  case "$lvm_here " in *" $d "*) continue ;; esac
  # An extended partition is a list of others.
  [ "$(cat /sys/class/block/$name/size)" = 2 ] && continue
  if is_swap $d; then
    [ $task = inspect ] && { say "$name: swap"; continue; }
    dd if=$d of=/run/head bs=4096 count=1
    plain_swap /run/head
    # A discard passes over pieces that it covers in part.
    { ! astray $d && blkdiscard $d; } || dd if=/dev/zero of=$d bs=1M
    dd if=/run/head of=$d bs=4096 conv=notrunc
    sync
    say "$name: swap, emptied"
    continue
  fi
  at=/fs/$(echo $name | tr / -)
  mkdir -p $at
  found=
  for t in ext4 xfs btrfs vfat; do
    o=rw
    [ $t = btrfs ] && o=rw,subvolid=5
    # Not even a journal is worked off.
    [ $task = inspect ] && case $t in ext4) o=ro,noload ;; xfs) o=ro,norecovery ;; btrfs) o=ro,subvolid=5,rescue=nologreplay ;; vfat) o=ro ;; esac
    mount -t $t -o $o $d $at && { found=$t; break; }
  done
  if [ -n "$found" ]; then
    seen=$((seen + 1))
    echo "$at
$name
$found
$d" >>/run/trees
  elif empty $d; then say "$name: empty"
  elif bios_boot $d; then say "$name: the boot loader's own"
  elif has $d 0 '^LUKS'; then left "$name: encrypted (LUKS)"
  else left "$name: $(kind_of $d), which cannot be read here"; fi
done

if [ $task = inspect ]; then
  while read -r at && read -r name && read -r t && read -r d; do
    say "$name: $t"
    for r in $at $( [ $t = btrfs ] && find $at -mindepth 1 -maxdepth 3 -type d -inum 256); do is_root $r && { roots=$((roots + 1)); look $r "$name\${r#$at}"; }; done
  done </run/trees
  echo "${DONE}$roots"
  poweroff -f
fi

# What is /tmp of a root, by its fstab; and the keys in homes, which may be file systems of their own.
while read -r at && read -r name && read -r t && read -r d; do
  for r in $at $(find $at -mindepth 1 -maxdepth 1 -type d -inum 256); do
    is_root $r || continue
    key_files $r | grep -v '^/' >>/run/key-files
    for s in $(sed -nE 's,^[[:space:]]*([^#[:space:]]+)[[:space:]]+(/tmp|/var/tmp)[[:space:]].*,\\1,p' $r/etc/fstab); do
      case $s in UUID=*|LABEL=*) findfs "$s" ;; *) echo "$s" ;; esac >>/run/tmp-devices
    done
  done
done </run/trees

while read -r at && read -r name && read -r t && read -r d; do
  scrub $at "$name ($t)" $d
  # The top of a subvolume of btrfs is inode 256; those of containers lie many folders deep.
  [ $t = btrfs ] && for v in $(find $at -mindepth 1 -type d -inum 256); do
    sub="$name (btrfs), subvolume \${v#$at}"
    if touch "$v"/.carrel-writable; then rm -f "$v"/.carrel-writable; scrub "$v" "$sub" none
    else left "$sub: a read-only snapshot, which is not cleaned"; fi
  done
  sync
  # Blocks smaller than what the disk can discard (see the driver's capture) are overwritten, and those that lie across two such pieces.
  if [ "$(stat -f -c %S $at)" -lt 4096 ] || astray $d; then
    for reserved in /sys/fs/ext4/*/reserved_clusters; do [ -w $reserved ] && echo 0 >$reserved; done
    dd if=/dev/zero of=$at/.carrel-zeros bs=64k
    sync
    rm -f $at/.carrel-zeros
    sync
  fi
  if fstrim $at; then say "$name: free space of its $t file system discarded"
  elif [ $t = vfat ]; then say "$name: free space of its $t file system could not be discarded"
  else left "$name: free space of its $t file system could not be discarded, and what was removed may still lie there"; fi
  umount $at || left "$name: could not be unmounted"
done </run/trees
[ $seen -gt 0 ] || say "no file system that this helper can read"
[ -n "$volumes" ] && lvm vgchange -an >/dev/null 2>&1
sync
echo "${DONE}$roots"
poweroff -f
`;
}
