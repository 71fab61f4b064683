//! From rules as they are written to detectors: what is kept, what cannot be, what is only said.

use std::collections::BTreeMap;
use std::path::Path;

use super::expression::Filter;
use super::pattern::Pattern;
use super::table::{At, Place, Wrong};
use super::written::Rule;
use super::{Merged, Rules, file_name};
use crate::capability::{Breadth, Can, Class, Guard, Recover, Verb};
use crate::detector::model::{Allow, Detector, Grant, OneOrMany, Provider, Remedy, Replacement};
use crate::error::FileError;
use crate::finding::{Confidence, Note};

/// The word for what a rule's find may do, of which a rule says nothing.
const KIND: &str = "kind:rule";

/// A description that is longer is a sentence about the kind and not its name.
const NAME: usize = 60;

/// Keywords that are shorter stand everywhere.
const KEYWORD: usize = 3;

pub(super) fn rules(merged: Merged, path: &Path) -> Result<Rules, FileError> {
    let mut keeping = Keeping::new(&merged);
    let own = merged.rules.iter().filter(|rule| !rule.hidden);
    let (changing, own): (Vec<&Rule>, Vec<&Rule>) = own.partition(|rule| merged.use_default && rule.finds_nothing());
    let kept: Vec<(&Rule, Detector)> =
        own.into_iter().filter_map(|rule| Some((rule, keeping.detector(rule)?))).collect();
    let Keeping { wrong, slow, .. } = keeping;
    if !wrong.is_empty() {
        return Err(FileError::Several(wrong.into_iter().map(FileError::from).collect()));
    }
    let name = file_name(path);
    let notes = notes(&merged, &changing, &kept)
        .into_iter()
        .map(|message| Note { kind: "rules", about: name.clone(), message, incomplete: false })
        .collect();
    let places = kept.iter().map(|(rule, _)| rule.place.clone()).collect();
    let detectors = kept.into_iter().map(|(_, detector)| detector).collect();
    Ok(Rules { provider: provider(&name, detectors), notes, slow, places })
}

impl Rule {
    fn finds_nothing(&self) -> bool {
        self.regex.is_none() && self.path.is_none()
    }
}

/// What is said of what is passed over.
fn notes(merged: &Merged, changing: &[&Rule], kept: &[(&Rule, Detector)]) -> Vec<String> {
    let mut notes = Vec::new();
    if merged.use_default {
        notes.push(
            "`useDefault`: overscope's own detectors take the place of the default rules; what the file allows is \
             allowed to its own rules only"
                .to_owned(),
        );
    }
    let mut absent: Vec<&str> = merged.disabled.iter().map(String::as_str).collect();
    absent.extend(changing.iter().map(|rule| rule.id.as_str()));
    if merged.use_default {
        let is_own = |id: &&String| merged.rules.iter().any(|rule| rule.id == **id);
        absent.extend(merged.allow.iter().flat_map(|(ids, _)| ids).filter(|id| !is_own(id)).map(String::as_str));
    }
    absent.sort_unstable();
    absent.dedup();
    if !absent.is_empty() {
        notes.push(format!("what it changes or switches off is no rule here: {}", absent.join(", ")));
    }
    let mut unused: BTreeMap<&str, usize> = BTreeMap::new();
    kept.iter().flat_map(|(rule, _)| &rule.unused).for_each(|key| *unused.entry(key).or_default() += 1);
    if !unused.is_empty() {
        let keys: Vec<String> = unused.iter().map(|(key, rules)| format!("`{key}` (of {rules})")).collect();
        notes.push(format!("these keys change no find and are not used: {}", keys.join(", ")));
    }
    notes
}

struct Keeping<'m> {
    merged: &'m Merged,
    /// What the file allows to all of its rules.
    everywhere: Vec<Allow>,
    least_entropy: Option<f64>,
    wrong: Vec<Wrong>,
    slow: Vec<String>,
}

impl<'m> Keeping<'m> {
    fn new(merged: &'m Merged) -> Keeping<'m> {
        let wrong = merged.wrong.clone();
        let mut keeping = Keeping { merged, everywhere: Vec::new(), least_entropy: None, wrong, slow: Vec::new() };
        for (targets, allow) in &merged.allow {
            let kept = keeping.allow(&allow.value, &allow.place, "");
            if targets.is_empty() {
                keeping.everywhere.extend(kept);
            }
            let is_rule = |id: &&String| merged.rules.iter().any(|rule| rule.id == **id);
            for absent in targets.iter().filter(|id| !merged.use_default && !is_rule(id)) {
                let message = format!("allowlist: there is no rule `{absent}` to allow this to; correct `targetRules`");
                keeping.wrong.push(allow.place.error(message));
            }
        }
        for At { value, place } in merged.prefilter.iter().chain(&merged.filter) {
            let kept: Vec<Allow> = value.allow.iter().filter_map(|allow| keeping.allow(allow, place, "")).collect();
            keeping.everywhere.extend(kept);
            keeping.least_entropy = greater(keeping.least_entropy, value.entropy);
        }
        keeping
    }

    fn detector(&mut self, rule: &Rule) -> Option<Detector> {
        let before = self.wrong.len();
        let id = &rule.id;
        self.wrong.extend(rule.wrong.iter().cloned());
        let pattern = self.regex(rule);
        let path = rule.path.as_ref().and_then(|path| self.pattern(&path.value, &path.place, id, "`path`"));
        let secret_groups = pattern.as_ref().map(|pattern| self.groups(rule, pattern));
        let filter = rule.filter.as_ref().map_or_else(Filter::default, |filter| filter.value.clone());
        let of = format!("rule `{id}`: ");
        let mut allow = self.everywhere.clone();
        let targeted = self.merged.allow.iter().filter(|(targets, _)| targets.contains(id)).map(|(_, allow)| allow);
        for At { value, place } in rule.allow.iter().chain(targeted) {
            allow.extend(self.allow(value, place, &of));
        }
        for one in &filter.allow {
            let place = rule.filter.as_ref().map_or(&rule.place, |filter| &filter.place);
            allow.extend(self.allow(one, place, &of));
        }
        let pattern = pattern.filter(|_| self.wrong.len() == before)?;
        let keywords = self.keywords(rule, &pattern);
        let entropy = rule.entropy.as_ref().map(|at| at.value).filter(|least| *least != 0.0).map(f64::next_up);
        Some(Detector {
            id: id.clone(),
            name: name(rule),
            keywords,
            pattern: Some(pattern.text),
            secret_groups: secret_groups?,
            whole_text: true,
            path: path.map(|path| path.text),
            prefix: String::new(),
            checksum: None,
            drawn: false,
            entropy: greater(greater(entropy, filter.entropy), self.least_entropy),
            allow,
            context: None,
            companions: Vec::new(),
            env: Vec::new(),
            probe: None,
            kind: None,
            ceiling: vec![KIND.to_owned()],
            environment: None,
            confidence: Confidence::Medium,
            unconfirmed: None,
            decodes: None,
            file: None,
            examples: Vec::new(),
            counterexamples: Vec::new(),
        })
    }

    fn regex(&mut self, rule: &Rule) -> Option<Pattern> {
        let id = &rule.id;
        let Some(regex) = &rule.regex else {
            self.wrong.push(rule.place.error(match &rule.path {
                Some(_) => format!(
                    "rule `{id}`: finds files by their `path` alone, which cannot be kept: a find is a value here; give it \
                     a `regex`, or switch it off with `disabledRules` in a file that extends this one"
                ),
                None => format!("rule `{id}`: has neither `regex` nor `path`; give it one, or take the rule out"),
            }));
            return None;
        };
        let pattern = self.pattern(&regex.value, &regex.place, id, "`regex`")?;
        if pattern.matches_nothing() {
            self.wrong.push(regex.place.error(format!("rule `{id}`: its `regex` matches the empty text everywhere")));
        }
        Some(pattern)
    }

    /// Where nothing is said, the first group that holds something, else all of the match.
    fn groups(&mut self, rule: &Rule, pattern: &Pattern) -> Vec<usize> {
        let Some(At { value, place }) = &rule.secret_group else { return (1..=pattern.groups).chain([0]).collect() };
        let group = (0..=pattern.groups).find(|group| *group as f64 == *value);
        match group {
            Some(0) => (1..=pattern.groups).chain([0]).collect(),
            Some(group) => vec![group],
            None => {
                let message = format!(
                    "rule `{}`: there is no group {value} in its `regex`, which has {}; correct `secretGroup`",
                    rule.id, pattern.groups
                );
                self.wrong.push(place.error(message));
                Vec::new()
            }
        }
    }

    fn keywords(&mut self, rule: &Rule, pattern: &Pattern) -> Vec<String> {
        let mut keywords: Vec<String> = rule.keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
        if keywords.iter().any(|word| word.len() < KEYWORD) {
            keywords.clear();
        }
        if keywords.is_empty() {
            keywords = pattern.required();
        }
        if keywords.is_empty() {
            self.slow.push(rule.id.clone());
        }
        keywords
    }

    fn pattern(&mut self, go: &str, place: &Place, id: &str, what: &str) -> Option<Pattern> {
        match Pattern::of(go) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.wrong.push(place.error(format!("rule `{id}`: its {what} cannot be kept: {why}")));
                None
            }
        }
    }

    fn allow(&mut self, allow: &Allow, place: &Place, of: &str) -> Option<Allow> {
        let mut kept = |patterns: &[String]| -> Vec<String> {
            let read = patterns.iter().filter_map(|go| match Pattern::of(go) {
                Ok(pattern) => Some(pattern.text),
                Err(why) => {
                    self.wrong.push(place.error(format!("{of}allowlist: `{go}` cannot be kept: {why}")));
                    None
                }
            });
            read.collect()
        };
        let (patterns, paths) = (kept(&allow.patterns), kept(&allow.paths));
        let kept = Allow { patterns, paths, ..allow.clone() };
        (!kept.is_empty()).then_some(kept)
    }
}

fn greater(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}

/// The description where it is a name, else the id.
fn name(rule: &Rule) -> String {
    let described =
        rule.description.as_deref().map(str::trim).filter(|text| text.len() <= NAME && !text.ends_with('.'));
    described.filter(|text| !text.is_empty() && !text.contains('\n')).unwrap_or(&rule.id).to_owned()
}

fn provider(name: &str, detectors: Vec<Detector>) -> Provider {
    let grant = Grant {
        can: [Verb::Read, Verb::Write].map(|verb| Can::new(verb, Class::Datastore)).to_vec(),
        reach: Breadth::Unknown,
        when_one: None,
        of: None,
        recover: Recover::Unknown,
        guard: Guard::None,
        environment: None,
        source: None,
        inferred: true,
        note: Some("What it opens, only its issuer knows.".to_owned()),
    };
    Provider {
        id: id(name),
        name: name.to_owned(),
        base: None,
        bases: BTreeMap::new(),
        hosts: Vec::new(),
        canary_accounts: Vec::new(),
        docs: "https://github.com/gitleaks/gitleaks".to_owned(),
        unconfirmed: Some(format!("Nothing is known of it but what its rule in {name} says.")),
        differs: Vec::new(),
        detectors,
        probes: BTreeMap::new(),
        grants: BTreeMap::from([(KIND.to_owned(), OneOrMany::One(grant))]),
        remedy: Remedy {
            revoke: "At its issuer, of whom the rule says nothing".to_owned(),
            replace: vec![Replacement {
                when: "any".to_owned(),
                with:
                    "Keep its successor outside the repository, in a secret store, with the least that its use needs."
                        .to_owned(),
                revoke: None,
            }],
        },
        narrower: Vec::new(),
    }
}

/// `rules-gitleaks` for `.gitleaks.toml`: an id as every provider's.
fn id(name: &str) -> String {
    let stem = name.strip_suffix(".toml").unwrap_or(name).to_ascii_lowercase();
    let words: Vec<&str> = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("rules-{}", words.join("-"))
}
