//! What IAM policies allow, decided for one action at a time, as AWS documents it under "Policy
//! evaluation logic": an explicit denial wins, then somebody must allow, and a permissions
//! boundary must allow as well.
//!
//! Conditions and most resource names cannot be judged from outside. A denial that depends on
//! them is never taken for one: it only narrows. What policies on the resource's side grant
//! (a bucket policy), and what an organisation's control policies forbid, does not stand here.

mod document;
mod pattern;
#[cfg(test)]
mod tests;
mod thing;

pub use document::{Policy, PolicyError};
pub use thing::one_thing;

use std::collections::BTreeSet;

use document::{Selection, Statement};
use pattern::{covers, is_account_wide, narrows, resource_covers};

/// Pairs of resource patterns that are compared for one action; beyond it limits are only noted.
const MAX_PAIRS: usize = 1_000_000;

/// Stands for a statement on all actions but some, when none of those asked about is left.
const EVERYTHING_ELSE: &str = "notaction";

/// What the policies say about one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed {
        breadth: Reach,
        /// Every statement that allows it has a condition.
        conditional: bool,
        /// An exception, a denial or a boundary may take a part of it away.
        narrowed: bool,
    },
    /// No policy allows it.
    NotAllowed,
    /// A policy denies it everywhere and always.
    Denied,
    /// Not all policies are known, and those that are decide nothing.
    Unknown,
}

/// On which resources an action is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that the service has in the account, or all of one of its types.
    All,
    /// On these resource patterns, sorted.
    Some(Vec<String>),
}

/// The permissions boundary of a user or role: the most that its policies can give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    None,
    Known(Policy),
    /// Whether there is one, or what it says, could not be learnt.
    Unknown,
}

/// All that is known of what was granted to one user or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    /// Attached managed policies, inline ones, and those of its groups.
    pub policies: Vec<Policy>,
    /// Whether these are all.
    pub all_known: bool,
    pub boundary: Boundary,
}

impl Grants {
    /// Whether nothing that was granted is unknown.
    pub fn is_complete(&self) -> bool {
        self.all_known && self.boundary != Boundary::Unknown
    }

    /// Patterns of actions that are allowed and take in none of `actions`: powers that nobody asks
    /// about. A boundary may take them away; that is not looked into.
    pub fn allowed_beyond(&self, actions: &[&str]) -> BTreeSet<String> {
        let statements = self.policies.iter().flat_map(|policy| &policy.statements);
        let (allows, denies): (Vec<&Statement>, Vec<&Statement>) =
            statements.filter(|one| one.allow || one.is_unlimited()).partition(|one| one.allow);
        let actions: Vec<String> = actions.iter().map(|action| action.to_ascii_lowercase()).collect();
        let mut beyond = BTreeSet::new();
        for allow in allows {
            match &allow.actions {
                Selection::These(patterns) => beyond.extend(
                    patterns.iter().filter(|pattern| !actions.iter().any(|action| covers(pattern, action))).cloned(),
                ),
                Selection::AllBut(_) if actions.iter().any(|action| allow.concerns(action)) => {}
                Selection::AllBut(_) => {
                    beyond.insert(EVERYTHING_ELSE.to_owned());
                }
            }
        }
        let denied: usize = denies.iter().map(|deny| deny.actions.patterns().len()).sum();
        if beyond.len().saturating_mul(denied) <= MAX_PAIRS {
            beyond.retain(|pattern| pattern == EVERYTHING_ELSE || !denies.iter().any(|deny| deny.takes_in(pattern)));
        }
        beyond
    }

    /// Decides for one action, named as in a policy: `s3:DeleteObject`.
    pub fn decide(&self, action: &str) -> Decision {
        let identity = Outcome::of(&self.policies, action);
        let boundary = match &self.boundary {
            Boundary::Known(policy) => Some(Outcome::of(std::slice::from_ref(policy), action)),
            Boundary::None | Boundary::Unknown => None,
        };
        match (identity, boundary) {
            (Outcome::Denied, _) | (_, Some(Outcome::Denied)) => Decision::Denied,
            (_, Some(Outcome::Nothing)) => Decision::NotAllowed,
            (Outcome::Nothing, _) if self.all_known => Decision::NotAllowed,
            (Outcome::Allowed(identity), boundary) if self.is_complete() => match boundary {
                Some(Outcome::Allowed(boundary)) => identity.and(boundary).decision(),
                _ => identity.decision(),
            },
            _ => Decision::Unknown,
        }
    }
}

enum Outcome {
    Denied,
    Nothing,
    Allowed(Allowance),
}

impl Outcome {
    fn of(policies: &[Policy], action: &str) -> Outcome {
        let concerned = policies.iter().flat_map(|policy| &policy.statements).filter(|one| one.concerns(action));
        let (allows, denies): (Vec<&Statement>, Vec<&Statement>) = concerned.partition(|statement| statement.allow);
        if denies.iter().any(|deny| deny.is_unlimited()) {
            Outcome::Denied
        } else if allows.is_empty() {
            Outcome::Nothing
        } else {
            Outcome::Allowed(Allowance::of(&allows, &denies))
        }
    }
}

/// What the statements on one action say about resources.
struct Allowance {
    /// A resource must match a pattern of each list.
    within: Vec<Vec<String>>,
    /// And none of these.
    denied: Vec<String>,
    conditional: bool,
    narrowed: bool,
}

impl Allowance {
    fn of(allows: &[&Statement], denies: &[&Statement]) -> Allowance {
        let mut granted = Vec::new();
        let mut narrowed = !denies.is_empty();
        for allow in allows {
            match &allow.resources {
                Selection::These(patterns) => granted.extend_from_slice(patterns),
                Selection::AllBut(_) => {
                    granted.push("*".to_owned());
                    narrowed = true;
                }
            }
        }
        let conditional = allows.iter().all(|allow| allow.conditional);
        let mut allowance = Allowance { within: vec![granted], denied: Vec::new(), conditional, narrowed };
        for deny in denies.iter().filter(|deny| !deny.conditional) {
            match &deny.resources {
                Selection::These(patterns) => allowance.denied.extend_from_slice(patterns),
                Selection::AllBut(spared) => allowance.within.push(spared.clone()),
            }
        }
        allowance
    }

    /// What both allow: policies and a permissions boundary.
    fn and(mut self, boundary: Allowance) -> Allowance {
        self.within.extend(boundary.within);
        self.denied.extend(boundary.denied);
        self.conditional |= boundary.conditional;
        self.narrowed |= boundary.narrowed;
        self
    }

    fn decision(mut self) -> Decision {
        let resources = self.resources();
        if resources.is_empty() {
            return Decision::NotAllowed;
        }
        let wide = resources.iter().any(|one| is_account_wide(one));
        let breadth = if wide { Reach::All } else { Reach::Some(resources) };
        Decision::Allowed { breadth, conditional: self.conditional, narrowed: self.narrowed }
    }

    /// Patterns for what is left, sorted: too many rather than too few.
    ///
    /// The common part of patterns cannot always be written as one, so the narrowest of them
    /// stands for it. The patterns that a resource matches begin alike, as far as each is
    /// literal; so for every resource that is left, one pattern begins with all that the others
    /// begin with, and that one is kept.
    fn resources(&mut self) -> Vec<String> {
        let patterns: usize = self.within.iter().map(Vec::len).sum();
        if patterns.saturating_mul(patterns + self.denied.len()) > MAX_PAIRS {
            self.narrowed = true;
            return sorted(self.within.swap_remove(0));
        }
        for list in &mut self.within {
            list.retain(|one| !self.denied.iter().any(|denied| resource_covers(denied, one)));
        }
        let candidates = self.within.iter().flatten();
        let kept: Vec<String> = candidates
            .filter(|one| self.within.iter().all(|list| list.iter().any(|other| narrows(one, other))))
            .cloned()
            .collect();
        let exact = |one: &String| self.within.iter().all(|list| list.iter().any(|outer| resource_covers(outer, one)));
        self.narrowed |= !kept.iter().all(exact);
        sorted(kept)
    }
}

fn sorted(mut patterns: Vec<String>) -> Vec<String> {
    patterns.sort();
    patterns.dedup();
    patterns
}
