#!/usr/bin/env bash
# A folder with thirty thousand credentials, and what becomes of it: .ci/large.sh BINARY
# SARIF stays within what GitHub takes, says what it leaves out and is valid; the other formats
# stay within what their readers take.
set -euo pipefail

binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work" <<'SCRIPT'
import pathlib, random, sys, uuid

random.seed(6)
folder = pathlib.Path(sys.argv[1]) / "folder"
folder.mkdir()
for number in range(300):
    lines = [f"RAILWAY_TOKEN_{at}={uuid.UUID(int=random.getrandbits(128), version=4)}" for at in range(100)]
    (folder / f"{number:03}.env").write_text("\n".join(lines) + "\n")
SCRIPT

status=0
"$binary" scan --offline --fail-on never --format github --report "sarif=$work/large.sarif" --report "json=$work/large.json" \
  --report "markdown=$work/large.md" --report "gitlab=$work/gitlab.json" "$work/folder" > "$work/github.txt" || status=$?
[ "$status" = 0 ] || { echo "status $status" >&2; exit 1; }
"$(dirname "$0")/sarif.sh" "$work/large.sarif"
python3 - "$work" <<'SCRIPT'
import gzip, json, pathlib, sys

work = pathlib.Path(sys.argv[1])
sarif = (work / "large.sarif").read_bytes()
run = json.loads(sarif)["runs"][0]
said = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
packed = len(gzip.compress(sarif))
commands = [line for line in (work / "github.txt").read_text().splitlines() if line.startswith("::")]
page = (work / "large.md").stat().st_size
found = json.loads((work / "large.json").read_text())["stats"]["credentials"]
print(f"{found} credentials; SARIF {len(run['results'])} results, {len(sarif)} bytes, {packed} packed; {said[0]}")
print(f"{len(commands)} annotations; Markdown {page} bytes")
assert found == 30_000
assert len(run["results"]) == 5_000 and "further results are left out" in said[0]
assert packed < 10_000_000
assert len(commands) == 10 and "29991 credentials more" in commands[-1]
assert page <= 65_536
SCRIPT
