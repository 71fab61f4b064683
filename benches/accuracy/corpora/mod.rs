//! The corpora: where each comes from, and how its labels are read.

mod creddata;
mod credsweeper;
mod leaky_repo;
mod rule_examples;
mod secretlint;
mod semgrep;

use crate::labels::Corpus;
use crate::process::Fault;
use crate::sources::Sources;

pub struct Kept {
    /// What it is prepared as; creddata is two.
    pub names: &'static [&'static str],
    pub read: fn(&Sources) -> Result<Vec<Corpus>, Fault>,
}

pub const CORPORA: &[Kept] = &[
    Kept { names: &["leaky-repo"], read: leaky_repo::read },
    Kept { names: &["creddata-development", "creddata-held-out"], read: creddata::read },
    Kept { names: &["credsweeper-samples"], read: credsweeper::read },
    Kept { names: &["semgrep-rules"], read: semgrep::read },
    Kept { names: &["secretlint-fixtures"], read: secretlint::read },
    Kept { names: &["noseyparker-examples"], read: rule_examples::noseyparker },
    Kept { names: &["kingfisher-examples"], read: rule_examples::kingfisher },
];
