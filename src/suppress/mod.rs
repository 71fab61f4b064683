//! What is found and not reported, since somebody said so: in a baseline, by a path in the
//! configuration, in a comment beside it, or in a file of another scanner. What is left out is
//! counted and named; what has ended is reported again; what is about nothing is told.
//!
//! A baseline knows a credential wherever it stands. All else is about places, and a credential is
//! left out only where each of its places is.

pub mod baseline;
pub mod foreign;
mod told;

use jiff::civil::Date;

use crate::config::exempt::Exemption;
use crate::detector::Detectors;
use crate::finding::{Comment, Confidence, Finding, Location, Marker, Note};
use crate::secret::Fingerprint;
use crate::source::Extent;
use baseline::Baseline;
use foreign::Foreign;
use told::Told;
pub use told::no_detector;

/// What the user, and what is scanned, say about finds that are not to be reported.
#[derive(Debug, Default)]
pub struct Suppressions {
    pub today: Date,
    pub baseline: Option<Baseline>,
    pub exemptions: Vec<Exemption>,
    /// The configuration as reports name it.
    pub config: String,
    /// Files of other scanners; none where they are not heeded, and neither are their comments.
    pub foreign: Option<Foreign>,
    /// Whether comments count that the scanned change itself brings.
    pub new_comments: bool,
    /// What is to be said of how these came about.
    pub notes: Vec<Note>,
    /// What the paths of each argument begin with.
    pub prefixes: Vec<String>,
}

/// By what something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    Baseline,
    /// `[[ignore]]` in the configuration.
    Path,
    Comment(Marker),
    /// A file of another scanner, by its name.
    File(&'static str),
}

impl By {
    pub fn word(self) -> &'static str {
        match self {
            By::Baseline => "baseline",
            By::Path => "ignore",
            By::Comment(marker) => marker.word(),
            By::File(name) => name,
        }
    }
}

/// Why one place is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub by: By,
    /// The line that says so: `overscope.toml:12`.
    pub at: String,
    pub reason: Option<String>,
    pub until: Option<Date>,
}

/// One place of a credential that is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    pub fingerprint: Fingerprint,
    pub detector: String,
    pub confidence: Confidence,
    pub place: Location,
    pub cause: Cause,
}

/// The finds, parted.
#[derive(Debug, Default)]
pub struct Sifted {
    pub kept: Vec<Finding>,
    /// Left out, somewhere by a comment alone: those are asked about as well.
    pub commented: Vec<Finding>,
    /// Each place of what is left out, by path and line.
    pub suppressed: Vec<Suppressed>,
    /// What has ended, what is about nothing, and what is wrong.
    pub notes: Vec<Note>,
}

/// Parts the finds. `extent`: how much was read of what the ignores may be about.
pub fn apply(
    findings: Vec<Finding>,
    comments: &[Comment],
    detectors: &Detectors,
    suppressions: &Suppressions,
    extent: Extent,
) -> Sifted {
    let mut sifted = Sifted::default();
    let mut told = Told::default();
    for mut finding in findings {
        let detector = detectors.id(finding.detector);
        let causes: Vec<Option<Cause>> =
            finding.locations.iter().map(|at| suppressions.cause(&finding, detector, at, &mut told)).collect();
        if causes.iter().any(Option::is_none) {
            // What is allowed where it stands comes last: reports point at the first place.
            let mut places: Vec<(bool, Location)> = causes.iter().map(Option::is_some).zip(finding.locations).collect();
            places.sort_by_key(|(covered, _)| *covered);
            finding.locations = places.into_iter().map(|(_, location)| location).collect();
            sifted.kept.push(finding);
            continue;
        }
        let causes: Vec<Cause> = causes.into_iter().flatten().collect();
        let by_comment = causes.iter().any(|cause| matches!(cause.by, By::Comment(_)));
        sifted.suppressed.extend(causes.into_iter().zip(&finding.locations).map(|(cause, at)| Suppressed {
            fingerprint: finding.fingerprint.clone(),
            detector: detector.to_owned(),
            confidence: finding.confidence,
            place: at.clone(),
            cause,
        }));
        if by_comment {
            sifted.commented.push(finding);
        }
    }
    let order = |one: &Suppressed| (one.place.path.clone(), one.place.line, one.fingerprint.clone());
    sifted.suppressed.sort_by_cached_key(order);
    sifted.notes = told.notes(suppressions, comments, detectors, extent);
    sifted
}

impl Sifted {
    /// Without what is less sure than wanted.
    pub fn sure_enough(mut self, least: Confidence) -> Sifted {
        for list in [&mut self.kept, &mut self.commented] {
            list.retain(|finding| finding.confidence >= least);
        }
        self.suppressed.retain(|one| one.confidence >= least);
        self
    }
}

impl Suppressions {
    /// Why one place is left out, if it is; the decision that says most comes first. Each that is
    /// about it is remembered.
    fn cause(&self, finding: &Finding, detector: &str, at: &Location, told: &mut Told) -> Option<Cause> {
        let mut causes: Vec<Cause> = Vec::new();
        if let Some(baseline) = &self.baseline
            && let Some(known) = baseline.known.get(finding.fingerprint.as_str())
        {
            told.baseline(finding, detector, at);
            causes.extend(self.counts(known.until).then(|| Cause {
                by: By::Baseline,
                at: format!("{}:{}", baseline.name, known.line),
                reason: known.reason.clone(),
                until: known.until,
            }));
        }
        for (number, exemption) in self.exemptions.iter().enumerate() {
            // A pattern may mean the archive or a member of it.
            let covers = |path: &str| exemption.covers(detector, self.relative(path));
            if !covers(&at.path) && !covers(at.file().0) {
                continue;
            }
            told.exemption(number, detector, at);
            causes.extend(self.counts(exemption.until).then(|| Cause {
                by: By::Path,
                at: format!("{}:{}", self.config, exemption.line),
                reason: Some(exemption.reason.clone()),
                until: exemption.until,
            }));
        }
        for comment in &at.comments {
            if comment.is_new && !self.new_comments {
                told.new_comment(comment);
                continue;
            }
            let heeded = match comment.marker {
                Marker::Overscope => comment.detectors.iter().any(|id| id == detector),
                _ => self.foreign.is_some(),
            };
            if heeded {
                told.comment(comment);
                causes.push(Cause {
                    by: By::Comment(comment.marker),
                    at: format!("{}:{}", comment.path, comment.line),
                    reason: comment.reason.clone(),
                    until: None,
                });
            }
        }
        causes.extend(self.foreign.as_ref().and_then(|foreign| foreign.cause(finding, at, self.relative(&at.path))));
        causes.into_iter().next()
    }

    fn counts(&self, until: Option<Date>) -> bool {
        until.is_none_or(|until| until >= self.today)
    }

    /// A path as the configuration says it: without the argument that it was found under.
    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let rest = |prefix: &String| path.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_prefix('/'));
        // One repository may lie in another.
        self.prefixes.iter().filter_map(rest).min_by_key(|rest| rest.len()).unwrap_or(path)
    }
}
