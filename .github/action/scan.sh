#!/usr/bin/env bash
# Scans, and writes what was found to the log, the annotations, the step's summary and the outputs.
# Ends with 0 whatever that is: the SARIF is uploaded first, and decide.sh speaks last.
set -euo pipefail

out=$(mktemp -d "${RUNNER_TEMP:?}/overscope.XXXXXX")
fork=false
if [ -n "$PR_BASE_SHA" ] && [ "$PR_HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then fork=true; fi

say() { echo "overscope: $1"; }
# Nothing was scanned; what is wrong is said here, and decide.sh fails.
refuse() {
  echo "::error title=overscope::$1"
  printf '%s\n' status=2 findings=0 max-band=none >> "$GITHUB_OUTPUT"
  exit 0
}
choose() {
  local name=$1 given=$2 one
  shift 2
  for one in "$@"; do [ "$given" != "$one" ] || return 0; done
  refuse "the input \`$name\` is \`$given\`; it can be $(printf '%s, ' "$@" | sed 's/, $//')"
}
choose mode "$INPUT_MODE" auto diff tree history
choose ask "$INPUT_ASK" auto true false

mode=$INPUT_MODE
if [ "$mode" = auto ]; then
  mode=tree
  [ -z "$PR_BASE_SHA" ] || mode="diff"
fi
# Where the repository is, if not here: checked out beside others, for one.
folder=${INPUT_PATH%%$'\n'*}
[ -d "$folder" ] || folder=.
shallow=$(git -C "$folder" rev-parse --is-shallow-repository 2> /dev/null || echo false)

arguments=(scan)
case $mode in
  diff)
    base=${INPUT_BASE:-$PR_BASE_SHA}
    head=${INPUT_HEAD:-HEAD}
    [ -n "$base" ] || refuse "the mode \`diff\` needs the input \`base\` outside of pull requests"
    if ! git -C "$folder" merge-base -- "$base" "$head" > "$out/merge-base" 2>&1; then
      [ "$shallow" = false ] || refuse "the clone is too shallow for the diff $base...$head: give actions/checkout \`fetch-depth: 0\`"
      refuse "there is no diff $base...$head here: $(tr '\n' ' ' < "$out/merge-base")"
    fi
    arguments+=(--diff "$base...$head")
    ;;
  history)
    arguments+=(--history)
    [ "$shallow" = false ] || echo "::warning title=overscope::the clone is shallow, and so is what is read of its history: give actions/checkout \`fetch-depth: 0\`"
    ;;
esac

case $INPUT_ASK in
  false) arguments+=(--offline) ;;
  auto)
    if [ "$fork" = true ]; then
      say "nobody is asked: the pull request comes from a fork"
      arguments+=(--offline)
    fi
    ;;
esac

# The diff's alerts belong to those of the files: under a name of their own they would be compared
# with nothing.
category=${INPUT_CATEGORY:-overscope/worktree}
if [ -z "$INPUT_CATEGORY" ] && [ "$mode" = history ]; then category=overscope/history; fi
case $category in
  *[!A-Za-z0-9._:/\ -]*) refuse "the input \`category\` can hold letters, digits, spaces and ._:/-" ;;
esac

arguments+=(--format "$INPUT_FORMAT" --no-progress)
[ -z "$INPUT_FAIL_ON" ] || arguments+=(--fail-on "$INPUT_FAIL_ON")
for format in sarif json markdown github; do arguments+=(--report "$format=$out/$format"); done
[ -z "$INPUT_CONFIG" ] || arguments+=(--config "$INPUT_CONFIG")
[ -z "$INPUT_BASELINE" ] || arguments+=(--baseline "$INPUT_BASELINE")
while read -r -a words; do arguments+=(${words[@]+"${words[@]}"}); done <<< "$INPUT_ARGS"
arguments+=(--)
while IFS= read -r path; do [ -z "$path" ] || arguments+=("$path"); done <<< "$INPUT_PATH"

# What a scanned file holds must not be taken for a command to the runner.
end=$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$end"
status=0
"$BINARY" "${arguments[@]}" || status=$?
echo "::$end::"

findings=0
band=none
if [ -s "$out/json" ]; then
  # A line of its own for every field; what is suppressed has a fingerprint as well, and none of these.
  findings=$(grep -c '^      "liveness": ' "$out/json" || true)
  for band in critical high medium low none; do
    if grep -q "^      \"band\": \"$band\"" "$out/json"; then break; fi
  done
fi
[ ! -s "$out/github" ] || cat "$out/github"
[ ! -s "$out/markdown" ] || cat "$out/markdown" >> "$GITHUB_STEP_SUMMARY"
{
  printf 'status=%s\nfindings=%s\nmax-band=%s\n' "$status" "$findings" "$band"
  if [ -s "$out/sarif" ]; then
    sed "s|^\( *\"id\": \"\)overscope/[a-z]*/\"|\1${category%/}/\"|" "$out/sarif" > "$out/overscope.sarif"
    echo "sarif-file=$out/overscope.sarif"
  fi
} >> "$GITHUB_OUTPUT"
