/**
 * /init of the helper guest. It has one task, named on the kernel's command line:
 * `carrel.task=probe` says that it is up; `carrel.task=scrub` takes off /dev/vda what belongs to a person or to one machine
 * (scrub-list.ts), in every file system that it finds: partitions, LVM, btrfs with its subvolumes, swap; `carrel.task=inspect` changes
 * nothing, and says behind FOUND what systems are there.
 * Lines of the report go to the serial line behind REPORT, those of what was not cleaned behind LEFT; the last one is DONE with the number of
 * systems found.
 */
import { CLEANING, EXPRESSIONS } from './appliance-clean.ts';

export const PROBE_READY = 'CARREL-PROBE-READY';
export const FOUND = 'CARREL-FOUND ';
export const DONE = 'CARREL-SCRUB-DONE ';

/** Heredocs: nothing in them is expanded. */
const file = (path: string, text: string): string => `cat >${path} <<'END-OF-FILE'\n${text}\nEND-OF-FILE`;
const expressions = Object.entries(EXPRESSIONS).map(([name, lines]) => file(`/tools/${name}.sed`, lines.join('\n')));

/** Of the modules, those that only some disks need. */
export const SOMETIMES = ['lvm', 'xfs', 'btrfs'] as const;

/** The script; modules are names in the order of insmod, found below /m: those for all disks, and those for disks of one kind. */
export function applianceInit(modules: Readonly<Record<'scrub' | (typeof SOMETIMES)[number], readonly string[]>>): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
exec >/dev/ttyS0 2>/run/errors
case " $(cat /proc/cmdline) " in
*" carrel.task=probe "*) echo ${PROBE_READY}; poweroff -f ;;
*" carrel.task=inspect "*) task=inspect ;;
*) task=scrub ;;
esac
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for m in ${modules.scrub.join(' ')}; do insmod /m/$m.ko; done
# XFS and btrfs take half as long to load as all the rest to start (btrfs measures its checksums first).
load() { case $1 in ${(['xfs', 'btrfs'] as const).map((kind) => `${kind}) for m in ${modules[kind].join(' ')}; do insmod /m/$m.ko; done`).join(' ;; ')} ;; esac; }
n=0
while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do n=$((n + 1)); usleep 50000; done
mkdir -p /tools/bin
/bin/busybox --install /tools/bin
mknod /tools/zero c 1 5
${file('/tools/clean.sh', CLEANING)}
${expressions.join('\n')}
tools=/tools
. /tools/clean.sh

# $1 the tree. A root, or another file system or subvolume, which may be any part of one.
is_root() { [ -d "$1"/etc ] && { [ -f "$1"/etc/passwd ] || [ -f "$1"/etc/os-release ]; }; }
scrub() {
  if is_root "$1"; then
    roots=$((roots + 1))
    within "$1" "$2"
  else scrub_other "$1" "$2" "$3"; fi
}
# Cleans a root from within, with these tools in a folder that every system has, and its other file systems where they belong.
within() {
  place=
  for p in proc sys dev mnt .carrel-tools; do
    [ $p = .carrel-tools ] && mkdir "$1"/$p
    [ -d "$1"/$p ] && [ ! -L "$1"/$p ] && mount -o bind /tools "$1"/$p && { place=/$p; break; }
  done
  [ -n "$place" ] || { left "$2: could not be worked in"; return; }
  mounted="$1$place"
  { cat "$1"/etc/fstab; mount_units "$1" | sort -k 2; } >/run/mounts
  while IFS=' 	' read -r spec dir type options rest; do
    case $spec in '#'*|'') continue ;; esac
    case $dir in /|[!/]*|*..*) continue ;; esac
    case $spec in /dev/disk/by-id/*|/dev/disk/by-path/*) left "$2: $dir is $spec there, by which this helper does not find it"; continue ;; esac
    from=$(tree_of "$spec" "$options")
    to=$(chroot "$1" $place/bin/readlink -f "$dir")
    [ -n "$from" ] && [ -d "$from" ] && [ -n "$to" ] && [ "$to" != / ] && [ -d "$1$to" ] && mount -o bind "$from" "$1$to" && mounted="$1$to
$mounted"
  done </run/mounts
  chroot "$1" $place/bin/sh -c 'tools=$1 PATH=$1/bin; . $1/clean.sh; scrub_root "$2"' sh $place "$2" </dev/null ||
    left "$2: cleaning it ended before it was done"
  for p in $mounted; do umount "$p" || umount -l "$p"; done
  rmdir "$1"/.carrel-tools
}
# What units of systemd mount, as lines of fstab.
mount_units() {
  for u in "$1"/etc/systemd/system/*.mount "$1"/usr/local/lib/systemd/system/*.mount "$1"/usr/lib/systemd/system/*.mount; do
    [ -f "$u" ] && [ ! -L "$u" ] || continue
    unit() { sed -n "s/^$1=[[:space:]]*//p" "$u" | tail -n 1; }
    echo "$(unit What) $(unit Where) auto $(unit Options)"
  done
}
has_gpt() { dd if=/dev/vda bs=$sector skip=1 count=1 | head -c 8 | grep '^EFI PART'; }
bytes() { dd if=/dev/vda bs=1 skip=$1 count=$2 | od -An -tx1 | tr -d ' \\n'; }
# The PARTUUID of a partition by its number: of its entry in the GPT (mixed-endian, UEFI 2.10, appendix A), or of the disk's signature in the MBR.
part_uuid() {
  if [ -n "$(has_gpt)" ]; then
    bytes $(($(gpt 72 8) * sector + ($1 - 1) * $(gpt 84 4) + 16)) 16 |
      sed -E 's/^(..)(..)(..)(..)(..)(..)(..)(..)(....)/\\4\\3\\2\\1-\\6\\5-\\8\\7-\\9-/'
  else
    bytes 440 4 | sed -E "s/(..)(..)(..)(..)/\\4\\3\\2\\1-$(printf %02x $1)/"
  fi
}
# The disk's partition that has $2 as its PARTUUID or PARTLABEL.
part_by() {
  for p in /sys/class/block/vda[0-9]*; do
    case $1 in
    uuid) [ "$(part_uuid \${p##*vda})" = "$(echo "$2" | tr A-F a-f)" ] ;;
    label) grep -qxF "PARTNAME=$2" $p/uevent ;;
    esac && { echo /dev/\${p##*/}; return; }
  done
}
# A device by its name in fstab; of a disk's own name only the number counts.
device_of() {
  set -- "$(echo "$1" | tr -d '"')"
  case $1 in
  PARTUUID=*|/dev/disk/by-partuuid/*) part_by uuid "\${1##*[=/]}" ;;
  PARTLABEL=*|/dev/disk/by-partlabel/*) part_by label "\${1##*[=/]}" ;;
  *=*) findfs "$1" ;;
  /dev/disk/by-uuid/*) findfs "UUID=\${1##*/}" ;;
  /dev/disk/by-label/*) findfs "LABEL=\${1##*/}" ;;
  /dev/[shv]d[a-z][0-9]*|/dev/xvd[a-z][0-9]*|/dev/nvme*p[0-9]*|/dev/mmcblk*p[0-9]*) echo "/dev/vda$(echo "$1" | sed 's/.*[^0-9]//')" ;;
  # As device-mapper writes the names of LVM.
  /dev/mapper/*) echo "$1" ;;
  /dev/*/*) echo "/dev/mapper/$(echo "\${1#/dev/}" | sed 's/-/--/g; s,/,-,')" ;;
  *) echo "$1" ;;
  esac
}
# The tree of a file system by its name in fstab, and the subvolume that its options name.
tree_of() {
  device=$(device_of "$1")
  volume=$(echo "$2" | tr , '\\n' | sed -n 's,^subvol=/*,/,p')
  while read -r t_at && read -r t_name && read -r t_kind && read -r t_device; do
    [ "$t_device" = "$device" ] && echo "$t_at$volume"
  done </run/trees
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

# Names for people of what is not read here, by its marks.
kind_of() {
  if has $1 0 '^NTFS    '; then echo NTFS
  elif has $1 0 '^EXFAT   '; then echo exFAT
  elif has $1 0 '^-FVE-FS-'; then echo 'encrypted (BitLocker)'
  elif has $1 0 '^hsqs'; then echo squashfs
  elif has $1 64 '^CD001'; then echo 'ISO 9660'
  elif has $1 64 '^JFS1'; then echo JFS
  elif has $1 128 '^ReIsEr'; then echo ReiserFS
  else echo unknown; fi
}
called() { echo "\${1#/dev/}" | sed 's,^mapper/,,'; }
# A head of zeros alone says nothing: it is how people take a file system off a disk. Above 1 GiB the look would take too long.
empty() { [ $(blockdev --getsz $1) -le 2097152 ] && [ $(tr -d '\\0' <$1 | head -c 1 | wc -c) = 0 ]; }
# A member of a software RAID, by Linux' mark at one of its four places (md(4): 1.1, 1.2, 1.0, 0.90). Those with it at their end can be mounted, but
# what is changed in one alone the others do not know.
raid_member() {
  sectors=$(blockdev --getsz $1)
  for s in 0 8 $(((sectors - 16) / 8 * 8)) $((sectors / 128 * 128 - 128)); do
    [ "$(dd if=$1 bs=512 skip=$s count=1 | head -c 4 | od -An -tx1 | tr -d ' ')" = fc4e2ba9 ] && return
  done
  return 1
}
# BIOS boot partitions hold GRUB's own program; their type (UEFI 2.10, table of GRUB's manual) reads as text.
bios_boot() {
  case $1 in /dev/vda[0-9]*) ;; *) return 1 ;; esac
  [ "$(dd if=/dev/vda bs=128 skip=$((sector / 64 - 1 + \${1#/dev/vda})) count=1 | head -c 16)" = 'Hah!IdontNeedEFI' ]
}

# Whether a partition does not begin with a piece of 4096 bytes, as those of old tools; a volume lies on any of LVM's.
astray() {
  case $1 in
  /dev/mapper/*) for p in $(echo "$lvm_here" | tr ' ' '\\n' | grep .); do astray $p && return; done; return 1 ;;
  /dev/vda[0-9]*) [ $(($(cat /sys/class/block/\${1#/dev/}/start) % 8)) -ne 0 ] ;;
  *) return 1 ;;
  esac
}
# The disk's sectors, which its tables count by, in bytes and in those of 512 bytes that Linux counts by.
sector=$(cat /sys/class/block/vda/queue/logical_block_size)
k=$((sector / 512))
number() { dd if=/dev/vda bs=1 skip=$1 count=$2 | od -An -tu$2 | tr -d ' '; }
# The same of the GPT's header.
gpt() { number $((sector + $1)) $2; }
# An extended partition holds a list of others; Linux shows it as no larger than its first sector, or two of 512 bytes.
is_extended() { [ -z "$(has_gpt)" ] && [ "$(cat $1/size)" -le $((k > 2 ? k : 2)) ]; }
# Where something lies outside of which nothing is the system's: partitions, tables of partitions, and the first MiB, which is the boot loader's
# where the table is no GPT. A line each, of its first sector and the one behind it.
taken() {
  if [ -n "$gpt" ]; then
    echo "0 $(($(gpt 72 8) * k + ($(gpt 80 4) * $(gpt 84 4) + 511) / 512))"
    echo "$((($(gpt 48 8) + 1) * k)) $((($(gpt 32 8) + 1) * k))"
  else echo "0 2048"; fi
  for p in /sys/class/block/vda[0-9]*; do
    start=$(cat $p/start)
    # Each of those others has its table somewhere before it.
    if ! is_extended $p; then echo "$start $((start + $(cat $p/size)))"
    else
      table=$start
      for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        echo "$table $((table + k))"
        next=$(number $((table * 512 + 470)) 4)
        [ "$next" = 0 ] && break
        table=$((start + next * k))
      done
    fi
  done
}
empty_range() {
  a=$((($1 + 7) / 8 * 8))
  b=$(($2 / 8 * 8))
  if [ $b -gt $a ] && blkdiscard -o $((a * 512)) -l $(((b - a) * 512)) /dev/vda; then zeros /dev/vda $1 $((a - $1)) && zeros /dev/vda $b $(($2 - b))
  else zeros /dev/vda $1 $(($2 - $1)); fi
}
# Empties what lies outside of partitions, where others may have been before.
outside() {
  ls /dev/vda[0-9]* >/run/parts || return
  size=$(cat /sys/class/block/vda/size)
  gpt=$(has_gpt)
  # A GPT of which the copy alone is whole, and Windows' dynamic disks (type 42), which keep their list behind the partitions.
  types=" $(for at in 450 466 482 498; do number $at 1; done | tr '\\n' ' ')"
  at=0
  case "$gpt$types" in *' 66 '*|' '*' 238 '*) at= ;; esac
  taken | sort -n >/run/taken
  [ -n "$at" ] && while IFS=' ' read -r start end; do
    [ "$end" -ge "$start" ] && { [ $start -le $at ] || empty_range $at $start; } || { at=; break; }
    [ $end -le $at ] || at=$end
  done </run/taken
  if [ -n "$at" ] && { [ $size -le $at ] || empty_range $at $size; }; then say 'what lies outside of partitions: emptied'
  else left 'what lies outside of partitions could not be emptied'; fi
}
# Empties what no volume of LVM takes: extents that are free, and what lies behind the last one of a partition, unless that is a list of LVM's.
free_extents() {
  for d in $(echo "$lvm_here" | tr ' ' '\\n' | grep .); do
    emptied=
    while IFS=' ' read -r pv begin extent count lists first length kind; do
      # Of the lines that are about others, some are about partitions that are not here.
      [ "$pv" = $d ] || continue
      start=$(cat /sys/class/block/\${d#/dev/}/start || echo 0)
      at=$((start + begin))
      [ "$extent" -gt 0 ] || { emptied=; break; }
      [ "$kind" != free ] || empty_range $((at + first * extent)) $((at + (first + length) * extent)) || { emptied=; break; }
      [ "$lists" -gt 1 ] || empty_range $((at + count * extent)) $((start + $(blockdev --getsz $d))) || { emptied=; break; }
      emptied=yes
    done </run/extents
    [ -n "$emptied" ] || left "\${d#/dev/}: what no volume of LVM takes could not be emptied"
  done
}
disks() { ls -d /dev/vda[0-9]* || echo /dev/vda; }
volumes=
lvm_here=
for d in $(disks); do has $d 0 '^LVM2 001' && lvm_here="$lvm_here $d"; done
if [ -n "$lvm_here" ] && [ -x /bin/lvm ]; then
  for m in ${modules.lvm.join(' ')}; do insmod /m/$m.ko; done
  mkdir -p /run/lvm /run/lock/lvm
  export LVM_SUPPRESS_FD_WARNINGS=1
  lvm_do() { lvm "$@" --config 'activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} devices{obtain_device_list_from_udev=0 use_devicesfile=0 external_device_info_source="none"} backup{backup=0 archive=0}'; }
  lvm_do vgchange -ay >/run/lvm.log 2>&1
  volumes=$(ls -d /dev/mapper/* | grep -v '/control$')
  [ -n "$volumes" ] || left "LVM on$(echo "$lvm_here" | sed 's,/dev/,,g'): no volume could be opened"
  for v in $(lvm_do lvs --noheadings --separator / -o vg_name,lv_name,lv_active | tr -d ' ' | grep -v '/active$'); do
    left "\${v%/*}: a volume of LVM which could not be opened"
  done
  lvm_do pvs --segments --noheadings --units s --nosuffix -o pv_name,pe_start,vg_extent_size,pv_pe_count,pv_mda_count,pvseg_start,pvseg_size,segtype >/run/extents
elif [ -n "$lvm_here" ]; then left "LVM on$(echo "$lvm_here" | sed 's,/dev/,,g'): this helper cannot open it"; fi

roots=0
seen=0
: >/tools/tmp-devices
: >/tools/key-files
: >/run/trees
for d in $(disks) $volumes; do
  name=$(called $d)
  case "$lvm_here " in *" $d "*) continue ;; esac
  is_extended /sys/class/block/$name && continue
  if is_swap $d; then
    [ $task = inspect ] && { say "$name: swap"; continue; }
    if swap_device $d; then say "$name: swap, emptied"
    else left "$name: swap, which could not be emptied"; fi
    continue
  fi
  raid_member $d && { left "$name: a member of a software RAID, which is not opened here"; continue; }
  at=/fs/$(echo $name | tr / -)
  mkdir -p $at
  found=
  for t in ext4 xfs btrfs vfat; do
    case $t in xfs) has $d 0 '^XFSB' ;; btrfs) has $d 128 '_BHRfS_M' ;; esac || continue
    load $t
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
    key_files $r | grep -v '^/' >>/tools/key-files
    for s in $(sed -nE 's,^[[:space:]]*([^#[:space:]]+)[[:space:]]+(/tmp|/var/tmp)[[:space:]].*,\\1,p' $r/etc/fstab); do
      device_of "$s" >>/tools/tmp-devices
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
done </run/trees

# Only now that all are clean: a root has the others at their places.
while read -r at && read -r name && read -r t && read -r d; do
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
[ -n "$lvm_here" ] && lvm_do vgchange -an
if [ $roots -gt 0 ]; then
  [ -z "$lvm_here" ] || free_extents
  outside
fi
# What a shell says of a program or function that it does not have.
for e in $(grep ': not found$' /run/errors | sort -u | head -n 3); do left "the helper guest lacks a program: $e"; done
sync
echo "${DONE}$roots"
poweroff -f
`;
}
