#!/usr/bin/env bash
# Starts an emulated AWS (moto) on a free loopback port and prints its URL once it answers.
# Then it is the server: the caller ends it by ending this process.
#
#   .ci/moto.sh > url &          # the URL is the only line on standard output
#   OVERSCOPE_MOTO=$(cat url) cargo test --test aws_moto
#
# The first run installs moto below target/, later ones reuse it.
set -euo pipefail

cache=${CARGO_TARGET_DIR:-$(dirname "${BASH_SOURCE[0]}")/../target}/ci/moto
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

tools=$("$(dirname "${BASH_SOURCE[0]}")/python.sh" moto 'moto[server]==5.2.5')

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# AWS's own managed policies are left out unless asked for.
MOTO_IAM_LOAD_MANAGED_POLICIES=true "$tools/moto_server" -H 127.0.0.1 -p "$port" > "$cache/log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

for _ in $(seq 1 150); do
  if "$tools/python" - "$port" << 'PYTHON'
import sys, urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/moto-api/", timeout=2)
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
