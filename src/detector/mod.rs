//! The catalogue: one file per provider, read into the types of [`model`]. What the files say is
//! data; what it means to a scan or a probe is decided by those stages.

pub mod allowed;
mod begins;
mod byteset;
pub mod checksum;
pub mod list;
pub mod model;
pub mod places;
pub mod pointer;
pub mod rules;
mod run;
pub mod sample;
mod shape;
mod stored;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use crate::error::{FileError, parse_toml, shown};
use crate::finding::Note;
use crate::textfile;
use allowed::{Allowance, Seen};
use model::{Allow, Companion, Detector, Provider};
use rules::Rules;
use shape::Shape;
use stored::{Head, Stored};

/// Patterns beyond this size are refused: a detector is a shape, not a program.
const PATTERN_LIMIT: usize = 1 << 20;

/// No detector's match may be longer than this.
pub const LONGEST_MATCH: usize = 16 << 10;

/// The ids of what has no provider: any issuer's token may stand in the address of a database.
const NOBODYS: [&str; 2] = ["generic", "database"];

/// What the ids of rules files begin with.
const RULES: &str = "rules-";

/// Every provider, and every detector under its number.
#[derive(Debug)]
pub struct Detectors {
    providers: Vec<Stored>,
    /// Provider and position in it, in a fixed order.
    rules: Vec<Rule>,
    /// What is to be said of the rules files.
    notes: Vec<Note>,
    /// Rules that are tried on every text, by their ids.
    slow: Vec<String>,
}

#[derive(Debug, Default)]
struct Rule {
    provider: usize,
    detector: usize,
    pattern: OnceLock<Regex>,
    shape: OnceLock<Shape>,
    companions: OnceLock<Vec<Regex>>,
    path: OnceLock<Regex>,
    allow: OnceLock<Vec<Allowance>>,
}

impl Detectors {
    /// The embedded files, then the user's own.
    pub fn load(own: &[PathBuf]) -> Result<Detectors, FileError> {
        let own = own.iter().map(|path| read(path)).collect::<Result<Vec<Provider>, _>>()?;
        Detectors::stored(Stored::embedded().into_iter().chain(own.into_iter().map(Stored::from)).collect())
    }

    /// The embedded files, then those that a scanned repository brings. These look and decode but
    /// ask nobody: whoever writes a file there could otherwise collect everybody's secrets.
    pub fn with_brought(files: &[PathBuf]) -> Result<Detectors, FileError> {
        let mut providers = Stored::embedded();
        for path in files {
            let mut provider = read(path)?;
            provider.hosts.clear();
            for probe in provider.probes.values_mut() {
                probe.steps.retain(|step| step.decode.is_some());
            }
            providers.push(provider.into());
        }
        Detectors::stored(providers)
    }

    /// The catalogue that these providers make.
    pub fn of(providers: Vec<Provider>) -> Result<Detectors, FileError> {
        Detectors::stored(providers.into_iter().map(Stored::from).collect())
    }

    fn stored(providers: Vec<Stored>) -> Result<Detectors, FileError> {
        let mut rules: Vec<Rule> = Vec::new();
        let mut ids: HashSet<&str> = HashSet::new();
        for (number, provider) in providers.iter().enumerate() {
            for (position, head) in provider.heads.iter().enumerate() {
                if !ids.insert(&head.id) {
                    return Err(FileError::Content {
                        path: provider.id.clone().into_owned(),
                        message: format!("detector `{}` exists already; give this one another id", head.id),
                    });
                }
                rules.push(Rule { provider: number, detector: position, ..Rule::default() });
            }
        }
        Ok(Detectors { providers, rules, notes: Vec::new(), slow: Vec::new() })
    }

    /// These, and beside them rules that people have already.
    pub fn with_rules(self, files: Vec<Rules>) -> Result<Detectors, FileError> {
        let Detectors { mut providers, mut notes, mut slow, .. } = self;
        let mut clashes = Vec::new();
        for file in files {
            for (position, rule) in file.provider.detectors.iter().enumerate() {
                let has = |provider: &&Stored| provider.heads.iter().any(|known| known.id == rule.id);
                if let Some(other) = providers.iter().find(has) {
                    let is_rules = other.id.starts_with(RULES);
                    let other = if is_rules { &other.provider().name } else { "a detector of overscope" };
                    clashes.push(file.clash(position, other));
                }
            }
            let Rules { provider, notes: more, slow: more_slow, .. } = file;
            let is_same = |known: &&Stored| known.id.starts_with(RULES) && known.provider().name == provider.name;
            let same = providers.iter().filter(is_same).count();
            let id = if same > 0 { format!("{}-{}", provider.id, same + 1) } else { provider.id.clone() };
            providers.push(Provider { id, ..provider }.into());
            notes.extend(more);
            slow.extend(more_slow);
        }
        match clashes.is_empty() {
            true => Ok(Detectors { notes, slow, ..Detectors::stored(providers)? }),
            false => Err(FileError::Several(clashes)),
        }
    }

    /// What is to be said of the files that they come from.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The ids of rules that no keyword and no literal text announces: they cost time on every file.
    pub fn slow(&self) -> &[String] {
        &self.slow
    }

    pub fn providers(&self) -> impl ExactSizeIterator<Item = &Provider> {
        self.providers.iter().map(Stored::provider)
    }

    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id).map(Stored::provider)
    }

    /// How many detectors there are; they are numbered from zero.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub fn number_of(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|&number| self.id(number) == id)
    }

    fn head(&self, number: usize) -> &Head {
        let rule = &self.rules[number];
        &self.providers[rule.provider].heads[rule.detector]
    }

    /// Its id, which is told without reading its file, as the next three are.
    pub fn id(&self, number: usize) -> &str {
        &self.head(number).id
    }

    pub fn keywords(&self, number: usize) -> impl Iterator<Item = &str> {
        self.head(number).keywords.iter().map(Cow::as_ref)
    }

    /// Whether its look alone tells it: no context is needed.
    pub fn is_anchored(&self, number: usize) -> bool {
        self.head(number).anchored
    }

    /// Whether it is tried on every text.
    pub fn is_always_awake(&self, number: usize) -> bool {
        self.head(number).always
    }

    pub fn detector(&self, number: usize) -> &Detector {
        &self.provider_of(number).detectors[self.rules[number].detector]
    }

    pub fn provider_of(&self, number: usize) -> &Provider {
        self.providers[self.rules[number].provider].provider()
    }

    /// The compiled pattern; compiled on first use, since most runs need a few of them. None for a
    /// kind that has no look of its own.
    pub fn pattern(&self, number: usize) -> Option<&Regex> {
        let pattern = self.detector(number).pattern.as_deref()?;
        Some(self.rules[number].pattern.get_or_init(|| compile(pattern).expect("checked by its test")))
    }

    /// The longest text that the pattern can match.
    pub fn longest(&self, number: usize) -> usize {
        self.shape(number).longest
    }

    /// Whether a match may begin where one of its keywords was found, or anywhere around.
    pub fn is_worth_trying(&self, number: usize, bytes: &[u8], at: usize) -> bool {
        self.shape(number).begins.as_ref().is_none_or(|begins| begins.at(bytes, at))
    }

    /// The same where escapes may stand before the match and in it.
    pub fn is_worth_trying_escaped(&self, number: usize, bytes: &[u8], at: usize) -> bool {
        self.shape(number).begins.as_ref().is_none_or(|begins| begins.at_escaped(bytes, at))
    }

    /// Whether the text may hold a match in which escapes stand.
    pub fn is_worth_resolving(&self, number: usize, text: &[u8]) -> bool {
        self.shape(number).escaped.is_none_or(|run| run.stands_in(text))
    }

    /// Whether the text may hold a match of the pattern, which is not compiled for that.
    pub fn is_worth_searching(&self, number: usize, text: &[u8]) -> bool {
        self.shape(number).run.is_none_or(|run| run.stands_in(text))
    }

    fn shape(&self, number: usize) -> &Shape {
        let shape = || {
            let detector = self.detector(number);
            let pattern = detector.pattern.as_deref().and_then(parse);
            pattern
                .map_or_else(Shape::unknown, |pattern| Shape::of(&pattern, detector.whole_text, self.keywords(number)))
        };
        self.rules[number].shape.get_or_init(shape)
    }

    /// Whether it looks into files of this path at all.
    pub fn looks_into(&self, number: usize, path: &str) -> bool {
        let Some(pattern) = &self.detector(number).path else { return true };
        let pattern = self.rules[number].path.get_or_init(|| compile(pattern).expect("checked when it was read"));
        pattern.is_match(path.as_bytes())
    }

    /// Where the value stands in a match of the pattern. A line break at either end is no part of it.
    pub fn secret_in(&self, number: usize, captures: &Captures<'_>) -> Option<Range<usize>> {
        let groups = &self.detector(number).secret_groups;
        if groups.is_empty() {
            return captures.name("secret").map(|group| group.range());
        }
        groups.iter().find_map(|&group| {
            let group = captures.get(group)?;
            let is_break = |byte: &&u8| matches!(byte, b'\r' | b'\n');
            let start = group.start() + group.as_bytes().iter().take_while(is_break).count();
            let end = group.end() - group.as_bytes().iter().rev().take_while(is_break).count();
            (start < end).then_some(start..end)
        })
    }

    /// Whether a find is one of those that are none.
    pub fn lets_pass(&self, number: usize, seen: &Seen<'_>) -> bool {
        let allow = || self.detector(number).allow.iter().map(Allowance::of).collect();
        self.rules[number].allow.get_or_init(allow).iter().any(|allowance| allowance.lets_pass(seen))
    }

    /// How much a detector's find says: an own prefix first, then what stands around it, then conditions.
    /// A shape that belongs to nobody says least.
    pub fn rank(&self, number: usize) -> (u8, usize) {
        let detector = self.detector(number);
        let conditions = detector.decodes.as_ref().map_or(0, |decodes| decodes.conditions.len());
        let provider = self.provider_of(number).id.as_str();
        let nobodys = NOBODYS.contains(&provider);
        // Of whom the value is, a rule says nothing; and a rule that a repository brings takes no
        // value from a detector that knows what it looks at.
        if self.is_rule(number) {
            return (0, 1);
        }
        let look = match (&detector.pattern, &detector.context) {
            (None, _) if nobodys => 0,
            (Some(_), _) if nobodys => 1,
            (None, _) => 2,
            (Some(_), Some(_)) => 3,
            (Some(_), None) => 4,
        };
        (look, conditions + usize::from(detector.checksum.is_some()))
    }

    /// Whether it is a rule of other tools' format.
    pub fn is_rule(&self, number: usize) -> bool {
        self.provider_of(number).id.starts_with(RULES)
    }

    /// Whether nothing but the name that it is assigned to tells this kind.
    pub fn is_named_only(&self, number: usize) -> bool {
        self.provider_of(number).id == NOBODYS[0] && self.detector(number).pattern.is_none()
    }

    /// The compiled pattern of one companion.
    pub fn companion(&self, number: usize, position: usize) -> (&Companion, &Regex) {
        let companions = &self.detector(number).companions;
        let compiled = |companion: &Companion| compile(&companion.pattern).expect("checked by its test");
        let patterns = self.rules[number].companions.get_or_init(|| companions.iter().map(compiled).collect());
        (&companions[position], &patterns[position])
    }
}

/// Reads one detector file of the user's, whose patterns nobody has checked yet.
pub fn read(path: &std::path::Path) -> Result<Provider, FileError> {
    let name = shown(path);
    let text = textfile::read(path)?;
    let provider: Provider = parse_toml(&name, &text)?;
    for detector in &provider.detectors {
        let wrong = |message: String| FileError::Content {
            path: name.clone(),
            message: format!("detector `{}`: {message}", detector.id),
        };
        for pattern in detector.patterns() {
            compile(pattern).map_err(|why| wrong(format!("pattern: {why}")))?;
        }
        if detector.keywords.iter().any(|word| word.len() < 3) {
            return Err(wrong("keywords are of three letters or more".to_owned()));
        }
        if detector.allow.iter().any(Allow::is_empty) {
            return Err(wrong("an `allow` names nothing, and so would let everything pass".to_owned()));
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
    parse(pattern)?.properties().maximum_len()
}

/// A pattern as [`compile`] reads it.
fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}
