//! Files whose structure says what a value is: a Docker configuration, a kubeconfig, a `.pgpass`, the
//! export of a password manager. There a value is read from its place and need not look like a secret.
//!
//! Everything that is known of such files stands in `table/`: which names they have, how they are
//! written, and where in them the secrets stand. A reader for each format (`format/`) turns the text
//! into a tree of named values with their places in the text. Readers are tolerant: of a file that is
//! cut or broken they give what can be read.

mod at;
mod form;
mod format;
mod libedit;
mod sensitive;
mod shape;
mod table;
mod tree;

use std::collections::HashSet;
use std::ops::Range;

use crate::finding::Confidence;
use crate::naming::secrets::{Kind, kind};
use table::{Place, Row};
use tree::{Id, Tree};

/// More values than this are not read from one file: a dump of a table of users has no end.
pub const MOST: usize = 1000;

/// Longer texts are machine output; the scanners of the whole text still look at them.
const LONGEST: usize = 32 << 20;

/// A value that stands where its structure says that it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The id of a detector.
    pub kind: &'static str,
    /// What it covers in the text.
    pub span: Range<usize>,
    /// Where it is written in another form there: in base64, escaped.
    pub value: Option<String>,
    /// The keys that lead to it: `auths/ghcr.io/auth`.
    pub key: Option<String>,
    /// Whose it is and where, if that stands beside it: `user`, `host`.
    pub parts: Vec<(&'static str, String)>,
    pub confidence: Confidence,
    /// Whether somebody may have chosen it. A token, a key is issued or drawn: a word in its place is none.
    pub may_be_chosen: bool,
}

/// Whether files of this name state anything.
pub fn knows(path: &str) -> bool {
    !table::rows_of(path).is_empty()
}

/// Whether each command of such a file states what it states on its own, however it goes on.
pub fn is_by_command(path: &str) -> bool {
    let rows = table::rows_of(path);
    !rows.is_empty() && rows.iter().all(|row| row.is_by_command())
}

/// What a file of this path states, in the order of the text. `None` when no carrier has that name.
pub fn read(path: &str, text: &str) -> Option<Vec<Stated>> {
    let rows = table::rows_of(path);
    if rows.is_empty() || text.len() > LONGEST {
        return None;
    }
    Some(match libedit::History::of(text) {
        Some(history) => history.place(read_as(rows, &history.text)),
        None => read_as(rows, text),
    })
}

fn read_as(rows: Vec<&'static Row>, text: &str) -> Vec<Stated> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut trees: Vec<(&'static Row, Tree<'_>)> = Vec::new();
    for row in rows.into_iter().filter(|row| row.is_in(text)) {
        let known = trees.iter().position(|(other, _)| other.is_read_as(row));
        let number = known.unwrap_or_else(|| {
            trees.push((row, format::read(row, text)));
            trees.len() - 1
        });
        collect(row, &trees[number].1, &mut seen, &mut found);
    }
    found.sort_by_key(|stated: &Stated| (stated.span.start, stated.span.end));
    found
}

fn collect(row: &'static Row, tree: &Tree<'_>, seen: &mut HashSet<(usize, usize)>, found: &mut Vec<Stated>) {
    for leaf in tree.leaves() {
        if found.len() == MOST {
            return;
        }
        let stated = row.places_at(tree.key(leaf)).find_map(|place| state(place, tree, leaf));
        found.extend(stated.filter(|stated| seen.insert((stated.span.start, stated.span.end))));
    }
}

/// The secret that `leaf` is, where it stands at `place` and all that the place asks for holds.
fn state(place: &'static Place, tree: &Tree<'_>, leaf: Id) -> Option<Stated> {
    let stars = place.at.iter().find_map(|at| at.stars(tree, leaf))?;
    let key = tree.key(leaf);
    let holds = |(reference, glob): (&String, &String)| {
        at::resolve(reference, tree, leaf, &stars).is_some_and(|text| at::is_as_asked(glob, &text))
    };
    if place.except.iter().any(|glob| at::fits(glob, key))
        || !place.beside.iter().all(holds)
        || place.unless.iter().any(holds)
    {
        return None;
    }
    let read = form::read(place.written, tree.value(leaf)?)?;
    let text = read.value.as_deref().unwrap_or_else(|| tree.slice(&read.span));
    if is_nothing(text.trim()) || place.is.is_some_and(|shape| !shape.fits(text)) {
        return None;
    }
    let named = |reference: &Option<String>| at::resolve(reference.as_deref()?, tree, leaf, &stars);
    let parts =
        [("user", read.user.or_else(|| named(&place.user))), ("host", read.host.or_else(|| named(&place.host)))];
    Some(Stated {
        kind: &place.kind,
        span: read.span,
        value: read.value,
        key: Some(tree.path(leaf)),
        parts: parts
            .into_iter()
            .filter_map(|(name, part)| Some((name, part.filter(|part| !part.is_empty())?)))
            .collect(),
        confidence: place.confidence,
        may_be_chosen: place.is.is_none() && !matches!(kind(key), Some(Kind::Secret | Kind::Token | Kind::ApiKey)),
    })
}

/// What formats write where there is no value.
fn is_nothing(text: &str) -> bool {
    ["", "~", "null", "nil", "none", "true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
