//! `overscope detectors list` and `show`.

use std::io::{self, Write};

use serde::Serialize;

use super::Detectors;
use super::model::{Detector, Probe, Provider, Select, Step};
use crate::error::{Error, PlanError, nearest};

/// One detector, as the contract lists it.
#[derive(Serialize)]
struct Row {
    id: String,
    provider: String,
    name: String,
    requests: Vec<String>,
    scope: &'static str,
    confidence: &'static str,
}

pub fn write(detectors: &Detectors, json: bool, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row> = (0..detectors.len()).map(|number| row(detectors, number)).collect();
    if json {
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        return writeln!(out);
    }
    for row in &rows {
        writeln!(out, "{:<32} {:<48} scope {}, {}", row.id, row.name, row.scope, row.confidence)?;
    }
    writeln!(out, "{} detectors of {} providers", rows.len(), detectors.providers().len())
}

fn row(detectors: &Detectors, number: usize) -> Row {
    let detector = detectors.detector(number);
    let provider = detectors.provider_of(number);
    let probe = probe_of(provider, detector);
    Row {
        id: detector.id.clone(),
        provider: provider.id.clone(),
        name: detector.name.clone(),
        requests: probe.map(requests).unwrap_or_default(),
        scope: scope(provider, probe),
        confidence: if provider.unconfirmed_of(detector).is_some() { "unconfirmed" } else { "confirmed" },
    }
}

fn probe_of<'p>(provider: &'p Provider, detector: &Detector) -> Option<&'p Probe> {
    detector.probe.as_ref().and_then(|name| provider.probes.get(name))
}

fn requests(probe: &Probe) -> Vec<String> {
    probe.steps.iter().flat_map(asked).collect()
}

/// Everything that a step may send; nothing where it only decodes.
fn asked(step: &Step) -> Vec<String> {
    match (&step.get, &step.post, &step.graphql) {
        (Some(url), ..) => vec![format!("GET {url}")],
        (_, Some(url), _) => vec![format!("POST {url}")],
        (_, _, Some(_)) => vec![format!("POST {{base}} query {}", step.id)],
        _ => step.asks.clone(),
    }
}

/// How the power is learnt, by the best that the probe has.
fn scope(provider: &Provider, probe: Option<&Probe>) -> &'static str {
    let Some(probe) = probe else { return "inferred" };
    let (asking, decoding): (Vec<&Step>, Vec<&Step>) =
        probe.steps.iter().partition(|step| step.decode.is_none() || step.reads_answer());
    // A fixed word without a condition says that there was an answer, and nothing of what it was.
    let is_said = |select: &Select| {
        select.written.as_ref().is_none_or(|form| form.contains("{}")) || !select.conditions.is_empty()
    };
    // What a kind is known to do is learnt by telling the kind; what it may only be able to do is not.
    let is_known =
        |word: &String| provider.meaning_of(word).is_some_and(|grants| grants.iter().any(|grant| !grant.inferred));
    let is_told = |select: &Select| select.written.as_ref().is_none_or(|word| word.contains("{}") || is_known(word));
    let tells = |step: &Step| step.read.scopes.iter().flat_map(|selects| selects.as_slice()).any(is_told);
    let proved = asking.iter().any(|step| step.proves.is_some() || tells(step))
        || probe.kinds.iter().flat_map(|rule| &rule.scopes).any(is_known);
    let decoded = |whole: bool| decoding.iter().any(|step| step.read.scopes.is_some() && (step.states || !whole));
    let stated = |step: &&Step| step.read.scopes.as_ref().is_some_and(|selects| selects.as_slice().iter().any(is_said));
    if asking.iter().any(stated) {
        "stated"
    } else if decoded(true) {
        "decoded"
    } else if proved {
        "tested"
    } else if decoded(false) {
        "decoded"
    } else {
        "inferred"
    }
}

pub fn show(detectors: &Detectors, id: &str, out: &mut dyn Write) -> Result<(), Error> {
    let Some(number) = detectors.number_of(id) else {
        let ids = (0..detectors.len()).map(|number| detectors.id(number));
        let hint = nearest(id, ids).map_or_else(
            || "`overscope detectors list` shows all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(PlanError::Usage(format!("there is no detector `{id}`; {hint}")).into());
    };
    show_one(detectors.provider_of(number), detectors.detector(number), out).map_err(Error::Stdout)
}

fn show_one(provider: &Provider, detector: &Detector, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({}): {}", detector.id, provider.name, detector.name)?;
    writeln!(out, "  facts        {}", provider.docs)?;
    if let Some(unconfirmed) = provider.unconfirmed_of(detector) {
        writeln!(out, "  unconfirmed  {unconfirmed}")?;
    }
    for differs in &provider.differs {
        writeln!(out, "  differs      {} in {}: {}", differs.what, differs.from, differs.why)?;
    }
    match &detector.pattern {
        Some(pattern) => {
            writeln!(out, "  keywords     {}", detector.keywords.join(", "))?;
            writeln!(out, "  pattern      {pattern}")?;
        }
        None => writeln!(out, "  pattern      none: what it is assigned to, or its place in a file, tells it")?,
    }
    if !detector.env.is_empty() {
        writeln!(out, "  kept in      {}", detector.env.join(", "))?;
    }
    writeln!(out, "  ceiling      {}", detector.ceiling.join(", "))?;
    if let Some(probe) = probe_of(provider, detector) {
        writeln!(out, "  hosts        {}", provider.hosts.join(", "))?;
        for step in &probe.steps {
            let asked = asked(step);
            let how = if asked.is_empty() { "read from the credential itself".to_owned() } else { asked.join(", ") };
            writeln!(out, "  asks         {}: {how}", step.what)?;
            if let Some(why) = &step.reads_only {
                writeln!(out, "               changes nothing: {why}")?;
            }
        }
    }
    for (word, grants) in &provider.grants {
        for grant in grants.as_slice() {
            let cans: Vec<String> = grant.can.iter().map(ToString::to_string).collect();
            writeln!(out, "  {word:<24} {} ({})", cans.join(" "), grant.reach)?;
        }
    }
    writeln!(out, "  revoke       {}", provider.remedy.revoke)
}
