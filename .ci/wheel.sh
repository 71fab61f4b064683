#!/usr/bin/env bash
# Builds the wheel with the release profile into FOLDER, beside what hooks' packages are built with,
# installs it alone into an empty environment and runs it from there:
#   .ci/wheel.sh FOLDER
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$1
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
tools=$(.ci/python.sh wheel maturin==1.16.0 virtualenv==21.15.8)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$tools/maturin" build --quiet --profile release --offline --locked --compatibility linux --out "$folder"
"$tools/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" setuptools==84.2.1

wheel=("$folder/overscope-$version-"*.whl)
"$tools/virtualenv" --quiet "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "${wheel[0]}"
said=$("$work/venv/bin/overscope" --version)
[ "$said" = "overscope $version" ] || { echo "the installed program says: $said" >&2; exit 1; }
for field in "Name: overscope" "Version: $version" "License: Apache-2.0 OR MIT" "Summary: Finds" \
  "Description-Content-Type: text/markdown" "Project-URL: .*github.com/overscope/overscope"; do
  grep -rq "^$field" "$work/venv"/lib/python*/site-packages/overscope-*.dist-info/METADATA \
    || { echo "the wheel does not say: $field" >&2; exit 1; }
done

# The shell's own completion, with the script that it is given.
completed=$(bash -c 'source <("$0" completions bash); COMP_WORDS=(overscope scan --fail) COMP_CWORD=2
  _overscope overscope --fail scan; echo "${COMPREPLY[*]}"' "$work/venv/bin/overscope")
[ "$completed" = --fail-on ] || { echo "bash completes --fail to: $completed" >&2; exit 1; }

archive=$(.github/release/archive.sh "${wheel[0]}" x86_64-unknown-linux-gnu "$work/release")
[ "$(tar -xzOf "$archive" "overscope-v$version-x86_64-unknown-linux-gnu/overscope" | cksum)" = "$(cksum < "$work/venv/bin/overscope")" ] \
  || { echo "the archive and the wheel hold different programs" >&2; exit 1; }
echo "$said, installed from $(basename "${wheel[0]}") ($(($(stat --format %s "${wheel[0]}") / 1024)) kB)"
