//! What a probe says: each of its steps asks in one way, with variables that exist, and changes nothing.

use std::collections::BTreeSet;

use super::Check;
use crate::detector;
use crate::detector::model::{Auth, Meaning, Probe, Provider, ResourceRead, Step};
use crate::detector::places;
use crate::inspect::bodies;
use crate::inspect::request::only_queries;
use crate::inspect::template;

impl Check<'_> {
    pub(super) fn probe(&mut self, name: &str, probe: &Probe) {
        let known = self.known_variables(probe);
        for step in &probe.steps {
            let about = format!("{}.{name}.{}", self.provider.id, step.id);
            self.step(&about, probe, step, &known);
        }
        let ids: Vec<&String> = probe.steps.iter().map(|step| &step.id).collect();
        let named = probe.kinds.iter().flat_map(|rule| rule.answered.iter().chain(&rule.refused));
        for id in named.chain(&probe.dead_when_refused) {
            if !ids.contains(&id) {
                self.complain(&format!("{}.{name}", self.provider.id), format!("there is no step `{id}`"));
            }
        }
        for rule in probe.answers.iter().chain(probe.steps.iter().flat_map(|step| &step.answers)) {
            let words = rule.json.is_some() || !rule.is.is_empty() || !rule.contains.is_empty();
            if rule.means == Meaning::Dead && !words {
                let message =
                    "a rule that means `dead` must name what stands in the body: a status alone may be a proxy's";
                self.complain(&format!("{}.{name}", self.provider.id), message);
            }
        }
    }

    fn step(&mut self, about: &str, probe: &Probe, step: &Step, known: &BTreeSet<String>) {
        self.question(about, probe, step);
        self.drops(about, probe, step);
        self.body(about, step);
        if let Some(page) = &step.page {
            let ways = [page.link.is_some(), page.next.is_some(), page.cursor.is_some()];
            let taken = [page.variable.is_some(), page.parameter.is_some()];
            let one = |flags: &[bool]| flags.iter().filter(|flag| **flag).count() == 1;
            if !one(&ways) || (page.cursor.is_some() && !one(&taken)) {
                self.complain(about, "a next page stands in `link`, in `next`, or in a `cursor` that one thing takes");
            }
        }
        if let Some(rule) = &step.asked_when
            && !known.contains(&rule.variable)
        {
            self.complain(about, format!("the variable `{}` of `asked_when` is defined nowhere", rule.variable));
        }
        for template in self.templates(probe, step) {
            for name in template::names(&template).into_iter().filter(|name| !known.contains(*name)) {
                self.complain(about, format!("the variable `{{{name}}}` is defined nowhere"));
            }
        }
    }

    /// A step asks once, where --endpoint leads, and changes nothing.
    fn question(&mut self, about: &str, probe: &Probe, step: &Step) {
        let asks = [
            step.get.is_some(),
            step.post.is_some(),
            step.graphql.is_some(),
            step.native.is_some(),
            step.decode.is_some(),
        ];
        if asks.iter().filter(|asks| **asks).count() != 1 {
            self.complain(about, "a step asks in exactly one way: get, post, graphql, native or decode");
        }
        if (step.post.is_some() || step.native.is_some())
            && step.reads_only.as_ref().is_none_or(|why| why.trim().is_empty())
        {
            self.complain(about, "`reads_only` must say why this changes nothing");
        }
        if step.native.is_some() == step.asks.is_empty() {
            self.complain(about, "`asks` lists every question of a native step, and of no other");
        }
        for asked in &step.asks {
            if !asked.starts_with("POST {base}/ ") && !asked.starts_with("POST {base.") {
                self.complain(about, format!("`{asked}` must be a POST to a base"));
            }
        }
        if let Some(document) = &step.graphql
            && let Err(why) = only_queries(document, &probe.never)
        {
            self.complain(about, why.to_string());
        }
        for url in step.get.iter().chain(&step.post) {
            if !url.starts_with("{base}/") && !url.starts_with("{base.") && *url != "{base}" {
                self.complain(about, format!("`{url}` must start with a base, so that --endpoint replaces it"));
            }
        }
    }

    fn body(&mut self, about: &str, step: &Step) {
        let texts = step.json.as_ref().map(texts_of).unwrap_or_default();
        let named = texts.iter().any(|text| text == bodies::WORDS);
        if step.words.is_some() != named && (named || step.through.is_none()) {
            self.complain(about, "`words` belongs to an item `{words}` of its `json`, or to `through`");
        }
        if step.post.is_none() && (step.json.is_some() || !step.form.is_empty()) {
            self.complain(about, "only a `post` has a body");
        }
    }

    /// Every text of a step in which variables may stand.
    fn templates(&self, probe: &Probe, step: &Step) -> Vec<String> {
        let mut templates: Vec<&String> = step.get.iter().chain(&step.post).chain(&step.text).collect();
        templates.extend(&step.asks);
        templates.extend(step.get.iter().chain(&step.post).filter_map(|url| base_of(self.provider, url)));
        templates.extend(step.form.values().chain(step.variables.values()));
        templates.extend(step.headers.values().chain(probe.headers.values()));
        for auth in
            step.auth.iter().chain(probe.kinds.iter().filter_map(|rule| rule.auth.as_ref())).chain([&probe.auth])
        {
            match auth {
                Auth::None => {}
                Auth::Bearer(text) | Auth::Query(text) => templates.push(text),
                Auth::Header { value, .. } => templates.push(value),
                Auth::Basic { user, password } | Auth::Digest { user, password } => templates.extend([user, password]),
                Auth::AzureSharedKey { account, key } => templates.extend([account, key]),
            }
        }
        if let Some(jwt) = &probe.jwt {
            templates.extend(jwt.header.values().chain(jwt.claims.values()).chain([&jwt.key]));
        }
        let texts = step.json.as_ref().map(texts_of).unwrap_or_default();
        let texts = texts.into_iter().filter(|text| text != bodies::WORDS);
        templates.into_iter().cloned().chain(texts).collect()
    }

    /// What is dropped is a place, and nothing reads it.
    fn drops(&mut self, about: &str, probe: &Probe, step: &Step) {
        if !step.drops.is_empty() && step.decode.is_some() {
            self.complain(about, "`drops` belongs to an answer, and a credential that is decoded is none");
        }
        let places = places::of(probe, step);
        for dropped in &step.drops {
            if !dropped.starts_with('/') || dropped.ends_with('/') {
                self.complain(about, format!("`{dropped}` of `drops` must be a pointer from the top of the answer"));
                continue;
            }
            for place in places.iter().filter(|place| place.reader != places::MASKED && place.is_in(dropped)) {
                let message =
                    format!("`{}` reads {}, which `drops` takes out of the answer", place.reader, place.pointer);
                self.complain(about, message);
            }
        }
    }

    /// All variables that can have a value in some step of the probe.
    fn known_variables(&self, probe: &Probe) -> BTreeSet<String> {
        let mut known: BTreeSet<String> =
            ["secret", "base", "each.id", "each.name"].iter().map(|name| name.to_string()).collect();
        known.extend(self.provider.bases.keys().map(|name| format!("base.{name}")));
        for own in &self.provider.detectors {
            known.extend(own.companions.iter().map(|companion| companion.name.clone()));
            if let Some(Ok(pattern)) = own.pattern.as_deref().map(detector::compile) {
                known.extend(pattern.capture_names().flatten().map(str::to_owned));
            }
        }
        known.extend(probe.jwt.iter().map(|_| "jwt".to_owned()));
        for step in &probe.steps {
            known.extend(step.read.token.iter().map(|_| "token".to_owned()));
            known.extend(step.read.vars.keys().map(|name| format!("vars.{name}")));
            let mut open: Vec<&ResourceRead> = step.read.resources.iter().collect();
            while let Some(read) = open.pop() {
                known.extend([format!("{}.id", read.kind), format!("{}.name", read.kind)]);
                open.extend(&read.inner);
            }
        }
        known
    }
}

/// Every text of a JSON value.
fn texts_of(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

/// The base that an address starts with: its variables must be known, too.
fn base_of<'p>(provider: &'p Provider, url: &str) -> Option<&'p String> {
    let (name, _) = url.strip_prefix('{')?.split_once('}')?;
    match name.strip_prefix("base.") {
        Some(name) => provider.bases.get(name),
        None => provider.base.as_ref(),
    }
}
