//! The files that steer a scan, as they are where a change wants to go: who brings a change does not
//! decide how it is judged.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::{fs, io};

use tempfile::TempDir;

use super::Unread;
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
    repository: Repository,
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
            objects: Objects::behind_links(repository),
            repository: repository.clone(),
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
        let name = name.replace('\\', "/");
        if name.contains('\n') {
            return Ok(false);
        }
        if let Err(why) = self.objects.read(&format!("{}:{name}", self.commit), LIMIT, &mut bytes) {
            return self.is_there(&name).and_then(|there| if there { Err(self.unread(&name, why)) } else { Ok(false) });
        }
        let target = self.folder().join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, bytes)?;
        Ok(true)
    }

    /// Whether that commit has such a file, or a link of this name, which may be all that is here of it.
    fn is_there(&self, name: &str) -> io::Result<bool> {
        let listed = self.repository.run(&["ls-tree", "-z", "--full-tree", &self.commit, "--", name]);
        listed.map(|listed| !listed.is_empty()).map_err(io::Error::other)
    }

    /// Why a file that is there says nothing.
    fn unread(&self, name: &str, why: Unread) -> io::Error {
        let revision = &self.revision;
        io::Error::other(match why {
            Unread::TooLarge(size) => {
                format!("{} MB at {revision}, more than a file that steers a scan has", size >> 20)
            }
            Unread::Io(_) => format!(
                "at {revision} it is a link that leads nowhere in the repository, or a file that is missing here, as in \
                 a partial clone; `git cat-file -e {revision}:{name}` fetches that"
            ),
        })
    }

    /// Which of these files the change makes different.
    pub fn changed<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
        let id =
            |commit: &str, path: &str| self.objects.read(&format!("{commit}:{path}"), u64::MAX, &mut Vec::new()).ok();
        let differs = |path: &&str| id(&self.commit, path) != id(&self.head, path);
        paths.into_iter().filter(differs).map(str::to_owned).collect()
    }
}
