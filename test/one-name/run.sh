#!/usr/bin/env bash
# Runs a command with its temporary directories on a file system that takes names for one that differ by case or
# normalization, as APFS does. Needs root, /dev/fuse, and python3-fusepy and fuse3 of Debian.
#   bash test/one-name/run.sh npx vitest run …
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
base=$(mktemp -d)
mkdir "$base/source" "$base/mount"
/usr/bin/python3 "$here/folding.py" "$base/source" "$base/mount" &
daemon=$!
end() {
  fusermount3 -u -z "$base/mount" || true
  # A process of an interrupted command may still use it.
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" || true
  rm -rf "$base"
}
trap end EXIT
for _ in $(seq 100); do
  if mountpoint -q "$base/mount"; then break; fi
  kill -0 "$daemon" || { echo 'FUSE is forbidden here: nothing was run' >&2; exit 1; }
  sleep 0.1
done
touch "$base/mount/Name"
[ -e "$base/mount/nAME" ] || { echo 'the file system does not fold names' >&2; exit 1; }
rm "$base/mount/NAME"
# The tests that are about names which are two are skipped, and say so.
TMPDIR="$base/mount" AS_ON_MACOS=1 "$@"
