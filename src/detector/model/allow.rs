//! What of a detector's finds is known to be none: values, lines, files, commits.

use serde::Deserialize;

/// Finds that are let pass. What it names is looked at together: `when` says how much must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Allow {
    pub when: When,
    /// What `patterns` are tried on.
    pub target: Target,
    /// Patterns, one of which matches somewhere in the target.
    pub patterns: Vec<String>,
    /// Patterns, one of which matches somewhere in the file's path.
    pub paths: Vec<String>,
    /// Words, one of which stands in the value, in whatever case.
    pub words: Vec<String>,
    /// Whole ids of commits, one of which brought the find.
    pub commits: Vec<String>,
}

/// How much of an allowance must fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    #[default]
    Any,
    All,
    /// What it names is a condition on every find: one that fits nothing of it is none.
    None,
}

/// What a pattern is tried on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    #[default]
    Secret,
    /// All that the detector's pattern matched.
    Match,
    /// The lines that the match stands on.
    Line,
}

impl Allow {
    /// Every pattern in it.
    pub fn all_patterns(&self) -> impl Iterator<Item = &String> {
        self.patterns.iter().chain(&self.paths)
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.all_patterns().next().is_none() && self.words.is_empty() && self.commits.is_empty()
    }
}
