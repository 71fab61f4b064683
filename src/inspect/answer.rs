//! What was learnt about one credential by asking its issuer, or by decoding it.

use std::fmt;

use crate::capability::{Breadth, Coverage, Environment, Evidence};
pub use crate::detector::model::Hides;

/// Resources are not nested deeper than this.
const DEEPEST: usize = 8;

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

/// A question that was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What was asked, in words: `backups of volume pg-data`.
    pub what: String,
    /// Why there is no answer: `HTTP 500`, `timed out`, `refused`.
    pub why: String,
    pub hides: Hides,
    /// The kind of resource that it is about, where it says nothing of others.
    pub of: Option<String>,
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
    /// False where the credential sees its name and nothing more.
    pub reached: bool,
}

/// One word of the provider about what the credential may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub word: String,
    /// Kind and id of the resource that the word is about, where it does not hold everywhere.
    pub on: Option<(String, String)>,
    /// What it reaches at most; none where the word's meaning says it.
    pub reach: Option<Breadth>,
    pub evidence: Evidence,
}

impl Scope {
    /// A word that holds wherever its meaning says.
    pub fn of(word: &str, evidence: Evidence) -> Scope {
        Scope { word: word.to_owned(), on: None, reach: None, evidence }
    }
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
    /// Words that its kind could hold and that a refusal has ruled out.
    pub denied: Vec<String>,
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
            denied: Vec::new(),
            powers_stated: false,
            resources: Vec::new(),
            coverage: Coverage::None,
            gaps: Vec::new(),
            requests: 0,
        }
    }
}

impl Inspection {
    fn resource(&self, key: &(String, String)) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.kind == key.0 && resource.id == key.1)
    }

    /// The resource itself and all that it lies in, nearest first.
    pub fn around<'i>(&'i self, resource: &'i Resource) -> Vec<&'i Resource> {
        let mut found = vec![resource];
        let mut at = 0;
        while let Some(current) = found.get(at).copied() {
            for key in &current.inside {
                if let Some(outer) = self.resource(key)
                    && !found.iter().any(|known| known.kind == outer.kind && known.id == outer.id)
                {
                    found.push(outer);
                }
            }
            at += 1;
        }
        found
    }

    /// The environments that a resource stands in, with the resource that tells it: its own, else
    /// those of the nearest things that it lies in. A place that is not known counts as unknown.
    pub fn environments_of<'i>(&'i self, resource: &'i Resource) -> Vec<(Environment, &'i Resource)> {
        let mut found = self.environments_within(resource, DEEPEST);
        found.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        found.dedup_by(|a, b| a.0 == b.0 && a.1.kind == b.1.kind && a.1.id == b.1.id);
        found
    }

    fn environments_within<'i>(&'i self, resource: &'i Resource, depth: usize) -> Vec<(Environment, &'i Resource)> {
        if !resource.environments.is_empty() {
            return resource.environments.iter().map(|&environment| (environment, resource)).collect();
        }
        if depth == 0 {
            return vec![(Environment::Unknown, resource)];
        }
        resource
            .inside
            .iter()
            .flat_map(|key| match self.resource(key) {
                Some(outer) => self.environments_within(outer, depth - 1),
                None => vec![(Environment::Unknown, resource)],
            })
            .collect()
    }

    /// The worst environment that a resource stands in; unknown when none is known.
    pub fn worst_environment(&self, resource: &Resource) -> u8 {
        let weight = |environment: Environment| match environment {
            Environment::Local | Environment::Sandbox => 0,
            Environment::Nonprod => 1,
            Environment::Unknown => 2,
            Environment::Prod => 3,
        };
        self.environments_of(resource).into_iter().map(|(environment, _)| weight(environment)).max().unwrap_or(2)
    }
}
