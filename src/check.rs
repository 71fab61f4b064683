//! The checks that every detector file gets for free: as a test over the built-in ones, and as
//! `overscope detectors check` for one's own.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use url::Url;

use crate::capability::Can;
use crate::detector::model::{Detector, Provider};
use crate::detector::sample::{self, Sample};
use crate::detector::{self, Detectors, LONGEST_MATCH};
use crate::error::Error;
use crate::finding::Confidence;
use crate::glob;
use crate::scan::Scanner;
use crate::secret::FingerprintKey;

mod narrower;
mod probe;

/// Something that is wrong with a detector file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// Provider, detector or step.
    pub about: String,
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.message)
    }
}

/// Checks the user's files beside the built-in ones, or the built-in ones; true when one failed.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<bool, Error> {
    let detectors = Detectors::load(files)?;
    let own: BTreeSet<String> =
        files.iter().map(|file| Ok(detector::read(file)?.id)).collect::<Result<_, crate::error::FileError>>()?;
    let scanner = Scanner::new(&detectors);
    let mut complaints = 0;
    let mut checked = 0;
    for provider in detectors.providers().filter(|provider| own.is_empty() || own.contains(&provider.id)) {
        checked += provider.detectors.len();
        for complaint in check(provider, &detectors, &scanner) {
            complaints += 1;
            writeln!(out, "{complaint}").map_err(Error::Stdout)?;
        }
    }
    writeln!(out, "{checked} detectors checked, {complaints} complaints").map_err(Error::Stdout)?;
    Ok(complaints > 0)
}

/// Everything that is wrong with one provider's file, beside all others.
pub fn check(provider: &Provider, detectors: &Detectors, scanner: &Scanner<'_>) -> Vec<Complaint> {
    let mut check = Check { provider, complaints: Vec::new() };
    check.identity();
    for own in &provider.detectors {
        check.detector(own, detectors, scanner);
    }
    for (name, probe) in &provider.probes {
        check.probe(name, probe);
    }
    check.grants();
    check.complaints.extend(narrower::check(provider));
    check.complaints
}

struct Check<'p> {
    provider: &'p Provider,
    complaints: Vec<Complaint>,
}

impl Check<'_> {
    fn complain(&mut self, about: &str, message: impl Into<String>) {
        self.complaints.push(Complaint { about: about.to_owned(), message: message.into() });
    }

    fn identity(&mut self) {
        let provider = self.provider;
        let fits =
            |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits(&provider.id) {
            self.complain(&provider.id, "an id is made of lower-case letters, digits and `-`");
        }
        for own in provider.detectors.iter().filter(|own| !fits(&own.id)) {
            self.complain(&own.id, "an id is made of lower-case letters, digits and `-`");
        }
        if provider.remedy.revoke.is_empty() || !provider.remedy.replace.iter().any(|replace| replace.when == "any") {
            self.complain(&provider.id, "the remedy needs where to revoke it, and a replacement for `any`");
        }
        for differs in provider.differs.iter().filter(|differs| differs.why.trim().is_empty()) {
            self.complain(&provider.id, format!("which source wins over `{}`, and why?", differs.what));
        }
        for base in provider.base.iter().chain(provider.bases.values()) {
            // A base with a variable in its host is checked when it is filled; here, whether it can fit.
            let plain = base.replace(['{', '}'], "");
            let host = Url::parse(&plain).ok().filter(|url| url.scheme() == "https");
            let host = host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            let form = any_for_variables(base.strip_prefix("https://").unwrap_or_default());
            let form = form.split('/').next().unwrap_or_default();
            let listed = |known: &String| {
                let ends = known.strip_prefix('*').is_some_and(|end| host.ends_with(end));
                *known == host || ends || (form.contains('*') && !host.is_empty() && glob::matches(form, known))
            };
            if !provider.hosts.iter().any(listed) {
                self.complain(&provider.id, format!("the base `{base}` is not https, or its host is not in `hosts`"));
            }
        }
    }

    fn detector(&mut self, own: &Detector, detectors: &Detectors, scanner: &Scanner<'_>) {
        let id = own.id.as_str();
        match own.pattern.as_deref().map(detector::longest) {
            None => {}
            Some(Some(longest)) if longest <= LONGEST_MATCH => {}
            _ => self.complain(id, format!("the pattern must be bounded, to {LONGEST_MATCH} bytes at the most")),
        }
        for pattern in own.patterns() {
            if let Err(why) = detector::compile(pattern) {
                self.complain(id, format!("pattern: {why}"));
                return;
            }
        }
        if own.companions.iter().any(|companion| companion.name == "account" && !companion.public) {
            self.complain(id, "the companion `account` is shown as the credential's account, so it must be public");
        }
        if own.companions.iter().any(|companion| companion.required && companion.otherwise.is_some()) {
            self.complain(id, "a companion is required, or has a value of its own where there is none: not both");
        }
        if own.pattern.is_some() && (own.keywords.is_empty() || own.keywords.iter().any(|word| word.len() < 3)) {
            self.complain(id, "a pattern needs keywords of three letters or more");
        }
        if own.pattern.is_none() && !own.keywords.is_empty() {
            self.complain(id, "keywords wake a pattern, and there is none");
        }
        if let Some(probe) = &own.probe
            && !self.provider.probes.contains_key(probe)
        {
            self.complain(id, format!("there is no probe `{probe}` in this file"));
        }
        if own.ceiling.is_empty() {
            self.complain(id, "a detector needs a ceiling: what its kind could hold at most");
        }
        for word in &own.ceiling {
            if self.provider.meaning_of(word).is_none() {
                self.complain(id, format!("`{word}` of the ceiling has no meaning in [grants]"));
            }
        }
        if own.examples.is_empty() {
            self.complain(id, "a detector needs an example");
        }
        for (seed, template) in own.examples.iter().enumerate() {
            match sample::generate(template, seed as u64) {
                Err(why) => self.complain(id, format!("example `{template}`: {why}")),
                Ok(sample) => self.example(own, template, &sample, detectors, scanner),
            }
        }
        for (seed, template) in own.counterexamples.iter().enumerate() {
            match sample::generate(template, seed as u64) {
                Err(why) => self.complain(id, format!("counterexample `{template}`: {why}")),
                Ok(sample) => {
                    let found = scanner.text(own.sample_path(), &sample.text, &FingerprintKey::fixed());
                    let wrong = |f: &&crate::finding::Finding| {
                        detectors.detector(f.detector).id == own.id && f.confidence > Confidence::Low
                    };
                    if found.iter().any(|finding| wrong(&finding)) {
                        self.complain(id, format!("counterexample `{template}` is found"));
                    }
                }
            }
        }
    }

    fn example(
        &mut self,
        own: &Detector,
        template: &str,
        sample: &Sample,
        detectors: &Detectors,
        scanner: &Scanner<'_>,
    ) {
        let found = scanner.text(own.sample_path(), &sample.text, &FingerprintKey::fixed());
        let ids: Vec<&str> = found.iter().map(|finding| detectors.detector(finding.detector).id.as_str()).collect();
        let right = ids == [own.id.as_str()] && found[0].secret.expose() == sample.secret;
        if !right {
            let message = format!(
                "example `{template}` must be found once, as this detector and with its secret; found: {ids:?}"
            );
            self.complain(&own.id, message);
        } else if found[0].confidence != own.confidence {
            self.complain(&own.id, format!("example `{template}` is found with confidence {}", found[0].confidence));
        }
        if !sample.secret.starts_with(&own.prefix) {
            self.complain(&own.id, format!("the secret of example `{template}` does not start with the prefix"));
        }
    }

    fn grants(&mut self) {
        let words: BTreeSet<&String> = self.provider.detectors.iter().flat_map(|own| &own.ceiling).collect();
        let highest: BTreeSet<Can> = words
            .iter()
            .filter_map(|word| self.provider.meaning_of(word))
            .flatten()
            .flat_map(|grant| grant.can.clone())
            .collect();
        for (word, grants) in &self.provider.grants {
            for can in grants.as_slice().iter().flat_map(|grant| &grant.can) {
                if !highest.contains(can) {
                    self.complain(&self.provider.id.clone(), format!("`{word}` grants {can}, which no ceiling covers"));
                }
            }
        }
        for probe in self.provider.probes.values() {
            let stated = probe.kinds.iter().flat_map(|rule| &rule.scopes);
            let proved = probe.steps.iter().flat_map(|step| step.proves.iter().chain(&step.denies));
            for word in stated.chain(proved) {
                if self.provider.meaning_of(word).is_none() {
                    self.complain(&self.provider.id.clone(), format!("`{word}` has no meaning in [grants]"));
                }
            }
        }
    }
}

/// A text with `*` in the place of each variable.
fn any_for_variables(template: &str) -> String {
    let mut parts = template.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "*" + part.split_once('}').map_or("", |(_, rest)| rest))
}
