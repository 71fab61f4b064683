#!/usr/bin/env bash
# Finds the program, or brings it: the one that was named, else the one on PATH, else the release's
# with its checksum, else one built from the source beside this file. Writes its path to the outputs.
set -euo pipefail

action=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$action/Cargo.toml" | head -n 1)
releases=${OVERSCOPE_RELEASES:-https://github.com/overscope/overscope/releases/download}
home=${RUNNER_TEMP:?}/overscope-$version

say() { echo "overscope: $1"; }
fail() {
  echo "::error title=overscope::$1"
  exit 1
}
use() {
  local program
  program=$("$1" --version) || fail "$1 does not run here; name another with the input \`binary\`"
  say "$program, $2"
  echo "binary=$1" >> "$GITHUB_OUTPUT"
  exit 0
}

# The targets that .github/workflows/release.yml builds.
target() {
  local libc=gnu
  if (ldd --version 2>&1 || true) | grep -qi musl; then libc=musl; fi
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo "x86_64-unknown-linux-$libc" ;;
    Linux-aarch64 | Linux-arm64) echo "aarch64-unknown-linux-$libc" ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
  esac
}

sha256() { if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }
get() {
  curl --fail --silent --show-error --location --proto-redir '=https' --retry 2 --max-time 120 --output "$2" "$1"
}

# A release that is not there is no error: the next way is tried. One that is not what it says is.
use_release() {
  local target name expected
  target=$(target)
  [ -n "$target" ] || { say "there is no release for $(uname -s) on $(uname -m)"; return; }
  name=overscope-v$version-$target
  get "$releases/v$version/SHA256SUMS" SHA256SUMS || { say "the release v$version cannot be had"; return; }
  get "$releases/v$version/$name.tar.gz" "$name.tar.gz" || { say "the release v$version has no $name.tar.gz"; return; }
  expected=$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' SHA256SUMS)
  [ "$(sha256 "$name.tar.gz")" = "$expected" ] || fail "$name.tar.gz is not what SHA256SUMS says; it was not unpacked"
  tar -xzf "$name.tar.gz"
  use "$home/$name/overscope" "from the release, with the right checksum"
}

if [ -n "${INPUT_BINARY:-}" ]; then
  [ -x "$INPUT_BINARY" ] || fail "the input \`binary\` names $INPUT_BINARY, which is no program"
  use "$INPUT_BINARY" "as the input \`binary\` says"
fi
if on_path=$(command -v overscope); then use "$on_path" "from PATH"; fi
mkdir -p "$home"
# Nothing that was checked out has a say over what cargo is, as a rust-toolchain.toml there would.
cd "$home"
use_release
command -v cargo > /dev/null || fail "there is no release to take and no cargo to build with: install overscope in an earlier step, or name it with the input \`binary\`"
cargo install --locked --quiet --path "$action" --root "$home"
use "$home/bin/overscope" "built by cargo"
