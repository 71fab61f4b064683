//! What the reader of a report must know of a history that is not whole.

use std::collections::BTreeSet;
use std::path::Path;

use super::objects::Objects;
use super::trees::{Absent, Brought};
use super::walk::Unread;
use crate::finding::Note;

pub(super) fn note(kind: &'static str, about: &str, message: &str, incomplete: bool) -> Note {
    Note { kind, about: about.to_owned(), message: message.to_owned(), incomplete }
}

/// A file of git's that cannot be opened.
pub(super) fn broken(path: &Path, why: &str, root: &Path) -> Note {
    let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
    // What the error repeats of the path is said already.
    let why = why.split(" at \"").next().unwrap_or(why);
    note("unreadable", &shown, &format!("{why}; `git fsck` tells more"), true)
}

/// Objects that are there and cannot be read: one note, which names the first.
pub(super) fn unread(unread: &[Unread], what: &str, objects: &Objects) -> Vec<Note> {
    let Some(first) = unread.first() else { return Vec::new() };
    let id = objects.id(first.number).to_string();
    let message = match unread.len() {
        1 => format!("this {what} of the history was not read: {}", first.why),
        count => format!("{count} {what}s of the history were not read, this is the first: {}", first.why),
    };
    vec![note("unreadable", &id, &message, true)]
}

/// Objects that are not there: what the history leads to was not cloned, or has gone.
pub(super) fn missing(ids: &BTreeSet<String>) -> Vec<Note> {
    let Some(first) = ids.first() else { return Vec::new() };
    let message = match ids.len() {
        1 => "this object of the history is missing; nothing was fetched".to_owned(),
        count => format!("{count} objects of the history are missing, this is the first; nothing was fetched"),
    };
    vec![note("unreadable", first, &message, true)]
}

/// Entries of trees whose objects are not there, as in a partial clone.
pub(super) fn absent(absent: &[Absent], brought: &Brought) -> Vec<Note> {
    let ids: BTreeSet<&str> = absent.iter().map(|one| one.id.as_str()).collect();
    let paths: BTreeSet<String> = absent.iter().map(|one| brought.path_in(one.tree, one.name)).collect();
    let Some(first) = paths.first() else { return Vec::new() };
    let message = match ids.len() {
        1 => "what the history holds here is missing (a partial clone?); nothing was fetched".to_owned(),
        count => format!(
            "{count} objects of the history are missing (a partial clone?), the first is this one; nothing was fetched"
        ),
    };
    vec![note("unreadable", first, &message, true)]
}
