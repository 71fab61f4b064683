#!/usr/bin/env bash
# The last step: fails when what was found, or could not be read, asks for it.
set -euo pipefail

fail() {
  echo "::error title=overscope::$1"
  exit 1
}
case $STATUS in
  0) echo "overscope: nothing that fails; credentials found: $FINDINGS, the worst is $MAX_BAND" ;;
  1) fail "credentials found: $FINDINGS, the worst is $MAX_BAND" ;;
  3) fail "nothing that fails was found, but part of the input could not be read; the log names it" ;;
  *) fail "nothing was scanned; the step before says why" ;;
esac
