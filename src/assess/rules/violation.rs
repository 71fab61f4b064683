//! What the policy says, and what was given all the same.

use std::collections::BTreeSet;

use super::{Case, Fired, named};
use crate::assess::words;
use crate::capability::{Capability, Environment, Evidence};
use crate::config::policy::Waiver;

impl Case<'_> {
    /// It can do more than the policy allows, or reaches where the policy does not want it. Weighed
    /// by what is beyond, without what is accepted.
    pub(super) fn policy_violation(&self) -> Option<Fired> {
        let policy = self.policy?;
        let mut waivers: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut about: Vec<Capability> = Vec::new();
        let mut outside = false;
        for power in self.powers.iter() {
            let (beyond, elsewhere) = (self.is_beyond(power), self.is_elsewhere(power));
            if !(beyond || elsewhere) {
                continue;
            }
            if let Some(waiver) = policy.accepts(power) {
                waivers.insert((waiver.line, accepted(waiver)));
            } else {
                outside |= elsewhere;
                about.push(power.clone());
            }
        }
        let worst = about.first()?;
        let entry = policy.entry;
        let allowed = entry.allow.iter().flatten().map(|allowed| allowed.line);
        let places = entry.environments.iter().map(|environments| environments.line).filter(|_| outside);
        let mut lines: BTreeSet<usize> = allowed.chain(places).collect();
        if lines.is_empty() {
            // Where nothing is allowed there is no line that says what is.
            lines.insert(entry.line);
        }
        let waived: Vec<String> = waivers.into_iter().map(|(_, words)| words).collect();
        let waived = if waived.is_empty() { String::new() } else { format!(" ({})", waived.join("; ")) };
        let place = if worst.environment == Environment::Prod { " in production" } else { "" };
        Some(Fired {
            rule: "policy-violation",
            message: format!(
                "The policy gives `{}` {}; it {} also {}{place}{waived}.",
                entry.name,
                self.given(),
                words::modal(worst.evidence),
                named(&about)
            ),
            sites: lines.into_iter().filter_map(|line| policy.site(line)).collect(),
            about,
            remedy: self.offers.instead(),
        })
    }

    fn is_beyond(&self, power: &Capability) -> bool {
        let allow = self.policy.and_then(|policy| policy.entry.allow.as_ref());
        allow.is_some_and(|allow| !allow.iter().any(|allowed| allowed.form.allows(power.can)))
    }

    /// It was seen to be where the policy does not name.
    fn is_elsewhere(&self, power: &Capability) -> bool {
        let environments = self.policy.and_then(|policy| policy.entry.environments.as_ref());
        let seen = power.environment != Environment::Unknown
            && !matches!(power.evidence, Evidence::Inferred | Evidence::Unknown);
        environments.is_some_and(|environments| seen && !environments.classes.contains(&power.environment))
    }

    /// ``only `write:domain` and `list:*`, in staging``
    fn given(&self) -> String {
        let entry = self.policy.map(|policy| policy.entry);
        let allow = entry.and_then(|entry| entry.allow.as_ref()).map(|allow| {
            let forms: Vec<String> = allow.iter().map(|allowed| format!("`{}`", allowed.form)).collect();
            if forms.is_empty() { "nothing".to_owned() } else { format!("only {}", words::listed(&forms)) }
        });
        let places = entry.and_then(|entry| entry.environments.as_ref());
        let places = places.map(|environments| words::listed(&environments.names));
        match (allow, places) {
            (Some(allow), Some(places)) => format!("{allow} in {places}"),
            (Some(allow), None) => allow,
            (None, Some(places)) => format!("only {places}"),
            (None, None) => "nothing".to_owned(),
        }
    }
}

/// `to delete backups is accepted until 2027-01-31: it moves in January`
fn accepted(waiver: &Waiver) -> String {
    format!("to {} is accepted until {}: {}", words::phrase(waiver.can), waiver.until, waiver.reason)
}
