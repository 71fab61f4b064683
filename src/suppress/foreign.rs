//! What other scanners were told to ignore, in their own files at the repository's root:
//! `.gitleaksignore` and `.betterleaksignore` (`commit:file:rule:line` or `file:rule:line`) and the baseline of
//! detect-secrets, `.secrets.baseline` (JSON: by file, the SHA-1 of each value).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ring::digest;
use serde::Deserialize;

use super::{By, Cause};
use crate::config::belongs;
use crate::finding::{Finding, LOGIN, Location, Note};
use crate::secret::Secret;
use crate::textfile;

const LISTS: [&str; 2] = [".gitleaksignore", ".betterleaksignore"];
const BASELINE: &str = ".secrets.baseline";
/// All of them.
pub const NAMES: [&str; 3] = [LISTS[0], LISTS[1], BASELINE];
/// What detect-secrets calls a private key; its hash is that of the first line alone.
const PRIVATE_KEY: &str = "Private Key";

/// What those files say.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// By path and line: the file and the line of it that says so.
    places: BTreeMap<(String, usize), Vec<Listed>>,
    /// By path.
    hashes: BTreeMap<String, Hashes>,
    /// Files that could not be used.
    pub notes: Vec<Note>,
}

#[derive(Clone, Debug)]
struct Listed {
    file: &'static str,
    at: usize,
    /// In the history alone.
    commit: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Hashes {
    /// In hex.
    values: BTreeSet<String>,
    private_key: bool,
}

#[derive(Deserialize)]
struct DetectSecrets {
    results: BTreeMap<String, Vec<Potential>>,
}

#[derive(Deserialize)]
struct Potential {
    #[serde(rename = "type")]
    kind: String,
    hashed_secret: String,
}

impl Foreign {
    /// Reads those that lie at the root.
    pub fn at(root: &Path) -> Foreign {
        let mut foreign = Foreign::default();
        for name in LISTS {
            if let Some(text) = foreign.text(root, name) {
                foreign.list(name, &text);
            }
        }
        if let Some(text) = foreign.text(root, BASELINE) {
            foreign.baseline(&text);
        }
        foreign
    }

    fn text(&mut self, root: &Path, name: &str) -> Option<String> {
        let path = root.join(name);
        path.symlink_metadata().ok()?;
        let read = || -> Result<String, String> {
            belongs(&path, root).map_err(|_| "no regular file of the repository".to_owned())?;
            textfile::read(&path).map_err(|why| why.reason())
        };
        read().map_err(|why| self.note(name, format!("what it ignores is reported: {why}"))).ok()
    }

    fn note(&mut self, about: &str, message: String) {
        self.notes.push(Note { kind: "ignore", about: about.to_owned(), message, incomplete: false });
    }

    fn list(&mut self, file: &'static str, text: &str) {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match listed(line) {
                Some((commit, path, on)) => {
                    let listed = Listed { file, at: number + 1, commit: commit.map(str::to_owned) };
                    self.places.entry((path.replace('\\', "/"), on)).or_default().push(listed);
                }
                None => {
                    let message = "neither `file:rule:line` nor `commit:file:rule:line`; the line is passed over";
                    self.note(&format!("{file}:{}", number + 1), message.to_owned());
                }
            }
        }
    }

    fn baseline(&mut self, text: &str) {
        match serde_json::from_str::<DetectSecrets>(text) {
            Ok(read) => {
                for (path, potentials) in read.results {
                    let hashes = self.hashes.entry(path.replace('\\', "/")).or_default();
                    for potential in potentials {
                        hashes.private_key |= potential.kind == PRIVATE_KEY;
                        hashes.values.insert(potential.hashed_secret.to_ascii_lowercase());
                    }
                }
            }
            // The message of the parser may repeat what stands there.
            Err(why) => {
                let message = "no baseline of detect-secrets; what it ignores is reported";
                self.note(&format!("{BASELINE}:{}", why.line()), message.to_owned());
            }
        }
    }

    /// Why a place is left out, if one of the files says so.
    pub(super) fn cause(&self, finding: &Finding, at: &Location, path: &str) -> Option<Cause> {
        let cause = |name: &'static str, at: String| Cause { by: By::File(name), at, reason: None, until: None };
        let fits = |listed: &&Listed| match (&listed.commit, &at.commit) {
            (Some(listed), Some(commit)) => commit.starts_with(listed.as_str()) || listed.starts_with(commit.as_str()),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let listed = self.places.get(&(path.to_owned(), at.line)).and_then(|listed| listed.iter().find(fits));
        if let Some(Listed { file, at, .. }) = listed {
            return Some(cause(file, format!("{file}:{at}")));
        }
        let hashes = self.hashes.get(path)?;
        let is_key = finding.secret.expose().contains("PRIVATE KEY");
        let known = (is_key && hashes.private_key)
            || std::iter::once(&finding.secret)
                .chain(secret_parts(finding))
                .any(|part| hashes.values.contains(&sha1(part.expose())));
        known.then(|| cause(BASELINE, BASELINE.to_owned()))
    }
}

/// What else of a find may be what was hashed: a key's id, or how the secret is written. Whose it is was
/// perhaps hashed as the password of another.
fn secret_parts(finding: &Finding) -> impl Iterator<Item = &Secret> {
    finding.parts.iter().filter(|(name, _)| !LOGIN.contains(&name.as_str())).map(|(_, part)| part)
}

/// Commit, path and line of `commit:file:rule:line` or `file:rule:line`.
fn listed(line: &str) -> Option<(Option<&str>, &str, usize)> {
    let (rest, on) = line.rsplit_once(':')?;
    let (rest, _rule) = rest.rsplit_once(':')?;
    let is_commit = |word: &str| word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit), path),
        _ => (None, rest),
    };
    (!path.is_empty()).then_some((commit, path, on.parse().ok()?))
}

fn sha1(text: &str) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
