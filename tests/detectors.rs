//! The checks that every detector file gets for free.

mod common;

use std::collections::BTreeSet;

use overscope::capability::{Can, CanForm, Verb};
use overscope::check::check;
use overscope::detector::Detectors;
use overscope::scan::{Scanner, scan_text};
use overscope::secret::FingerprintKey;

#[test]
fn every_detector_file_passes_its_checks() {
    let detectors = common::catalogue();
    assert!(!detectors.is_empty());
    let scanner = Scanner::new(&detectors);
    let complaints: Vec<String> = detectors
        .providers()
        .flat_map(|provider| check(provider, &detectors, &scanner))
        .map(|complaint| complaint.to_string())
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn nothing_is_found_in_what_holds_no_secret() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clean");
    let detectors = common::catalogue();
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let found = scan_text("clean", &text, &detectors, &FingerprintKey::fixed());
        let ids: Vec<_> =
            found.iter().map(|finding| (&detectors.detector(finding.detector).id, finding.first().line)).collect();
        assert!(ids.is_empty(), "{}: {ids:?}", path.display());
        files += 1;
    }
    assert!(files >= 4);
}

#[test]
fn the_program_holds_every_file_of_the_folder() {
    let ids =
        |detectors: &Detectors| -> Vec<String> { detectors.providers().map(|provider| provider.id.clone()).collect() };
    assert_eq!(ids(&Detectors::load(&[]).unwrap()), ids(&common::catalogue()));
}

#[test]
fn reading_what_is_dropped_is_complained_about() {
    let detectors = common::catalogue();
    let mut github = detectors.provider("github").unwrap().clone();
    let steps = &mut github.probes.get_mut("scopes").unwrap().steps;
    let repositories = steps.iter_mut().find(|step| step.id == "repositories").unwrap();
    repositories.drops = vec!["/*/owner".to_owned(), "full_name".to_owned()];
    let complaints: Vec<String> =
        check(&github, &detectors, &Scanner::new(&detectors)).iter().map(ToString::to_string).collect();
    assert_eq!(
        complaints,
        [
            "github.scopes.repositories: `repository.inside.owner` reads /*/owner/login, \
             which `drops` takes out of the answer",
            "github.scopes.repositories: `full_name` of `drops` must be a pointer from the top of the answer",
        ]
    );
}

#[test]
fn a_smaller_thing_that_nobody_can_look_up_or_make_is_complained_about() {
    let detectors = common::catalogue();
    let mut stripe = detectors.provider("stripe").unwrap().clone();
    let narrower = &mut stripe.narrower[0];
    narrower.name = "A key.".to_owned();
    narrower.can = vec!["*:*".parse().unwrap()];
    narrower.instead_of = vec!["secret".to_owned(), "stripe-secret-key".to_owned(), "sekret".to_owned()];
    narrower.source = "http://docs.stripe.com/keys".to_owned();
    let complaints: Vec<String> =
        check(&stripe, &detectors, &Scanner::new(&detectors)).iter().map(ToString::to_string).collect();
    let about = "stripe: narrower `A key.`";
    assert_eq!(
        complaints,
        [
            format!("{about}: the name stands inside a sentence: `a restricted key with …`, without a full stop"),
            format!("{about}: `can` lists what it allows; what allows everything is nothing smaller"),
            format!("{about}: the source `http://docs.stripe.com/keys` is no https address"),
            format!("{about}: no detector and no kind of this file is called `sekret`"),
        ]
    );
}

#[test]
fn a_smaller_thing_allows_what_some_word_of_its_provider_does_or_to_read_that() {
    let detectors = common::catalogue();
    let mut strange = Vec::new();
    for provider in detectors.providers() {
        let granted: BTreeSet<Can> =
            provider.grants.values().flat_map(|grants| grants.as_slice()).flat_map(|grant| grant.can.clone()).collect();
        for narrower in &provider.narrower {
            let is_known = |form: &&CanForm| {
                let reads = matches!(form.verb, Some(Verb::List | Verb::Read));
                let same_class = |can: &Can| form.class.is_none_or(|class| class == can.class);
                granted.iter().any(|can| same_class(can) && (reads || form.verb.is_none_or(|verb| verb == can.verb)))
            };
            let unknown = narrower.can.iter().filter(|form| !is_known(form));
            strange.extend(unknown.map(|form| format!("{}: `{form}` of {}", provider.id, narrower.name)));
        }
    }
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}

/// Whoever is asked what a credential can do is asked for the smaller one, too. Of the others the
/// catalogue knows a look alone, and the remedy says what is known.
#[test]
fn a_provider_that_is_asked_offers_something_smaller_or_says_that_nothing_is() {
    let detectors = common::catalogue();
    let silent: Vec<&str> = detectors
        .providers()
        .filter(|provider| provider.narrower.is_empty() && !provider.probes.is_empty())
        .filter(|provider| {
            let general = provider.remedy.replace.iter().find(|replacement| replacement.when == "any").unwrap();
            !(general.with.starts_with("No ") && general.with.contains("can be limited"))
        })
        .map(|provider| provider.id.as_str())
        .collect();
    assert_eq!(silent, <[&str; 0]>::default());
}
