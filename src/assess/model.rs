//! The result that every report format prints: one [`Assessment`] per credential.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::capability::{Band, Can, Capability, Coverage, Environment, Evidence};
pub use crate::finding::Note;
use crate::finding::{Confidence, Location, Moment, Origin};
use crate::inspect::answer::{Expiry, Gap, Liveness, Resource};
use crate::secret::Fingerprint;
use crate::suppress::Suppressed;
pub use crate::uses::{Need, Site};

/// Points in hundredths: 1000 is 10.00. Integers, so that every platform prints the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(pub i32);

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(f64::from(self.0) / 100.0)
    }
}

/// A capability with what it weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    pub capability: Capability,
    pub impact: Points,
}

/// One rule of over-privilege that fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverPrivilege {
    /// `unused-power`, `environment-crossing` …
    pub rule: &'static str,
    /// One sentence.
    pub message: String,
    pub sites: Vec<Site>,
    /// What the powers that the rule complains about would score alone.
    pub score: Points,
    pub band: Band,
    /// The smaller thing that exists, or what to do where none does.
    pub remedy: String,
}

/// What the policy says of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The entry's name in the policy.
    pub name: String,
    /// Further entries that are about it, and do not decide.
    pub passed_over: Vec<String>,
    pub purpose: Option<String>,
    pub owner: Option<String>,
    pub allow: Option<Vec<String>>,
    pub environments: Option<Vec<String>>,
    pub max_lifetime: Option<String>,
    pub accepted: Vec<Accepted>,
}

/// A power that is accepted for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accepted {
    pub can: Can,
    /// None for everywhere but in production.
    pub environment: Option<Environment>,
    pub reason: String,
    #[serde(serialize_with = "as_words")]
    pub until: jiff::civil::Date,
    /// It counts no more.
    pub expired: bool,
}

fn as_words<S: Serializer>(date: &jiff::civil::Date, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(date)
}

/// Where to revoke it, and what smaller thing to use instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    pub revoke: String,
    pub replace: String,
}

/// Everything that is reported about one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub fingerprint: Fingerprint,
    /// The detector's id, which is the rule id everywhere.
    pub detector: String,
    /// What the detector finds, in words: `Railway token`.
    pub detector_name: String,
    /// The provider's id.
    pub provider: String,
    pub provider_name: String,
    pub kind: Option<String>,
    pub masked: String,
    pub confidence: Confidence,
    pub locations: Vec<Location>,
    pub liveness: Liveness,
    pub identity: Option<String>,
    pub account: Option<String>,
    pub label: Option<String>,
    pub expires: Expiry,
    pub evidence: Evidence,
    pub coverage: Coverage,
    pub gaps: Vec<Gap>,
    pub scopes: Vec<String>,
    pub unmapped: Vec<String>,
    /// Worst first; ties in the order of verbs and classes.
    pub powers: Vec<Power>,
    pub resources: Vec<Resource>,
    /// None when the credential is dead.
    pub score: Option<Points>,
    pub proven: Option<Points>,
    pub band: Option<Band>,
    pub vector: Option<String>,
    pub reasons: Vec<String>,
    pub needed: Vec<Need>,
    /// True: every use that was found was understood. False: some were not. None: no use found.
    pub needs_resolved: Option<bool>,
    /// The uses that were not.
    pub unresolved: Vec<Site>,
    pub excess: Vec<Can>,
    /// What the excess alone would score, where there is one.
    pub excess_score: Option<Points>,
    pub over_privilege: Vec<OverPrivilege>,
    pub policy: Option<Stated>,
    pub remedy: Remedy,
    /// The first sentence: what it can do, where, and what it is used for.
    pub title: String,
    /// What the provider's facts say that nothing has confirmed yet, if anything.
    pub unconfirmed: Option<String>,
    pub requests: usize,
}

/// Counts for the report. No times: the same input gives the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    pub files: usize,
    pub bytes: u64,
    pub skipped: usize,
    pub candidates: usize,
    pub credentials: usize,
    pub requests: usize,
}

/// The whole result.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was read, which is the category under which SARIF's readers keep alerts apart.
    pub origin: Origin,
    pub moment: Moment,
    /// Highest score first, then path and line.
    pub credentials: Vec<Assessment>,
    /// Each place of what was found and is not reported, by path and line.
    pub suppressed: Vec<Suppressed>,
    /// Those are results of SARIF as well.
    pub shows_suppressed: bool,
    pub notes: Vec<Note>,
    pub stats: Stats,
}

impl Report {
    /// No file was read though there should have been some: a commit may well add none.
    pub fn checked_nothing(&self) -> bool {
        let may_be_none = matches!(self.origin, Origin::Index | Origin::Diff);
        self.stats.files == 0 && !(may_be_none && self.notes.iter().all(|note| !note.incomplete))
    }
}
