//! The program on one page: each stage takes the value before it and returns the next.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::assess::model::{Assessment, Report, Stats};
use crate::capability::Band;
use crate::detector::Detectors;
use crate::error::Error;
use crate::finding::{Confidence, Finding, Location, Note, Origin};
use crate::inspect::transport::Transport;
use crate::plan::{FailOn, Output, Plan};
use crate::redact::{CleanLines, Redactor};
use crate::replace::replace;
use crate::scan::{Hiding, Scanned};
use crate::source::{Extent, Listing, Source};
use crate::suppress::baseline::{Baseline, Known};
use crate::suppress::{By, Sifted, Suppressed};
use crate::uses::{Search, Uses, Wanted};
use crate::{assess, inspect, report, scan, source, suppress, uses};

/// What a run may do beside returning: the network, if it is handed over, and whom it tells.
pub struct World<'w> {
    pub transport: Option<&'w dyn Transport>,
    pub log: Option<&'w mut (dyn Write + Send)>,
    pub teller: &'w dyn Teller,
}

/// Is told how the run goes, on standard error. What it is told holds no secret.
pub trait Teller: Sync {
    fn reading(&self, files: usize);
    fn read_one(&self);
    fn say(&self, line: &str);
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Something is at or above the threshold.
    pub failed: bool,
    /// Part of the input could not be read.
    pub incomplete: bool,
}

/// The whole program.
pub fn run(plan: &Plan, detectors: &Detectors, world: World<'_>, out: &mut dyn Write) -> Result<Outcome, Error> {
    let World { transport, log, teller } = world;
    let (scanner, listing) = scan::ready_while(detectors, || source::list(&plan.source));
    let listing = listing?;
    teller.reading(listing.len());
    tell_of_rules(detectors, plan.verbose, teller);
    let scanned = scanner.scan(&listing, &plan.key, &|| teller.read_one());
    let read = read_of(&scanned);
    let redactor = redactor(&scanned.findings, detectors);
    let mut notes = [listing.notes.clone(), scanned.notes, detectors.notes().to_vec()].concat();
    let all = !notes.iter().any(|note| note.incomplete);
    let extent = if all { source::extent(&plan.source) } else { Extent::Part };
    let Sifted { mut kept, mut commented, suppressed, notes: ignoring } =
        suppress::apply(scanned.findings, &scanned.comments, detectors, &plan.suppressions, extent)
            .sure_enough(plan.confidence);
    let reported = kept.len();
    // A comment does not make a live credential safe: they are asked about as well.
    kept.append(&mut commented);
    if plan.dry_run {
        return dry_run(&kept, detectors, plan, &redactor, out);
    }
    let mut uses = find_uses(&kept, detectors, &plan.source, &listing);
    let told = plan.needed.as_ref().map(|needed| needed.add_to(&mut uses, &kept, detectors)).unwrap_or_default();
    if let Some(transport) = transport {
        let first = inspect::first_words(&kept, detectors, &plan.asking);
        let remark = transport.remark().filter(|_| !first.is_empty());
        first.iter().map(String::as_str).chain(remark).for_each(|line| teller.say(line));
    }
    let mut log = log.map(|log| CleanLines::new(&redactor, log));
    let log = log.as_mut().map(|log| log as &mut (dyn Write + Send));
    let mut inspected = inspect::inspect(kept, detectors, &plan.asking, transport, log);
    let silenced = inspected.split_off(reported);
    let silenced = assess::assess(silenced, &uses[reported..], detectors, &plan.context);
    let credentials = assess::assess(inspected, &uses[..reported], detectors, &plan.context);
    tell(&credentials, plan.verbose, &redactor, teller);
    notes.extend([told, ignoring, assess::silenced_notes(&silenced)].concat());
    // What the policy says may be about what is left out.
    let whole = extent != Extent::Part && suppressed.is_empty();
    notes.extend(assess::policy_notes(&plan.context, &credentials, whole));
    let asked = silenced.iter().map(|one| one.requests).sum();
    let result = report_of(credentials, suppressed, notes, Stats { requests: asked, ..read }, plan);
    match write(&result, plan, &redactor, out).and_then(|()| out.flush().map_err(Error::Stdout)) {
        // The reader of a pipe has gone. What was found still decides how the run ends.
        Err(Error::Stdout(why)) if why.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    if let Some(baseline) = &plan.write_baseline {
        write_baseline(baseline, &result, plan, &redactor)?;
    }
    Ok(outcome(&result, plan.fail_on))
}

/// What was read, counted.
fn read_of(scanned: &Scanned) -> Stats {
    let Scanned { files, bytes, skipped, candidates, .. } = *scanned;
    Stats { files, bytes, skipped, candidates, ..Stats::default() }
}

/// Everything that is reported.
fn report_of(
    credentials: Vec<Assessment>,
    suppressed: Vec<Suppressed>,
    mut notes: Vec<Note>,
    read: Stats,
    plan: &Plan,
) -> Report {
    notes.sort();
    let requests = read.requests + credentials.iter().map(|credential| credential.requests).sum::<usize>();
    let origin = match plan.source {
        Source::Tree { .. } => Origin::Worktree,
        Source::Staged { .. } => Origin::Index,
        Source::Diff { .. } => Origin::Diff,
        Source::Stdin { .. } => Origin::Stdin,
        Source::History { .. } => Origin::History,
    };
    let stats = Stats { credentials: credentials.len(), requests, ..read };
    let shows_suppressed = plan.shows_suppressed;
    Report { origin, moment: plan.moment.clone(), credentials, suppressed, shows_suppressed, notes, stats }
}

/// Where the finds are used: nothing is read again when nothing was found.
fn find_uses(findings: &[Finding], detectors: &Detectors, source: &Source, listing: &Listing) -> Vec<Uses> {
    // What takes a password that only its name tells is in no table: there is nothing to look for.
    let searched = |finding: &&Finding| !detectors.is_named_only(finding.detector);
    let wanted: Vec<Wanted<'_>> = findings
        .iter()
        .filter(searched)
        .map(|finding| Wanted {
            provider: &detectors.provider_of(finding.detector).id,
            secret: &finding.secret,
            locations: &finding.locations,
        })
        .collect();
    let mut found = match source {
        Source::Stdin { .. } => Vec::new(),
        _ if wanted.is_empty() => Vec::new(),
        _ => {
            let search = Search::new(&wanted);
            let entries = source::surroundings(source, listing);
            let files = source::texts(&entries, uses::can_hold_uses, |path, text| search.open(path, text));
            search.uses(&files)
        }
    }
    .into_iter();
    findings.iter().map(|finding| if searched(&finding) { found.next() } else { None }.unwrap_or_default()).collect()
}

/// What `-v` says of rules that cost time on every file.
fn tell_of_rules(detectors: &Detectors, verbose: u8, teller: &dyn Teller) {
    if verbose > 0 && !detectors.slow().is_empty() {
        let ids = report::escape_controls(&detectors.slow().join(", ")).into_owned();
        teller.say(&format!("without keywords, and so tried on every file: {ids}"));
    }
}

/// What `-v` shows of each credential: how asking went; twice: what stayed open; three times: all words.
fn tell(credentials: &[Assessment], verbose: u8, redactor: &Redactor, teller: &dyn Teller) {
    let say = |line: String| teller.say(&report::escape_controls(&redactor.clean(&line)));
    for credential in credentials.iter().filter(|_| verbose > 0) {
        let place = credential.locations.first().map_or("", |first| &first.path);
        say(format!(
            "{} in {place}: {}, {} requests",
            credential.detector,
            credential.liveness.word(),
            credential.requests
        ));
        credential.gaps.iter().filter(|_| verbose > 1).for_each(|gap| say(format!("  {gap}")));
        credential.scopes.iter().filter(|_| verbose > 2).for_each(|word| say(format!("  scope {word}")));
    }
}

/// Knows every secret of the run, so that the last layer before any output can mask it. The password
/// that everybody types first is masked where it stands, and not in the report's own words.
pub fn redactor(findings: &[Finding], detectors: &Detectors) -> Redactor {
    let secrets = findings.iter().flat_map(|finding| {
        let detector = detectors.detector(finding.detector);
        let companions = detector.companions.iter().filter(|companion| !companion.public);
        let parts = companions.filter_map(|companion| finding.parts.get(&companion.name));
        let hidden = parts.chain(finding.written()).map(|part| (part, 0));
        std::iter::once((&finding.secret, detector.prefix.len())).chain(hidden)
    });
    let secrets = secrets.filter_map(|(secret, public)| match Hiding::of(secret) {
        Hiding::Nowhere => None,
        Hiding::Alone => Some((secret, public, true)),
        Hiding::Everywhere => Some((secret, public, false)),
    });
    let paths = findings.iter().flat_map(|finding| &finding.locations).map(|location| location.path.as_str());
    // What has a look of its own was issued, and no part of it is a word, unless people made it up.
    let drawn = |issued_alone: bool| {
        findings.iter().flat_map(move |finding| {
            let issued = detectors.detector(finding.detector).pattern.is_some();
            let all = std::iter::once(&finding.secret).chain(finding.parts.values());
            all.filter(move |secret| (issued || !issued_alone) && !Hiding::is_of_words(secret, issued))
        })
    };
    Redactor::new(secrets)
        .sparing(paths.clone().flat_map(Hiding::words_in), drawn(true))
        .sparing(paths.flat_map(Hiding::parts_of), drawn(false))
}

fn dry_run(
    findings: &[Finding],
    detectors: &Detectors,
    plan: &Plan,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> Result<Outcome, Error> {
    for line in inspect::dry_run::requests(findings, detectors, &plan.asking) {
        writeln!(out, "{}", redactor.clean(&line)).map_err(Error::Stdout)?;
    }
    Ok(Outcome { failed: false, incomplete: false })
}

/// The further reports first, so that nothing is lost when the reader of the main one is gone.
fn write(result: &Report, plan: &Plan, redactor: &Redactor, out: &mut dyn Write) -> Result<(), Error> {
    let mut failed = None;
    let mut fallback: Option<&Output> = None;
    for output in plan.further.iter().chain([&plan.main]) {
        let Some(file) = &output.file else { continue };
        if let Err(why) = report::to_file(result, output.format, &output.style, redactor, file) {
            fallback = Some(output);
            let what = redactor.clean(&why.path.display().to_string()).into_owned();
            failed = Some(Error::Output {
                what,
                why: io::Error::new(why.source.kind(), redactor.clean(&why.source.to_string()).into_owned()),
            });
        }
    }
    // What was found is never lost: a report that cannot be put into its file is printed.
    let printed = if plan.main.file.is_none() { Some(&plan.main) } else { fallback };
    if let Some(output) = printed {
        report::write(result, output.format, &output.style, redactor, out).map_err(Error::Stdout)?;
    }
    failed.map_or(Ok(()), Err)
}

/// Writes what is known from now on: what stood in the file, what was reported, and what a baseline or
/// another scanner's file has left out.
fn write_baseline(
    (file, before): &(PathBuf, Baseline),
    report: &Report,
    plan: &Plan,
    redactor: &Redactor,
) -> Result<(), Error> {
    let mut baseline = before.clone();
    for one in &report.credentials {
        let Some(first) = one.locations.first() else { continue };
        let beyond = one.locations.iter().map(Location::beyond).min().flatten();
        let path = redactor.clean(&first.path).into_owned();
        let known = Known { detector: one.detector.clone(), path, beyond, reason: None, until: None, line: 0 };
        baseline.add(one.fingerprint.as_str(), known);
    }
    for Suppressed { fingerprint, detector, place, cause, .. } in &report.suppressed {
        let reason = match cause.by {
            By::Baseline => cause.reason.clone(),
            By::File(name) => Some(format!("from {name}")),
            By::Comment(_) | By::Path => continue,
        };
        let path = redactor.clean(&place.path).into_owned();
        let (beyond, until) = (place.beyond(), cause.until);
        let known = Known { detector: detector.clone(), path, beyond, reason, until, line: 0 };
        baseline.add(fingerprint.as_str(), known);
    }
    let text = baseline.text(&plan.key);
    replace(file, |out| out.write_all(text.as_bytes()))
        .map_err(|why| Error::Baseline { what: file.display().to_string(), why })
}

fn outcome(report: &Report, fail_on: FailOn) -> Outcome {
    let at_least = |band: Option<Band>| match fail_on {
        FailOn::Band(least) => band.is_some_and(|band| band >= least),
        FailOn::Never => false,
    };
    Outcome {
        failed: report
            .credentials
            .iter()
            .any(|credential| credential.confidence > Confidence::Low && at_least(credential.band)),
        incomplete: report.notes.iter().any(|note| note.incomplete),
    }
}
