//! The policy's entry for one credential: what it adds to the needs, what of it is still accepted,
//! and what is wrong with the policy itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Context;
use super::model::{Accepted, Assessment, Need, Note, Site, Stated};
use crate::capability::{Can, Capability};
use crate::config::policy::{Entry, Policy, Waiver};
use crate::finding::Finding;

/// A table's name that is shorter cannot be the beginning of a fingerprint.
const SHORTEST_FINGERPRINT: usize = 8;

/// The entries that are about a credential, the one that decides first: a variable's name goes
/// before the label, and the label before the fingerprint.
fn entries<'p>(policy: &'p Policy, finding: &Finding, label: Option<&str>) -> Vec<&'p Entry> {
    let by_variable = |entry: &&Entry| finding.locations.iter().any(|at| at.key.as_deref() == Some(&entry.name));
    let by_label = |entry: &&Entry| label == Some(&entry.name);
    let by_fingerprint = |entry: &&Entry| {
        entry.name.len() >= SHORTEST_FINGERPRINT && finding.fingerprint.as_str().starts_with(&entry.name)
    };
    let all = || policy.entries.iter();
    let mut found: Vec<&Entry> =
        all().filter(by_variable).chain(all().filter(by_label)).chain(all().filter(by_fingerprint)).collect();
    let mut seen = BTreeSet::new();
    found.retain(|entry| seen.insert(entry.line));
    found
}

/// The entry that decides about one credential, at one time.
#[derive(Clone, Copy)]
pub struct Rule<'p> {
    pub entry: &'p Entry,
    file: Option<&'p str>,
    today: Date,
}

/// What is said of a credential, and the names of further entries that would be about it as well.
pub fn of<'p>(context: &'p Context, finding: &Finding, label: Option<&str>) -> (Option<Rule<'p>>, Vec<String>) {
    let found = entries(&context.policy, finding, label);
    let rest = found.iter().skip(1).map(|entry| entry.name.clone()).collect();
    let file = context.policy.file.as_deref();
    (found.first().map(|entry| Rule { entry, file, today: day(context.now) }), rest)
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

impl<'p> Rule<'p> {
    pub fn site(&self, line: usize) -> Option<Site> {
        self.file.map(|path| Site { path: path.to_owned(), line })
    }

    /// What is allowed is needed: each power that a form names, or that is granted and fits it.
    pub fn needed(&self, powers: &[Capability]) -> Vec<Need> {
        let allow = self.entry.allow.iter().flatten();
        let needs = allow.flat_map(|allowed| {
            let named: BTreeSet<Can> = match allowed.form.exact() {
                Some(can) => BTreeSet::from([can]),
                None => powers.iter().map(|power| power.can).filter(|can| allowed.form.fits(*can)).collect(),
            };
            let why = format!("`{}` in the policy", allowed.form);
            named.into_iter().map(move |can| Need { can, site: self.site(allowed.line), why: why.clone() })
        });
        needs.collect()
    }

    /// The waiver under which a power is accepted today.
    pub fn accepts(&self, power: &Capability) -> Option<&'p Waiver> {
        let current = |waiver: &&Waiver| waiver.until >= self.today;
        self.entry.accept.iter().filter(current).find(|waiver| waiver.covers(power.can, power.environment))
    }

    pub fn stated(&self, instead: Vec<String>) -> Stated {
        let Entry { name, purpose, owner, allow, environments, max_lifetime, accept, .. } = self.entry;
        let accepted = accept.iter().map(|waiver| Accepted {
            can: waiver.can,
            environment: waiver.environment,
            reason: waiver.reason.clone(),
            until: waiver.until,
            expired: waiver.until < self.today,
        });
        Stated {
            name: name.clone(),
            passed_over: instead,
            purpose: purpose.clone(),
            owner: owner.clone(),
            allow: allow.as_ref().map(|allow| allow.iter().map(|allowed| allowed.form.to_string()).collect()),
            environments: environments.as_ref().map(|environments| environments.names.clone()),
            max_lifetime: max_lifetime.as_ref().map(|limit| limit.words.clone()),
            accepted: accepted.collect(),
        }
    }
}

/// What is wrong with the policy. `whole`: everything was read that the policy may be about.
pub fn notes(context: &Context, credentials: &[Assessment], whole: bool) -> Vec<Note> {
    let policy = &context.policy;
    let stated = || credentials.iter().filter_map(|one| one.policy.as_ref());
    let mut notes = Vec::new();
    for entry in &policy.entries {
        let mut note = |line: usize, message: String| {
            let file = policy.file.as_deref().unwrap_or(crate::config::NAME);
            notes.push(Note { kind: "policy", about: format!("{file}:{line}"), message, incomplete: false });
        };
        let names = |stated: &Stated| stated.name == entry.name || stated.passed_over.contains(&entry.name);
        if whole && !stated().any(names) {
            let message = format!(
                "[credential.\"{}\"] is about no credential that was found; take it out if there is none any more",
                entry.name
            );
            note(entry.line, message);
        }
        if let Some(other) = stated().find(|stated| stated.passed_over.contains(&entry.name)) {
            let message = format!(
                "[credential.\"{}\"] and [credential.\"{}\"] are about the same credential; the first of the two decides",
                other.name, entry.name
            );
            note(entry.line, message);
        }
        for waiver in &entry.accept {
            let (can, until) = (waiver.can, waiver.until);
            if until < day(context.now) {
                note(waiver.line, format!("`{can}` was accepted until {until}, and is so no more ({})", waiver.reason));
            }
            let allowed = entry.allow.iter().flatten().find(|allowed| allowed.form.fits(can));
            if let Some(allowed) = allowed {
                let message = format!(
                    "`{can}` is accepted until {until}, and `{}` in line {} allows it for good; keep one of them",
                    allowed.form, allowed.line
                );
                note(waiver.line, message);
            }
        }
    }
    notes
}
