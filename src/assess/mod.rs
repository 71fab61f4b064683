//! What the answers mean: powers, blast radius, needs, excess, remedy. Nothing here reads a file
//! or asks anybody.

pub mod blast_radius;
pub mod document;
mod excess;
mod grants;
pub mod model;
mod policy;
mod rules;
mod silenced;
mod smaller;
mod title;
mod words;

use jiff::{SignedDuration, Timestamp};

use crate::capability::{Capability, Coverage, Environment, Evidence, Exposure, Lifetime};
use crate::config::Visibility;
use crate::config::policy::Policy;
use crate::detector::Detectors;
use crate::detector::model::{Detector, Provider};
use crate::finding::{Finding, Location};
use crate::inspect::Inspected;
use crate::inspect::answer::{Expiry, Inspection, Liveness};
use crate::uses::{self, Claim, Claimed, Uses};
use blast_radius::Circumstances;
use model::{Assessment, Need, Points, Power, Remedy};
pub use policy::notes as policy_notes;
pub use silenced::notes as silenced_notes;
use smaller::Offers;
pub use smaller::none_known;

/// What is known of the place where the repository stands.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub visibility: Visibility,
    pub now: Timestamp,
    /// What its owners say of single credentials.
    pub policy: Policy,
    /// What counts as production, beside the usual names.
    pub production: Vec<String>,
}

/// Assesses every credential; worst first, then by path and line.
pub fn assess(inspected: Vec<Inspected>, uses: &[Uses], detectors: &Detectors, context: &Context) -> Vec<Assessment> {
    let none = Uses::default();
    let mut assessed: Vec<Assessment> = inspected
        .into_iter()
        .enumerate()
        .map(|(at, inspected)| assess_one(inspected, uses.get(at).unwrap_or(&none), detectors, context))
        .collect();
    assessed.sort_by(|a, b| {
        let place = |a: &Assessment| a.locations.first().map(|first| (first.path.clone(), first.line, first.column));
        (b.score, place(a), &a.fingerprint).cmp(&(a.score, place(b), &b.fingerprint))
    });
    assessed
}

fn assess_one(inspected: Inspected, uses: &Uses, detectors: &Detectors, context: &Context) -> Assessment {
    let Inspected { finding, mut inspection } = inspected;
    let detector = detectors.detector(finding.detector);
    let provider = detectors.provider_of(finding.detector);
    // A toy that its own look gives away is known well enough.
    if matches!(detector.environment, Some(Environment::Sandbox | Environment::Local)) && !inspection.liveness.is_dead()
    {
        inspection.coverage = Coverage::Complete;
    }
    let dead = inspection.liveness.is_dead();
    let meaning = if dead { grants::Meaning::default() } else { grants::meaning(provider, detector, &inspection) };
    let mut powers = meaning.capabilities;
    powers.sort_by(blast_radius::worst_first);
    let circumstances = Circumstances {
        exposure: exposure(&finding.locations, context.visibility),
        lifetime: lifetime(&inspection.expires, context.now),
        complete: inspection.coverage == Coverage::Complete,
    };
    let evidence = powers.first().map_or(Evidence::Unknown, |worst| worst.evidence);
    let (rule, passed_over) = policy::of(context, &finding, inspection.label.as_deref());
    let claims = claims(uses, &inspection, &finding.locations, &context.production);
    let mut needed = needed(uses, &claims);
    needed.extend(rule.iter().flat_map(|rule| rule.needed(&powers)));
    let excess = excess::excess(&powers, &needed);
    let remedy = remedy(provider, detector, &inspection, &needed);
    let case = rules::Case {
        powers: &powers,
        excess: &excess,
        uses,
        needed: &needed,
        claims: &claims,
        expires: &inspection.expires,
        now: context.now,
        locations: &finding.locations,
        circumstances,
        policy: rule,
        offers: Offers {
            provider,
            detector,
            kind: inspection.kind.as_deref(),
            powers: &powers,
            needed: &needed,
            replace: &remedy.replace,
        },
        can_end: provider.can_end(detector),
    };
    let over_privilege = if dead { Vec::new() } else { case.rules() };
    let score = (!dead).then(|| blast_radius::score(&powers, circumstances));
    let reasons = match &inspection.liveness {
        Liveness::Dead(why) => vec![format!("It is dead: {why}.")],
        _ => words::reasons(&words::Facts {
            powers: &powers,
            circumstances,
            coverage: inspection.coverage,
            gaps: &inspection.gaps,
            locations: &finding.locations,
            notes: &meaning.notes,
        }),
    };
    Assessment {
        masked: masked(&finding, detector),
        title: title::title((provider, detector), &inspection, &powers, uses, &finding.locations),
        detector: detector.id.clone(),
        detector_name: detector.name.clone(),
        provider: provider.id.clone(),
        provider_name: provider.name.clone(),
        evidence: if dead { Evidence::Observed } else { evidence },
        coverage: inspection.coverage,
        proven: (!dead).then(|| blast_radius::proven(&powers, circumstances)).flatten(),
        band: score.map(blast_radius::band),
        vector: score.map(|_| blast_radius::vector(&powers, circumstances, evidence, inspection.coverage)),
        score,
        reasons,
        excess_score: (!excess.is_empty()).then(|| blast_radius::score(&excess, circumstances)),
        excess: excess::distinct(&excess),
        over_privilege,
        policy: rule.map(|rule| rule.stated(passed_over)),
        remedy,
        needs_resolved: uses.resolved,
        unresolved: uses.unresolved.clone(),
        needed,
        powers: powers.into_iter().map(|capability| Power { impact: impact(&capability), capability }).collect(),
        unconfirmed: provider.unconfirmed_of(detector),
        unmapped: meaning.unmapped,
        scopes: distinct_words(&inspection),
        fingerprint: finding.fingerprint,
        confidence: finding.confidence,
        locations: finding.locations,
        kind: inspection.kind,
        liveness: inspection.liveness,
        identity: inspection.identity,
        account: inspection.account,
        label: inspection.label,
        expires: inspection.expires,
        gaps: inspection.gaps,
        resources: inspection.resources,
        requests: inspection.requests,
    }
}

fn impact(capability: &Capability) -> Points {
    blast_radius::impact(capability)
}

/// At most the public prefix, and the length.
fn masked(finding: &Finding, detector: &Detector) -> String {
    let prefix: String = detector.prefix.chars().take(12).collect();
    format!("{prefix}…{}", finding.secret.len())
}

fn distinct_words(inspection: &Inspection) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for scope in &inspection.scopes {
        if !words.contains(&scope.word) {
            words.push(scope.word.clone());
        }
    }
    words
}

/// The worst of all its places.
fn exposure(locations: &[Location], visibility: Visibility) -> Exposure {
    // Whoever has a clone has its history.
    let held = |location: &Location| location.tracked || location.commit.is_some();
    let of = |location: &Location| match (held(location), visibility) {
        (true, Visibility::Public) => Exposure::TrackedPublic,
        (true, Visibility::Private) => Exposure::TrackedPrivate,
        (true, Visibility::Unknown) => Exposure::TrackedUnknown,
        (false, _) => Exposure::Ignored,
    };
    let worst = locations.iter().map(of).reduce(|worst, next| {
        let heavier = blast_radius::exposure_points(next) > blast_radius::exposure_points(worst);
        if heavier { next } else { worst }
    });
    worst.unwrap_or(Exposure::TrackedUnknown)
}

/// Seconds at the most, shortest first.
const LIFETIMES: [(i64, Lifetime); 4] =
    [(3_600, Lifetime::Hour), (86_400, Lifetime::Day), (604_800, Lifetime::Week), (7_776_000, Lifetime::Quarter)];

fn lifetime(expires: &Expiry, now: Timestamp) -> Lifetime {
    match expires {
        Expiry::Never => Lifetime::None,
        Expiry::Unknown => Lifetime::Unknown,
        Expiry::At(end) => {
            let left = end.duration_since(now).max(SignedDuration::ZERO).as_secs();
            let fits = |(limit, _): &&(i64, Lifetime)| left <= *limit;
            LIFETIMES.iter().find(fits).map_or(Lifetime::Longer, |(_, lifetime)| *lifetime)
        }
    }
}

/// The repository's claims, and the label that its owner gave it at the provider.
fn claims(uses: &Uses, inspection: &Inspection, locations: &[Location], production: &[String]) -> Vec<Claim> {
    let mut claims = uses.claims.clone();
    if let Some(label) = &inspection.label {
        let words = uses::label_words(label);
        claims.extend(uses::claims_of_label(label).into_iter().map(|claimed| Claim {
            claimed,
            site: None,
            words: words.clone(),
        }));
    }
    uses::take_for_production(&mut claims, locations, inspection.label.as_deref(), production);
    claims
}

fn needed(uses: &Uses, claims: &[Claim]) -> Vec<Need> {
    let mut needed = uses.needs.clone();
    for claim in claims {
        if let Claimed::Only(can) = claim.claimed {
            needed.push(Need { can, site: claim.site.clone(), why: claim.words.replacen("Its label", "its label", 1) });
        }
    }
    needed
}

fn remedy(provider: &Provider, detector: &Detector, inspection: &Inspection, needed: &[Need]) -> Remedy {
    let fits = |when: &str| {
        when == "any"
            || when == detector.id
            || inspection.kind.as_deref() == Some(when)
            || needed.iter().any(|need| need.can.to_string() == when)
    };
    let replace = provider.remedy.replace.iter().find(|replacement| fits(&replacement.when));
    Remedy {
        revoke: replace.and_then(|it| it.revoke.as_ref()).unwrap_or(&provider.remedy.revoke).clone(),
        replace: replace.map(|replacement| replacement.with.clone()).unwrap_or_default(),
    }
}
