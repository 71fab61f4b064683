//! What was typed means this. The only place with defaults.

mod ground;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::assess::Context;
use crate::assess::document::Document;
use crate::capability::Band;
pub use crate::capability::FailOn;
use crate::config::exempt::{Exemption, Named};
use crate::config::{self, Config};
use crate::detector::Detectors;
use crate::detector::rules::Rules;
use crate::error::{Error, FileError, PlanError, nearest, nearest_few, shown};
use crate::finding::{Confidence, Moment};
use crate::inspect::transport::is_loopback;
use crate::inspect::{Asking, Endpoints};
use crate::report::{Format, Style};
use crate::secret::FingerprintKey;
use crate::source::{self, Source};
use crate::suppress::baseline::Baseline;
use crate::suppress::foreign::Foreign;
use crate::suppress::{self, Suppressions};

pub use ground::Ground;

/// A run, fully decided.
#[derive(Debug)]
pub struct Plan {
    pub source: Source,
    pub key: FingerprintKey,
    pub asking: Asking,
    /// Print what would be asked instead of asking.
    pub dry_run: bool,
    pub context: Context,
    pub moment: Moment,
    /// What another tool found out to be needed.
    pub needed: Option<Document>,
    /// Finds that are less sure are left out.
    pub confidence: Confidence,
    pub fail_on: FailOn,
    pub suppressions: Suppressions,
    /// What is suppressed is a result of SARIF as well.
    pub shows_suppressed: bool,
    /// Where a baseline is written, and what stood in it before.
    pub write_baseline: Option<(PathBuf, Baseline)>,
    pub main: Output,
    pub further: Vec<Output>,
    pub progress: bool,
    /// How much is told on standard error, beside the report.
    pub verbose: u8,
}

/// One report: its format and where it goes.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// Standard output where none is named.
    pub file: Option<PathBuf>,
    pub style: Style,
}

/// What was typed about asking.
#[derive(Clone, Debug, Default)]
pub struct TypedAsking {
    pub endpoints: Vec<String>,
    pub deadline: Option<u64>,
}

/// What was typed about what is not to be reported.
#[derive(Clone, Debug, Default)]
pub struct TypedIgnoring {
    pub baseline: Option<PathBuf>,
    pub write_baseline: Option<PathBuf>,
    /// What other scanners were told to ignore is reported.
    pub no_foreign: bool,
}

/// The environment's words.
pub const KEY: &str = "OVERSCOPE_FINGERPRINT_KEY";
pub const OFFLINE: &str = "OVERSCOPE_OFFLINE";

/// From which band on a run fails: as was typed, as the configuration says, or from the first.
pub fn fail_on(typed: Option<FailOn>, config: &Config) -> FailOn {
    typed.or(config.fail_on).unwrap_or(FailOn::Band(Band::Low))
}

/// How sure a find must be to be reported.
pub fn confidence(typed: Option<Confidence>, config: &Config) -> Confidence {
    typed.or(config.confidence).unwrap_or(Confidence::Medium)
}

/// Whether the environment says that nobody is asked.
pub fn is_offline() -> bool {
    std::env::var_os(OFFLINE).is_some_and(|set| set == "1")
}

/// The key that the environment holds.
pub fn key_of_environment() -> Option<String> {
    std::env::var(KEY).ok().filter(|key| !key.is_empty())
}

/// How long all questions together may take, when nobody says.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The files and folders that were named, or where nothing was named, the current folder.
pub fn tree(paths: Vec<PathBuf>, ignored: bool) -> Source {
    Source::Tree { paths: if paths.is_empty() { vec![PathBuf::from(".")] } else { paths }, ignored }
}

/// What pre-commit's hooks are to look at before a push, when nothing new is staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// What is added in a range of commits.
    Range(String),
    /// All that a branch holds, since the other side has nothing of it.
    All(String),
}

pub fn pushed() -> Option<Pushed> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set("PRE_COMMIT_FROM_REF"), set("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => Some(Pushed::Range(format!("{from}...{to}"))),
        _ => set("PRE_COMMIT_REMOTE_NAME").and(set("PRE_COMMIT_LOCAL_BRANCH")).map(Pushed::All),
    }
}

/// The history of one repository.
pub fn history(paths: Vec<PathBuf>, since: Option<String>) -> Result<Source, PlanError> {
    match paths.as_slice() {
        [] => Ok(Source::History { path: PathBuf::from("."), since }),
        [path] => Ok(Source::History { path: path.clone(), since }),
        _ => Err(PlanError::Usage("--history reads one repository at a time; name one path".to_owned())),
    }
}

/// The configuration that applies to a source: the one that was named, else the repository's.
pub fn config_for(
    named: Option<&PathBuf>,
    rules: &[PathBuf],
    source: &Source,
    ground: &Ground,
) -> Result<Config, Error> {
    let roots = roots(source);
    ground.prepare(named.map(PathBuf::as_path), rules)?;
    let read = match (named, roots.first()) {
        (Some(path), _) if ground.is_the_change() => Config::read(path),
        (Some(path), Some(root)) => match ground.named(path)? {
            Some(file) if file.starts_with(ground.root(root)) => Config::brought(ground.root(root), &file),
            Some(file) => Config::read(&file),
            None => Ok(Config::default()),
        },
        (Some(path), None) => Config::read(path),
        (None, Some(root)) => Config::of(ground.root(root)),
        (None, None) => Ok(Config::default()),
    };
    let mut config = read.map_err(|why| ground.explain(why))?;
    ground.settle(&mut config)?;
    // The paths of several are each told by what was typed, which a configuration is not.
    if let [root] = roots.as_slice() {
        let file = named.cloned().unwrap_or_else(|| root.join(config::NAME));
        config.policy.file = within(root, &file);
    }
    Ok(config)
}

/// The repositories, or folders, whose configuration applies.
fn roots(source: &Source) -> Vec<PathBuf> {
    match source {
        Source::Tree { paths, .. } => {
            let mut roots: Vec<PathBuf> = paths.iter().map(|path| source::root_of(path)).collect();
            let mut seen = BTreeSet::new();
            roots.retain(|root| seen.insert(root.clone()));
            roots
        }
        Source::Staged { repository, .. } | Source::Diff { repository, .. } => vec![repository.root.clone()],
        Source::History { path, .. } => vec![source::root_of(path)],
        Source::Stdin { .. } => Vec::new(),
    }
}

/// What is found and not reported.
pub fn suppressions(
    typed: &TypedIgnoring,
    config: &Config,
    source: &Source,
    ground: &Ground,
    detectors: &Detectors,
) -> Result<Suppressions, Error> {
    config.exemptions.iter().try_for_each(|exemption| known_kinds(exemption, config, detectors))?;
    let roots = roots(source);
    let named = |file: &Path| named(source, &ground.known(file));
    let baseline = match (&typed.baseline, &config.baseline) {
        (Some(file), _) if !is_written_first(file, typed) => ground.named(file)?,
        (None, Some(file)) if !is_written_first(file, typed) => ground.file(file)?,
        _ => None,
    };
    let baseline = baseline.map(|file| match file.exists() {
        true => Baseline::read(&file, named(&file)).map_err(|why| ground.explain(why)),
        false => Err(FileError::Content {
            path: named(&file),
            message: format!("no such file; `overscope scan --write-baseline {}` writes one", named(&file)),
        }),
    });
    let foreign = !typed.no_foreign && config.foreign_ignores.unwrap_or(true);
    Ok(Suppressions {
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        baseline: baseline.transpose()?,
        exemptions: config.exemptions.clone(),
        config: config.name.as_deref().map(|name| named(Path::new(name))).unwrap_or_default(),
        foreign: foreign.then(|| roots.first().map(|root| Foreign::at(ground.root(root))).unwrap_or_default()),
        new_comments: ground.is_the_change(),
        notes: ground.notes(),
        prefixes: match source {
            Source::Tree { paths, .. } => source::prefixes(paths),
            _ => Vec::new(),
        },
    })
}

/// Whether a baseline is about to be written that is not there yet.
fn is_written_first(file: &Path, typed: &TypedIgnoring) -> bool {
    let full = |file: &Path| std::path::absolute(file).ok();
    typed.write_baseline.as_ref().is_some_and(|target| full(target) == full(file)) && !file.exists()
}

/// An exemption that names a kind must name one that there is.
fn known_kinds(exemption: &Exemption, config: &Config, detectors: &Detectors) -> Result<(), FileError> {
    let mut named = exemption.detectors.iter().flatten();
    match named.find(|named| detectors.number_of(&named.id).is_none()) {
        None => Ok(()),
        Some(Named { id, line, column }) => Err(FileError::Syntax {
            path: config.name.clone().unwrap_or_default(),
            line: *line,
            column: *column,
            message: format!("`{id}`, {}", suppress::no_detector(id, detectors)),
        }),
    }
}

/// The baseline that is to be written, with what stands in it.
pub fn write_baseline(file: Option<&PathBuf>) -> Result<Option<(PathBuf, Baseline)>, FileError> {
    let Some(file) = file else { return Ok(None) };
    let before = match file.exists() {
        true => Baseline::read(file, shown(file))?,
        false => Baseline::default(),
    };
    Ok(Some((file.clone(), before)))
}

/// A file as messages name it: by its path in the repository, where it lies in one that is scanned.
pub fn named(source: &Source, file: &Path) -> String {
    match roots(source).as_slice() {
        [root] => within(root, file).unwrap_or_else(|| shown(file)),
        _ => shown(file),
    }
}

/// A file as reports name it.
fn within(root: &Path, file: &Path) -> Option<String> {
    let (root, file) = (root.canonicalize().ok()?, file.canonicalize().ok()?);
    let parts: Vec<&str> = file.strip_prefix(&root).ok()?.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    Some(parts.join("/"))
}

/// The built-in detectors, those of the configuration, and the rules of both the configuration and
/// the command line.
pub fn detectors(config: &Config, named: &[PathBuf], ground: &Ground) -> Result<Detectors, Error> {
    let within = config.brought.as_deref();
    let detectors = match within {
        Some(_) => Detectors::with_brought(&config.detectors),
        None => Detectors::load(&config.detectors),
    };
    let detectors = detectors.map_err(|why| ground.explain(why))?;
    let mut rules = Vec::new();
    for file in &config.rules {
        rules.push(Rules::read(file, within.or(ground.bounds(file))).map_err(|why| ground.explain(why))?);
    }
    for file in named {
        let Some(there) = ground.named(file)? else { continue };
        rules.push(Rules::read(&there, ground.bounds(&there)).map_err(|why| ground.explain(why))?);
    }
    detectors.with_rules(rules).map_err(|why| ground.explain(why).into())
}

/// The key under which fingerprints are made: the environment's, the configuration's, that of a
/// baseline, or the fixed one. Every baseline must have been made under it.
pub fn fingerprint_key(config: &Config, baselines: &[&Baseline]) -> Result<FingerprintKey, FileError> {
    let own = || baselines.iter().find_map(|baseline| baseline.fingerprint_key.clone());
    let named = key_of_environment().or_else(|| config.fingerprint_key.clone()).or_else(own);
    let key = named.map_or_else(FingerprintKey::fixed, FingerprintKey::new);
    baselines.iter().try_for_each(|baseline| baseline.check_key(&key))?;
    Ok(key)
}

pub fn context(config: &Config) -> Context {
    Context {
        visibility: config.visibility,
        now: Timestamp::now(),
        policy: config.policy.clone(),
        production: config.production.clone(),
    }
}

/// Of two reports in one file only the last would be left.
pub fn each_its_own_file<'o>(outputs: impl Iterator<Item = &'o Output>) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    let is_stream = |file: &Path| file.starts_with("/dev") || file.starts_with("/proc");
    for file in outputs.filter_map(|output| output.file.as_deref()).filter(|file| !is_stream(file)) {
        if !seen.insert(std::path::absolute(file).unwrap_or_else(|_| file.to_owned())) {
            let message = format!("two reports are to go to {}; give each a file of its own", shown(file));
            return Err(PlanError::Usage(message));
        }
    }
    Ok(())
}

/// What stands for the time of the scan, where a report must name one: `SOURCE_DATE_EPOCH`, else the
/// time of the commit that is checked out.
pub fn moment<'o>(mut outputs: impl Iterator<Item = &'o Output>, source: &Source) -> Result<Moment, PlanError> {
    if !outputs.any(|output| output.format.names_a_moment()) {
        return Ok(Moment::default());
    }
    let head = source::head(source).unwrap_or_default();
    let Some(given) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|given| !given.is_empty()) else { return Ok(head) };
    let seconds = given.to_str().and_then(|given| given.parse().ok());
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| {
        PlanError::Usage(format!("SOURCE_DATE_EPOCH={}: not a number of seconds", given.to_string_lossy()))
    })?;
    Ok(Moment { time, ..head })
}

const ALL_PROVIDERS: &str = "`overscope detectors list --format json` names all of them";

/// Whom to ask and for how long. Every endpoint must name a provider that is known.
pub fn asking(typed: &TypedAsking, config: &Config, detectors: &Detectors) -> Result<Asking, PlanError> {
    let mut endpoints = Endpoints::default();
    for given in &typed.endpoints {
        let (name, url) = endpoint(given, detectors)?;
        endpoints.0.insert(name, url);
    }
    Ok(Asking {
        endpoints,
        deadline: typed.deadline.map_or(DEADLINE, Duration::from_secs),
        canaries: config.canary_accounts.clone(),
        naming: config.naming(),
    })
}

fn endpoint(given: &str, detectors: &Detectors) -> Result<(String, Url), PlanError> {
    let wrong = |why: &str| PlanError::Endpoint { given: given.to_owned(), why: why.to_owned() };
    let (name, address) = given.split_once('=').ok_or_else(|| wrong("write it as PROVIDER=URL"))?;
    let (id, base) = name.split_once('.').unwrap_or((name, ""));
    let Some(provider) = detectors.provider(id) else {
        let known = || detectors.providers().map(|provider| provider.id.as_str());
        let hint = match (nearest(id, known()), nearest_few(id, known())) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, few) if few.is_empty() => ALL_PROVIDERS.to_owned(),
            (None, few) => format!("nearest are {}; {ALL_PROVIDERS}", few.join(", ")),
        };
        return Err(PlanError::UnknownProvider { given: id.to_owned(), hint });
    };
    if !base.is_empty() && !provider.bases.contains_key(base) {
        return Err(wrong(&format!("{id} has no base `{base}`")));
    }
    let url = Url::parse(address).map_err(|why| wrong(&format!("`{address}` is no address: {why}")))?;
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => Err(wrong("leave user name and password out")),
        "https" if url.has_host() => Ok((name.to_owned(), url)),
        "http" if is_loopback(&url) => Ok((name.to_owned(), url)),
        "http" => Err(wrong("plain http is for loopback addresses only; use https")),
        _ => Err(wrong("use an https address")),
    }
}
