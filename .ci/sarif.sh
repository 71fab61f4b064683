#!/usr/bin/env bash
# Validates SARIF files: .ci/sarif.sh FILE...
# First against the schema of the format, since the reference validator passes over a file that
# breaks it without a word; then with that validator, under its own rules and those of GitHub. It
# ends with 0 even when it finds errors, so its report is read. Its notes are not counted: they
# ask for snippets of the source and for reachable web pages.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: $0 FILE..." >&2
  exit 2
fi

home=${CARGO_TARGET_DIR:-$(cd "$(dirname "$0")/.." && pwd)/target}/ci/sarif
package=$home/node_modules/@microsoft/sarif-multitool-linux
if [ ! -f "$package/Sarif.Multitool" ] || [ ! -d "$home/node_modules/ajv-formats" ]; then
  mkdir -p "$home"
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$home" \
    @microsoft/sarif-multitool-linux@5.7.0 ajv@8.20.0 ajv-formats@3.0.1 >&2
fi
chmod u+x "$package/Sarif.Multitool"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for file in "$@"; do
  report=$work/report.sarif
  rm -f "$report"
  if ! "$package/Sarif.Multitool" validate "$file" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
    --output "$report" --log ForceOverwrite --max-file-size-in-kb 102400 >"$work/log" 2>&1 || [ ! -s "$report" ]; then
    cat "$work/log" >&2
    echo "$file: the validator did not finish" >&2
    status=1
    continue
  fi
  NODE_PATH=$home/node_modules node - "$file" "$report" "$package/sarif-2.1.0.json" <<'SCRIPT' || status=1
const fs = require("fs");
const [file, report, schema] = process.argv.slice(2);
const read = (path) => JSON.parse(fs.readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
const faults = [];

const Ajv = require("ajv/dist/2020");
const ajv = new Ajv({ allErrors: true, strict: false });
require("ajv-formats")(ajv);
try {
  const matches = ajv.compile(read(schema));
  if (!matches(read(file))) {
    for (const { instancePath, message } of matches.errors) faults.push(`${instancePath}: error schema: ${message}`);
  }
} catch (error) {
  faults.push(`?: error ${error.message}`);
}

const { runs } = read(report);
for (const run of runs) {
  for (const { ruleId, level = "warning", message, locations = [] } of run.results ?? []) {
    if (level === "error" || level === "warning") {
      const line = locations[0]?.physicalLocation?.region?.startLine ?? "?";
      faults.push(`${line}: ${level} ${ruleId} ${message.text ?? `${message.id} ${message.arguments.join(" ")}`}`);
    }
  }
  for (const invocation of run.invocations ?? []) {
    if (!invocation.executionSuccessful) faults.push("?: error the validation was not successful");
    for (const { level, message } of invocation.toolExecutionNotifications ?? []) {
      if (level === "error") faults.push(`?: error ${message.text}`);
    }
  }
}
if (runs.length === 0) faults.push("?: error nothing was validated");
for (const fault of faults) console.log(`${file}:${fault}`);
if (faults.length === 0) console.log(`${file}: valid`);
process.exitCode = faults.length === 0 ? 0 : 1;
SCRIPT
done
exit $status
