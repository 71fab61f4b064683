//! The files that steer a scan, as they are where a change wants to go: who brings a change does not
//! decide how it is judged.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::{fs, io};

use tempfile::TempDir;

use super::git::Repository;
use super::git::objects::Objects;
use crate::error::SourceError;

/// No file that steers a scan is larger.
const LIMIT: u64 = 64 << 20;

/// Files of the commit that a change is compared with, in a folder of their own.
#[derive(Debug)]
pub struct Base {
    folder: TempDir,
    /// As it was typed.
    pub revision: String,
    commit: String,
    head: String,
    objects: Objects,
}

impl Base {
    /// Where the range begins; nothing is there yet.
    pub fn of(repository: &Repository, range: &str) -> Result<Base, SourceError> {
        let found = repository.range(range)?;
        let typed = range.split("..").next().filter(|typed| !typed.is_empty()).unwrap_or("HEAD");
        Ok(Base {
            folder: tempfile::tempdir().map_err(|why| SourceError::io(Path::new("a temporary folder"), why))?,
            revision: typed.to_owned(),
            commit: found.tip,
            head: found.head,
            objects: Objects::of(repository),
        })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file of that commit into the folder, if there is one.
    pub fn bring(&self, path: &Path) -> io::Result<bool> {
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let Some(name) = path.to_str().filter(|_| plain) else { return Ok(false) };
        let mut bytes = Vec::new();
        let object = format!("{}:{}", self.commit, name.replace('\\', "/"));
        if name.contains('\n') || self.objects.read(&object, LIMIT, &mut bytes).is_err() {
            return Ok(false);
        }
        let target = self.folder().join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, bytes)?;
        Ok(true)
    }

    /// Which of these files the change makes different.
    pub fn changed<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
        let id =
            |commit: &str, path: &str| self.objects.read(&format!("{commit}:{path}"), u64::MAX, &mut Vec::new()).ok();
        let differs = |path: &&str| id(&self.commit, path) != id(&self.head, path);
        paths.into_iter().filter(differs).map(str::to_owned).collect()
    }
}
