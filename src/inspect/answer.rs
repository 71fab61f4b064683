//! What was learnt about one credential by asking its issuer, or by decoding it.

use std::fmt;

use crate::capability::{Coverage, Environment, Evidence};

/// Whether the issuer still honours the credential. Never a yes-or-no: a question that failed
/// says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// The issuer answered a question that needs the credential.
    Live,
    /// The issuer said positively that it is unknown, revoked or expired; why, in words.
    Dead(String),
    /// It was asked, and the answer decides nothing; why, in words.
    Unknown(String),
    /// Nobody was asked.
    NotAsked,
}

impl Liveness {
    /// The word of the contract.
    pub fn word(&self) -> &'static str {
        match self {
            Liveness::Live => "live",
            Liveness::Dead(_) => "dead",
            Liveness::Unknown(_) => "unknown",
            Liveness::NotAsked => "not-asked",
        }
    }

    pub fn is_dead(&self) -> bool {
        matches!(self, Liveness::Dead(_))
    }
}

/// What a question that was not answered keeps from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hides {
    /// Which powers it holds: the ceiling of its kind counts.
    Powers,
    /// How far the stated powers reach: breadth and environment count as unknown.
    Reach,
    /// Names and labels: listed, and nothing more.
    Detail,
}

/// A question that was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What was asked, in words: `backups of volume pg-data`.
    pub what: String,
    /// Why there is no answer: `HTTP 500`, `timed out`, `refused`.
    pub why: String,
    pub hides: Hides,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// Until when the credential works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    At(jiff::Timestamp),
    /// The issuer, or the token itself, says that it has no end.
    Never,
    Unknown,
}

/// A thing that the credential reaches, as its issuer named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The provider's word: workspace, project, environment, volume, backup, repository …
    pub kind: String,
    /// The provider's id; empty where it has none.
    pub id: String,
    /// As people know it, with its path: `pocketos/production`.
    pub name: String,
    /// Every environment class that it stands in, worst last; empty where it has none of its own.
    pub environments: Vec<Environment>,
    /// Kind and id of the things that it lies in.
    pub inside: Vec<(String, String)>,
}

/// One word of the provider about what the credential may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub word: String,
    /// Kind and id of the resource that the word is about, where it does not hold everywhere.
    pub on: Option<(String, String)>,
    pub evidence: Evidence,
}

/// Everything that was learnt about one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub liveness: Liveness,
    /// The kind as the provider answers it: account, workspace, project …
    pub kind: Option<String>,
    pub identity: Option<String>,
    pub account: Option<String>,
    /// The name that its owner gave the credential at the provider.
    pub label: Option<String>,
    pub expires: Expiry,
    pub scopes: Vec<Scope>,
    /// Whether the issuer (or the token itself) has stated what the credential may do.
    pub powers_stated: bool,
    pub resources: Vec<Resource>,
    pub coverage: Coverage,
    pub gaps: Vec<Gap>,
    /// Requests that were sent for it.
    pub requests: usize,
}

impl Inspection {
    /// Nothing asked, nothing decoded.
    pub fn not_asked() -> Inspection {
        Inspection {
            liveness: Liveness::NotAsked,
            kind: None,
            identity: None,
            account: None,
            label: None,
            expires: Expiry::Unknown,
            scopes: Vec::new(),
            powers_stated: false,
            resources: Vec::new(),
            coverage: Coverage::None,
            gaps: Vec::new(),
            requests: 0,
        }
    }
}
