//! The fixtures of secretlint's rules: a file, and the messages that it must lead to.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpora::Corpus;
use crate::labels::Verdict;
use crate::process::Fault;
use crate::sources::Sources;

const REPOSITORY: (&str, &str) = ("secretlint/secretlint", "18346ba31b8173d52060b971221ab38c1943def0");

const PACKAGES: &str = "packages/@secretlint/secretlint-rule-";
const SNAPSHOTS: &str = "/test/snapshots/";

/// Rules that are not about credentials, and rules that only try secretlint itself.
const OTHERS: [&str; 8] = [
    "example",
    "filter-comments",
    "internal-test-cjs",
    "internal-test-esm",
    "no-dotenv",
    "no-homedir",
    "no-k8s-kind-secret",
    "pattern",
];

pub fn read(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let snapshot = sources.bring(REPOSITORY.0, REPOSITORY.1)?;
    let mut fixtures: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for path in snapshot.paths() {
        let Some((rule, rest)) = path.strip_prefix(PACKAGES).and_then(|path| path.split_once(SNAPSHOTS)) else {
            continue;
        };
        if let Some((fixture, _)) = rest.split_once('/').filter(|_| !OTHERS.contains(&rule) && !rule.contains("preset"))
        {
            fixtures.entry((rule, fixture)).or_default().push(path);
        }
    }
    let mut corpus = Corpus::default();
    for ((rule, fixture), paths) in fixtures {
        let mut contents = snapshot.contents(&paths)?;
        let named = |end: &str| paths.iter().copied().find(|path| path.ends_with(end));
        let Some(expected) = named("/output.json").and_then(|path| contents.remove(path)) else { continue };
        let Ok(expected) = serde_json::from_slice::<Value>(&expected) else { continue };
        let is_setting = |path: &str| path.contains("/options.") || path.contains("/.secretlintrc");
        let has_settings = contents.keys().any(|path| is_setting(path));
        let mut inputs: Vec<_> = contents.into_iter().filter(|(path, _)| !is_setting(path)).collect();
        let Some((path, content)) = inputs.pop().filter(|_| inputs.is_empty()) else { continue };
        let path = path[PACKAGES.len()..].replace(SNAPSHOTS, "/");
        let messages = expected["messages"].as_array().map_or(&[][..], Vec::as_slice);
        for message in messages {
            let line = |end: &str| message["loc"][end]["line"].as_u64().unwrap_or_default();
            corpus.label(&path, (line("start"), line("end")), Verdict::Real, rule);
        }
        // What settings of the test allow may well be real.
        if messages.is_empty() && fixture.starts_with("ok") && !has_settings {
            corpus.label(&path, (1, u64::MAX), Verdict::NotReal, rule);
        }
        corpus.files.insert(path, content);
    }
    Ok(vec![corpus])
}
