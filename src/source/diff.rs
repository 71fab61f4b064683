//! The lines that a range of commits adds: the blobs of its last commit that differ from those of its
//! first, with what each of them was. Which lines are new is found out where something was found.

use std::path::PathBuf;
use std::sync::Arc;

use super::git::objects::Objects;
use super::git::{Change, Repository};
use super::{Entry, Listing, changed};
use crate::error::SourceError;
use crate::finding::Origin;

pub(super) fn list(repository: &Repository, below: &[PathBuf], range: &str) -> Result<Listing, SourceError> {
    let adds = |change: &Change| change.before.as_ref() != Some(&change.id);
    let changes = repository.range(range).and_then(|range| repository.between(&range));
    let changes = changes.map(|all| all.into_iter().filter(adds).collect());
    let objects = Arc::new(Objects::of(repository));
    let mut listing = changed::listing(repository, &objects, below, Origin::Diff, changes)?;
    listing.say_if_empty("nothing is added between the two: there was nothing to read");
    Ok(listing)
}

/// The whole tree of the last commit, which surrounds what has changed.
pub(super) fn around(repository: &Repository, range: &str) -> Vec<Entry> {
    let tree = repository.range(range).and_then(|range| repository.tree(&range.head));
    tree.map(|all| changed::entries(&Arc::new(Objects::of(repository)), Origin::Diff, all).entries).unwrap_or_default()
}
