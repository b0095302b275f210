#!/bin/sh
# Gets what this machine lacks: npm packages from the lock file, Debian packages when we may, else the one line to run.
# Usage: scripts/setup.sh run|test|long (test = everything `make test` needs as well, long = and `make test-long`)
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}
# Debian gives people no sbin in their PATH; e2fsprogs and PostgreSQL have programs there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

need_node='Carrel needs Node.js 20.19 or newer: https://nodejs.org/en/download'
command -v node >/dev/null 2>&1 || { echo "$need_node" >&2; exit 1; }
node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' ||
  { echo "$need_node (found $(node --version))" >&2; exit 1; }

missing=""
want() { # want COMMAND-OR-FILE PACKAGE...
  probe=$1; shift
  case $probe in
    /*) [ -e "$probe" ] && return ;;
    *) command -v "$probe" >/dev/null 2>&1 && return ;;
  esac
  for package in "$@"; do
    case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
  done
}
want qemu-system-x86_64 qemu-system-x86 seabios ipxe-qemu
want qemu-img qemu-utils
want /usr/share/OVMF/OVMF_CODE_4M.fd ovmf
want swtpm swtpm
want mke2fs e2fsprogs
want cpio cpio
want xz xz-utils
want zstd zstd
want ssh openssh-client
want ssh-keygen openssh-client
[ -x /usr/lib/postgresql/18/bin/initdb ] || [ -x /usr/lib/postgresql/17/bin/initdb ] || [ -x /usr/lib/postgresql/16/bin/initdb ] || want /usr/lib/postgresql/15/bin/initdb postgresql
if [ "$what" = long ]; then
  want guestfish guestfish
  want depmod kmod
  # guestfish builds its system from this host's, and copies this folder, which a container lacks.
  want /lib/modules linux-image-cloud-amd64
  what=test
fi
if [ "$what" = test ]; then
  want mmdebstrap mmdebstrap
  want go golang-go
  want /usr/share/gocode/src/github.com/vmware/govmomi golang-github-vmware-govmomi-dev
  python=/usr/bin/python3
  { [ -x $python ] && $python -c 'import pyVmomi' 2>/dev/null; } || want /nonexistent python3-pyvmomi
  want ip iproute2
  want openssl openssl
  want bindfs bindfs
  command -v chromium-headless-shell >/dev/null 2>&1 || want chromium chromium
fi

if [ -n "$missing" ]; then
  command -v apt-get >/dev/null 2>&1 || { echo "These Debian packages (or their like) are needed:$missing" >&2; exit 1; }
  if [ "$(id -u)" = 0 ]; then sudo=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo="sudo"
  else
    # The first part keeps Debian from making a PostgreSQL cluster of its own, which nobody here would use.
    conf=/etc/postgresql-common/createcluster.conf
    line="apt-get update && apt-get install -y --no-install-recommends$missing"
    case $missing in *postgresql*) [ -e $conf ] || line="mkdir -p ${conf%/*} && echo create_main_cluster=false >$conf && $line" ;; esac
    if command -v sudo >/dev/null 2>&1; then line="sudo sh -c '$line'"; how=""; else how=" as root"; fi
    echo "Some Debian packages are missing. Run this one line$how, then the same make again:" >&2
    echo "  $line" >&2
    exit 1
  fi
  echo "setup: installing$missing"
  # PostgreSQL's package must not start a server of its own: Carrel brings up a private one.
  [ -e /etc/postgresql-common/createcluster.conf ] || {
    $sudo mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
  }
  log=$(mktemp)
  install() {
    $sudo apt-get update || return
    # The same browser with less around it, where there is such a package; the lists are read only now.
    case "$missing " in *' chromium '*)
      if apt-cache show chromium-headless-shell; then missing=$(printf %s "$missing " | sed 's/ chromium / chromium-headless-shell /'); fi ;;
    esac
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
  }
  install >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; echo "setup: apt-get failed (above)" >&2; exit 1; }
  rm -f "$log"
fi

# The account that QEMU runs under when Carrel itself is root; without it QEMU runs as nobody.
if [ "$(id -u)" = 0 ] && ! getent passwd carrel-qemu >/dev/null && command -v useradd >/dev/null 2>&1; then
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin carrel-qemu
fi

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: npm packages"
  log=$(mktemp)
  # The lock file names the packages of every platform, so this installs what it says and leaves it as it is.
  npm ci --no-audit --no-fund >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "setup: npm ci failed (above)" >&2; exit 1; }
  rm -f "$log"
fi
