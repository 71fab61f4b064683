//! The rules of over-privilege. A rule needs positive evidence of what the credential is for; what
//! is not found in the repository proves nothing. Each says which powers it complains about, and
//! is weighed by what those would score alone in the circumstances of the credential.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::blast_radius::{self, Circumstances};
use super::excess::{distinct, used_for};
use super::model::{Need, OverPrivilege, Site};
use super::smaller::{Offers, use_it};
use super::{policy, words};
use crate::capability::{Can, Capability, Class, Environment, Evidence, Family, Recover, Verb};
use crate::detector::model::Narrower;
use crate::finding::Location;
use crate::inspect::answer::Expiry;
use crate::uses::{Claim, Claimed, Uses};

mod violation;

/// So many powers are named in a sentence.
const NAMED: usize = 4;

/// What the rules look at.
pub struct Case<'c> {
    /// Worst first.
    pub powers: &'c [Capability],
    /// Those that nothing needs.
    pub excess: &'c [Capability],
    pub uses: &'c Uses,
    /// What uses, claims and the policy say.
    pub needed: &'c [Need],
    /// The provider's label included.
    pub claims: &'c [Claim],
    pub expires: &'c Expiry,
    pub now: Timestamp,
    pub locations: &'c [Location],
    pub circumstances: Circumstances,
    pub policy: Option<policy::Rule<'c>>,
    pub offers: Offers<'c>,
    /// Whether the issuer lets an end be set, as far as its answers have a place for one.
    pub can_end: bool,
}

/// A rule that fires.
struct Fired {
    rule: &'static str,
    message: String,
    sites: Vec<Site>,
    /// The powers that it complains about.
    about: Vec<Capability>,
    remedy: String,
}

impl Case<'_> {
    /// Every rule that fires, in a fixed order.
    pub fn rules(&self) -> Vec<OverPrivilege> {
        let reading = self.read_only_suffices();
        let narrower = if reading.is_none() { self.narrower_kind_exists() } else { None };
        let fired = [
            self.policy_violation(),
            self.environment_crossing(),
            self.unused_power(),
            self.claim_exceeded(),
            reading,
            narrower,
            self.shared_between_environments(),
            self.no_expiry(),
            self.backups_in_radius(),
        ];
        fired.into_iter().flatten().map(|fired| self.weighed(fired)).collect()
    }

    fn weighed(&self, fired: Fired) -> OverPrivilege {
        let Fired { rule, message, sites, about, remedy } = fired;
        let score = blast_radius::score(&about, self.circumstances);
        OverPrivilege { rule, message, sites, score, band: blast_radius::band(score), remedy }
    }

    /// Its name or place says that it is not production's, and production is in its reach. Weighed
    /// by what it can do there.
    fn environment_crossing(&self) -> Option<Fired> {
        let claims: Vec<&Claim> = self.claimed(Environment::Nonprod).collect();
        let first = claims.first()?;
        let about = in_production(self.powers);
        let worst = about.first().filter(|_| about.iter().any(is_known))?;
        Some(Fired {
            rule: "environment-crossing",
            message: format!(
                "{} claims that it is not for production; it can {} in production.",
                first.words,
                words::phrase(worst.can)
            ),
            sites: sites(&claims),
            remedy: format!("Keep one there that does not reach production. {}", self.offers.instead()),
            about,
        })
    }

    /// All its uses are understood, and they need none of its dangerous powers. Weighed by those.
    fn unused_power(&self) -> Option<Fired> {
        let sites = self.understood()?;
        let about: Vec<Capability> = self
            .excess
            .iter()
            .filter(|power| {
                matches!(power.can.family(), Family::Destroy | Family::Escalate | Family::Supply | Family::Spend)
            })
            .filter(|power| self.policy.is_none_or(|policy| policy.accepts(power).is_none()))
            .cloned()
            .collect();
        let worst = about.first()?;
        let place = if worst.environment == Environment::Prod { " in production" } else { "" };
        Some(Fired {
            rule: "unused-power",
            message: format!(
                "Used only for {}; no use was found in this repository for what else it {} do{place}: {}.",
                used_for(&self.uses.needs),
                words::modal(worst.evidence),
                named(&about)
            ),
            sites,
            remedy: self.offers.instead(),
            about,
        })
    }

    /// Its name, or its label at the provider, says something narrow. Weighed by what it can
    /// destroy, and by what leads to more, beside that.
    fn claim_exceeded(&self) -> Option<Fired> {
        let narrow = |claim: &&Claim| matches!(claim.claimed, Claimed::Only(_) | Claimed::ReadOnly);
        let claims: Vec<&Claim> = self.claims.iter().filter(narrow).collect();
        let first = claims.first()?;
        let exceeds = |power: &&Capability| {
            matches!(power.can.family(), Family::Destroy | Family::Escalate)
                && !matches!(first.claimed, Claimed::Only(can) if can == power.can)
        };
        let about: Vec<Capability> = self.powers.iter().filter(exceeds).cloned().collect();
        let worst = about.first()?;
        let remedy =
            if first.claimed == Claimed::ReadOnly { self.offers.instead_reading() } else { self.offers.instead() };
        Some(Fired {
            rule: "claim-exceeded",
            message: format!(
                "{} says that it is for one thing; it {} {}.",
                first.words,
                words::modal(worst.evidence),
                words::phrase(worst.can)
            ),
            sites: sites(&claims),
            about,
            remedy,
        })
    }

    /// All that is needed is to read, and there is something that can only read. Weighed by what
    /// that would take away.
    fn read_only_suffices(&self) -> Option<Fired> {
        let reads = |can: Can| matches!(can.verb, Verb::List | Verb::Read);
        let sites = self.understood()?;
        if !self.needed.iter().all(|need| reads(need.can)) {
            return None;
        }
        let (narrower, about) = self.offers.fitting(Narrower::only_reads)?;
        let changes: Vec<Capability> = about.iter().filter(|power| !reads(power.can)).cloned().collect();
        Some(Fired {
            rule: "read-only-suffices",
            message: format!(
                "All that it is used for is reading, by {}; {} would do, while this one {} {}.",
                used_for(&self.uses.needs),
                narrower.name,
                words::modal(changes.first()?.evidence),
                named(&changes)
            ),
            sites,
            about,
            remedy: use_it(narrower),
        })
    }

    /// All that is needed fits something smaller. Weighed by what that would take away.
    fn narrower_kind_exists(&self) -> Option<Fired> {
        let sites = self.understood()?;
        let (narrower, about) = self.offers.fitting(|_| true)?;
        Some(Fired {
            rule: "narrower-kind-exists",
            message: format!(
                "For {} {} would do, which could not {}.",
                used_for(&self.uses.needs),
                narrower.name,
                named(&about)
            ),
            sites,
            about,
            remedy: use_it(narrower),
        })
    }

    /// One value where two environments are claimed. Weighed by what it can do in production, where
    /// something is known of that, else as the whole.
    fn shared_between_environments(&self) -> Option<Fired> {
        let nonprod: Vec<&Claim> = self.claimed(Environment::Nonprod).collect();
        let prod: Vec<&Claim> = self.claimed(Environment::Prod).collect();
        let (one, other) = (nonprod.first()?, prod.first()?);
        let there = in_production(self.powers);
        Some(Fired {
            rule: "shared-between-environments",
            message: format!("The same value is used under two environments: {} and {}.", one.words, other.words),
            sites: sites(&[nonprod, prod].concat()),
            about: if there.is_empty() { self.powers.to_vec() } else { there },
            remedy: format!(
                "Give each environment a credential of its own, and revoke this one. {}",
                self.offers.instead()
            ),
        })
    }

    /// It works for ever, or for longer than the policy says. Weighed by what nothing needs; as the
    /// whole where nothing is known of that.
    fn no_expiry(&self) -> Option<Fired> {
        let limit = self.policy.and_then(|policy| policy.entry.max_lifetime.as_ref().map(|limit| (policy, limit)));
        let message = match (self.expires, limit) {
            (Expiry::Never, None) => "It never expires.".to_owned(),
            (Expiry::Never, Some((_, limit))) => {
                format!("It never expires; the policy lets it work for {}.", limit.words)
            }
            (Expiry::At(end), Some((_, limit))) if end.duration_since(self.now) > limit.duration => {
                format!("It works until {end}; the policy lets it work for {}.", limit.words)
            }
            _ => return None,
        };
        let by_policy = limit.and_then(|(policy, limit)| policy.site(limit.line));
        let length = limit.map_or_else(|| "an end".to_owned(), |(_, limit)| format!("an end within {}", limit.words));
        let remedy = match self.can_end {
            true => format!("Make it anew with {length}."),
            false => format!(
                "Make it anew with {length}; where {} lets none be set, put a date on replacing it.",
                self.offers.provider.name
            ),
        };
        Some(Fired {
            rule: "no-expiry",
            message,
            sites: self.first_site().into_iter().chain(by_policy).collect(),
            about: if self.needed.is_empty() { self.powers } else { self.excess }.to_vec(),
            remedy,
        })
    }

    /// It can delete a store and its copies, and no copy outside is proven. Weighed by those two.
    fn backups_in_radius(&self) -> Option<Fired> {
        let deletes = |class: Class| {
            let can = Can::new(Verb::Delete, class);
            self.powers.iter().filter(move |power| power.can == can).find(|power| is_known(power))
        };
        let store = deletes(Class::Datastore)?;
        let backup = deletes(Class::Backup)?;
        if matches!(store.recover, Recover::Outside | Recover::UndoWindow) {
            return None;
        }
        let copies =
            if backup.targets.is_empty() { String::new() } else { format!(" ({})", backup.targets.join(", ")) };
        Some(Fired {
            rule: "backups-in-radius",
            message: format!(
                "It can delete a data store and the backups of it{copies}; no copy out of its reach is proven."
            ),
            sites: self.first_site(),
            about: vec![store.clone(), backup.clone()],
            remedy: format!(
                "Keep a copy where it cannot be deleted with this credential: in another account, or under a \
                 deletion lock. {}",
                self.offers.instead()
            ),
        })
    }

    /// Where it is used, if all its uses are understood.
    fn understood(&self) -> Option<Vec<Site>> {
        let sites: BTreeSet<Site> = self.uses.needs.iter().filter_map(|need| need.site.clone()).collect();
        (self.uses.resolved == Some(true) && !sites.is_empty()).then(|| sites.into_iter().collect())
    }

    fn claimed(&self, environment: Environment) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| claim.claimed == Claimed::Environment(environment))
    }

    fn first_site(&self) -> Vec<Site> {
        self.locations.first().map(|first| Site { path: first.path.clone(), line: first.line }).into_iter().collect()
    }
}

/// The first powers, worst first, in words.
fn named(powers: &[Capability]) -> String {
    let words: Vec<String> = distinct(powers).into_iter().take(NAMED).map(words::phrase).collect();
    words::listed(&words)
}

fn in_production(powers: &[Capability]) -> Vec<Capability> {
    powers.iter().filter(|power| power.environment == Environment::Prod).cloned().collect()
}

fn is_known(power: &Capability) -> bool {
    matches!(power.evidence, Evidence::Observed | Evidence::Decoded)
}

fn sites(claims: &[&Claim]) -> Vec<Site> {
    let sites: BTreeSet<Site> = claims.iter().filter_map(|claim| claim.site.clone()).collect();
    sites.into_iter().collect()
}

#[cfg(test)]
mod tests;
