#!/usr/bin/env bash
# Starts a package registry (Verdaccio) on a free loopback port and prints its URL once it answers.
# Everybody may make a user there; `publisher` may publish and unpublish @acme's packages, `reader`
# may install them, others may do neither.
# Then it is the server: the caller ends it by ending this process.
#
#   .ci/verdaccio.sh > url &     # the URL is the only line on standard output
#   OVERSCOPE_VERDACCIO=$(cat url) cargo test --test npm_verdaccio
#
# The first run installs Verdaccio below target/, later ones reuse it.
set -euo pipefail

cache=${CARGO_TARGET_DIR:-$(dirname "${BASH_SOURCE[0]}")/../target}/ci/verdaccio
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Written last, so that an installation that broke off is made anew.
if [ ! -e "$cache/installed" ]; then
  rm -rf "$cache/node_modules" "$cache/package-lock.json"
  # Later versions of either want a later Node.
  echo '{ "private": true, "dependencies": { "verdaccio": "6.1.6" }, "overrides": { "node-fetch": "2.6.7" } }' \
    > "$cache/package.json"
  npm install --prefix "$cache" --no-audit --no-fund --ignore-scripts >&2
  touch "$cache/installed"
fi

folder=$(mktemp -d)
cat > "$folder/config.yaml" << YAML
storage: $folder/storage
auth: { htpasswd: { file: $folder/users, max_users: 100 } }
web: { enable: false }
packages:
  "@acme/*": { access: publisher reader, publish: publisher, unpublish: publisher }
  "**": { access: publisher, publish: publisher, unpublish: publisher }
log: { type: stdout, format: json, level: warn }
YAML

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
node "$cache/node_modules/verdaccio/bin/verdaccio" --config "$folder/config.yaml" --listen "127.0.0.1:$port" \
  > "$cache/log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

for _ in $(seq 1 300); do
  if python3 - "$port" << 'PYTHON'
import sys, urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/-/ping", timeout=2)
except OSError:
    sys.exit(1)
PYTHON
  then
    echo "http://127.0.0.1:$port"
    wait "$server"
    exit
  fi
  kill -0 "$server" 2> /dev/null || break
  sleep 0.2
done
cat "$cache/log" >&2
exit 1
