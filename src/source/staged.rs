//! What the next commit would contain: the index's blobs that differ from HEAD, whatever lies in
//! the working tree. A changed file is read as a whole, since the next commit contains it as a whole.

use std::path::PathBuf;
use std::sync::Arc;

use super::git::Repository;
use super::git::objects::Objects;
use super::{Entry, Listing, changed};
use crate::error::SourceError;
use crate::finding::Origin;

pub(super) fn list(repository: &Repository, objects: &Arc<Objects>, below: &[PathBuf]) -> Result<Listing, SourceError> {
    let changes = repository.staged(objects);
    let mut listing = changed::listing(repository, objects, below, Origin::Index, changes)?;
    listing.say_if_empty("no file is staged with new content: there was nothing to read");
    Ok(listing)
}

/// The whole index, which surrounds the files that are staged.
pub(super) fn around(repository: &Repository, objects: &Arc<Objects>) -> Vec<Entry> {
    repository.index().map(|all| changed::entries(objects, Origin::Index, all).entries).unwrap_or_default()
}
