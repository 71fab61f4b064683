//! What its owners say of a credential: what it is for, whose it is, what it may do, where, and
//! for how long. A waiver names one power and where it is accepted, so that it covers nothing that
//! the credential is given later.

mod written;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::capability::{Can, CanForm, Environment};

pub(super) use written::{Text, Written};

/// Every `[credential."NAME"]` of the file, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub entries: Vec<Entry>,
    /// The file as reports name it; none where it lies outside of what is scanned.
    pub file: Option<String>,
}

/// What is said of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The variable that holds it, its label at the provider, or the beginning of its fingerprint.
    pub name: String,
    pub line: usize,
    pub purpose: Option<String>,
    pub owner: Option<String>,
    /// None where nothing is said of it; empty where nothing is allowed.
    pub allow: Option<Vec<Allowed>>,
    pub environments: Option<Environments>,
    pub max_lifetime: Option<Limit>,
    pub accept: Vec<Waiver>,
}

/// A power that the credential may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub form: CanForm,
    pub line: usize,
}

/// Where it may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environments {
    /// As the file names them.
    pub names: Vec<String>,
    /// What the names stand for, in the same order.
    pub classes: Vec<Environment>,
    pub line: usize,
}

/// For how long it may work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// As the file says it: `90d`.
    pub words: String,
    pub duration: SignedDuration,
    pub line: usize,
}

/// A power that is more than it should have, and is accepted for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    pub can: Can,
    /// Where; none for everywhere but in production.
    pub environment: Option<Environment>,
    pub reason: String,
    /// The last day on which it counts, in UTC.
    pub until: Date,
    pub line: usize,
}

impl Waiver {
    /// Whether this power is the one that was accepted. What is known to be production's must have
    /// been accepted as that; where it is not known, either will do.
    pub fn covers(&self, can: Can, environment: Environment) -> bool {
        self.can == can
            && match (self.environment, environment) {
                (None, _) => environment != Environment::Prod,
                (Some(Environment::Prod), Environment::Unknown) => true,
                (Some(named), _) => named == environment,
            }
    }

    /// Whether some known place falls under both.
    fn overlaps(&self, other: &Waiver) -> bool {
        let known = [Environment::Local, Environment::Sandbox, Environment::Nonprod, Environment::Prod];
        known.into_iter().any(|place| self.covers(self.can, place) && other.covers(self.can, place))
    }
}

#[cfg(test)]
mod tests;
