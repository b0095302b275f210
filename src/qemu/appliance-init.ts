/**
 * /init of the helper guest. It has one task, named on the kernel's command line:
 * `carrel.task=probe` says that it is up; `carrel.task=scrub` takes off /dev/vda what belongs to a person or to one machine
 * (scrub-list.ts), in every file system that it finds: partitions, software RAID, LVM, btrfs with its subvolumes, swap; `carrel.task=inspect` changes
 * nothing, and says behind FOUND what systems are there.
 * Lines of the report go to the serial line behind REPORT, those of what was not cleaned behind LEFT; the last one is DONE with the number of
 * systems found.
 */
import { CLEANING, EXPRESSIONS } from './appliance-clean.ts';
import { VOLUMES } from './appliance-volumes.ts';

export const PROBE_READY = 'CARREL-PROBE-READY';
export const FOUND = 'CARREL-FOUND ';
export const DONE = 'CARREL-SCRUB-DONE ';

/** Heredocs: nothing in them is expanded. */
const file = (path: string, text: string): string => `cat >${path} <<'END-OF-FILE'\n${text}\nEND-OF-FILE`;
const expressions = Object.entries(EXPRESSIONS).map(([name, lines]) => file(`/tools/${name}.sed`, lines.join('\n')));

/**
 * Waits until all that was said is out (a change of the line's settings does), then ends. The kernel's last word goes past what still waits,
 * into the middle of a line, and what waits after it is lost.
 */
const END = 'stty -F /dev/ttyS0 -echo; poweroff -f';

/** Of the modules, those that only some disks need. */
export const SOMETIMES = ['lvm', 'raid', 'xfs', 'btrfs'] as const;

export type ModuleNames = Readonly<Record<'scrub' | (typeof SOMETIMES)[number], readonly string[]>>;

/** The script; modules are names in the order of insmod, found below /m: those for all disks, and those for disks of one kind. */
export function applianceInit(modules: ModuleNames): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
exec >/dev/ttyS0 2>/run/errors
case " $(cat /proc/cmdline) " in
*" carrel.task=probe "*) echo ${PROBE_READY}; ${END} ;;
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
has_gpt() { dd if=$disk bs=$sector skip=1 count=1 | head -c 8 | grep '^EFI PART'; }
bytes() { dd if=$disk bs=1 skip=$1 count=$2 | od -An -tx1 | tr -d ' \\n'; }
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
  for p in /sys/class/block/$part[0-9]*; do
    case $1 in
    uuid) [ "$(part_uuid \${p##*$part})" = "$(echo "$2" | tr A-F a-f)" ] ;;
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
  /dev/[shv]d[a-z][0-9]*|/dev/xvd[a-z][0-9]*|/dev/nvme*p[0-9]*|/dev/mmcblk*p[0-9]*) echo "/dev/$part$(echo "$1" | sed 's/.*[^0-9]//')" ;;
  /dev/md/*|/dev/md[0-9]*) sed -n "s,^$1 ,,p" /run/array-names | grep . || echo "$1" ;;
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
# BIOS boot partitions hold GRUB's own program; their type (UEFI 2.10, table of GRUB's manual) reads as text.
bios_boot() {
  case $1 in /dev/$part[0-9]*) ;; *) return 1 ;; esac
  [ "$(dd if=$disk bs=128 skip=$((sector / 64 - 1 + \${1#/dev/$part})) count=1 | head -c 16)" = 'Hah!IdontNeedEFI' ]
}

# Whether a partition does not begin with a piece of 4096 bytes, as those of old tools; a volume lies on any of LVM's, an array on its members.
astray() {
  case $1 in
  /dev/mapper/*) for p in $lvm_here; do astray $p && return; done; return 1 ;;
  /dev/md*) for p in $members; do astray $p && return; done; return 1 ;;
  /dev/vda[0-9]*) [ $(($(cat /sys/class/block/\${1#/dev/}/start) % 8)) -ne 0 ] ;;
  *) return 1 ;;
  esac
}
disk=/dev/vda part=vda members= arrays= lvm_here= volumes=
: >/run/array-names
: >/run/thin
is_thin() { grep -q "^$1 " /run/thin; }
${VOLUMES(modules)}
open_raid

# The disk's sectors, which its tables count by, in bytes and in those of 512 bytes that Linux counts by.
sector=$(cat /sys/class/block/\${disk#/dev/}/queue/logical_block_size)
k=$((sector / 512))
number() { number_of $disk $1 $2; }
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
  for p in /sys/class/block/$part[0-9]*; do
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
# Of $1, from sector $2 to the one before $3.
empty_range() {
  a=$((($2 + 7) / 8 * 8))
  b=$(($3 / 8 * 8))
  if [ $b -gt $a ] && ! astray $1 && blkdiscard -o $((a * 512)) -l $(((b - a) * 512)) $1; then zeros $1 $2 $((a - $2)) && zeros $1 $b $(($3 - b))
  else zeros $1 $2 $(($3 - $2)); fi
}
# Empties what lies outside of partitions, where others may have been before.
outside() {
  [ -n "$disk" ] && ls /dev/$part[0-9]* >/run/parts || return
  size=$(blockdev --getsz $disk)
  gpt=$(has_gpt)
  # A GPT of which the copy alone is whole, and Windows' dynamic disks (type 42), which keep their list behind the partitions.
  types=" $(for at in 450 466 482 498; do number $at 1; done | tr '\\n' ' ')"
  at=0
  case "$gpt$types" in *' 66 '*|' '*' 238 '*) at= ;; esac
  taken | sort -n >/run/taken
  [ -n "$at" ] && while IFS=' ' read -r start end; do
    [ "$end" -ge "$start" ] && { [ $start -le $at ] || empty_range $disk $at $start; } || { at=; break; }
    [ $end -le $at ] || at=$end
  done </run/taken
  if [ -n "$at" ] && { [ $size -le $at ] || empty_range $disk $at $size; }; then say 'what lies outside of partitions: emptied'
  else left 'what lies outside of partitions could not be emptied'; fi
}
open_lvm

roots=0
seen=0
: >/tools/tmp-devices
: >/tools/key-files
: >/run/trees
for d in $(pieces) $volumes; do
  name=$(called $d)
  among $d "$lvm_here" && continue
  is_extended /sys/class/block/$name && continue
  if is_swap $d; then
    [ $task = inspect ] && { say "$name: swap"; continue; }
    if { ! is_thin $d || thin_tail $d; } && swap_device $d; then say "$name: swap, emptied"
    else left "$name: swap, which could not be emptied"; fi
    continue
  fi
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
  ${END}
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

overwrite() {
  for reserved in /sys/fs/ext4/*/reserved_clusters; do [ -w $reserved ] && echo 0 >$reserved; done
  dd if=/dev/zero of=$1/.carrel-zeros bs=64k
  sync
  rm -f $1/.carrel-zeros
  sync
}
# Only now that all are clean: a root has the others at their places.
while read -r at && read -r name && read -r t && read -r d; do
  # What ext4 keeps for the next small files (512 blocks) counts as taken when free space is discarded; a mount that nothing was written in keeps none.
  umount $at && mount -t $t -o $([ $t = btrfs ] && echo rw,subvolid=5 || echo rw) $d $at || { left "$name: could not be unmounted"; continue; }
  # Blocks smaller than what the disk can discard (see the driver's capture) are overwritten, and those that lie across two such pieces.
  if is_thin $d; then
    # A pool takes back what is free in whole blocks alone (64 KiB and more): the rest is overwritten, where it has the room for that.
    fstrim $at
    case $t in
    ext4|vfat) if can_fill $d; then overwrite $at; else left "$name: its pool has not the room for overwriting what is free of its $t file system, and what was removed may still lie there"; fi ;;
    # These keep some of what is free from any file.
    *) left "$name: what was removed of its $t file system may still lie there: thin volumes give back whole blocks alone" ;;
    esac
  elif [ "$(stat -f -c %S $at)" -lt 4096 ] || astray $d; then
    overwrite $at
    case $t in xfs|btrfs) left "$name: what was removed of its $t file system may still lie there: a disk gives back whole pieces of 4096 bytes alone, and its blocks are none" ;; esac
  fi
  if fstrim $at; then say "$name: free space of its $t file system discarded"
  elif [ $t = vfat ]; then say "$name: free space of its $t file system could not be discarded"
  else left "$name: free space of its $t file system could not be discarded, and what was removed may still lie there"; fi
  umount $at || { left "$name: could not be unmounted"; continue; }
  [ $roots = 0 ] || empty_behind $d $t || left "$name: what lies behind its $t file system could not be emptied"
done </run/trees
[ $seen -gt 0 ] || say "no file system that this helper can read"
[ $roots -gt 0 ] && free_pools
[ -n "$lvm_here" ] && lvm_do vgchange -an
if [ $roots -gt 0 ]; then
  [ -z "$lvm_here" ] || free_extents
  outside
fi
for d in $arrays; do md_do --stop $d || left "$(called $d): a software RAID which could not be closed"; done
[ $roots -gt 0 ] && free_members
# What a shell says of a program or function that it does not have.
for e in $(grep ': not found$' /run/errors | sort -u | head -n 3); do left "the helper guest lacks a program: $e"; done
sync
echo "${DONE}$roots"
${END}
`;
}
