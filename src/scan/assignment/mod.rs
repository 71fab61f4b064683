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
mod field;
mod front;
mod inside;
mod joined;
mod judge;
mod list;
mod name;
mod named;
mod nothing;
mod otherwise;
mod pair;
mod piped;
mod prose;
mod returned;
mod sealed;
mod separator;
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

/// Looks at the word that stands at `at`. Only a list, or the column of a table, has more than one value.
pub(super) fn find(bytes: &[u8], at: usize, place: &Place) -> Vec<Assigned> {
    let judged = |(named, kind, value)| judged(bytes, named, kind, value, place);
    let mut found: Vec<Assigned> = read(bytes, at, place).and_then(judged).into_iter().collect();
    for more in several(bytes, at, place).into_iter().filter_map(judged) {
        if !found.iter().any(|known| known.secret == more.secret) {
            found.push(more);
        }
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
fn several(bytes: &[u8], at: usize, place: &Place) -> Vec<(Range<usize>, Kind, Value)> {
    let Some(span) = name::around(bytes, at) else { return Vec::new() };
    let name = Named { bytes, span: span.clone(), place };
    let mut values = list::values(&name);
    values.append(&mut column::values(&name));
    // Nearly every name has one value at the most, and what it stands for takes longer to tell.
    let kind = if values.is_empty() { None } else { name::kind(&bytes[span.clone()]) };
    let told = |kind| values.into_iter().map(|value| (span.clone(), kind, value)).collect();
    kind.map(told).unwrap_or_default()
}

/// A name, what it stands for, and the value that it is given.
fn read(bytes: &[u8], at: usize, place: &Place) -> Option<(Range<usize>, Kind, Value)> {
    let password = |(named, value)| (named, Kind::Password, value);
    if let Some(found) = url::read(bytes, at).or_else(|| joined::read(bytes, at)).map(password) {
        return Some(found);
    }
    if let Some(span) = bearer::token(bytes, at) {
        return Some((at..at + bearer::WORD.len(), Kind::Token, Value { span, form: Form::Quoted }));
    }
    if let Some(span) = command::read(bytes, at) {
        return Some((at..at + 4, Kind::Password, Value { span, form: Form::Bare }));
    }
    if let Some(span) = piped::password(bytes, at) {
        return Some((at..at + 4, Kind::Password, Value { span, form: Form::Bare }));
    }
    if let Some(value) = sql::password(bytes, at) {
        return Some((at..at + sql::IDENTIFIED.len(), Kind::Password, value));
    }
    let named = name::around(bytes, at)?;
    if let Some((kind, value)) = call::secret(bytes, &named) {
        return Some((named, kind, value));
    }
    if let Some(value) = sql::role_password(bytes, &named) {
        return Some((named, Kind::Password, value));
    }
    let name = Named { bytes, span: named.clone(), place };
    if let Some(value) = prose::of_both(&name) {
        return Some((named, Kind::Password, value));
    }
    let kind = name::kind(&bytes[named.clone()])?;
    let value = syntax::value(&name)?;
    // `Authorization = "Bearer x"` is read at its own word.
    (!bearer::begins(&bytes[value.span.clone()])).then_some((named, kind, value))
}

#[cfg(test)]
mod tests;
