//! The score: integers in hundredths of a point, computed from closed tables, so that anybody can
//! compute it again from the printed vector. Unknown is always the worst value of its dimension.

use std::collections::BTreeSet;

use super::model::Points;
use crate::capability::{
    Band, Breadth, Can, Capability, Class, Coverage, Environment, Evidence, Exposure, Family, Guard, Lifetime, Recover,
    Verb,
};

/// What harm to a toy costs at most.
const SANDBOX_CAP: i32 = 350;
/// From this impact on, a family of harm counts.
const FAMILY_THRESHOLD: i32 = 600;
/// As long as not everything was learnt, no score lies below this.
const UNASSESSED: i32 = 500;
const LEAST: i32 = 10;
const MOST: i32 = 1000;
/// Each further family of harm adds this, for four of them at the most.
const PER_FAMILY: i32 = 25;

const fn base(can: Can) -> i32 {
    use Class::{
        Artifact, Backup, Code, Compute, Config, Datastore, Domain, Message, Model, Money, Org, Pipeline, Secret,
        Telemetry,
    };
    match (can.verb, can.class) {
        (Verb::Read, Secret) => 700,
        (Verb::Read, Datastore) => 550,
        (Verb::Read, Money) => 600,
        (Verb::Read, Code) => 450,
        (Verb::Read, Message | Model) => 500,
        (Verb::Read, Config | Telemetry) => 300,
        (Verb::Read, Artifact) => 350,
        (Verb::Write, Secret | Pipeline) => 700,
        (Verb::Write, Datastore | Compute) => 600,
        (Verb::Write, Code) => 650,
        (Verb::Write, Domain) => 550,
        (Verb::Write, Config) => 450,
        (Verb::Delete, Datastore | Backup) => 700,
        (Verb::Delete, Org) => 750,
        (Verb::Delete, Code | Money) => 650,
        (Verb::Delete, Compute) => 600,
        (Verb::Delete, Domain | Secret) => 550,
        (Verb::Publish, Artifact) => 750,
        (Verb::Spend, Money) => 750,
        (Verb::Spend, Compute) => 500,
        (Verb::List, _) => 150,
        (Verb::Read, _) => 400,
        (Verb::Create, _) => 300,
        (Verb::Write | Verb::Delete, _) => 500,
        (Verb::Execute | Verb::Publish, _) => 700,
        (Verb::Send, _) => 550,
        (Verb::Spend, _) => 450,
        (Verb::Grant, _) => 750,
    }
}

const fn environment_points(environment: Environment) -> i32 {
    match environment {
        Environment::Local | Environment::Sandbox => 0,
        Environment::Nonprod => -200,
        Environment::Prod | Environment::Unknown => 100,
    }
}

const fn breadth_points(breadth: Breadth) -> i32 {
    match breadth {
        Breadth::Single => 0,
        Breadth::Project => 25,
        Breadth::Account | Breadth::Unknown => 50,
    }
}

const fn recover_points(recover: Recover) -> i32 {
    match recover {
        Recover::Outside => 0,
        Recover::UndoWindow => 25,
        Recover::Inside | Recover::None | Recover::Unknown => 125,
    }
}

const fn guard_points(guard: Guard) -> i32 {
    match guard {
        Guard::ServerApproval => -100,
        Guard::None | Guard::Unknown => 0,
    }
}

pub const fn exposure_points(exposure: Exposure) -> i32 {
    match exposure {
        Exposure::Keychain | Exposure::CiNameOnly => -150,
        Exposure::Home | Exposure::Ignored | Exposure::TrackedPrivate | Exposure::TrackedUnknown => 0,
        Exposure::HistoryPublic | Exposure::TrackedPublic => 50,
    }
}

pub const fn lifetime_points(lifetime: Lifetime) -> i32 {
    match lifetime {
        Lifetime::Hour => -150,
        Lifetime::Day => -100,
        Lifetime::Week => -75,
        Lifetime::Quarter => -25,
        Lifetime::Longer | Lifetime::None | Lifetime::Unknown => 0,
    }
}

/// What one power weighs.
pub fn impact(capability: &Capability) -> Points {
    let can = capability.can;
    let mut points = base(can)
        + environment_points(capability.environment)
        + breadth_points(capability.breadth)
        + guard_points(capability.guard);
    if can.is_recoverable() {
        points += recover_points(capability.recover);
    }
    if matches!(capability.environment, Environment::Sandbox | Environment::Local) {
        points = points.min(SANDBOX_CAP);
    }
    Points(points.clamp(LEAST, MOST))
}

/// What the score depends on beside the powers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    pub exposure: Exposure,
    pub lifetime: Lifetime,
    /// Whether everything that the credential can do was learnt.
    pub complete: bool,
}

/// The families of harm that weigh enough to count.
pub fn families(capabilities: &[Capability]) -> BTreeSet<Family> {
    capabilities.iter().filter(|c| impact(c).0 >= FAMILY_THRESHOLD).map(|c| c.can.family()).collect()
}

/// The score of a set of powers.
pub fn score(capabilities: &[Capability], circumstances: Circumstances) -> Points {
    let floor = if circumstances.complete { LEAST } else { UNASSESSED };
    let Some(top) = capabilities.iter().map(|c| impact(c).0).max() else { return Points(floor) };
    total(top, families(capabilities).len(), circumstances)
}

fn total(top: i32, families: usize, circumstances: Circumstances) -> Points {
    let floor = if circumstances.complete { LEAST } else { UNASSESSED };
    let more = i32::try_from(families.saturating_sub(1).min(4)).expect("at most four");
    let points =
        top + PER_FAMILY * more + exposure_points(circumstances.exposure) + lifetime_points(circumstances.lifetime);
    Points(points.clamp(floor, MOST))
}

/// What was observed or decoded alone, by the same formula; none when there is nothing.
pub fn proven(capabilities: &[Capability], circumstances: Circumstances) -> Option<Points> {
    let seen: Vec<Capability> =
        capabilities.iter().filter(|c| matches!(c.evidence, Evidence::Observed | Evidence::Decoded)).cloned().collect();
    (!seen.is_empty()).then(|| score(&seen, Circumstances { complete: true, ..circumstances }))
}

pub fn band(points: Points) -> Band {
    match points.0 {
        901.. => Band::Critical,
        700.. => Band::High,
        400.. => Band::Medium,
        _ => Band::Low,
    }
}

/// The powers' order: worst first; ties in the order of verbs and classes.
pub fn worst_first(a: &Capability, b: &Capability) -> std::cmp::Ordering {
    (impact(b), a.can, std::cmp::Reverse(a.environment), a.breadth).cmp(&(
        impact(a),
        b.can,
        std::cmp::Reverse(b.environment),
        b.breadth,
    ))
}

/// The vector: all that the score was computed from, in one line.
pub fn vector(
    capabilities: &[Capability],
    circumstances: Circumstances,
    evidence: Evidence,
    coverage: Coverage,
) -> String {
    let worst = capabilities.iter().min_by(|a, b| worst_first(a, b));
    let power = worst.map_or_else(
        || "-".to_owned(),
        |c| {
            let recover = if c.can.is_recoverable() { c.recover.word() } else { "-" };
            format!("{}/E:{}/B:{}/R:{recover}/G:{}", c.can, c.environment, c.breadth, c.guard)
        },
    );
    let exposure = match circumstances.exposure {
        Exposure::TrackedUnknown => "tracked",
        other => other.word(),
    };
    format!(
        "BR1/{power}/F:{}/X:{exposure}/L:{}/EV:{evidence}/CV:{coverage}={}",
        families(capabilities).len(),
        circumstances.lifetime,
        score(capabilities, circumstances)
    )
}

/// Computes the score that a vector stands for, from its own words.
pub fn score_of_vector(vector: &str) -> Option<Points> {
    let (body, _) = vector.strip_prefix("BR1/")?.rsplit_once('=')?;
    let mut fields = body.split('/');
    let power = fields.next()?;
    let rest: Vec<(&str, &str)> = fields.map(|field| field.split_once(':')).collect::<Option<_>>()?;
    let field = |name: &str| rest.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let circumstances = Circumstances {
        exposure: match field("X")? {
            "tracked" => Exposure::TrackedUnknown,
            word => word.parse().ok()?,
        },
        lifetime: field("L")?.parse().ok()?,
        complete: field("CV")? == Coverage::Complete.word(),
    };
    if power == "-" {
        return Some(score(&[], circumstances));
    }
    let capability = Capability {
        can: power.parse().ok()?,
        environment: field("E")?.parse().ok()?,
        breadth: field("B")?.parse().ok()?,
        recover: match field("R")? {
            "-" => Recover::Unknown,
            word => word.parse().ok()?,
        },
        guard: field("G")?.parse().ok()?,
        evidence: field("EV")?.parse().ok()?,
        targets: Vec::new(),
    };
    Some(total(impact(&capability).0, field("F")?.parse().ok()?, circumstances))
}

#[cfg(test)]
mod tests;
