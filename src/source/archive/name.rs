//! The names of members, as reports show them: relative, without `..`, and not without end.

use crate::finding::WITHIN;

/// As much of a name as is kept, in bytes; no path on a disk is longer.
pub(super) const LONGEST: usize = 4096;
/// The endings of packed files, which are no part of the name of what they hold.
const PACKED: [&str; 7] = [".gz", ".bz2", ".xz", ".zst", ".zstd", ".gzip", ".bzip2"];

/// The member of this name in the archive at `outer`.
pub(super) fn member(outer: &str, name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(LONGEST)]);
    let parts = text.split(['/', '\\', '\0']).filter(|part| !matches!(*part, "" | "." | ".."));
    let clean = parts.collect::<Vec<_>>().join("/");
    format!("{outer}{WITHIN}{}", if clean.is_empty() { "unnamed" } else { &clean })
}

/// What a packed file holds, which has no name of its own.
pub(super) fn unpacked(outer: &str) -> String {
    let name = outer.rsplit('/').next().unwrap_or(outer);
    let lower = name.to_ascii_lowercase();
    let ending = PACKED.iter().find(|ending| lower.ends_with(**ending)).map_or(0, |ending| ending.len());
    member(outer, &name.as_bytes()[..name.len() - ending])
}
