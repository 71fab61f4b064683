//! The files that a repository's configuration names: others that it includes, and lists. Only as much
//! of the format of `man git-config` is understood as it takes to find them.

use std::fs;
use std::path::{Path, PathBuf};

use super::is_unfit;

/// A longer configuration is not looked into.
const LONGEST: u64 = 1 << 20;
/// So many files are looked into that include each other.
const MOST: usize = 64;

/// The file that the configuration in this folder has git open, and that is not to be opened.
pub(super) fn unfit(folder: &Path, root: &Path) -> Option<PathBuf> {
    let mut open = vec![folder.join("config"), folder.join("config.worktree")];
    let mut seen = 0;
    while let Some(file) = open.pop() {
        seen += 1;
        let fits = fs::metadata(&file).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
        if !fits || seen > MOST {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap_or_default()).into_owned();
        for (key, value) in named(&text) {
            // An include is relative to the file that says so, all else to where git works.
            let folder = if key == "path" { file.parent().unwrap_or(root) } else { root };
            let path = match (value.strip_prefix("~/"), std::env::home_dir()) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => folder.join(&value),
            };
            if is_unfit(&path) {
                return Some(path);
            }
            if key == "path" {
                open.push(path);
            }
        }
    }
    None
}

/// The settings that name a file, in small letters, with their values.
fn named(text: &str) -> Vec<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let equals = text.match_indices('=').filter_map(|(at, _)| {
        let before = lower[..at].trim_end_matches([' ', '\t']);
        let key = &before[before.trim_end_matches(is_part).len()..];
        (key == "path" || key.ends_with("file")).then(|| (key.to_owned(), value(&text[at + 1..])))
    });
    equals.collect()
}

/// A value, without quotation marks, escapes and what stands behind it.
fn value(text: &str) -> String {
    let mut value = String::new();
    let mut quoted = false;
    let mut letters = text.trim_start_matches([' ', '\t']).chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\\' => match letters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                // A line that goes on.
                Some('\n') | None => {}
                Some(other) => value.push(other),
            },
            '\n' => break,
            '#' | ';' if !quoted => break,
            other => value.push(other),
        }
    }
    value.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_names_a_file_is_found() {
        let text = "[include] path = a # why\n[includeIf \"gitdir:/x\"]\n\tPath=\"b;c\"\\ d\n[core]\n\texcludesFile = e\\\nf\n\
                    \turl = g\n";
        let found: Vec<(String, String)> = named(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, [("path", "a"), ("path", "b;c d"), ("excludesfile", "ef")]);
    }
}
