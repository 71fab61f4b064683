//! The detector file, field by field: how a secret looks, how its issuer is asked, where the
//! answer stands, what it means and what to do about it. Unknown keys are errors everywhere.

mod allow;
mod ask;
mod look;
mod mean;
mod read;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::glob;

pub use allow::*;
pub use ask::*;
pub use look::*;
pub use mean::*;
pub use read::*;

/// One file of `detectors/`: a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub id: String,
    pub name: String,
    /// The API's address; `--endpoint ID=URL` replaces it.
    pub base: Option<String>,
    /// Further addresses, as `{base.NAME}`; `--endpoint ID.NAME=URL` replaces one.
    #[serde(default)]
    pub bases: BTreeMap<String, String>,
    /// The only hosts that a secret of this provider is ever sent to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Accounts whose credentials are traps, as everybody may know: never asked about.
    #[serde(default)]
    pub canary_accounts: Vec<String>,
    /// Where the facts of this file can be read.
    pub docs: String,
    /// Facts of this file that no documentation confirms yet, in words. Shown in the report.
    pub unconfirmed: Option<String>,
    /// Where the provider's own description of its API says otherwise than this file.
    #[serde(default)]
    pub differs: Vec<Difference>,
    #[serde(default, rename = "detector")]
    pub detectors: Vec<Detector>,
    #[serde(default, rename = "probe")]
    pub probes: BTreeMap<String, Probe>,
    /// The provider's word → what it can do. A `*` inside a longer key stands for any text.
    #[serde(default)]
    pub grants: BTreeMap<String, OneOrMany<Grant>>,
    pub remedy: Remedy,
    /// The smaller things that exist; none where the provider offers none.
    #[serde(default)]
    pub narrower: Vec<Narrower>,
}

/// A difference between this file and the provider's description that is there on purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The description: `slack.json`.
    pub from: String,
    /// What it does not say, as `tests/contract.rs` words it; `*` for any text: `POST /auth.test`.
    pub what: String,
    /// Which source wins, and why.
    pub why: String,
}

impl Provider {
    /// What no documentation confirms of one of its kinds: of all kinds, and of this one.
    pub fn unconfirmed_of(&self, detector: &Detector) -> Option<String> {
        let said: Vec<&str> = self.unconfirmed.iter().chain(&detector.unconfirmed).map(String::as_str).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// Whether its answers have a place for the day on which a credential of this kind ends.
    pub fn can_end(&self, detector: &Detector) -> bool {
        let probe = detector.probe.as_ref().and_then(|name| self.probes.get(name));
        probe.is_some_and(|probe| probe.steps.iter().any(|step| step.read.expires.is_some()))
    }

    /// What a word means: exactly, else by the longest form with `*` in it. A lone `*` is literal.
    pub fn meaning_of(&self, word: &str) -> Option<&[Grant]> {
        if let Some(grants) = self.grants.get(word) {
            return Some(grants.as_slice());
        }
        let forms = self.grants.iter().filter(|(form, _)| form.len() > 1 && form.contains('*'));
        let fitting = forms.filter(|(form, _)| glob::matches(form, word));
        fitting.max_by_key(|(form, _)| form.len()).map(|(_, grants)| grants.as_slice())
    }
}

/// A value, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}
