//! What more knowledge of its uses does to the excess of a credential, and to the rules on it.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::assess::excess::excess;
use crate::capability::{Breadth, Exposure, Guard, Lifetime};
use crate::detector::Detectors;

static DETECTORS: LazyLock<Detectors> = LazyLock::new(|| Detectors::load(&[]).unwrap());

const WORST: Circumstances =
    Circumstances { exposure: Exposure::TrackedPublic, lifetime: Lifetime::None, complete: true };

fn can() -> impl Strategy<Value = Can> {
    (select(Verb::ALL), select(Class::ALL)).prop_map(|(verb, class)| Can::new(verb, class))
}

fn power() -> impl Strategy<Value = Capability> {
    let evidence = select(&[Evidence::Observed, Evidence::Inferred][..]);
    (can(), select(Environment::ALL), select(Breadth::ALL), select(Recover::ALL), evidence).prop_map(
        |(can, environment, breadth, recover, evidence)| Capability {
            environment,
            breadth,
            recover,
            guard: Guard::None,
            ..Capability::unbounded(can, evidence)
        },
    )
}

/// Needs of which the second list has some more: mostly what is granted, and what `github` has smaller things for.
fn needs(powers: &[Capability]) -> impl Strategy<Value = (Vec<Need>, Vec<Need>)> + use<> {
    let common = ["read:code", "list:code", "write:code", "read:telemetry", "publish:artifact", "read:message"];
    let granted = powers.iter().map(|power| power.can);
    let known: Vec<Can> = granted.chain(common.iter().map(|can| can.parse().unwrap())).collect();
    let most = known.len().min(4);
    let some = (subsequence(known.clone(), 1..=most), subsequence(known, 0..=most), prop::option::of(can()));
    some.prop_map(|(first, more, odd)| {
        let need = |can: Can| Need {
            can,
            site: Some(Site { path: format!("{can}.sh"), line: 1 }),
            why: format!("use of {can}"),
        };
        let first: Vec<Need> = first.into_iter().map(need).collect();
        let all = first.iter().cloned().chain(more.into_iter().chain(odd).map(need)).collect();
        (first, all)
    })
}

fn powers_and_needs() -> impl Strategy<Value = (Vec<Capability>, Vec<Need>, Vec<Need>)> {
    prop::collection::vec(power(), 0..8).prop_flat_map(|powers| {
        let needs = needs(&powers);
        (Just(powers), needs).prop_map(|(powers, (some, all))| (powers, some, all))
    })
}

fn rules(powers: &[Capability], needed: &[Need], resolved: bool) -> Vec<OverPrivilege> {
    let number = DETECTORS.number_of("github-pat-classic").unwrap();
    let (provider, detector) = (DETECTORS.provider_of(number), DETECTORS.detector(number));
    let uses = Uses { needs: needed.to_vec(), resolved: Some(resolved), ..Uses::default() };
    let excess = excess(powers, needed);
    let case = Case {
        powers,
        excess: &excess,
        uses: &uses,
        needed,
        claims: &[],
        expires: &Expiry::Unknown,
        now: Timestamp::UNIX_EPOCH,
        locations: &[],
        circumstances: WORST,
        policy: None,
        offers: Offers { provider, detector, kind: Some("classic"), powers, needed, replace: "Do without." },
        can_end: true,
    };
    case.rules()
}

/// What is unused, and whether something smaller would do, however that is said.
fn about_uses(rules: &[OverPrivilege]) -> BTreeSet<&'static str> {
    let kind = |over: &OverPrivilege| match over.rule {
        "unused-power" => Some("unused"),
        "read-only-suffices" | "narrower-kind-exists" => Some("smaller"),
        _ => None,
    };
    rules.iter().filter_map(kind).collect()
}

proptest! {
    #[test]
    fn a_further_use_never_raises_the_excess_nor_what_it_scores((powers, some, all) in powers_and_needs()) {
        let (before, after) = (excess(&powers, &some), excess(&powers, &all));
        prop_assert!(after.iter().all(|power| before.contains(power)));
        prop_assert!(blast_radius::score(&after, WORST) <= blast_radius::score(&before, WORST));
    }

    #[test]
    fn a_further_use_never_makes_more_of_it_unused((powers, some, all) in powers_and_needs()) {
        let (before, after) = (rules(&powers, &some, true), rules(&powers, &all, true));
        prop_assert!(about_uses(&after).is_subset(&about_uses(&before)), "{after:#?}\nafter\n{before:#?}");
    }

    #[test]
    fn a_use_that_is_not_understood_silences_what_is_said_of_uses((powers, _, all) in powers_and_needs()) {
        prop_assert!(about_uses(&rules(&powers, &all, false)).is_empty());
    }

    #[test]
    fn no_rule_weighs_more_than_the_credential((powers, _, all) in powers_and_needs()) {
        let whole = blast_radius::score(&powers, WORST);
        for over in rules(&powers, &all, true) {
            prop_assert!(over.score <= whole && over.band == blast_radius::band(over.score), "{over:?}");
            prop_assert!(over.message.ends_with('.') && over.remedy.ends_with('.'), "{over:?}");
        }
    }
}

/// The properties above would hold as well if nothing ever fired.
#[test]
fn the_rules_on_uses_do_fire() {
    let power = |can: &str| Capability::unbounded(can.parse().unwrap(), Evidence::Observed);
    let powers = [power("delete:code"), power("write:code"), power("read:code"), power("read:artifact")];
    let fired = |needs: &[&str]| -> Vec<&'static str> {
        let need = |can: &&str| Need {
            can: can.parse().unwrap(),
            site: Some(Site { path: "a.sh".to_owned(), line: 1 }),
            why: "git".to_owned(),
        };
        let needs: Vec<Need> = needs.iter().map(need).collect();
        rules(&powers, &needs, true).iter().map(|over| over.rule).collect()
    };
    assert_eq!(fired(&["read:code"]), ["unused-power", "read-only-suffices"]);
    assert_eq!(fired(&["write:code"]), ["unused-power", "narrower-kind-exists"]);
    assert_eq!(fired(&["delete:code"]), ["unused-power"]);
    assert_eq!(fired(&["delete:code", "write:code"]), [] as [&str; 0]);
}
