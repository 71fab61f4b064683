//! The catalogue: one file per provider, read into the types of [`model`]. What the files say is
//! data; what it means to a scan or a probe is decided by those stages.

pub mod checksum;
pub mod list;
pub mod model;
pub mod places;
pub mod pointer;
pub mod sample;

use std::path::PathBuf;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::error::{FileError, parse_toml, shown};
use model::{Companion, Detector, Provider};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/detectors.rs"));
}

/// Patterns beyond this size are refused: a detector is a shape, not a program.
const PATTERN_LIMIT: usize = 1 << 20;

/// No detector's match may be longer than this.
pub const LONGEST_MATCH: usize = 16 << 10;

/// The id of what has no provider.
const NOBODYS: &str = "generic";

/// Every provider, and every detector under its number.
#[derive(Debug)]
pub struct Detectors {
    providers: Vec<Provider>,
    /// Provider and position in it, in a fixed order.
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    provider: usize,
    detector: usize,
    pattern: OnceLock<Regex>,
    longest: OnceLock<usize>,
    companions: Vec<OnceLock<Regex>>,
}

impl Detectors {
    /// The embedded files, then the user's own.
    pub fn load(own: &[PathBuf]) -> Result<Detectors, FileError> {
        let mut providers = embedded_providers()?;
        for path in own {
            providers.push(read(path)?);
        }
        Detectors::of(providers)
    }

    /// The embedded files, then those that a scanned repository brings. These look and decode but
    /// ask nobody: whoever writes a file there could otherwise collect everybody's secrets.
    pub fn with_brought(files: &[PathBuf]) -> Result<Detectors, FileError> {
        let mut providers = embedded_providers()?;
        for path in files {
            let mut provider = read(path)?;
            provider.hosts.clear();
            for probe in provider.probes.values_mut() {
                probe.steps.retain(|step| step.decode.is_some());
            }
            providers.push(provider);
        }
        Detectors::of(providers)
    }

    /// The catalogue that these providers make.
    pub fn of(providers: Vec<Provider>) -> Result<Detectors, FileError> {
        let mut rules: Vec<Rule> = Vec::new();
        for (number, provider) in providers.iter().enumerate() {
            for (position, detector) in provider.detectors.iter().enumerate() {
                let clash =
                    rules.iter().any(|rule| providers[rule.provider].detectors[rule.detector].id == detector.id);
                if clash {
                    return Err(FileError::Content {
                        path: provider.id.clone(),
                        message: format!("detector `{}` exists already; give this one another id", detector.id),
                    });
                }
                rules.push(Rule {
                    provider: number,
                    detector: position,
                    pattern: OnceLock::new(),
                    longest: OnceLock::new(),
                    companions: detector.companions.iter().map(|_| OnceLock::new()).collect(),
                });
            }
        }
        Ok(Detectors { providers, rules })
    }

    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// How many detectors there are; they are numbered from zero.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub fn number_of(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|&number| self.detector(number).id == id)
    }

    pub fn detector(&self, number: usize) -> &Detector {
        let rule = &self.rules[number];
        &self.providers[rule.provider].detectors[rule.detector]
    }

    pub fn provider_of(&self, number: usize) -> &Provider {
        &self.providers[self.rules[number].provider]
    }

    /// The compiled pattern; compiled on first use, since most runs need a few of them. None for a
    /// kind that has no look of its own.
    pub fn pattern(&self, number: usize) -> Option<&Regex> {
        let pattern = self.detector(number).pattern.as_deref()?;
        Some(self.rules[number].pattern.get_or_init(|| compile(pattern).expect("checked by its test")))
    }

    /// The longest text that the pattern can match.
    pub fn longest(&self, number: usize) -> usize {
        let pattern = || self.detector(number).pattern.as_deref();
        *self.rules[number].longest.get_or_init(|| pattern().and_then(longest).unwrap_or(LONGEST_MATCH))
    }

    /// How much a detector's find says: an own prefix first, then what stands around it, then conditions.
    /// A shape that belongs to nobody says least.
    pub fn rank(&self, number: usize) -> (u8, usize) {
        let detector = self.detector(number);
        let conditions = detector.decodes.as_ref().map_or(0, |decodes| decodes.conditions.len());
        let nobodys = self.provider_of(number).id == NOBODYS;
        let look = match (&detector.pattern, &detector.context) {
            (None, _) if nobodys => 0,
            (None, _) => 1,
            (Some(_), _) if nobodys => 1,
            (Some(_), Some(_)) => 2,
            (Some(_), None) => 3,
        };
        (look, conditions + usize::from(detector.checksum.is_some()))
    }

    /// The compiled pattern of one companion.
    pub fn companion(&self, number: usize, position: usize) -> (&Companion, &Regex) {
        let companion = &self.detector(number).companions[position];
        let pattern = self.rules[number].companions[position]
            .get_or_init(|| compile(&companion.pattern).expect("checked by its test"));
        (companion, pattern)
    }
}

fn embedded_providers() -> Result<Vec<Provider>, FileError> {
    let parse = |(name, json): &(&str, &str)| {
        serde_json::from_str(json)
            .map_err(|why| FileError::Content { path: format!("detectors/{name}"), message: why.to_string() })
    };
    embedded::EMBEDDED.iter().map(parse).collect()
}

/// Reads one detector file of the user's, whose patterns nobody has checked yet.
pub fn read(path: &std::path::Path) -> Result<Provider, FileError> {
    let name = shown(path);
    let text = std::fs::read_to_string(path).map_err(|why| FileError::Unreadable { path: name.clone(), why })?;
    let provider: Provider = parse_toml(&name, &text)?;
    for detector in &provider.detectors {
        let patterns = detector.companions.iter().map(|companion| &companion.pattern).chain(&detector.pattern);
        for pattern in patterns {
            compile(pattern).map_err(|why| FileError::Content {
                path: name.clone(),
                message: format!("detector `{}`: pattern: {why}", detector.id),
            })?;
        }
    }
    Ok(provider)
}

/// Compiles a pattern the way all are compiled: bytes, no Unicode classes, bounded size.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(PATTERN_LIMIT).build()
}

/// The longest text that a pattern can match, in bytes; none when it has no bound.
pub fn longest(pattern: &str) -> Option<usize> {
    let syntax = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    syntax.properties().maximum_len()
}
