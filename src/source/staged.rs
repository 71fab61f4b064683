//! What the next commit would contain: the index's blobs that differ from HEAD, whatever lies in
//! the working tree. A changed file is read as a whole, since the next commit contains it as a whole.

use std::path::PathBuf;

use super::git::Repository;
use super::{Entry, Listing, changed};
use crate::error::SourceError;
use crate::finding::Origin;

pub(super) fn list(repository: &Repository, below: &[PathBuf]) -> Result<Listing, SourceError> {
    let mut listing = changed::listing(repository, below, Origin::Index, repository.staged())?;
    listing.say_if_empty("no file is staged with new content: there was nothing to read");
    Ok(listing)
}

/// The whole index, which surrounds the files that are staged.
pub(super) fn around(repository: &Repository) -> Vec<Entry> {
    repository.index().map(|all| changed::entries(repository, Origin::Index, all).entries).unwrap_or_default()
}
