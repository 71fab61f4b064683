//! `overscope.toml` at the repository's root: what its owners say of it. Unknown keys are errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;

use crate::capability::FailOn;
use crate::error::{FileError, parse_toml, position, shown};
use crate::finding::Confidence;
use crate::naming::Naming;
use crate::textfile;
use exempt::Exemption;
use policy::{Policy, Text, Written};

pub mod day;
pub mod exempt;
pub mod policy;

/// The file's name.
pub const NAME: &str = "overscope.toml";

/// Who can read the repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Public,
    Private,
    #[default]
    Unknown,
}

impl Visibility {
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Private => "private",
            Visibility::Unknown => "unknown",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Makes fingerprints that only holders of the key can compute.
    pub fingerprint_key: Option<String>,
    /// Who can read the repository: `public` or `private`.
    pub visibility: Visibility,
    /// Names of environments that count as production, beside the usual ones.
    pub production: Vec<String>,
    /// AWS accounts whose keys are traps: reported as such and never asked about.
    pub canary_accounts: Vec<String>,
    /// Detector files of one's own, relative to this file.
    pub detectors: Vec<PathBuf>,
    /// Rules in gitleaks' format, relative to this file.
    pub rules: Vec<PathBuf>,
    /// A file of credentials that are known, relative to this file.
    pub baseline: Option<PathBuf>,
    /// Whether what other scanners were told to ignore is ignored here as well; it is, unless said.
    pub foreign_ignores: Option<bool>,
    /// From which band on a run fails, where nobody types it.
    pub fail_on: Option<FailOn>,
    /// How sure a find must be to be reported, where nobody types it.
    pub confidence: Option<Confidence>,
    /// Where finds are not reported, as it is written.
    #[serde(rename = "ignore")]
    written_exemptions: Vec<exempt::Written>,
    /// The same, checked.
    #[serde(skip)]
    pub exemptions: Vec<Exemption>,
    /// What is said of single credentials, as it is written.
    #[serde(rename = "credential")]
    written: Written,
    /// The same, checked.
    #[serde(skip)]
    pub policy: Policy,
    /// The file that it was read from, as messages show it.
    #[serde(skip)]
    pub name: Option<String>,
    /// On which line each of its keys stands.
    #[serde(skip)]
    pub lines: BTreeMap<String, usize>,
    /// The root of the repository that it was found in, where nobody named it.
    #[serde(skip)]
    pub brought: Option<PathBuf>,
}

impl Config {
    /// Reads one file; the paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Config, FileError> {
        let name = shown(path);
        let text = textfile::read(path)?;
        let mut config: Config = parse_toml(&name, &text)?;
        let written = std::mem::take(&mut config.written);
        config.policy = Text { path: &name, text: &text, naming: config.naming() }.policy(written)?;
        let written = std::mem::take(&mut config.written_exemptions).into_iter();
        config.exemptions = written.map(|one| Exemption::read(&name, &text, one)).collect::<Result<_, _>>()?;
        config.name = Some(name);
        config.lines = lines(&text);
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in config.detectors.iter_mut().chain(&mut config.rules).chain(&mut config.baseline) {
            *file = folder.join(&file);
        }
        Ok(config)
    }

    /// What counts as production.
    pub fn naming(&self) -> Naming {
        Naming { production: self.production.clone() }
    }

    /// The configuration that the repository at `root` brings; the defaults when it brings none.
    pub fn of(root: &Path) -> Result<Config, FileError> {
        Config::brought(root, &root.join(NAME))
    }

    /// The same for a file of that repository with another name.
    pub fn brought(root: &Path, path: &Path) -> Result<Config, FileError> {
        if path.symlink_metadata().is_err() {
            return Ok(Config::default());
        }
        belongs(path, root)?;
        let config = Config { brought: Some(root.to_owned()), ..Config::read(path)? };
        // A baseline need not be there before it is written.
        let baseline = config.baseline.iter().filter(|file| file.symlink_metadata().is_ok());
        config.detectors.iter().chain(&config.rules).chain(baseline).try_for_each(|file| belongs(file, root))?;
        Ok(config)
    }
}

/// The files that a configuration, or a file of rules that it names, names in turn; none where it cannot
/// be read, which is complained of when it is.
pub fn names(text: &str) -> Vec<String> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let texts = |value: &toml::Value| match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(list) => list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    let own = ["detectors", "rules", "baseline"].into_iter().filter_map(|key| table.get(key));
    let extended = table.get("extend").and_then(|extend| extend.get("path"));
    own.chain(extended).flat_map(texts).collect()
}

/// On which line each key of a file stands that is known to be TOML.
fn lines(text: &str) -> BTreeMap<String, usize> {
    let Ok(table) = DeTable::parse(text) else { return BTreeMap::new() };
    let line = |span: std::ops::Range<usize>| position(text, span.start).0;
    table.get_ref().keys().map(|key| (key.get_ref().to_string(), line(key.span()))).collect()
}

/// What a repository brings is a file of its own: a pipe would hold the run up for ever, a device
/// would fill the memory, and a path that leads out would have somebody else's file read.
pub fn belongs(path: &Path, root: &Path) -> Result<(), FileError> {
    let unreadable = |why| FileError::Unreadable { path: shown(path), why };
    let real = path.canonicalize().map_err(unreadable)?;
    let root = root.canonicalize().map_err(unreadable)?;
    let message = if !real.is_file() {
        "not a regular file; put one there that is, or name another configuration with --config"
    } else if !real.starts_with(root) {
        "leads out of the repository; name the configuration with --config to use it all the same"
    } else {
        return Ok(());
    };
    Err(FileError::Content { path: shown(path), message: message.to_owned() })
}
