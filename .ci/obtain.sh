#!/usr/bin/env bash
# Every way by which the Action comes by the program, with a release that a server on loopback has:
#   .ci/obtain.sh FOLDER     # holds the wheel
set -euo pipefail

wheels=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
target=$(uname -m)-unknown-linux-gnu
work=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT

release=$work/served/v$version
"$root/.github/release/archive.sh" "$wheels/overscope-$version-"*.whl "$target" "$release" > "$work/archive"
(cd "$release" && sha256sum -- *.tar.gz > SHA256SUMS)
python3 -u -m http.server --bind 127.0.0.1 --directory "$work/served" 0 > "$work/log" 2>&1 &
server=$!
for _ in $(seq 1 100); do grep -q port "$work/log" || sleep 0.1; done
port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$work/log" | head -n 1)

# No program of ours is on this path, and `cargo` is a stand-in that says how it was called.
mkdir "$work/cargo" "$work/bare"
cat > "$work/cargo/cargo" << 'SCRIPT'
#!/bin/sh
echo "cargo $*"
mkdir -p "$7/bin" && printf '#!/bin/sh\necho overscope built\n' > "$7/bin/overscope" && chmod +x "$7/bin/overscope"
SCRIPT
chmod +x "$work/cargo/cargo"
for one in bash sh awk cat chmod curl cut dirname gzip head ldd mkdir sed grep sha256sum tar uname; do
  ln -s "$(command -v "$one")" "$work/bare/$one"
done

failed=0
# NAME, the exit status, what must be printed, what must be the output, and the environment.
obtain() {
  local name=$1 status=$2 printed=$3 output=$4 got=0
  shift 4
  rm -rf "$work/temp"
  mkdir "$work/temp"
  : > "$work/outputs"
  env -i PATH="$work/bare" RUNNER_TEMP="$work/temp" GITHUB_OUTPUT="$work/outputs" INPUT_BINARY= \
    OVERSCOPE_RELEASES="http://127.0.0.1:$port" "$@" bash "$root/.github/action/obtain.sh" > "$work/printed" 2>&1 || got=$?
  if [ "$got" != "$status" ] || ! grep -qF -- "$printed" "$work/printed" || [ "$(cat "$work/outputs")" != "$output" ]; then
    echo "$name: status $got, $(cat "$work/outputs")" >&2
    cat "$work/printed" >&2
    failed=1
  else
    echo "$name: $(tail -n 1 "$work/printed")"
  fi
}
name=overscope-v$version-$target
unpacked="binary=$work/temp/overscope-$version/$name/overscope"
built="binary=$work/temp/overscope-$version/bin/overscope"
program=$(tar -xzf "$(cat "$work/archive")" -C "$work" && echo "$work/$name/overscope")

obtain "named" 0 "as the input \`binary\` says" "binary=$program" INPUT_BINARY="$program"
obtain "named, and not there" 1 "::error title=overscope::the input \`binary\` names /nowhere" "" INPUT_BINARY=/nowhere
obtain "on PATH" 0 "from PATH" "binary=$work/$name/overscope" PATH="$work/$name:$work/bare"
obtain "released" 0 "overscope $version, from the release, with the right checksum" "$unpacked"
obtain "not released" 0 "cargo install --locked --quiet --path $root --root" "$built" \
  OVERSCOPE_RELEASES="http://127.0.0.1:$port/none" PATH="$work/bare:$work/cargo"
obtain "neither released nor cargo" 1 "::error title=overscope::there is no release to take and no cargo" "" \
  OVERSCOPE_RELEASES="http://127.0.0.1:$port/none"
echo "one byte more" >> "$release/$name.tar.gz"
obtain "changed after its release" 1 "::error title=overscope::$name.tar.gz is not what SHA256SUMS says" ""
: > "$release/SHA256SUMS"
obtain "without a checksum" 1 "::error title=overscope::$name.tar.gz is not what SHA256SUMS says" "" PATH="$work/bare:$work/cargo"
exit $failed
