//! What the provider's words let their holder do, and what to do about a find.

use serde::Deserialize;

use crate::capability::{Breadth, Can, CanForm, Environment, Guard, Recover, Verb};

/// What one word of the provider lets its holder do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub can: Vec<Can>,
    #[serde(default = "unknown_breadth")]
    pub reach: Breadth,
    /// The reach where the issuer has listed exactly one thing of the kind `of`.
    pub when_one: Option<Breadth>,
    /// The kind of resource that it acts on.
    pub of: Option<String>,
    #[serde(default = "unknown_recover")]
    pub recover: Recover,
    #[serde(default = "no_guard")]
    pub guard: Guard,
    pub environment: Option<Environment>,
    /// Where the fact stands.
    pub source: Option<String>,
    /// The provider does not say it in so many words.
    #[serde(default)]
    pub inferred: bool,
    /// A sentence for the report about what this power leads to.
    pub note: Option<String>,
}

fn unknown_breadth() -> Breadth {
    Breadth::Unknown
}
fn unknown_recover() -> Recover {
    Recover::Unknown
}
fn no_guard() -> Guard {
    Guard::None
}

/// What to do about a find.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Where it is revoked.
    pub revoke: String,
    /// The smaller thing that exists; the first that fits is named.
    pub replace: Vec<Replacement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// A capability that is needed, a kind, a detector's id, or `any`.
    pub when: String,
    pub with: String,
    /// Where this kind is revoked, if it is not where the others are.
    pub revoke: Option<String>,
}

/// A smaller thing that the provider offers in the place of a credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrower {
    /// As a sentence names it: ``a fine-grained token for this repository with `Contents: read` ``.
    pub name: String,
    /// The most that it allows.
    pub can: Vec<CanForm>,
    /// Each of `can` is chosen by itself, so that it can be made to allow what is needed and no more.
    #[serde(default)]
    pub picked: bool,
    /// The detectors and kinds in whose place it does; all of the provider where empty.
    #[serde(default)]
    pub instead_of: Vec<String>,
    /// Those in whose place it does not.
    #[serde(default)]
    pub not: Vec<String>,
    /// Where the provider says so.
    pub source: String,
}

impl Narrower {
    /// Whether it changes nothing, whatever it is made to allow.
    pub fn only_reads(&self) -> bool {
        self.can.iter().all(|form| matches!(form.verb, Some(Verb::List | Verb::Read)))
    }
}
