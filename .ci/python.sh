#!/usr/bin/env bash
# Prints the folder of programs of a virtual environment that holds packages from PyPI:
#   bin=$(.ci/python.sh NAME PACKAGE==VERSION…)
# The first run installs them below target/, later ones reuse it until the packages change.
set -euo pipefail

name=$1
shift
cache=${CARGO_TARGET_DIR:-$(dirname "${BASH_SOURCE[0]}")/../target}/ci/$name
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Written last, so that an installation that broke off is made anew.
if [ "$(cat "$cache/installed" 2> /dev/null)" != "$*" ]; then
  rm -rf "$cache/venv" "$cache/installed"
  if ! python3 -m venv "$cache/venv" >&2; then
    # Debian ships venv apart from python3; virtualenv does the same job and comes through pip.
    rm -rf "$cache/venv"
    python3 -m pip install --quiet --target "$cache/virtualenv" virtualenv >&2
    PYTHONPATH="$cache/virtualenv" python3 -m virtualenv --quiet "$cache/venv" >&2
  fi
  [ $# -eq 0 ] || "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
  echo "$*" > "$cache/installed"
fi
echo "$cache/venv/bin"
