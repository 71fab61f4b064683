//! Each rule of over-privilege on a repository, and on its nearest innocent neighbour: the same
//! files and answers with one text in them changed. `fixtures/repos/rules` holds the pairs.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::Folder;
use common::replies::{Case, Recorded, asking_for, text_of};
use common::whole_run::{Listening, plan};
use overscope::assess::Context;
use overscope::detector::Detectors;
use overscope::plan;
use overscope::report::Format;
use overscope::run::{self, World};
use overscope::scan::scan_text;
use overscope::secret::FingerprintKey;
use serde::Deserialize;
use serde_json::Value;

const RULES: &[&str] = &[
    "policy-violation",
    "environment-crossing",
    "unused-power",
    "claim-exceeded",
    "read-only-suffices",
    "narrower-kind-exists",
    "shared-between-environments",
    "no-expiry",
    "backups-in-radius",
];

/// A repository and what turns it into its neighbour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    rule: String,
    /// A case of `fixtures/replies`.
    answers: String,
    /// The fact, in words.
    changed: String,
    files: BTreeMap<String, String>,
    change: Change,
    expect: Expect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// A file, `the paths` or `the answers`.
    #[serde(rename = "in")]
    place: String,
    from: String,
    to: String,
}

/// How the rule words it: how message and remedy begin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    message: String,
    remedy: String,
    sites: Vec<String>,
}

struct Repository {
    files: BTreeMap<String, String>,
    answers: String,
}

impl Pair {
    fn first(&self) -> Repository {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/replies");
        Repository { files: self.files.clone(), answers: std::fs::read_to_string(folder.join(&self.answers)).unwrap() }
    }

    /// The same with the one text changed, which must stand there once.
    fn neighbour(&self) -> Repository {
        let Change { place, from, to } = &self.change;
        let mut repository = self.first();
        let replace = |text: &str| {
            assert_eq!(text.matches(from.as_str()).count(), 1, "{}: `{from}` in {place}", self.changed);
            text.replace(from, to)
        };
        match place.as_str() {
            "the answers" => repository.answers = replace(&repository.answers),
            "the paths" => {
                let text = repository.files.remove(from).unwrap_or_else(|| panic!("no file {from}"));
                repository.files.insert(to.clone(), text);
            }
            file => {
                let text = repository.files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
                *text = replace(text);
            }
        }
        repository
    }
}

impl Repository {
    /// The whole program over the files, with a credential of the answers' kind in them.
    fn credential(&self, detectors: &Detectors) -> Value {
        let case: Case = toml::from_str(&self.answers).unwrap();
        let found = scan_text("sample", &text_of(detectors, &case, 1), detectors, &FingerprintKey::fixed());
        let folder = Folder::plain();
        for (name, text) in &self.files {
            folder.write(name, text.replace("{{secret}}", found[0].secret.expose()));
        }
        let mut plan = plan(&folder, Format::Json, false);
        let config = plan::config_for(None, &plan.source).unwrap();
        plan.context = Context { now: plan.context.now, ..plan::context(&config) };
        plan.asking = overscope::inspect::Asking { naming: config.naming(), ..asking_for(detectors, &case) };
        let answers = Recorded::new(&case, None);
        let world = World { transport: Some(&answers), log: None, teller: &Listening::default() };
        let mut out = Vec::new();
        run::run(&plan, detectors, world, &mut out).unwrap();
        let report: Value = serde_json::from_slice(&out).unwrap();
        let [one] = report["credentials"].as_array().unwrap().as_slice() else { panic!("one credential: {report:#}") };
        one.clone()
    }
}

fn rule<'v>(credential: &'v Value, name: &str) -> Option<&'v Value> {
    credential["over_privilege"].as_array().unwrap().iter().find(|over| over["rule"] == name)
}

fn pairs() -> Vec<(String, Pair)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos/rules");
    let read = |path: &Path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        (name.clone(), toml::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}")))
    };
    let mut pairs: Vec<(String, Pair)> =
        std::fs::read_dir(folder).unwrap().map(|file| read(&file.unwrap().path())).collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

#[test]
fn each_rule_fires_on_its_repository_and_is_silent_on_the_neighbour() {
    let detectors = common::catalogue();
    let mut covered = BTreeSet::new();
    for (name, pair) in pairs() {
        let credential = pair.first().credential(&detectors);
        let over = rule(&credential, &pair.rule).unwrap_or_else(|| panic!("{name} is silent: {credential:#}"));
        let begins = |key: &str, start: &str| {
            let text = over[key].as_str().unwrap();
            assert!(text.starts_with(start) && text.ends_with('.'), "{name}: {key}: {text}");
        };
        begins("message", &pair.expect.message);
        begins("remedy", &pair.expect.remedy);
        let sites: Vec<String> = over["sites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|site| format!("{}:{}", site["path"].as_str().unwrap(), site["line"]))
            .collect();
        assert_eq!(sites, pair.expect.sites, "{name}");
        let score = over["score"].as_f64().unwrap();
        assert!(score > 0.0 && score <= credential["score"].as_f64().unwrap(), "{name}: {over:#}");
        let innocent = pair.neighbour().credential(&detectors);
        assert_eq!(rule(&innocent, &pair.rule), None, "{name}: fires although this was changed: {}", pair.changed);
        println!("{name}: fires at {score:.2}, and not when this is changed: {}", pair.changed);
        covered.insert(pair.rule);
    }
    assert_eq!(covered, RULES.iter().map(|rule| (*rule).to_owned()).collect());
}
