//! The sentences of a report. Every word of them rests on the data that the score was computed
//! from; nothing is guessed here.

use super::blast_radius::{self, Circumstances};
use crate::capability::{
    Breadth, Can, Capability, Class, Coverage, Environment, Evidence, Exposure, Guard, Lifetime, Recover, Verb,
};
use crate::finding::Location;
use crate::inspect::answer::Gap;
use crate::wording::{action, actions};

/// A power as people say it: `delete data stores`.
pub fn phrase(can: Can) -> String {
    actions([can])
}

const fn adjective(environment: Environment) -> &'static str {
    match environment {
        Environment::Local => "local ",
        Environment::Sandbox => "test-mode ",
        Environment::Nonprod => "non-production ",
        Environment::Prod => "production ",
        Environment::Unknown => "",
    }
}

/// `delete production data and its backups`: the worst power, and what makes it worse.
pub fn worst_power(powers: &[Capability]) -> Option<String> {
    let worst = powers.first()?;
    let also = |can: &str| powers.iter().any(|c| c.can.to_string() == can && c.environment == worst.environment);
    let place = adjective(worst.environment);
    if worst.can.to_string() == "delete:datastore" {
        let copies = if also("delete:backup") && worst.recover != Recover::Outside { " and its backups" } else { "" };
        return Some(format!("delete {place}data{copies}"));
    }
    let second = powers.iter().find(|c| c.can.family() != worst.can.family());
    let (verb, object) = action(worst.can);
    let first = format!("{verb} {place}{object}");
    Some(match second {
        Some(second) => format!("{first} and {}", phrase(second.can)),
        None => first,
    })
}

/// What the sentences are built from.
pub struct Facts<'f> {
    pub powers: &'f [Capability],
    pub circumstances: Circumstances,
    pub coverage: Coverage,
    pub gaps: &'f [Gap],
    pub locations: &'f [Location],
    pub notes: &'f [String],
}

/// One sentence for each addend, in the order of the vector.
pub fn reasons(facts: &Facts<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(worst) = facts.powers.first() {
        reasons.push(power(worst));
        reasons.extend(recovery(worst, facts.powers));
        reasons.push(breadth(worst.breadth).to_owned());
        if worst.guard == Guard::ServerApproval {
            reasons.push("The provider asks somebody else to approve it first.".to_owned());
        }
    } else {
        reasons.push(match facts.coverage {
            Coverage::Complete => "Its issuer has given it no power.".to_owned(),
            _ => "Nothing is known of what it can do, so it counts as unassessed.".to_owned(),
        });
    }
    let families = blast_radius::families(facts.powers);
    if families.len() > 1 {
        let words: Vec<&str> = families.iter().map(|family| family.word()).collect();
        reasons.push(format!("It can do harm in {} ways: {}.", words.len(), words.join(", ")));
    }
    reasons.extend(exposure(facts.circumstances.exposure, facts.locations));
    reasons.push(lifetime(facts.circumstances.lifetime).to_owned());
    if facts.coverage != Coverage::Complete {
        reasons.push(coverage(facts.gaps));
    }
    reasons.extend(facts.notes.iter().cloned());
    reasons
}

fn power(worst: &Capability) -> String {
    let place = match worst.environment {
        Environment::Local => " on this machine only".to_owned(),
        Environment::Sandbox => " of the provider's test mode only".to_owned(),
        Environment::Nonprod => " outside production".to_owned(),
        Environment::Prod => " in production".to_owned(),
        Environment::Unknown => " in an environment that is not known, which counts as production".to_owned(),
    };
    let targets = if worst.targets.is_empty() { String::new() } else { format!(": {}", worst.targets.join(", ")) };
    format!("It {} {}{place} ({}){targets}.", modal(worst.evidence), phrase(worst.can), evidence(worst.evidence))
}

/// `can` what was seen or decoded, `could` what is only not ruled out.
pub const fn modal(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Observed | Evidence::Decoded | Evidence::Declared => "can",
        Evidence::Inferred | Evidence::Unknown => "could",
    }
}

const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Observed => "observed",
        Evidence::Decoded => "decoded from the credential",
        Evidence::Declared => "declared",
        Evidence::Inferred => "what credentials of this kind can do at most",
        Evidence::Unknown => "not known",
    }
}

fn recovery(worst: &Capability, powers: &[Capability]) -> Option<String> {
    if !worst.can.is_recoverable() {
        return None;
    }
    let backups = powers.iter().find(|c| c.can == Can::new(Verb::Delete, Class::Backup));
    let counted = backups.map(|c| c.targets.join(", ")).filter(|targets| !targets.is_empty());
    Some(match (worst.recover, counted) {
        (Recover::Outside, _) => "A copy that it cannot delete is proven.".to_owned(),
        (Recover::UndoWindow, _) => {
            "The provider keeps what was deleted for a while, and this credential cannot skip that.".to_owned()
        }
        (Recover::Inside, Some(targets)) => {
            format!("Every backup of them can be deleted by the same credential: {targets}.")
        }
        (Recover::Inside, None) => "Every backup of them can be deleted by the same credential.".to_owned(),
        (Recover::None, _) => "Nothing is left after that.".to_owned(),
        (Recover::Unknown, _) => "No copy out of its reach is proven.".to_owned(),
    })
}

const fn breadth(breadth: Breadth) -> &'static str {
    match breadth {
        Breadth::Single => "It reaches one environment, bucket, repository or package.",
        Breadth::Project => "It reaches one project with all its environments.",
        Breadth::Account => "It reaches the whole account.",
        Breadth::Unknown => "How far it reaches is not known, which counts as the whole account.",
    }
}

fn exposure(exposure: Exposure, locations: &[Location]) -> Vec<String> {
    let count = |wanted: &dyn Fn(&Location) -> bool| locations.iter().filter(|location| wanted(location)).count();
    let tracked = count(&|location| location.tracked);
    let ignored = count(&|location| location.ignored);
    let gone = count(&|location| location.commit.is_some() && !location.tracked);
    let mut sentences = Vec::new();
    if tracked > 0 {
        let public = if exposure == Exposure::TrackedPublic { ", and the repository is public" } else { "" };
        sentences.push(format!("It is checked in, in {}{public}.", places(tracked)));
    }
    if gone > 0 {
        let public = if exposure == Exposure::TrackedPublic { ", and the repository is public" } else { "" };
        sentences
            .push(format!("Every clone holds it in its history, in {} that HEAD has no more{public}.", places(gone)));
    }
    if ignored > 0 {
        sentences
            .push(format!("Any agent working in this folder can read it in {} that git ignores.", places(ignored)));
    }
    sentences
}

fn places(count: usize) -> String {
    match count {
        1 => "one place".to_owned(),
        count => format!("{count} places"),
    }
}

const fn lifetime(lifetime: Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Hour => "It works for an hour at most.",
        Lifetime::Day => "It works for a day at most.",
        Lifetime::Week => "It works for a week at most.",
        Lifetime::Quarter => "It works for three months at most.",
        Lifetime::Longer => "It works for more than three months.",
        Lifetime::None => "It does not expire.",
        Lifetime::Unknown => "When it expires is not known.",
    }
}

fn coverage(gaps: &[Gap]) -> String {
    match gaps.first() {
        Some(gap) if gaps.len() == 1 => format!("Not everything could be learnt, so the worst is assumed ({gap})."),
        Some(gap) => {
            format!("Not everything could be learnt, so the worst is assumed ({gap}; and {} more).", gaps.len() - 1)
        }
        None => "The issuer was not asked, so the worst that its kind can do is assumed.".to_owned(),
    }
}

/// `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability(can: &str, environment: Environment, recover: Recover) -> Capability {
        Capability { environment, recover, ..Capability::unbounded(can.parse().unwrap(), Evidence::Observed) }
    }

    #[test]
    fn the_worst_power_is_one_clause() {
        use Environment::{Nonprod, Prod, Unknown};
        let story =
            [capability("delete:datastore", Prod, Recover::Inside), capability("delete:backup", Prod, Recover::None)];
        assert_eq!(worst_power(&story).unwrap(), "delete production data and its backups");
        assert_eq!(worst_power(&story[..1]).unwrap(), "delete production data");
        let deploy =
            [capability("publish:compute", Prod, Recover::Unknown), capability("read:secret", Prod, Recover::Unknown)];
        assert_eq!(worst_power(&deploy).unwrap(), "deploy production apps and read secrets");
        assert_eq!(worst_power(&deploy[1..]).unwrap(), "read production secrets");
        assert_eq!(
            worst_power(&[capability("read:secret", Nonprod, Recover::Unknown)]).unwrap(),
            "read non-production secrets"
        );
        assert_eq!(worst_power(&[capability("write:code", Unknown, Recover::Unknown)]).unwrap(), "change code");
        assert_eq!(worst_power(&[]), None);
    }

    #[test]
    fn lists_read_like_sentences() {
        let words = |list: &[&str]| list.iter().map(|word| word.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&words(&["a"])), "a");
        assert_eq!(listed(&words(&["a", "b", "c"])), "a, b and c");
    }
}
