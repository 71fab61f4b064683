#!/usr/bin/env bash
# Makes a release's archive out of a wheel, so that both hold the same program:
#   .github/release/archive.sh WHEEL TARGET FOLDER
# Cargo.toml ([package.metadata.binstall]) and .github/action/obtain.sh look for it by this name.
set -euo pipefail

wheel=$1 target=$2 folder=$3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
name=overscope-v$version-$target

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m zipfile -e "$wheel" "$work/wheel"
mkdir "$work/$name"
cp "$work/wheel/overscope-$version.data/scripts/"overscope* "$work/$name/"
chmod 755 "$work/$name/"overscope*
cp "$root/README.md" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$work/$name/"
mkdir -p "$folder"
tar -C "$work" -cf - "$name" | gzip -9 > "$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
