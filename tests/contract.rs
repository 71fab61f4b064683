//! What the detector files ask and read stands in the providers' own descriptions: every request
//! and its parameters, every place of an answer, every scope that is enumerated there. What differs
//! on purpose is said in the detector file (`[[differs]]`), and nothing else may differ.
//!
//! The descriptions are not part of this repository: `OVERSCOPE_SPECS` names their folder; without
//! it the test says that it was skipped.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::catalogue;
use common::description::{Description, Known, Operation, WordsOf, host_and_path};
use common::paths::address;
use overscope::detector::model::{Auth, Condition, Probe, Provider, Step};
use overscope::detector::places::{self, Place};
use overscope::glob;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Descriptions are called after their provider; these are called otherwise.
const CALLED: &[(&str, &str)] = &[
    ("google", "gcp"),
    ("docker-hub", "dockerhub"),
    ("crates-io", "crates"),
    ("atlas", "mongodb"),
    ("hcp", "terraform"),
];

/// What the paths of a description leave out, where it does not say so itself.
const PREFIXES: &[(&str, &str)] = &[("terraform-cloud.json", "/api/v2"), ("vault.json", "/v1")];

/// Words of a list that are none: nothing is needed, or nothing is held.
const NO_SCOPES: &[&str] = &["none"];

/// Where powers are enumerated that no probe reads there, beside the scopes of security schemes.
const LISTS: &[(&str, &str)] = &[
    ("crates-registry.json", "/components/schemas/EndpointScope/enum"),
    ("neon.json", "/components/schemas/ProjectPermissionLevel/enum"),
    ("turso.json", "/components/schemas/Member/properties/role/enum"),
    ("vercel.json", "/components/schemas/Team/properties/saml/properties/roles/additionalProperties/oneOf/1/enum"),
];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OVERSCOPE_SPECS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: OVERSCOPE_SPECS does not name the folder with the providers' descriptions");
    }
    folder
}

/// All descriptions by the name of their file, but for AWS's service models and the like.
fn descriptions(folder: &Path) -> Vec<Description> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let json = files.iter().filter(|path| path.extension().is_some_and(|end| end == "json"));
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let prefix = PREFIXES.iter().find(|(file, _)| *file == name).map_or("", |(_, prefix)| prefix);
        let text = std::fs::read_to_string(path).unwrap();
        Description::new(name, serde_json::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}")), prefix)
    };
    json.map(read).filter(|description| description.json.get("paths").is_some()).collect()
}

fn own<'d>(provider: &Provider, all: &'d [Description]) -> Vec<&'d Description> {
    let called = CALLED.iter().find(|(id, _)| *id == provider.id).map_or(provider.id.as_str(), |(_, called)| called);
    let fits = |description: &&Description| {
        let name = description.file.trim_end_matches(".json");
        name == called || name.strip_prefix(called).is_some_and(|rest| rest.starts_with('-'))
    };
    all.iter().filter(fits).collect()
}

/// What was looked at, and what stands in no description.
#[derive(Default)]
struct Findings {
    requests: usize,
    parameters: usize,
    pointers: usize,
    /// Places of which the description says nothing, neither that they are there nor that they are not.
    open: BTreeSet<String>,
    scopes: usize,
    missing: BTreeSet<String>,
    /// No line of a detector file makes these right.
    kept_secrets: BTreeSet<String>,
}

impl Findings {
    fn need(&mut self, known: Known, what: impl FnOnce() -> String) {
        match known {
            Known::Yes => {}
            Known::Open => drop(self.open.insert(what())),
            Known::No => drop(self.missing.insert(what())),
        }
    }

    fn probe(&mut self, provider: &Provider, probe: &Probe, descriptions: &[&Description]) {
        for step in &probe.steps {
            let asked = [("get", &step.get), ("post", &step.post)];
            for (method, url) in asked.into_iter().filter_map(|(method, url)| Some((method, url.as_ref()?))) {
                self.requests += 1;
                let shown = format!("{} /{}", method.to_uppercase(), address(url).segments.join("/"));
                match operation(provider, method, url, descriptions) {
                    Some(operation) => {
                        self.step(&shown, probe, step, url, &operation);
                        self.read_words(provider, &shown, step, &operation);
                    }
                    None => {
                        self.missing.insert(shown);
                    }
                }
            }
        }
    }

    fn step(&mut self, shown: &str, probe: &Probe, step: &Step, url: &str, operation: &Operation<'_>) {
        let query = operation.parameters("query");
        let decoded = |name: &str| percent_decode_str(name).decode_utf8_lossy().into_owned();
        let mut sent: Vec<String> = address(url).query.into_iter().map(|(name, _)| decoded(name)).collect();
        sent.extend(step.page.iter().filter_map(|page| page.parameter.clone()));
        self.parameters += sent.len();
        for name in &sent {
            let known = query.iter().any(|(known, _)| known == name);
            self.need(if known { Known::Yes } else { Known::No }, || format!("{shown} ?{name}"));
        }
        for (name, _) in query.iter().filter(|(name, needed)| *needed && !sent.contains(name)) {
            self.missing.insert(format!("{shown} without ?{name}"));
        }
        let headers = headers(probe, step);
        for (name, needed) in operation.parameters("header") {
            if needed && !headers.contains(&name.to_ascii_lowercase()) {
                self.missing.insert(format!("{shown} without {name}"));
            }
        }
        let json = step.json.as_ref().and_then(Value::as_object).into_iter().flat_map(|members| members.keys());
        for member in step.form.keys().chain(json) {
            self.parameters += 1;
            self.need(operation.takes(member), || format!("{shown} body {member}"));
        }
        for place in places::of(probe, step).into_iter().filter(|place| is_the_providers(step, place)) {
            self.pointers += 1;
            let known = operation.answers_with(&place.pointer, &|status| is_looked_at(&place, status));
            self.need(known, || format!("{shown} {}", place.pointer));
        }
        for secret in operation.secrets() {
            if !step.drops.iter().any(|place| *place == secret || secret.starts_with(&format!("{place}/"))) {
                self.kept_secrets.insert(format!("{shown} does not drop {secret}"));
            }
        }
    }

    /// The words that stand where the step reads its scopes.
    fn read_words(&mut self, provider: &Provider, shown: &str, step: &Step, operation: &Operation<'_>) {
        for select in step.read.scopes.iter().flat_map(|selects| selects.as_slice()) {
            // A fixed word stands for something else that is read; a condition on the word picks some.
            let fixed = select.written.as_ref().is_some_and(|form| !form.contains("{}"));
            let picks =
                |condition: &Condition| condition.present.is_none() && Some(&condition.json) == select.json.as_ref();
            let picked = select.conditions.iter().any(picks);
            let Some(place) =
                select.json.as_ref().filter(|_| !fixed && !picked && select.split.is_none() && select.values.is_none())
            else {
                continue;
            };
            let what = match (select.pairs, select.keys || select.held) {
                (true, _) => WordsOf::Pairs,
                (false, true) => WordsOf::Names,
                (false, false) => WordsOf::Values,
            };
            let place = format!("{}{place}", select.each.as_deref().unwrap_or_default());
            for word in operation.words_at(&place, what) {
                self.scopes += 1;
                let written = select.written.as_deref().unwrap_or("{}").replace("{}", &word);
                if provider.meaning_of(&written).is_none() {
                    self.missing.insert(format!("{shown} scope {written}"));
                }
            }
        }
    }

    fn words(&mut self, provider: &Provider, description: &Description) {
        let mut words = description.scopes();
        for (_, pointer) in LISTS.iter().filter(|(file, _)| *file == description.file) {
            let list = description.json.pointer(pointer).and_then(Value::as_array);
            let list = list.unwrap_or_else(|| panic!("{}: nothing at {pointer}", description.file));
            words.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        for word in words.iter().filter(|word| !NO_SCOPES.contains(&word.as_str())) {
            self.scopes += 1;
            if !has_meaning(provider, word) {
                self.missing.insert(format!("scope {word}"));
            }
        }
    }
}

fn operation<'d>(
    provider: &Provider,
    method: &str,
    url: &str,
    descriptions: &[&'d Description],
) -> Option<Operation<'d>> {
    let asked = address(url);
    let base = match asked.base? {
        // A server of one's own has no address here, and its paths begin at the root.
        "base" => provider.base.as_deref().unwrap_or_default(),
        other => provider.bases.get(other.strip_prefix("base.")?)?,
    };
    let (host, prefix) = host_and_path(base);
    let path = format!("{prefix}/{}", asked.segments.join("/"));
    descriptions.iter().find_map(|description| description.operation(method, host.as_deref(), &path))
}

/// Names of the headers that a step sends, in lower case.
fn headers(probe: &Probe, step: &Step) -> BTreeSet<String> {
    // The HTTP client sends these itself.
    let mut names: BTreeSet<String> = ["accept", "content-type", "user-agent"].map(str::to_owned).into();
    names.extend(probe.headers.keys().chain(step.headers.keys()).map(|name| name.to_ascii_lowercase()));
    match step.auth.as_ref().unwrap_or(&probe.auth) {
        Auth::None | Auth::Query(_) => {}
        Auth::Header { name, .. } => {
            names.insert(name.to_ascii_lowercase());
        }
        Auth::Bearer(_) | Auth::Basic { .. } | Auth::Digest { .. } | Auth::AzureSharedKey { .. } => {
            names.insert("authorization".to_owned());
        }
    }
    names
}

/// Whether the provider writes what stands there, rather than the function that the reply goes
/// through. Bodies of refusals are described nowhere, or nearly so: they are not looked at.
fn is_the_providers(step: &Step, place: &Place) -> bool {
    let success = place.statuses.is_empty() || place.statuses.iter().any(|status| (200..300).contains(status));
    let computed = step.through.is_some() && place.is_in("/held");
    success && !computed
}

/// Whether an answer with this status is one in which the place is looked at.
fn is_looked_at(place: &Place, status: &str) -> bool {
    // A rule without a status looks at every answer.
    status.starts_with('2') || (place.reader == "answer" && place.statuses.is_empty())
}

/// Whether a word has a meaning, as it stands or as the file writes down what it reads.
fn has_meaning(provider: &Provider, word: &str) -> bool {
    let steps = provider.probes.values().flat_map(|probe| &probe.steps);
    let scopes = steps.filter_map(|step| step.read.scopes.as_ref()).flat_map(|scopes| scopes.as_slice());
    // A form that leaves the word out says nothing of it.
    let forms = scopes.filter_map(|select| select.written.as_deref()).filter(|form| form.contains("{}"));
    let mut words = forms.chain(["{}"]).map(|form| form.replace("{}", word));
    words.any(|word| provider.meaning_of(&word).is_some())
}

fn look(provider: &Provider, descriptions: &[&Description]) -> Findings {
    let mut findings = Findings::default();
    for probe in provider.probes.values() {
        findings.probe(provider, probe, descriptions);
    }
    for description in descriptions {
        findings.words(provider, description);
    }
    findings
}

#[test]
fn every_request_pointer_and_scope_stands_in_the_providers_description() {
    let Some(folder) = folder() else { return };
    let all = descriptions(&folder);
    let detectors = catalogue();
    let mut wrong: Vec<String> = Vec::new();
    let mut accepted: Vec<String> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut without: Vec<&str> = Vec::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    // Of whom nobody asks, the catalogue knows a look alone.
    for provider in detectors.providers().filter(|provider| !provider.probes.is_empty()) {
        let descriptions = own(provider, &all);
        if descriptions.is_empty() {
            without.push(&provider.id);
        } else {
            used.extend(descriptions.iter().map(|description| description.file.as_str()));
            let found = look(provider, &descriptions);
            for (what, sum) in [
                ("requests", found.requests),
                ("parameters", found.parameters),
                ("pointers", found.pointers),
                ("places of which nothing is said", found.open.len()),
                ("scopes", found.scopes),
            ] {
                *sums.entry(what).or_default() += sum;
            }
            open.extend(found.open.iter().map(|what| format!("{}: {what}", provider.id)));
            wrong.extend(found.kept_secrets.iter().map(|what| format!("{}: {what}", provider.id)));
            let unexplained = found
                .missing
                .iter()
                .filter(|what| !provider.differs.iter().any(|differs| glob::matches(&differs.what, what)));
            wrong.extend(unexplained.map(|what| format!("{}: {what}: not so in the description", provider.id)));
            for differs in &provider.differs {
                let shown = format!("{}: {} in {}: {}", provider.id, differs.what, differs.from, differs.why);
                let one = found.missing.iter().any(|what| glob::matches(&differs.what, what));
                if one && descriptions.iter().any(|description| description.file == differs.from) {
                    accepted.push(shown);
                } else {
                    wrong.push(format!("{shown}: there is no such difference"));
                }
            }
        }
    }
    let unused: Vec<&str> = all.iter().map(|one| one.file.as_str()).filter(|file| !used.contains(file)).collect();
    println!("checked: {sums:?}");
    println!("{} providers without a description: {}", without.len(), without.join(", "));
    println!("{} descriptions without a provider: {}", unused.len(), unused.join(", "));
    println!("{} places of which the description says nothing:\n  {}", open.len(), open.join("\n  "));
    println!("{} differences that are there on purpose:\n  {}", accepted.len(), accepted.join("\n  "));
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sums["pointers"] > 100, "{sums:?}");
}

/// What makes a step wrong.
type Change = fn(&mut Step);

/// The test above sees each kind of difference.
#[test]
fn what_is_not_described_is_seen() {
    let Some(folder) = folder() else { return };
    let all = descriptions(&folder);
    let detectors = catalogue();
    let digitalocean = |change: Change| -> Vec<String> {
        let mut provider = detectors.provider("digitalocean").unwrap().clone();
        provider.grants.remove("*:read");
        let steps = &mut provider.probes.get_mut("token").unwrap().steps;
        change(steps.iter_mut().find(|step| step.id == "projects").unwrap());
        let found = look(&provider, &own(&provider, &all));
        found.missing.into_iter().chain(found.kept_secrets).collect()
    };
    let known = digitalocean(|_| {});
    assert!(known.contains(&"scope block_storage:read".to_owned()), "{known:?}");
    fn read(step: &mut Step, toml: &str) {
        step.read = toml::from_str(toml).unwrap();
    }
    let wanted: [(&str, Change); 6] = [
        ("GET /v2/projekte", |step| step.get = Some("{base}/v2/projekte".into())),
        ("GET /v2/projects ?colour", |step| step.get = Some("{base}/v2/projects?colour=red".into())),
        ("GET /v2/projects /projects/*/colour", |step| read(step, "label = { json = '/projects/*/colour' }")),
        ("GET /v2/projects /projects/*/name/first", |step| read(step, "label = { json = '/projects/*/name/first' }")),
        ("GET /v2/databases does not drop /databases/*/connection/uri", |step| {
            step.get = Some("{base}/v2/databases".into());
            step.drops = vec!["/databases/*/connection/password".into(), "/databases/*/users".into()];
        }),
        ("GET /v2/databases /projects/*/name", |step| step.get = Some("{base}/v2/databases".into())),
    ];
    for (what, change) in wanted {
        let found = digitalocean(change);
        assert!(found.iter().any(|found| found == what), "{what}: {found:?}");
    }
    assert!(!digitalocean(wanted[4].1).iter().any(|what| what.ends_with("password")));
}
