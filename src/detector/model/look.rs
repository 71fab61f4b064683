//! How one kind of secret looks, and what stands beside it.

use serde::Deserialize;

use super::{Allow, Condition};
use crate::capability::Environment;
use crate::decode::Decoder;
use crate::detector::checksum::Checksum;
use crate::finding::Confidence;

/// How one kind of secret looks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    pub id: String,
    pub name: String,
    /// Literal texts, one of which stands in or near every match. Matched without case.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The pattern; its group `secret` is the value, any other named group a part of it. A kind
    /// without one has no look: a reader of assignments or of files with a known structure tells it.
    pub pattern: Option<String>,
    /// Which of the pattern's groups is the value, by number: the first of these that holds
    /// something. 0 is all of it. Where none are given, it is the group `secret`.
    #[serde(default)]
    pub secret_groups: Vec<usize>,
    /// A keyword wakes the pattern for the whole text and not only around itself; without
    /// keywords it is tried on every text.
    #[serde(default)]
    pub whole_text: bool,
    /// A pattern that the file's path must match somewhere.
    pub path: Option<String>,
    /// What the value starts with, as everybody may know. Only this much of it is ever shown.
    #[serde(default)]
    pub prefix: String,
    pub checksum: Option<Checksum>,
    /// The least Shannon entropy, in bits a character, of a value that is believed.
    pub entropy: Option<f64>,
    /// Finds that are none.
    #[serde(default)]
    pub allow: Vec<Allow>,
    /// The value was drawn by chance, so one that somebody wrote is none of this kind.
    #[serde(default)]
    pub drawn: bool,
    /// For values without a shape of their own: what must stand before them.
    pub context: Option<Context>,
    #[serde(default, rename = "companion")]
    pub companions: Vec<Companion>,
    /// The variables that people keep this kind in.
    #[serde(default)]
    pub env: Vec<String>,
    pub probe: Option<String>,
    /// The kind, where the look of the secret already tells it.
    pub kind: Option<String>,
    /// Scopes that the kind could hold at most.
    pub ceiling: Vec<String>,
    /// Where it can do harm at all, when the look of the secret tells it: `sandbox` for test keys.
    pub environment: Option<Environment>,
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// Facts of this kind alone that no documentation confirms, in words.
    pub unconfirmed: Option<String>,
    /// Must decode, and the decoded values must fit.
    pub decodes: Option<Decodes>,
    /// The file that the examples stand in, where that matters.
    pub file: Option<String>,
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

fn high() -> Confidence {
    Confidence::High
}

impl Detector {
    /// Whether its look alone tells it: no context is needed.
    pub fn is_anchored(&self) -> bool {
        self.context.is_none() && self.pattern.is_some()
    }

    /// Every pattern of it.
    pub fn patterns(&self) -> impl Iterator<Item = &String> {
        let companions = self.companions.iter().map(|companion| &companion.pattern);
        companions.chain(&self.pattern).chain(&self.path).chain(self.allow.iter().flat_map(Allow::all_patterns))
    }

    /// The path that an example is scanned under.
    pub fn sample_path(&self) -> &str {
        self.file.as_deref().unwrap_or("sample")
    }
}

/// What must stand before a value that looks like many others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// One of these stands before the value on its logical line, or in its key.
    pub words: Vec<String>,
    /// One of these stands in the key, as a whole word of it: `token`, `key`.
    pub key: Vec<String>,
    /// A key that ends in one of these names an identifier, not a secret.
    #[serde(default)]
    pub veto: Vec<String>,
}

/// A second value that stands near: the secret of a key id, a session token, an account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// The part's name; `secret` makes it the value itself, `account` names the credential's account.
    pub name: String,
    /// The pattern; its group `value` is the part.
    pub pattern: String,
    /// How many lines away it may stand.
    pub lines: usize,
    /// Everybody may know it: an account, a host. Otherwise it is masked as the secret is.
    #[serde(default)]
    pub public: bool,
    pub entropy: Option<f64>,
    /// Upper and lower case letters both stand in it: a commit id or a path is none.
    #[serde(default)]
    pub mixed_case: bool,
    /// What it is where none stands there.
    pub otherwise: Option<String>,
    /// Without it there is no credential.
    #[serde(default)]
    pub required: bool,
}

/// A condition on what the value decodes to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decodes {
    #[serde(rename = "as")]
    pub with: Decoder,
    /// The named group of the pattern that is decoded; the secret where it is not given.
    pub of: Option<String>,
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
}
