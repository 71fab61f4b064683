//! From the provider's words to powers with their reach: the `[grants]` table, applied to what was
//! stated, and to the ceiling of the kind where nothing was.

use std::collections::BTreeMap;

use super::blast_radius::impact;
use crate::capability::{Breadth, Can, Capability, Class, Environment, Evidence, Recover, Verb};
use crate::detector::model::{Detector, Grant, Provider};
use crate::inspect::answer::{Gap, Hides, Inspection, Resource, Scope};

/// Targets of one kind that are named one by one; more are counted.
const NAMED: usize = 3;

/// What the words come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    pub capabilities: Vec<Capability>,
    /// Words without a meaning yet.
    pub unmapped: Vec<String>,
    /// Sentences about what a power leads to.
    pub notes: Vec<String>,
}

/// All powers: those that were stated, and the ceiling's where the powers are not known.
pub fn meaning(provider: &Provider, detector: &Detector, inspection: &Inspection) -> Meaning {
    let mut words: Vec<Scope> = inspection.scopes.clone();
    if !inspection.powers_stated {
        let ceiling = ceiling(provider, detector, inspection.kind.as_deref());
        let open = ceiling.into_iter().filter(|word| !inspection.denied.contains(word));
        words.extend(open.map(|word| Scope::of(&word, Evidence::Inferred)));
    }
    let mut meaning = Meaning::default();
    let mut powers = Powers::default();
    for scope in &words {
        let Some(grants) = provider.meaning_of(&scope.word) else {
            if !meaning.unmapped.contains(&scope.word) {
                meaning.unmapped.push(scope.word.clone());
            }
            let unknown = Capability {
                environment: detector.environment.unwrap_or(Environment::Unknown),
                breadth: Breadth::Account,
                ..Capability::unbounded(Can::new(Verb::Write, Class::Config), scope.evidence)
            };
            powers.add(unknown);
            continue;
        };
        for grant in grants {
            for capability in expand(grant, scope, detector, inspection) {
                powers.add(capability);
            }
            if let Some(note) = &grant.note
                && !meaning.notes.contains(note)
            {
                meaning.notes.push(note.clone());
            }
        }
    }
    meaning.capabilities = powers.into_list();
    meaning
}

/// The words that the kind could hold at most. Where the kind is known, other kinds' words are
/// not among them.
fn ceiling(provider: &Provider, detector: &Detector, kind: Option<&str>) -> Vec<String> {
    let kinds: Vec<String> = provider
        .probes
        .values()
        .flat_map(|probe| &probe.kinds)
        .filter(|rule| kind.is_some_and(|kind| kind != rule.name))
        .flat_map(|rule| rule.scopes.clone())
        .collect();
    let own: Vec<String> = provider
        .probes
        .values()
        .flat_map(|probe| &probe.kinds)
        .filter(|rule| kind.is_some_and(|kind| kind == rule.name))
        .flat_map(|rule| rule.scopes.clone())
        .collect();
    let fits = |word: &&String| own.contains(word) || !kinds.contains(word);
    detector.ceiling.iter().filter(fits).cloned().collect()
}

/// One grant as powers: one for each environment that it reaches.
fn expand(grant: &Grant, scope: &Scope, detector: &Detector, inspection: &Inspection) -> Vec<Capability> {
    let evidence = if grant.inferred { Evidence::Inferred.max(scope.evidence) } else { scope.evidence };
    let hidden = inspection.gaps.iter().any(|gap| hides_reach(gap, grant));
    let mut reach: BTreeMap<Environment, Vec<String>> = BTreeMap::new();
    if let Some(environment) = detector.environment.or(grant.environment) {
        reach.insert(environment, targets(inspection, grant, scope).into_values().flatten().collect());
    } else {
        reach = targets(inspection, grant, scope);
        if reach.is_empty() || (hidden && !reach.contains_key(&Environment::Prod)) {
            reach.entry(Environment::Unknown).or_default();
        }
    }
    let listed = |kind: &String| inspection.resources.iter().filter(|r| r.kind == *kind && r.reached).count();
    let meant = match (&grant.of, grant.when_one) {
        _ if hidden => Breadth::Unknown,
        (Some(kind), Some(breadth)) if listed(kind) == 1 => breadth,
        _ => grant.reach,
    };
    let breadth = scope.reach.filter(|_| !hidden).map_or(meant, |most| most.min(meant));
    let one = |can: Can, environment: Environment, targets: &[String]| Capability {
        can,
        environment,
        breadth,
        recover: if can.is_recoverable() { grant.recover } else { Recover::Unknown },
        guard: grant.guard,
        evidence,
        targets: targets.to_vec(),
    };
    grant
        .can
        .iter()
        .flat_map(|&can| reach.iter().map(move |(&environment, targets)| (can, environment, targets)))
        .map(|(can, environment, targets)| one(can, environment, targets))
        .collect()
}

fn hides_reach(gap: &Gap, grant: &Grant) -> bool {
    gap.hides == Hides::Reach && (gap.of.is_none() || gap.of == grant.of)
}

/// What a grant acts on, by environment, in words.
fn targets(inspection: &Inspection, grant: &Grant, scope: &Scope) -> BTreeMap<Environment, Vec<String>> {
    let within = |resource: &&Resource| {
        resource.reached
            && scope.on.as_ref().is_none_or(|(kind, id)| {
                inspection.around(resource).iter().any(|around| around.kind == *kind && around.id == *id)
            })
    };
    if let Some(kind) = &grant.of {
        let own: Vec<&Resource> = inspection.resources.iter().filter(|r| r.kind == *kind).filter(within).collect();
        let known = own.iter().any(|resource| !inspection.environments_of(resource).is_empty());
        if known {
            return by_place(inspection, kind, &own);
        }
    }
    let mut found: BTreeMap<Environment, Vec<String>> = BTreeMap::new();
    for resource in inspection.resources.iter().filter(within) {
        for &environment in &resource.environments {
            found.entry(environment).or_default().push(resource.name.clone());
        }
    }
    found.into_iter().map(|(environment, names)| (environment, shortened(&names, "more"))).collect()
}

/// `volume pg-data of pocketos/production`; many of one place are counted.
fn by_place(inspection: &Inspection, kind: &str, resources: &[&Resource]) -> BTreeMap<Environment, Vec<String>> {
    let mut places: BTreeMap<(Environment, String), Vec<String>> = BTreeMap::new();
    for resource in resources {
        for (environment, place) in inspection.environments_of(resource) {
            let own = place.kind == resource.kind && place.id == resource.id;
            let place = if own { String::new() } else { format!(" of {}", place.name) };
            places.entry((environment, place)).or_default().push(resource.name.clone());
        }
    }
    let mut found: BTreeMap<Environment, Vec<String>> = BTreeMap::new();
    for ((environment, place), names) in places {
        let list = found.entry(environment).or_default();
        match names.len() {
            0..=NAMED => list.extend(names.iter().map(|name| format!("{kind} {name}{place}"))),
            count => list.push(format!("{count} {}{place}", plural(kind))),
        }
    }
    found
}

fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{kind}s"),
    }
}

fn shortened(names: &[String], more: &str) -> Vec<String> {
    let mut short: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if names.len() > NAMED {
        short.push(format!("{} {more}", names.len() - NAMED));
    }
    short
}

/// Powers, one for each verb, class and environment: the worst reach of each, with all targets.
#[derive(Default)]
struct Powers(BTreeMap<(Can, Environment), Capability>);

impl Powers {
    fn add(&mut self, new: Capability) {
        let known = self.0.entry((new.can, new.environment)).or_insert_with(|| new.clone());
        let mut targets = std::mem::take(&mut known.targets);
        targets.extend(new.targets.iter().filter(|target| !targets.contains(target)).cloned().collect::<Vec<_>>());
        let evidence = known.evidence.min(new.evidence);
        if impact(&new) > impact(known) {
            *known = new;
        } else {
            known.evidence = evidence;
        }
        known.targets = targets;
    }

    fn into_list(self) -> Vec<Capability> {
        self.0.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Guard;
    use crate::detector;

    fn provider(toml: &str) -> Provider {
        crate::error::parse_toml("test.toml", toml).unwrap()
    }

    const HEAD: &str = r#"
        id = "p"
        name = "P"
        docs = "https://example.com"
        remedy = { revoke = "r", replace = [] }
        [grants]
        "volumes:delete" = { can = ["delete:datastore"], reach = "project", of = "volume", recover = "inside" }
        "*:read" = { can = ["read:config"], reach = "project" }
        "secrets:read" = { can = ["read:secret"], reach = "account" }
        [[detector]]
        id = "p-token"
        name = "P token"
        keywords = ["p_"]
        pattern = 'p_(?<secret>[a-z]{8})'
        ceiling = ["volumes:delete", "secrets:read"]
        examples = []
    "#;

    fn resource(kind: &str, id: &str, environment: Option<Environment>, inside: &[(&str, &str)]) -> Resource {
        Resource {
            kind: kind.to_owned(),
            id: id.to_owned(),
            name: id.to_owned(),
            environments: environment.into_iter().collect(),
            inside: inside.iter().map(|(kind, id)| (kind.to_string(), id.to_string())).collect(),
            reached: true,
        }
    }

    fn stated(words: &[&str]) -> Inspection {
        Inspection {
            scopes: words.iter().map(|word| Scope::of(word, Evidence::Observed)).collect(),
            powers_stated: true,
            ..Inspection::not_asked()
        }
    }

    fn of(inspection: &Inspection) -> Meaning {
        let provider = provider(HEAD);
        meaning(&provider, &provider.detectors[0], inspection)
    }

    #[test]
    fn a_power_over_a_thing_has_one_entry_for_each_environment_of_it() {
        let mut inspection = stated(&["volumes:delete"]);
        inspection.resources = vec![
            resource("environment", "production", Some(Environment::Prod), &[]),
            resource("environment", "staging", Some(Environment::Nonprod), &[]),
            resource("volume", "pg", None, &[("environment", "production"), ("environment", "staging")]),
        ];
        let found = of(&inspection).capabilities;
        let summary: Vec<_> = found.iter().map(|c| (c.environment, c.targets.join(","))).collect();
        assert_eq!(
            summary,
            [
                (Environment::Nonprod, "volume pg of staging".to_owned()),
                (Environment::Prod, "volume pg of production".to_owned())
            ]
        );
    }

    #[test]
    fn one_listed_thing_narrows_the_reach_unless_more_may_be_hidden() {
        let grant =
            r#""one:write" = { can = ["write:code"], reach = "account", of = "repository", when_one = "single" }"#;
        let provider = provider(&HEAD.replace("[grants]", &format!("[grants]\n{grant}")));
        let breadth =
            |inspection: &Inspection| meaning(&provider, &provider.detectors[0], inspection).capabilities[0].breadth;
        let mut inspection = stated(&["one:write"]);
        assert_eq!(breadth(&inspection), Breadth::Account);
        inspection.resources = vec![resource("repository", "a", None, &[]), resource("owner", "b", None, &[])];
        assert_eq!(breadth(&inspection), Breadth::Single);
        inspection.gaps = vec![Gap { what: "x".into(), why: "y".into(), hides: Hides::Reach, of: None }];
        assert_eq!(breadth(&inspection), Breadth::Unknown);
        inspection.gaps.clear();
        inspection.resources.push(resource("repository", "c", None, &[]));
        assert_eq!(breadth(&inspection), Breadth::Account);
    }

    #[test]
    fn hidden_reach_makes_breadth_and_environment_unknown() {
        let mut inspection = stated(&["volumes:delete", "x:read"]);
        inspection.resources = vec![resource("environment", "staging", Some(Environment::Nonprod), &[])];
        inspection.gaps =
            vec![Gap { what: "x".into(), why: "y".into(), hides: Hides::Reach, of: Some("volume".into()) }];
        let found = of(&inspection).capabilities;
        let unknown: Vec<_> = found.iter().filter(|c| c.environment == Environment::Unknown).map(|c| c.can).collect();
        assert_eq!(unknown, ["delete:datastore".parse().unwrap()]);
        assert!(found.iter().filter(|c| c.can.class == Class::Datastore).all(|c| c.breadth == Breadth::Unknown));
    }

    #[test]
    fn a_word_that_reaches_less_narrows_its_meaning() {
        let mut inspection = stated(&["secrets:read"]);
        inspection.scopes[0].reach = Some(Breadth::Single);
        assert_eq!(of(&inspection).capabilities[0].breadth, Breadth::Single);
        inspection.scopes.push(Scope::of("secrets:read", Evidence::Observed));
        assert_eq!(of(&inspection).capabilities[0].breadth, Breadth::Account);
    }

    #[test]
    fn a_word_without_a_meaning_is_shown_and_weighs() {
        let found = of(&stated(&["new:thing"]));
        assert_eq!(found.unmapped, ["new:thing"]);
        assert_eq!(found.capabilities[0].can, Can::new(Verb::Write, Class::Config));
        assert_eq!(found.capabilities[0].guard, Guard::Unknown);
    }

    #[test]
    fn without_stated_powers_the_ceiling_counts() {
        let cans: Vec<String> = of(&Inspection::not_asked()).capabilities.iter().map(|c| c.can.to_string()).collect();
        assert_eq!(cans, ["read:secret", "delete:datastore"]);
        let denied = Inspection { denied: vec!["secrets:read".to_owned()], ..Inspection::not_asked() };
        let cans: Vec<String> = of(&denied).capabilities.iter().map(|c| c.can.to_string()).collect();
        assert_eq!(cans, ["delete:datastore"]);
    }

    #[test]
    fn a_form_with_a_star_gives_way_to_the_exact_word() {
        let provider = provider(HEAD);
        let class = |word: &str| provider.meaning_of(word).unwrap()[0].can[0].class;
        assert_eq!(class("dns:read"), Class::Config);
        assert_eq!(class("secrets:read"), Class::Secret);
        assert!(provider.meaning_of("*").is_none());
        assert_eq!(provider.detectors[0].pattern.as_deref().and_then(detector::longest), Some(10));
    }
}
