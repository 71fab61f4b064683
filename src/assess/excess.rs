//! Granted minus needed, and the rules that fire on it. A rule needs positive evidence of what
//! the credential is for; what is not found in the repository proves nothing.

use std::collections::BTreeSet;

use super::model::{Need, OverPrivilege, Site};
use super::words;
use crate::capability::{Can, Capability, Environment, Evidence, Family, Recover, Verb};
use crate::finding::Location;
use crate::inspect::answer::Expiry;
use crate::uses::{Claim, Claimed, Uses};

/// What the rules look at.
pub struct Case<'c> {
    /// Worst first.
    pub powers: &'c [Capability],
    pub uses: &'c Uses,
    /// The provider's label included.
    pub claims: &'c [Claim],
    pub expires: &'c Expiry,
    pub locations: &'c [Location],
    /// Environments that were seen to be in reach.
    pub production_seen: bool,
}

/// The powers that nothing in the repository needs; empty when nothing says what is needed.
pub fn excess(powers: &[Capability], needed: &[Need]) -> Vec<Capability> {
    if needed.is_empty() {
        return Vec::new();
    }
    powers.iter().filter(|power| !needed.iter().any(|need| covers(need.can, power.can))).cloned().collect()
}

/// Whoever needs to change a class of things needs to see them as well; who one is, everybody.
fn covers(need: Can, power: Can) -> bool {
    let sees = matches!(power.verb, Verb::List | Verb::Read);
    need == power
        || (need.class == power.class && (power.verb == Verb::List || (sees && need.verb != Verb::List)))
        || power.to_string() == "read:identity"
}

/// The distinct powers of a list, in its order.
pub fn distinct(powers: &[Capability]) -> Vec<Can> {
    let mut seen = BTreeSet::new();
    powers.iter().map(|power| power.can).filter(|can| seen.insert(*can)).collect()
}

impl Case<'_> {
    /// Every rule that fires, in a fixed order.
    pub fn rules(&self, excess: &[Capability]) -> Vec<OverPrivilege> {
        [
            self.environment_crossing(),
            self.unused_power(excess),
            self.claim_exceeded(),
            self.shared_between_environments(),
            self.no_expiry(),
            self.backups_in_radius(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Its name or place says that it is not production's, and production is in its reach.
    fn environment_crossing(&self) -> Option<OverPrivilege> {
        let claims: Vec<&Claim> = self.claimed(Environment::Nonprod).collect();
        let first = claims.first()?;
        let worst = self.powers.iter().find(|power| power.environment == Environment::Prod)?;
        if !self.production_seen {
            return None;
        }
        Some(OverPrivilege {
            rule: "environment-crossing",
            message: format!(
                "{} claims that it is not for production; it can {} in production.",
                first.words,
                words::phrase(worst.can)
            ),
            sites: sites(&claims),
        })
    }

    /// All its uses are understood, and they need none of its dangerous powers.
    fn unused_power(&self, excess: &[Capability]) -> Option<OverPrivilege> {
        let sites: Vec<Site> = self.uses.needs.iter().filter_map(|need| need.site.clone()).collect();
        if self.uses.resolved != Some(true) || sites.is_empty() {
            return None;
        }
        let dangerous: Vec<Capability> = excess
            .iter()
            .filter(|power| {
                matches!(power.can.family(), Family::Destroy | Family::Escalate | Family::Supply | Family::Spend)
            })
            .cloned()
            .collect();
        let worst = dangerous.first()?;
        let also: Vec<String> = distinct(&dangerous).into_iter().take(4).map(words::phrase).collect();
        let place = if worst.environment == Environment::Prod { " in production" } else { "" };
        Some(OverPrivilege {
            rule: "unused-power",
            message: format!(
                "Used only for {}; no use was found in this repository for what else it {} do{place}: {}.",
                used_for(&self.uses.needs),
                words::modal(worst.evidence),
                words::listed(&also)
            ),
            sites,
        })
    }

    /// Its name, or its label at the provider, says something narrow.
    fn claim_exceeded(&self) -> Option<OverPrivilege> {
        let narrow = |claim: &&Claim| matches!(claim.claimed, Claimed::Only(_) | Claimed::ReadOnly);
        let claims: Vec<&Claim> = self.claims.iter().filter(narrow).collect();
        let first = claims.first()?;
        let exceeds = |power: &&Capability| matches!(power.can.family(), Family::Destroy | Family::Escalate);
        let worst = match first.claimed {
            Claimed::Only(can) => self.powers.iter().filter(exceeds).find(|power| power.can != can),
            _ => self.powers.iter().find(exceeds),
        }?;
        Some(OverPrivilege {
            rule: "claim-exceeded",
            message: format!(
                "{} says that it is for one thing; it {} {}.",
                first.words,
                words::modal(worst.evidence),
                words::phrase(worst.can)
            ),
            sites: sites(&claims),
        })
    }

    /// One value where two environments are claimed.
    fn shared_between_environments(&self) -> Option<OverPrivilege> {
        let nonprod: Vec<&Claim> = self.claimed(Environment::Nonprod).collect();
        let prod: Vec<&Claim> = self.claimed(Environment::Prod).collect();
        let (one, other) = (nonprod.first()?, prod.first()?);
        Some(OverPrivilege {
            rule: "shared-between-environments",
            message: format!("The same value is used under two environments: {} and {}.", one.words, other.words),
            sites: sites(&[nonprod, prod].concat()),
        })
    }

    fn no_expiry(&self) -> Option<OverPrivilege> {
        (*self.expires == Expiry::Never).then(|| OverPrivilege {
            rule: "no-expiry",
            message: "It never expires.".to_owned(),
            sites: self.first_site(),
        })
    }

    /// It can delete a store and its copies, and no copy outside is proven.
    fn backups_in_radius(&self) -> Option<OverPrivilege> {
        let known = |power: &&Capability| matches!(power.evidence, Evidence::Observed | Evidence::Decoded);
        let deletes = |can: &str| {
            let wanted = |power: &&Capability| power.can.to_string() == can;
            self.powers.iter().filter(wanted).find(known)
        };
        let store = deletes("delete:datastore")?;
        let backup = deletes("delete:backup")?;
        if matches!(store.recover, Recover::Outside | Recover::UndoWindow) {
            return None;
        }
        let copies =
            if backup.targets.is_empty() { String::new() } else { format!(" ({})", backup.targets.join(", ")) };
        Some(OverPrivilege {
            rule: "backups-in-radius",
            message: format!(
                "It can delete a data store and the backups of it{copies}; no copy out of its reach is proven."
            ),
            sites: self.first_site(),
        })
    }

    fn claimed(&self, environment: Environment) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| claim.claimed == Claimed::Environment(environment))
    }

    fn first_site(&self) -> Vec<Site> {
        self.locations.first().map(|first| Site { path: first.path.clone(), line: first.line }).into_iter().collect()
    }
}

/// `railway domain` (2 places).
pub fn used_for(needs: &[Need]) -> String {
    let commands: BTreeSet<String> = needs.iter().map(|need| format!("`{}`", need.why)).collect();
    let commands: Vec<String> = commands.into_iter().collect();
    let places: BTreeSet<&Site> = needs.iter().filter_map(|need| need.site.as_ref()).collect();
    let count = match places.len() {
        0 | 1 => String::new(),
        count => format!(" ({count} places)"),
    };
    format!("{}{count}", words::listed(&commands))
}

fn sites(claims: &[&Claim]) -> Vec<Site> {
    let sites: BTreeSet<Site> = claims.iter().filter_map(|claim| claim.site.clone()).collect();
    sites.into_iter().collect()
}
