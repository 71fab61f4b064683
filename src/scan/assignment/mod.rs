//! Secrets without a look of their own: a value that is assigned to a name that says so. The literal
//! pass finds the words; [`name`] says whether the name around one stands for a secret, [`syntax`]
//! where the value is, [`judge`] whether somebody would be sorry to see it published. No pattern is
//! tried: on words as frequent as these one would cost more than all of the rest.

mod judge;
mod name;
mod syntax;

use std::ops::Range;

use super::place::Place;
use crate::finding::Confidence;

pub(super) use name::words;

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

/// Looks at the word that stands at `at`.
pub(super) fn find(bytes: &[u8], at: usize, place: &Place) -> Option<Assigned> {
    let (named, kind, value) = match syntax::identified_by(bytes, at) {
        Some(value) => (at..at + name::IDENTIFIED.len(), name::Kind::Password, value),
        None => {
            let named = name::around(bytes, at)?;
            let kind = name::kind(&bytes[named.clone()])?;
            let value = syntax::value(bytes, &named, place)?;
            (named, kind, value)
        }
    };
    let confidence = judge::confidence(bytes, kind, &named, &value, place)?;
    Some(Assigned { kind: name::id(kind), name: named, secret: value.span, confidence })
}

#[cfg(test)]
mod tests;
