#!/usr/bin/env bash
# Runs a command on Linux where processes are known as on macOS: without /proc, by ps, sysctl and ioreg.
# Needs root. Its mounts are its own, and end with it.
#   bash test/as-on-macos/run.sh npx vitest run …
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1-}" != --inside ]; then
  instead=$(mktemp -d)
  code=0
  unshare --mount --propagation private bash "$0" --inside "$instead" $$ "$@" || code=$?
  rmdir "$instead"
  exit "$code"
fi
instead=$2
outside=$3
shift 3
# Found there by the programs, which the library gives no environment.
mount -t tmpfs instead "$instead"
mkdir "$instead/kept"
mount --rbind /proc "$instead/kept"
echo "$outside" >"$instead/outside"
mount -t overlay overlay -o "lowerdir=$here/sbin:/usr/sbin" /usr/sbin
mount --bind "$here/ps" /bin/ps
mount --rbind "$instead" /proc
# For the tests that are about /proc itself.
export AS_ON_MACOS=1
exec "$@"
