#!/usr/bin/env bash
# Commits for real, with the hook under pre-commit, under prek and as git's own:
#   .ci/hooks.sh FOLDER       # holds the wheel and what its package is built with; nothing else is asked
# Prints a table of what was let through, and fails where that is not what must be.
set -euo pipefail

wheels=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$("$root/.ci/python.sh" hooks pre-commit==4.7.0 prek==0.5.11 uv==0.13.9)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$work/gitconfig
export PRE_COMMIT_HOME=$work/pre-commit PREK_HOME=$work/prek UV_CACHE_DIR=$work/uv NO_COLOR=1
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$wheels PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_OFFLINE=1 UV_NO_INDEX=1 UV_FIND_LINKS=$wheels UV_PYTHON_DOWNLOADS=never
mkdir "$HOME"
git config --global user.name Dana
git config --global user.email dana@acme.example
git config --global init.defaultBranch main
git config --global advice.detachedHead false

# The package of the hook as the repository of its own that it is published as.
cp -R "$root/.github/pre-commit" "$work/published"
git -C "$work/published" init --quiet
git -C "$work/published" add --all
git -C "$work/published" commit --quiet --message "Publish"
git -C "$work/published" tag v0.1.0

# An empty environment that gets the wheel alone is what git's own hook finds the program in.
"$tools/virtualenv" --quiet "$work/venv"
"$work/venv/bin/pip" install --quiet overscope
export PATH=$work/venv/bin:$tools:$PATH

secret=$("$tools/python" "$root/.ci/sample.py" hooks)
leak="GITHUB_TOKEN=$secret"
lines() { seq 1 40 | sed 's/^/setting_/; s/$/ = "on"/'; }

install() {
  case $1 in
    raw)
      cat > .git/hooks/pre-commit << 'HOOK'
#!/bin/sh
exec overscope scan --staged --offline
HOOK
      cat > .git/hooks/pre-push << 'HOOK'
#!/bin/sh
read -r _ new _ old
exec overscope scan --offline --diff "$old...$new"
HOOK
      chmod +x .git/hooks/pre-commit .git/hooks/pre-push
      ;;
    *)
      printf 'repos:\n  - repo: file://%s\n    rev: v0.1.0\n    hooks: [{ id: overscope }]\n' "$work/published" \
        > .pre-commit-config.yaml
      git add .pre-commit-config.yaml
      "$1" install --hook-type pre-commit --hook-type pre-push > /dev/null
      ;;
  esac
}

# A repository with one commit that the hook has not seen.
seeded() {
  lines > settings.txt
  lines > other.txt
  git add settings.txt other.txt
  git commit --quiet --no-verify --message "Begin"
}

failed=0
verdicts=""
# What has to be `blocked` or `passed`: a revision stays, or a command of git moves it. What the hook
# printed is kept.
moves() {
  local revision=$1 expected=$2 before after verdict
  shift 2
  before=$(git rev-parse --quiet --verify "$revision" || true)
  git "$@" > "$work/printed" 2>&1 || true
  after=$(git rev-parse --quiet --verify "$revision" || true)
  verdict=passed
  if [ "$before" = "$after" ]; then verdict=blocked; fi
  if [ "$verdict" != "$expected" ] || { [ "$verdict" = blocked ] && ! grep -q "GitHub personal access token" "$work/printed"; }; then
    verdict="$verdict!"
    failed=1
    sed 's/^/    /' "$work/printed" >&2
  fi
  if grep -qF "$secret" "$work/printed"; then
    echo "the hook prints the secret" >&2
    failed=1
  fi
  verdicts="$verdicts $verdict"
}

commit() { moves HEAD "$1" commit --message "Change" "${@:2}"; }
push() { moves origin/main "$1" push origin main; }

the_first_commit() { echo "$leak" > .env && git add .env && commit blocked; }
only_in_the_index() {
  seeded
  echo "$leak" >> settings.txt
  git add settings.txt
  lines > settings.txt
  commit blocked
}
only_in_the_work_tree() {
  seeded
  echo "setting_41 = \"on\"" >> settings.txt
  git add settings.txt
  echo "$leak" >> settings.txt
  commit passed
  grep -qF "$secret" settings.txt || { echo "the work tree has lost a line" >&2; failed=1; }
}
staged_in_part() {
  seeded
  { echo "$leak"; lines; } > settings.txt
  git add settings.txt
  echo "setting_41 = \"off\"" >> settings.txt
  commit blocked
  { lines; echo "setting_41 = \"off\""; } > settings.txt
  git add settings.txt
  { echo "$leak"; lines; } > settings.txt
  commit passed
}
renamed_with_a_change() {
  seeded
  git mv settings.txt renamed.txt
  commit passed
  git mv renamed.txt again.txt
  echo "$leak" >> again.txt
  git add again.txt
  commit blocked
}
commit_all() {
  seeded
  echo "$leak" >> settings.txt
  commit blocked --all
}
commit_one_file() {
  seeded
  echo "$leak" >> settings.txt
  git add settings.txt
  echo "setting_41 = \"on\"" >> other.txt
  commit passed other.txt
  commit blocked settings.txt
}
amended() {
  seeded
  echo "$leak" >> settings.txt
  git add settings.txt
  commit blocked --amend
}
merged_by_hand() {
  seeded
  git checkout --quiet -b theirs
  { lines; echo "theirs"; echo "$leak"; } > settings.txt
  git commit --quiet --no-verify --all --message "Theirs"
  git checkout --quiet main
  { lines; echo "ours"; } > settings.txt
  git commit --quiet --no-verify --all --message "Ours"
  git merge --quiet theirs > /dev/null 2>&1 || true
  { lines; echo "ours"; echo "theirs"; echo "$leak"; } > settings.txt
  git add settings.txt
  commit blocked
  { lines; echo "ours"; echo "theirs"; } > settings.txt
  git add settings.txt
  commit passed
}
pushed() {
  seeded
  git init --quiet --bare "$work/repository/.git/remote"
  git remote add origin "$work/repository/.git/remote"
  git push --quiet --no-verify origin main
  echo "setting_41 = \"on\"" >> other.txt
  git commit --quiet --no-verify --all --message "Go on"
  push passed
  echo "$leak" >> settings.txt
  git commit --quiet --no-verify --all --message "Leak"
  echo "setting_42 = \"on\"" >> other.txt
  git commit --quiet --no-verify --all --message "Go on"
  push blocked
}
six_thousand_files() {
  seeded
  mkdir many
  (cd many && lines | split --lines 1 --suffix-length 4 - part_ && for n in $(seq 1 149); do cp -R . "../many_$n"; done)
  git add .
  [ "$(git diff --cached --name-only -- many many_\* | wc -l)" = 6000 ]
  commit passed
  for one in many many_*; do echo "changed = 1" | tee -a "$one"/part_* > /dev/null; done
  echo "$leak" >> many_99/part_aaaz
  git add .
  [ "$(git diff --cached --name-only | wc -l)" = 6000 ]
  commit blocked
}

runners=(pre-commit prek raw)
printf '%-24s' "must, and does under"
printf '%-20s' "${runners[@]}"
echo
for case in the_first_commit only_in_the_index only_in_the_work_tree staged_in_part renamed_with_a_change \
  commit_all commit_one_file amended merged_by_hand pushed six_thousand_files; do
  printf '%-24s' "${case//_/ }"
  for runner in "${runners[@]}"; do
    mkdir "$work/repository"
    cd "$work/repository"
    git init --quiet
    install "$runner"
    verdicts=""
    "$case"
    printf '%-20s' "${verdicts# }"
    [ "$case" != only_in_the_index ] || cp "$work/printed" "$work/printed-$runner"
    cd "$work"
    rm -rf "$work/repository"
  done
  echo
done
for runner in "${runners[@]}"; do
  printf '\nprinted under %s:\n' "$runner"
  cat "$work/printed-$runner"
done
exit $failed
