//! `overscope.toml` at the repository's root: what its owners say of it. Unknown keys are errors.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{FileError, read_toml};

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
}

impl Config {
    /// Reads one file; the paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Config, FileError> {
        let mut config: Config = read_toml(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in &mut config.detectors {
            *file = folder.join(&file);
        }
        Ok(config)
    }

    /// The configuration of the repository at `root`; the defaults when it has none.
    pub fn of(root: &Path) -> Result<Config, FileError> {
        let path = root.join(NAME);
        if path.exists() { Config::read(&path) } else { Ok(Config::default()) }
    }
}
