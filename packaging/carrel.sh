#!/bin/sh
# The installed launcher: Carrel with the Node.js that it was built and tested with.
here=$(dirname "$(readlink -f "$0")")
exec "$here/bin/node" "$here/bin/carrel" "$@"
