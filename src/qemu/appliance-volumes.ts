/**
 * The part of the helper guest's program that opens what partitions are members of: software RAID (md) and LVM, thin volumes too; and that empties
 * what these take and no file system has.
 */
import type { ModuleNames } from './appliance-init.ts';

/** Programs that {@link VOLUMES} calls. */
export const VOLUME_PROGRAMS = ['lvm', 'dmsetup', 'mdadm'] as const;
/** Debian's packages of them. */
export const VOLUME_PACKAGES = ['lvm2', 'dmsetup', 'mdadm'] as const;

/**
 * Functions for busybox's shell. `open_raid` and `open_lvm` set `members` and `lvm_here`, which are not to be opened by themselves, `arrays` and
 * `volumes`, which are; the `free_…` empty what is nobody's.
 */
export const VOLUMES = (modules: Pick<ModuleNames, 'lvm' | 'raid'>): string => `
among() { case "
$2
" in *"
$1
"*) ;; *) return 1 ;; esac; }
number_of() { dd if=$1 bs=1 skip=$2 count=$3 | od -An -tu$3 | tr -d ' '; }

# A member of a software RAID, by Linux' mark at one of its four places (md(4): 1.1, 1.2, 1.0, 0.90). Those with it at their end can be mounted, but
# what is changed in one alone the others do not know.
raid_mark() {
  sectors=$(blockdev --getsz $1)
  for s in 0 8 $(((sectors - 16) / 8 * 8)) $((sectors / 128 * 128 - 128)); do
    [ "$(dd if=$1 bs=512 skip=$s count=1 | head -c 4 | od -An -tx1 | tr -d ' ')" = fc4e2ba9 ] && { echo $s; return; }
  done
  return 1
}
# Whether the disk as a whole is one: a mark at its end may be that of a last partition that ends there. One of version 1 says where it is; one of
# version 0.90 how much of the member it has, in KiB.
raid_disk() {
  s=$(raid_mark /dev/vda) || return
  [ -b /dev/vda1 ] || return 0
  if [ "$(number_of /dev/vda $((s * 512 + 4)) 4)" = 0 ]; then
    for p in /sys/class/block/vda[0-9]*; do [ $(($(number_of /dev/vda $((s * 512 + 32)) 4) * 2)) -gt $(cat $p/size) ] || return; done
  else [ "$(number_of /dev/vda $((s * 512 + 144)) 8)" = $s ]; fi
}
md_do() { mdadm "$@" --config=/run/mdadm.conf; }
# Each array of which there are members, also without those on other disks.
open_raid() {
  raid_disk && { disk= part=none members=/dev/vda; }
  [ -n "$members" ] || members=$(for d in /dev/vda[0-9]*; do [ -b $d ] && raid_mark $d >/dev/null && echo $d; done)
  [ -n "$members" ] || return
  for m in ${modules.raid.join(' ')}; do insmod /m/$m.ko; done
  export MDADM_NO_UDEV=1
  mkdir -p /run/mdadm
  echo 'HOMEHOST <ignore>' >/run/mdadm.conf
  for d in $members; do
    md_do --examine --brief $d | sed -nE 's,^ARRAY (/[^ ]*)? ?.*UUID=([^ ]*).*,\\2 \\1,p' | head -n 1 >/run/one
    IFS=' ' read -r uuid path </run/one || uuid=none
    echo "$uuid $d $path" >>/run/members
    md_do --examine $d | sed -nE 's/^ *(Data Offset|Avail Dev Size|Used Dev Size|Unused Space|Super Offset|Internal Bitmap|Version) : /\\1=/p' >/run/member-\${d#/dev/}
  done
  spare=127
  for uuid in $(awk '!seen[$1]++ { print $1 }' /run/members); do
    its=$(grep "^$uuid " /run/members | cut -d' ' -f2)
    path=$(grep "^$uuid " /run/members | cut -d' ' -f3 | head -n 1)
    on=$(echo "$its" | sed 's,/dev/,,' | tr '\\n' ' ' | sed 's/ $//')
    # One that has no number gets one as its system gives it.
    number=\${path##*[!0-9]}
    case $path in /dev/md/$number|/dev/md$number) ;; *) number= ;; esac
    md=/dev/md\${number:-$spare}
    open_array $its || { for d in $its; do left "$(called $d): a member of a software RAID, which could not be put together here"; done; continue; }
    for d in $its; do
      case $(cat /sys/block/\${md#/dev/}/md/dev-\${d#/dev/}/state) in
      in_sync*) ;;
      *) left "$(called $d): a member of the software RAID \${md#/dev/} which has no place in it, and is not cleaned" ;;
      esac
    done
    arrays="\${arrays:+$arrays
}$md"
    [ -n "$number" ] || spare=$((spare - 1))
    [ -z "$path" ] || echo "$path $md" >>/run/array-names
    echo "$its" >>/run/in-arrays
    have=$(ls -d /sys/block/\${md#/dev/}/md/rd[0-9]* | wc -l)
    say "\${md#/dev/}: $(cat /sys/block/\${md#/dev/}/md/level) of $(cat /sys/block/\${md#/dev/}/md/raid_disks) disks, of which $have here: $on"
    # A disk that is a member as a whole has its table of partitions within.
    [ $members = /dev/vda ] && { disk=$md part=\${md#/dev/}p; }
  done
}
open_array() {
  md_do --assemble --run $([ $task = inspect ] && echo --readonly) $md "$@" >/run/mdadm.log 2>&1
  [ "$(cat /sys/block/\${md#/dev/}/md/raid_disks)" -gt 0 ] && [ "$(blockdev --getsz $md)" -gt 0 ] || { md_do --stop $md; return 1; }
  # What the members have not alike is alike when their system says so: copying all of it here gains nothing.
  echo frozen >/sys/block/\${md#/dev/}/md/sync_action
  blockdev --rereadpt $md
  true
}
# What may be opened of the disk and of arrays: partitions, or the whole where there are none.
pieces() {
  for d in $(ls -d /dev/vda[0-9]* || echo /dev/vda); do among /dev/vda "$members" || among $d "$members" || echo $d; done
  for d in $arrays; do ls -d $d"p"[0-9]* || echo $d; done
}
# What a member has that is not its array's: before its data, and behind it.
free_members() {
  for d in $(cat /run/in-arrays); do
    value() { sed -n "s/^$1=//p" /run/member-\${d#/dev/} | head -n 1; }
    sectors=$(blockdev --getsz $d)
    from=0
    [ $d = /dev/vda ] || from=$(cat /sys/class/block/\${d#/dev/}/start)
    case $(value Version) in
    0.*)
      size=$(value 'Used Dev Size' | sed 's/ .*//')
      # Behind its notes of itself (4096 bytes) are those of what was written, if it has any.
      [ "$size" -gt 0 ] && [ -z "$(value 'Internal Bitmap')" ] && empty_range /dev/vda $((from + size * 2)) $((from + sectors / 128 * 128 - 128)) &&
        empty_range /dev/vda $((from + sectors / 128 * 128 - 120)) $((from + sectors)) ;;
    1.*)
      offset=$(value 'Data Offset' | sed 's/ .*//')
      offset=\${offset:-0}
      # As much as the array takes of it, or all that it has. What is unused is counted from there.
      size=$({ value 'Used Dev Size'; value 'Avail Dev Size'; } | head -n 1 | sed 's/ .*//')
      before=$(value 'Unused Space' | sed -n 's/^before=\\([0-9]*\\) .*/\\1/p')
      behind=$(value 'Unused Space' | sed -n 's/.*after=\\([0-9]*\\) .*/\\1/p')
      [ "$offset" -ge "\${before:-x}" ] && [ "$size" -gt 0 ] && [ "$behind" -ge 0 ] && empty_range /dev/vda $((from + offset - before)) $((from + offset)) &&
        empty_range /dev/vda $((from + offset + size)) $((from + offset + size + behind)) &&
        case $(value Version) in
        1.0) super=$(value 'Super Offset' | sed 's/ .*//'); [ "$super" -gt 0 ] && empty_range /dev/vda $((from + super + 8)) $((from + sectors)) ;;
        esac ;;
    *) false ;;
    esac || left "$(called $d): what the software RAID on it does not take could not be emptied"
  done
}

lvm_do() { lvm "$@" --config "activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} devices{obtain_device_list_from_udev=0 use_devicesfile=0 external_device_info_source=\\"none\\" filter=[$(for d in $members; do printf '"r|^%s$|",' $d; done)\\"a|.*|\\"]} backup{backup=0 archive=0} global{thin_check_executable=\\"\\"}"; }
lvm_list() { lvm_do lvs --noheadings --separator / "$@" | tr -d ' '; }
open_lvm() {
  for d in $(pieces); do has $d 0 '^LVM2 001' && lvm_here="\${lvm_here:+$lvm_here
}$d"; done
  [ -n "$lvm_here" ] || return
  where=$(echo "$lvm_here" | sed 's,/dev/,,' | tr '\\n' ' ' | sed 's/ $//')
  [ -x /bin/lvm ] || { left "LVM on $where: this helper cannot open it"; return; }
  for m in ${modules.lvm.join(' ')}; do insmod /m/$m.ko; done
  mkdir -p /run/lvm /run/lock/lvm
  export LVM_SUPPRESS_FD_WARNINGS=1
  # Snapshots of thin volumes are left out unless asked for.
  lvm_do vgchange -ay -K >/run/lvm.log 2>&1
  lvm_list -o vg_name,lv_name,lv_attr,pool_lv,lv_active,lv_dm_path >/run/lvs
  while IFS=/ read -r vg lv attr pool active path; do
    [ "$active" = active ] || { left "$vg/$lv: a volume of LVM which could not be opened"; continue; }
    case $attr in
    t*) echo "$vg/$lv $path-tpool" >>/run/pools; thin_pool $path-tpool || left "$vg/$lv: a pool of thin volumes which $pool_is"
      stale_pool && left "$vg/$lv: a pool of thin volumes which does not zero new blocks: what lay there before may be in blocks that its volumes have" ;;
    [Vv]*)
      if [ -n "$pool" ]; then
        from=$(lvm_list -o lv_dm_path $vg/$pool)-tpool
        # Of a pool that takes nothing more nothing can be changed, and it was named.
        thin_pool $from || [ $task = inspect ] || continue
        echo "$path $from" >>/run/thin
      fi
      volumes="\${volumes:+$volumes
}$path" ;;
    # What the origin had when it was made is copied there as it is removed.
    [sS]*) left "$vg/$lv: a snapshot of LVM, which is not cleaned" ;;
    [Cd]*) ;;
    *) volumes="\${volumes:+$volumes
}$path" ;;
    esac
  done </run/lvs
  [ -s /run/lvs ] || left "LVM on $where: no volume could be opened"
  lvm_do pvs --segments -a --noheadings --units s --nosuffix -o pv_name,pe_start,vg_extent_size,pv_pe_count,pv_mda_count,pvseg_start,pvseg_size,segtype,lv_name >/run/extents
}
# What the kernel says of a pool (thin-provisioning.rst): blocks of it that are free, of its own data (4096 bytes) and of volumes'.
thin_pool() {
  dmsetup status $1 | tr -s ' /' '\\n' >/run/pool-status
  dmsetup table $1 | tr -s ' ' '\\n' >/run/pool-table
  meta_free=$(($(sed -n 6p /run/pool-status) - $(sed -n 5p /run/pool-status)))
  pool_used=$(sed -n 7p /run/pool-status)
  pool_free=$(($(sed -n 8p /run/pool-status) - pool_used))
  chunk=$(sed -n 6p /run/pool-table)
  pool_is='is broken'
  grep -qx rw /run/pool-status && ! grep -qx needs_check /run/pool-status && [ "$chunk" -gt 0 ] || return
  pool_is='is full'
  [ $pool_free -ge 32 ] && [ $meta_free -ge 32 ]
}
# Whether blocks that volumes have may hold what lay there before: of a block a file system need not write all, nor all that it has taken.
stale_pool() { [ "$pool_used" -gt 0 ] && grep -qx skip_block_zeroing /run/pool-table; }
pool_of() { sed -n "s,^$1 ,,p" /run/thin; }
# Whether so many blocks can be taken from the pool that was looked at: each half-filled node of its tree names 126.
room_for() { [ $(($1 + 32)) -le $pool_free ] && [ $(($1 / 100 + 32)) -le $meta_free ]; }
# Whether all of what a file system on a thin volume has free can be written to: blocks that it has not are taken, and those that a snapshot has too.
can_fill() {
  sync
  thin_pool "$(pool_of $1)" || return
  all=$((($(blockdev --getsz $1) + chunk - 1) / chunk))
  mapped=$(($(mapped_of $1) / chunk))
  sum=0
  for v in $(grep " $(pool_of $1)$" /run/thin | cut -d' ' -f1); do sum=$((sum + $(mapped_of $v) / chunk)); done
  # The last of a volume may be counted in part.
  [ $((sum - pool_used)) -le 0 ] && all=$((all - mapped))
  room_for $all
}
mapped_of() { dmsetup status $1 | cut -d' ' -f4; }
# A discard passes over the last block of a thin volume where it is no whole one.
thin_tail() {
  thin_pool "$(pool_of $1)" || return
  ! grep -qx ignore_discard /run/pool-status || can_fill $1 || return
  size=$(blockdev --getsz $1)
  [ $((size % chunk)) = 0 ] || zeros $1 $((size / chunk * chunk)) $((size % chunk))
}
# The first sector of $1 that a file system of the kind $2 has no block in, by its own notes: of ext4 (ext4.rst), XFS, btrfs, FAT (its last cluster).
end_of() {
  case $2 in
  ext4)
    blocks=$(number_of $1 1028 4)
    [ $(($(number_of $1 1120 4) & 128)) = 0 ] || blocks=$((blocks + ($(number_of $1 1360 4) << 32)))
    echo $((blocks * (2 << $(number_of $1 1048 4)))) ;;
  xfs) echo $(($(big_number $1 8 8) * $(big_number $1 4 4) / 512)) ;;
  btrfs) echo $(($(number_of $1 65745 8) / 512)) ;;
  vfat)
    bytes=$(number_of $1 11 2)
    cluster=$(number_of $1 13 1)
    table=$(number_of $1 22 2)
    [ $table != 0 ] || table=$(number_of $1 36 4)
    all=$(number_of $1 19 2)
    [ $all != 0 ] || all=$(number_of $1 32 4)
    first=$(($(number_of $1 14 2) + $(number_of $1 16 1) * table + ($(number_of $1 17 2) * 32 + bytes - 1) / bytes))
    echo $(((first + (all - first) / cluster * cluster) * bytes / 512)) ;;
  esac
}
big_number() { echo $((0x$(dd if=$1 bs=1 skip=$2 count=$3 | od -An -tx1 | tr -d ' \\n'))); }
# Empties what a device has behind its file system, where a larger one may have been, or another.
empty_behind() {
  size=$(blockdev --getsz $1)
  end=$(end_of $1 $2)
  [ "$end" -gt 0 ] || return
  [ $end -lt $size ] || return 0
  # There DRBD may have its notes of the device.
  [ $(($(big_number $1 $(((size / 8 - 1) * 4096 + 60)) 4) >> 4)) != $((0x8374026)) ] || return
  is_thin $1 || { empty_range $1 $end $size; return; }
  # Whole blocks go back to the pool, and what is beside them is written to.
  thin_pool "$(pool_of $1)" || return
  a=$(((end + chunk - 1) / chunk * chunk))
  b=$((size / chunk * chunk))
  if [ $a -ge $b ] || ! blkdiscard -o $((a * 512)) -l $(((b - a) * 512)) $1; then room_for $(((size - end) / chunk + 2)) && zeros $1 $end $((size - end))
  else room_for 2 && zeros $1 $end $((a - end)) && zeros $1 $b $((size - b)); fi
}
# Empties what no thin volume has: one more takes all of it, with zeros.
free_pools() {
  [ -s /run/pools ] && while IFS=' ' read -r name pool; do
    # One that is broken was named.
    thin_pool $pool || [ "$pool_is" = 'is full' ] || continue
    [ $pool_free -gt 0 ] || continue
    { [ $((pool_free / 100 + 16)) -le $meta_free ] && fill_pool $pool; } || left "$name: what no thin volume takes could not be emptied"
  done </run/pools
}
fill_pool() {
  id=16777215
  dmsetup message $1 0 "create_thin $id" && dmsetup create --noudevsync carrel-zeros --table "0 $((pool_free * chunk)) thin $1 $id" || return
  dmsetup mknodes
  zeros /dev/mapper/carrel-zeros 0 $((pool_free * chunk))
  filled=$?
  dmsetup remove --noudevsync carrel-zeros
  dmsetup message $1 0 "delete $id" && return $filled
}
# Empties what no volume of LVM takes: extents that are free, the spare for a pool's own data, and what lies behind the last one of a partition, unless
# that is a list of LVM's.
free_extents() {
  for d in $lvm_here; do
    emptied=
    base=$d
    start=0
    case $d in /dev/$part[0-9]*) base=$disk start=$(cat /sys/class/block/\${d#/dev/}/start) ;; esac
    while IFS=' ' read -r pv begin extent count lists first length kind lv; do
      # Of the lines that are about others, some are about partitions that are not here.
      [ "$pv" = $d ] || continue
      at=$((start + begin))
      [ "$extent" -gt 0 ] || { emptied=; break; }
      case "$kind $lv" in free*|*_pmspare*) empty_range $base $((at + first * extent)) $((at + (first + length) * extent)) || { emptied=; break; } ;; esac
      [ "$lists" -gt 1 ] || empty_range $base $((at + count * extent)) $((start + $(blockdev --getsz $d))) || { emptied=; break; }
      emptied=yes
    done </run/extents
    [ -n "$emptied" ] || left "\${d#/dev/}: what no volume of LVM takes could not be emptied"
  done
}
`;
