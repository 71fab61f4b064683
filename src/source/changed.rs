//! What git says has changed, as places to read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::git::objects::Objects;
use super::git::{Change, Kind, Repository};
use super::{Entry, Listing, Place, raw};
use crate::error::SourceError;
use crate::finding::{Note, Origin};

/// The changes at or below some paths, all of them where there are none. A repository that git cannot
/// read is a note; what was called wrongly is an error.
pub(super) fn listing(
    repository: &Repository,
    objects: &Arc<Objects>,
    below: &[PathBuf],
    origin: Origin,
    changes: Result<Vec<Change>, SourceError>,
) -> Result<Listing, SourceError> {
    let mut changes = match changes {
        Ok(changes) => changes,
        Err(why @ (SourceError::Git { .. } | SourceError::Io { .. } | SourceError::Ownership)) => {
            let note = Note { kind: "git", about: String::new(), message: why.to_string(), incomplete: true };
            return Ok(Listing { notes: vec![note], ..Listing::default() });
        }
        Err(why) => return Err(why),
    };
    changes.retain(|change| below.is_empty() || is_below(&change.path, repository, below));
    Ok(entries(objects, origin, changes))
}

pub(super) fn entries(objects: &Arc<Objects>, origin: Origin, changes: Vec<Change>) -> Listing {
    let mut listing = Listing::default();
    for Change { path, kind, id, before } in changes {
        let (raw, path) = (raw(&path), String::from_utf8_lossy(&path).into_owned());
        let mut note = |kind, message: &str, incomplete| {
            listing.notes.push(Note { kind, about: path.clone(), message: message.to_owned(), incomplete });
        };
        match kind {
            Kind::Gone => {}
            Kind::Submodule => note("submodule", "a submodule is a repository of its own; scan it there", false),
            Kind::Unmerged => note("unmerged", "in conflict: git commits nothing before it is resolved", true),
            Kind::Blob => {
                let before = before.filter(|_| origin == Origin::Diff);
                let place = Place::Object { id, before, objects: Arc::clone(objects) };
                listing.entries.push(Entry { path, raw, place, origin, tracked: true, ignored: false, commit: None });
            }
        }
    }
    listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
    listing
}

impl Listing {
    /// There was nothing to read, and nothing was kept from being read.
    pub(super) fn say_if_empty(&mut self, message: &str) {
        if self.entries.is_empty() && self.notes.iter().all(|note| !note.incomplete) {
            let message = message.to_owned();
            self.notes.push(Note { kind: "nothing", about: String::new(), message, incomplete: false });
        }
    }
}

/// Whether a path of the repository is one that was named, or lies below it.
fn is_below(path: &[u8], repository: &Repository, below: &[PathBuf]) -> bool {
    let path = repository.root.join(String::from_utf8_lossy(path).as_ref());
    below.iter().any(|named| path.starts_with(named))
}

/// The full path of what was named. It need not exist; a link is meant itself, and not where it leads.
pub(super) fn full(path: &Path) -> Result<PathBuf, SourceError> {
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
        && let Ok(folder) = Path::new(".").join(folder).canonicalize()
    {
        return Ok(folder.join(name));
    }
    path.canonicalize().or_else(|_| std::path::absolute(path)).map_err(|why| SourceError::io(path, why))
}
