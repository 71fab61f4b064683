//! What the next commit would contain: the index's blobs that differ from HEAD, whatever lies in
//! the working tree. A changed file is read as a whole, since the next commit contains it as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::git::objects::Objects;
use super::git::{Change, Kind, Repository};
use super::{Entry, Listing, Place};
use crate::error::SourceError;
use crate::finding::{Note, Origin};

pub(super) fn list(repository: &Repository, below: &[PathBuf]) -> Result<Listing, SourceError> {
    let changes = match repository.staged() {
        Ok(changes) => changes,
        Err(why @ SourceError::NoGit) => return Err(why),
        Err(why) => return Ok(Listing { entries: Vec::new(), notes: vec![unread(why.to_string())] }),
    };
    let wanted = |change: &Change| below.is_empty() || is_below(&change.path, repository, below);
    let (entries, mut notes) = entries(repository, changes.into_iter().filter(wanted));
    if entries.is_empty() && notes.iter().all(|note| !note.incomplete) {
        let message = "no file is staged with new content: there was nothing to read".to_owned();
        notes.push(Note { kind: "staged", about: String::new(), message, incomplete: false });
    }
    Ok(Listing { entries, notes })
}

/// The whole index: what surrounds the files that are staged.
pub(super) fn around(repository: &Repository) -> Vec<Entry> {
    repository.index().map(|all| entries(repository, all.into_iter()).0).unwrap_or_default()
}

fn unread(message: String) -> Note {
    Note { kind: "git", about: String::new(), message, incomplete: true }
}

fn entries(repository: &Repository, changes: impl Iterator<Item = Change>) -> (Vec<Entry>, Vec<Note>) {
    let objects = Arc::new(Objects::of(repository));
    let mut entries = Vec::new();
    let mut notes = Vec::new();
    for Change { path, kind, id } in changes {
        let path = String::from_utf8_lossy(&path).into_owned();
        let mut note = |kind, message: &str, incomplete| {
            notes.push(Note { kind, about: path.clone(), message: message.to_owned(), incomplete });
        };
        match kind {
            Kind::Gone => {}
            Kind::Submodule => note("submodule", "a submodule is a repository of its own; scan it there", false),
            Kind::Unmerged => note("unmerged", "in conflict: git commits nothing before it is resolved", true),
            Kind::Blob => {
                let place = Place::Object { id, objects: Arc::clone(&objects) };
                entries.push(Entry { path, place, origin: Origin::Index, tracked: true, ignored: false });
            }
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    (entries, notes)
}

/// Whether a path of the repository is one that was named, or lies below it.
fn is_below(path: &[u8], repository: &Repository, below: &[PathBuf]) -> bool {
    let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
    below.iter().any(|named| repository.root.join(&path).starts_with(named))
}

/// The full path of what was named. It need not exist; a link is meant itself, and not where it leads.
pub(super) fn full(path: &Path) -> Result<PathBuf, SourceError> {
    let wrong = |why| SourceError::io(path, why);
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
        && let Ok(folder) = Path::new(".").join(folder).canonicalize()
    {
        return Ok(folder.join(name));
    }
    path.canonicalize().or_else(|_| std::path::absolute(path)).map_err(wrong)
}
