#!/usr/bin/env bash
# Starts an emulated Azure Storage (Azurite) on free loopback ports and prints, once it answers, the
# URL of its blobs, that of its queues, and its accounts with two keys each, made for this run.
# Then it is the server: the caller ends it by ending this process.
#
#   .ci/azurite.sh > server &    # the only line on standard output
#   OVERSCOPE_AZURITE=$(cat server) cargo test --test azure_azurite
#
# The first run installs Azurite below target/, later ones reuse it.
set -euo pipefail

cache=${CARGO_TARGET_DIR:-$(dirname "${BASH_SOURCE[0]}")/../target}/ci/azurite
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Written last, so that an installation that broke off is made anew.
if [ ! -e "$cache/installed" ]; then
  rm -rf "$cache/node_modules"
  npm install --prefix "$cache" --no-audit --no-fund --ignore-scripts azurite@3.35.0 >&2
  touch "$cache/installed"
fi

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
# The first key bears the mark of today's keys, the second is as older ones are.
keys() { local tail; tail=$(random 6) && echo "$(random 57)+ASt${tail:0:5}A==:$(random 64)"; }
accounts="acmeone:$(keys);acmetwo:$(keys)"
AZURITE_ACCOUNTS=$accounts node "$cache/node_modules/azurite/dist/src/azurite.js" --silent --disableTelemetry \
  --inMemoryPersistence --blobPort 0 --queuePort 0 --tablePort 0 > "$cache/log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

url() { sed -n "s/^Azurite $1 service is successfully listening at //p" "$cache/log"; }
for _ in $(seq 1 300); do
  if [ -n "$(url Blob)" ] && [ -n "$(url Queue)" ]; then
    echo "$(url Blob) $(url Queue) $accounts"
    wait "$server"
    exit
  fi
  kill -0 "$server" 2> /dev/null || break
  sleep 0.2
done
cat "$cache/log" >&2
exit 1
