/**
 * Carrel's guest agent: what runs inside a machine and answers on the virtio-serial port `carrel.identity.0`. Shell, because a tiny
 * guest has nothing else; written for busybox ash and dash alike. The path from `identity` to a listening SSH server is what a person
 * waits for in an instant clone, so it forks as little as it can: parsing, host name, keys and files are shell builtins.
 *
 * Protocol: lines of text, one request at a time.
 *   host -> guest   ID VERB [ARG]
 *   guest -> host   ID ok [ARG]  or  ID err MESSAGE
 * ARG is base64; in `identity` and its answer it may also be `=` and the lines themselves, joined by `;`, which saves two programs.
 *   unasked         `! boot`, then `! ready BASE64(json)` once the SSH server listens; `! back` when a host is there again after none was.
 * Verbs: see {@link AGENT_VERBS}. There is none that runs a command.
 */
export const AGENT_PORT = 'carrel.identity.0';
export const AGENT_PATH = '/usr/lib/carrel/agent';
/** fw_cfg file with the machine's identity for a cold boot: the same `key=value` lines as the argument of `identity`. */
export const FW_CFG_ID = 'opt/carrel/id';

export const AGENT_VERBS = ['ping', 'identity', 'info', 'password', 'keys', 'lock', 'freeze-prepare'] as const;

/**
 * The parts that differ between guests. Functions: `sshd_start` makes sure that the server listens; `sshd_stop` that it shows the old keys no more;
 * `sessions_end`; `keys_install` takes $hostkey (see host-key.ts) or makes one; `keys_exist`, `keys_remove`; `keys_public` sets $public;
 * `set_hash USER HASH`; `name_self NAME` makes the name resolvable where programs ask for that; `warm` makes the memory small and keeps in it what the next start needs;
 * `set_mac ADDRESS`; `after_identity` does what nobody waits for.
 */
export interface AgentFlavour {
  functions: string;
}

const COMMON = `set -f
umask 077
R=\${CARREL_ROOT:-}
FWCFG=$R/sys/firmware/qemu_fw_cfg/by_name/${FW_CFG_ID}/raw
nl='
'

say() { printf '%s\\n' "$*" >&4; }
encode() { encoded=$(printf '%s' "$1" | base64 -w 0); }
decode() { decoded=$(base64 -d 2>/dev/null <<EOF
$1
EOF
) || return 1; }

# The fields of an identity, into variables; anything unknown is ignored, anything malformed refused.
parse_identity() {
  hostname= machine_id= mac= time= entropy= seed= hostkey= hostkey_public= hostpub= bad=
  IFS="$nl;"
  for line in $1; do
    value=\${line#*=}
    case $line in
      hostname=*) hostname=$value ;;
      machine_id=*) machine_id=$value ;;
      mac=*) mac=$value ;;
      time=*) time=$value ;;
      entropy=* | seed=*) entropy=$entropy$value ;;
      hostkey=*) hostkey=$value ;;
      hostkey_public=*) hostkey_public=$value ;;
      hostpub=*) hostpub=$value ;;
    esac
  done
  unset IFS
  case $hostname in *[!A-Za-z0-9.-]* | -*) bad=hostname ;; esac
  case $machine_id in *[!0-9a-f]*) bad=machine_id ;; esac
  case \${#machine_id} in 0 | 32) ;; *) bad=machine_id ;; esac
  case $mac in *[!0-9a-fA-F:]*) bad=mac ;; esac
  case $time in *[!0-9]*) bad=time ;; esac
  case $entropy in *[!0-9a-fA-F]*) bad=entropy ;; esac
  case $hostkey$hostkey_public in *[!0-7\\\\]*) bad=hostkey ;; esac
  case $hostpub in *[!A-Za-z0-9+/=@.\\ -]*) bad=hostpub ;; esac
  [ -z "$bad" ]
}

# Everything of parse_identity into the system; the SSH server must be stopped.
apply_identity() {
  [ -z "$entropy" ] || mix_entropy "$entropy"
  [ -z "$time" ] || date -s "@$time" >/dev/null 2>&1
  if [ -n "$hostname" ]; then
    printf '%s\\n' "$hostname" >"$R/proc/sys/kernel/hostname"
    printf '%s\\n' "$hostname" >"$R/etc/hostname"
    name_self "$hostname"
  fi
  [ -z "$machine_id" ] || printf '%s\\n' "$machine_id" >"$R/etc/machine-id"
  if [ -n "$mac" ]; then
    read -r old_mac <"$R/sys/class/net/$NIC/address"
    [ "$old_mac" = "$mac" ] || set_mac "$mac"
  fi
  keys_install
}

# Mixed in and put to use at once: without a reseed, two clones of one parent would draw the same numbers for up to a minute.
mix_entropy() { "$R/usr/lib/carrel/reseed" 2>/dev/null <<EOF || printf '%s' "$1" >"$R/dev/urandom"
$1
EOF
}

# What must not pass from one machine to the next when a disk is copied.
scrub() {
  keys_remove
  set +f
  for file in "$R"/root/.ssh/authorized_keys* "$R"/home/*/.ssh/authorized_keys* "$R"/root/.*_history "$R"/home/*/.*_history; do
    [ ! -e "$file" ] || rm -f "$file"
  done
  set -f
  lock_all
}

lock_all() {
  out= found=
  while IFS= read -r line; do
    rest=\${line#*:}
    case $rest in
      '!'* | '*'*) ;;
      *)
        line="\${line%%:*}:!:\${rest#*:}"
        found=1
        ;;
    esac
    out=$out$line$nl
  done <"$R/etc/shadow"
  [ -z "$found" ] || write_shadow "$out"
}

# In place, so that owner and mode stay.
write_shadow() {
  printf '%s' "$1" >"$R/etc/shadow.carrel" && cat "$R/etc/shadow.carrel" >"$R/etc/shadow" && rm -f "$R/etc/shadow.carrel"
}

# USER FIELD: sets the password field; fails if there is no such user.
set_shadow() {
  out= found=
  while IFS= read -r line; do
    case $line in
      "$1":*)
        rest=\${line#*:}
        line="$1:$2:\${rest#*:}"
        found=1
        ;;
    esac
    out=$out$line$nl
  done <"$R/etc/shadow"
  [ -n "$found" ] && write_shadow "$out"
}

# USER: sets $home, $uid and $gid.
find_user() {
  while IFS=: read -r name _ uid gid _ home _; do
    [ "$name" = "$1" ] && return 0
  done <"$R/etc/passwd"
  return 1
}

# USER, newline, keys.
set_keys() {
  user=\${1%%"$nl"*}
  keys=\${1#*"$nl"}
  [ "$user" != "$1" ] || keys=
  find_user "$user" || return 1
  dir=$R$home/.ssh
  [ -d "$dir" ] || mkdir -p "$dir" || return 1
  printf '%s\\n' "$keys" >"$dir/authorized_keys" || return 1
  [ "$uid" = 0 ] || chown -R "$uid:$gid" "$dir"
}

info_json() {
  read -r now_host <"$R/proc/sys/kernel/hostname"
  read -r now_id <"$R/etc/machine-id"
  keys_public
  list= IFS=$nl
  for line in $public; do list="$list\${list:+,}\\"$line\\""; done
  unset IFS
  json="{\\"hostname\\":\\"$now_host\\",\\"machineId\\":\\"$now_id\\",\\"hostKeys\\":[$list],\\"ip\\":\\"10.0.2.15\\"}"
}

# At boot: take the identity that the host gave by fw_cfg, unless it is the one the disk already has; then start the SSH server.
boot() {
  read -r have 2>/dev/null <"$R/etc/machine-id" || have=
  parse_identity ''
  if [ -r "$FWCFG" ]; then
    parse_identity "$(cat "$FWCFG")" || parse_identity ''
  fi
  if [ -z "$machine_id" ] && [ -z "$have" ]; then
    read -r machine_id <"$R/proc/sys/kernel/random/uuid"
    while :; do case $machine_id in *-*) machine_id=\${machine_id%%-*}\${machine_id#*-} ;; *) break ;; esac done
  fi
  if [ -n "$machine_id" ] && [ "$machine_id" != "$have" ]; then
    scrub
    apply_identity
  else
    hostkey= hostkey_public= hostpub=
    [ -z "$entropy" ] || mix_entropy "$entropy"
    keys_exist || keys_install
  fi
  sshd_start
}

handle() {
  id=$1 verb=$2 decoded=
  case $3 in
    '') ;;
    =*) decoded=\${3#=} ;;
    *) decode "$3" || { say "$id err bad base64"; return; } ;;
  esac
  case $verb in
    ping) say "$id ok" ;;
    info)
      info_json
      encode "$json"
      say "$id ok $encoded"
      ;;
    identity)
      parse_identity "$decoded" || { say "$id err bad $bad"; return; }
      sshd_stop
      apply_identity
      sshd_start || { say "$id err the SSH server did not start"; return; }
      keys_public
      case $3 in
        =*) say "$id ok =$public" ;;
        *)
          encode "$public"
          say "$id ok $encoded"
          ;;
      esac
      after_identity
      ;;
    password)
      user=\${decoded%%:*}
      hash=\${decoded#*:}
      case $hash in '' | *[!A-Za-z0-9./\\$=,]*) say "$id err bad hash" ;; *) if set_hash "$user" "$hash"; then say "$id ok"; else say "$id err no such user"; fi ;; esac
      ;;
    keys) if set_keys "$decoded"; then say "$id ok"; else say "$id err no such user"; fi ;;
    lock) if set_hash "$decoded" '!'; then say "$id ok"; else say "$id err no such user"; fi ;;
    freeze-prepare)
      sshd_stop
      sessions_end
      keys_remove
      sync
      warm
      say "$id ok"
      ;;
    *) say "$id err unknown verb" ;;
  esac
}

# With no host on the other end, read ends at once, but a write waits in the kernel: so the agent sleeps in it and does not poll.
serve() {
  while :; do
    while read -r id verb arg <&3; do handle "$id" "$verb" "$arg"; done
    [ -z "$CARREL_STDIO" ] || exit 0
    say '! back'
  done
}

announce() {
  say '! boot'
  info_json
  encode "$json"
  say "! ready $encoded"
}
`;

const MAIN = `
open_port() {
  if [ -n "$CARREL_STDIO" ]; then
    exec 3<&0 4>&1
    return
  fi
  port=
  set +f
  for file in "$R"/sys/class/virtio-ports/*/name; do
    read -r name 2>/dev/null <"$file" && [ "$name" = ${AGENT_PORT} ] || continue
    port=\${file%/name}
    exec 3<>"$R/dev/\${port##*/}" 4>&3
  done
  set -f
  # No such port: this machine was started by something other than Carrel. Nobody to talk to.
  [ -n "$port" ] || exec sleep 2147483647
}

run_serve() {
  open_port
  announce
  serve
}

NIC=eth0
AGENT_PID=$R/run/carrel-agent.pid
case \${1:-serve} in
  # Sourced by the start script, which goes on.
  start)
    boot
    run_serve &
    echo $! >"$AGENT_PID"
    ;;
  # Kept alive by init: takes over if the agent of the start script ends.
  watch)
    while read -r pid <"$AGENT_PID" && kill -0 "$pid" 2>/dev/null; do sleep 60; done
    echo $$ >"$AGENT_PID"
    run_serve
    ;;
  boot) boot ;;
  serve) run_serve ;;
  chpasswd)
    # qemu-guest-agent's set-user-password calls chpasswd, which busybox lacks. With -e the input holds hashes.
    while IFS= read -r line; do
      user=\${line%%:*} word=\${line#*:}
      [ "$2" = -e ] || word=$(printf '%s\\n' "$word" | mkpasswd -m sha512 -P 0)
      set_hash "$user" "$word" || exit 1
    done
    ;;
esac
`;

export function agentScript(flavour: AgentFlavour): string {
  return `#!/bin/sh\n# Carrel's guest agent. Made by src/qemu/recipes/assets/agent.ts, where the protocol is described.\n${COMMON}\n${flavour.functions}${MAIN}`;
}
