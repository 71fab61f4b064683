//! Each rule of over-privilege on a repository, and on its nearest innocent neighbour: the same
//! files and answers with one text in them changed. `fixtures/repos/rules` holds the pairs.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use common::Folder;
use common::replies::{Case, Recorded, asking_for, text_of};
use common::schema::documented;
use common::whole_run::{Listening, plan};
use overscope::assess::Context;
use overscope::detector::Detectors;
use overscope::plan;
use overscope::report::Format;
use overscope::run::{self, World};
use overscope::scan::scan_text;
use overscope::secret::FingerprintKey;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize;
use serde_json::Value;

static DETECTORS: LazyLock<Detectors> = LazyLock::new(common::catalogue);

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
    fn credential(&self) -> Value {
        let detectors = &*DETECTORS;
        let case: Case = toml::from_str(&self.answers).unwrap();
        let found = scan_text("sample", &text_of(detectors, &case, 1), detectors, &FingerprintKey::fixed());
        let folder = Folder::plain();
        for (name, text) in &self.files {
            folder.write(name, text.replace("{{secret}}", found[0].secret.expose()));
        }
        let mut plan = plan(&folder, Format::Json, false);
        let config = plan::config_for(None, &[], &plan.source, &plan::Ground::default()).unwrap();
        plan.context = Context { now: plan.context.now, ..plan::context(&config) };
        plan.asking = overscope::inspect::Asking { naming: config.naming(), ..asking_for(detectors, &case) };
        let answers = Recorded::new(&case, None);
        let world = World { transport: Some(&answers), log: None, teller: &Listening::default() };
        let mut out = Vec::new();
        run::run(&plan, detectors, world, &mut out).unwrap();
        let report: Value = serde_json::from_slice(&out).unwrap();
        documented(&report, &case.detector);
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
    let mut covered = BTreeSet::new();
    for (name, pair) in pairs() {
        let credential = pair.first().credential();
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
        let innocent = pair.neighbour().credential();
        assert_eq!(rule(&innocent, &pair.rule), None, "{name}: fires although this was changed: {}", pair.changed);
        println!("{name}: fires at {score:.2}, and not when this is changed: {}", pair.changed);
        covered.insert(pair.rule);
    }
    assert_eq!(covered, RULES.iter().map(|rule| (*rule).to_owned()).collect());
}

/// Places that claim things, for what has nothing to do with the credential.
const PATHS: &[&str] = &[
    "other.sh",
    "Makefile",
    "Dockerfile",
    "deploy/staging/other.sh",
    ".env.production.example",
    ".github/workflows/other.yml",
    ".gitlab-ci.yml",
    "docs/production.md",
    "src/main.py",
];

/// Lines of files that neither name the credential nor run a tool that takes it by itself.
const LINES: &[&str] = &[
    "#!/bin/sh",
    "export OTHER=1",
    "OTHER_READONLY_TOKEN=",
    "aws s3 rm s3://bucket --recursive",
    "eval \"$OTHER\"",
    "psql \"$@\"",
    "curl -X DELETE https://api.example.com/things",
    "all: other",
    "jobs:",
    "  build:",
    "    environment: production",
    "    steps: [{run: make}]",
    "FROM scratch",
    "import os",
    "{{",
    "\"'`",
];

/// Needs without the order that files come in, and rules.
fn shown(credential: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let all = |key: &str, shown: fn(&Value) -> String| credential[key].as_array().unwrap().iter().map(shown).collect();
    (all("needed", Value::to_string), all("over_privilege", |over| over["rule"].as_str().unwrap().to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_unrelated_file_never_removes_a_need_and_never_adds_a_rule(
        pair in any::<Index>(),
        path in select(PATHS),
        lines in prop::collection::vec(select(LINES), 0..12),
    ) {
        let (_, pair) = pairs().swap_remove(pair.index(pairs().len()));
        // The neighbour is where a rule could come up that is not there yet.
        for mut repository in [pair.first(), pair.neighbour()] {
            let (needed, rules) = shown(&repository.credential());
            repository.files.insert(path.to_owned(), lines.join("\n"));
            let (needed_after, rules_after) = shown(&repository.credential());
            prop_assert!(needed.is_subset(&needed_after), "{needed:?} are not among {needed_after:?}");
            prop_assert!(rules_after.is_subset(&rules), "{rules_after:?} are more than {rules:?}");
        }
    }
}
