//! Secrets without a look of their own: a value that is assigned to a name that says so. The literal
//! pass finds the words; [`name`] says whether the name around one stands for a secret, [`syntax`]
//! where the value is, [`judge`] whether somebody would be sorry to see it published. No pattern is
//! tried: on words as frequent as these one would cost more than all of the rest.

mod asserted;
mod bearer;
mod block;
mod call;
mod column;
mod command;
mod cursor;
mod declared;
mod field;
mod formatted;
mod front;
mod inside;
mod joined;
mod judge;
mod list;
mod name;
mod named;
mod nothing;
mod opened;
mod otherwise;
mod pair;
mod piped;
mod prose;
mod returned;
mod sealed;
mod separator;
mod signature;
mod sql;
mod syntax;
mod tuple;
mod url;

use std::ops::Range;

use super::place::Place;
use crate::finding::Confidence;

use name::Kind;
pub(super) use name::words;
use named::Named;
use syntax::{Form, Value};

/// The kind of what opens a server that only this machine, or a network of containers, reaches.
const LOCAL: &str = "server-password-local";

/// A value behind a name that stands for a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// The id of the kind.
    pub kind: &'static str,
    pub name: Range<usize>,
    pub secret: Range<usize>,
    pub confidence: Confidence,
}

impl Assigned {
    /// The same where so much more text stands before it.
    pub(super) fn behind(self, more: usize) -> Assigned {
        let shift = |range: Range<usize>| range.start + more..range.end + more;
        Assigned { name: shift(self.name), secret: shift(self.secret), ..self }
    }
}

/// What a name stands for, and the value that it is given.
type Told = (Range<usize>, Kind, Value);

/// Looks at the word that stands at `at`. Only a list, the column of a table, or a call that is handed several
/// has more than one value.
pub(super) fn find(bytes: &[u8], at: usize, place: &Place) -> Vec<Assigned> {
    let name = name::around(bytes, at).map(|span| Named { bytes, span, place });
    let mut handed = name.iter().flat_map(handed);
    let first = handed.next();
    let first = of_word(bytes, at).or(first).or_else(|| given(name.as_ref()?));
    let mut found: Vec<Assigned> = Vec::new();
    for (named, kind, value) in first.into_iter().chain(handed).chain(name.iter().flat_map(several)) {
        let meant = formatted::meant(bytes, value);
        let judged = meant.and_then(|value| judged(bytes, named, kind, value, place));
        found.extend(judged.filter(|one| !found.iter().any(|known| known.secret == one.secret)));
    }
    found
}

fn judged(bytes: &[u8], named: Range<usize>, kind: Kind, value: Value, place: &Place) -> Option<Assigned> {
    let confidence = judge::confidence(bytes, kind, &named, &value, place)?;
    let is_local = value.form == Form::Url && url::is_local(&bytes[value.span.end..]);
    let (kind, confidence) = match is_local {
        true => (LOCAL, confidence.min(Confidence::Medium)),
        false => (name::id(kind), confidence),
    };
    Some(Assigned { kind, name: named, secret: value.span, confidence })
}

/// The values that a name has in a list, or as the head of a column.
fn several(name: &Named<'_>) -> Vec<Told> {
    let mut values = list::values(name);
    values.append(&mut column::values(name));
    // Nearly every name has one value at the most, and what it stands for takes longer to tell.
    let kind = if values.is_empty() { None } else { name::kind(&name.bytes[name.span.clone()]) };
    let told = |kind| values.into_iter().map(|value| (name.span.clone(), kind, value)).collect();
    kind.map(told).unwrap_or_default()
}

/// What the call of this name is handed.
fn handed(name: &Named<'_>) -> Vec<Told> {
    let told = |(kind, value)| (name.span.clone(), kind, value);
    call::secrets(name.bytes, &name.span).into_iter().map(told).collect()
}

/// What a word tells that is the name of nothing.
fn of_word(bytes: &[u8], at: usize) -> Option<Told> {
    let told = url::read(bytes, at).or_else(|| joined::read(bytes, at)).or_else(|| opened::read(bytes, at));
    if let Some((named, value)) = told {
        return Some((named, Kind::Password, value));
    }
    if let Some(span) = bearer::token(bytes, at) {
        return Some((at..at + bearer::WORD.len(), Kind::Token, Value { span, form: Form::Quoted }));
    }
    if let Some(span) = command::read(bytes, at).or_else(|| piped::password(bytes, at)) {
        return Some((at..at + 4, Kind::Password, Value { span, form: Form::Bare }));
    }
    sql::password(bytes, at).map(|value| (at..at + sql::IDENTIFIED.len(), Kind::Password, value))
}

/// The value that a name is given.
fn given(name: &Named<'_>) -> Option<Told> {
    let (bytes, named) = (name.bytes, name.span.clone());
    if let Some(value) = sql::role_password(bytes, &named).or_else(|| prose::of_both(name)) {
        return Some((named, Kind::Password, value));
    }
    let kind = name::kind(&bytes[named.clone()]).filter(|_| !name.is_folder())?;
    let value = syntax::value(name)?;
    // `Authorization = "Bearer x"` is read at its own word.
    (!bearer::begins(&bytes[value.span.clone()])).then_some((named, kind, value))
}

#[cfg(test)]
mod tests;
