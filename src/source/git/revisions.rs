//! Two revisions that somebody typed. What was typed reaches git on its standard input alone, where
//! nothing is an option.

use super::Repository;
use super::objects::Objects;
use crate::error::SourceError;

/// The ids of two commits, or of a tree and a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub base: String,
    /// What BASE names, which may have gone on since HEAD has left it.
    pub tip: String,
    pub head: String,
}

/// A longer line is no revision.
const LONGEST: usize = 4096;

impl Repository {
    /// The two commits that `BASE..HEAD` compares. `BASE...HEAD` compares with where HEAD has left
    /// BASE; a lone BASE is compared with HEAD, as is a side that is left out.
    pub fn range(&self, typed: &str) -> Result<Range, SourceError> {
        let wrong = |why: String| SourceError::Revision { range: typed.to_owned(), why };
        let (base, head, fork) = match (typed.split_once("..."), typed.split_once("..")) {
            (Some((base, head)), _) => (base, head, true),
            (None, Some((base, head))) => (base, head, false),
            (None, None) => (typed, "", false),
        };
        self.is_fit_throughout()?;
        // First of all, since it says what is wrong with the repository.
        let shallow = self.run(&["rev-parse", "--is-shallow-repository"])?.trim_ascii() == b"true";
        let hint = match shallow {
            true => {
                "this is a shallow clone, which may lack it; fetch more with `git fetch --unshallow`, \
                 or in GitHub Actions with `fetch-depth: 0` at actions/checkout"
            }
            false => "name commits, branches or tags that exist here, as in `--diff main..HEAD`",
        };
        let objects = Objects::of(self);
        let commit = |revision: &str| {
            let revision = if revision.is_empty() { "HEAD" } else { revision };
            if revision.len() > LONGEST || revision.contains(['\n', '\0']) {
                return Err(wrong("this is no revision".to_owned()));
            }
            let found = objects.read(&format!("{revision}^{{commit}}"), u64::MAX, &mut Vec::new());
            found.map_err(|_| wrong(format!("`{revision}` names no commit here: {hint}")))
        };
        // What is new in a tree, or in all that there is, can be asked for as well.
        let tree = |revision: &str| objects.read(&format!("{revision}^{{tree}}"), u64::MAX, &mut Vec::new()).ok();
        let begin = |revision: &str| commit(revision).or_else(|why| tree(revision).filter(|_| !fork).ok_or(why));
        let (base, head) = (begin(base)?, commit(head)?);
        if !fork {
            return Ok(Range { tip: base.clone(), base, head });
        }
        // Both are ids now.
        let found = self.run(&["merge-base", &base, &head]).unwrap_or_default();
        match String::from_utf8_lossy(&found).lines().next() {
            Some(fork) => Ok(Range { base: fork.to_owned(), tip: base, head }),
            None => Err(wrong(match shallow {
                true => format!("where the two have parted is not known: {hint}"),
                false => "the two have no commit in common; compare them with two dots instead of three".to_owned(),
            })),
        }
    }
}
