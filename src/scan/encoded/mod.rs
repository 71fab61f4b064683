//! Credentials that are written in another form: base64, hex, gzip inside base64, escapes. There
//! is no pass over the bytes for it: the forms that a keyword takes ([`forms`]) are keywords
//! themselves, and where one of them stands, the text around it is decoded into a [`Region`]. A
//! region is searched as any text, and its finds are placed where they are written. One level of
//! encoding is undone, no more.

mod escapes;
mod forms;
mod gzip;
mod packed;
mod regions;
mod run;

use std::ops::Range;

pub(super) use forms::{Form, forms};
pub(super) use regions::{Decoded, Regions, around};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// The first character of the form is the one of this number (0 to 3) of a group of four.
    Base64 {
        phase: usize,
    },
    Hex,
    /// gzip inside base64.
    Gzip,
    /// What follows is said to be base64.
    Announced,
    /// Percent-encoded, or with backslashes.
    Escaped,
}

/// A part of a file, decoded.
pub(super) struct Region {
    /// What was decoded.
    pub(super) outer: Range<usize>,
    pub(super) text: Vec<u8>,
    /// Why there is more than was decoded, if there is.
    pub(super) cut: Option<&'static str>,
    places: Places,
}

/// How the bytes of a region's text lie in the file.
enum Places {
    /// Groups of characters stand for groups of bytes.
    Packed(packed::Packed),
    /// The origin of each byte, and of the end.
    Each(Vec<usize>),
    /// Nothing tells where in the whole a byte comes from.
    Whole,
}

impl Region {
    /// Whether it is a text of its own, not one that was only escaped.
    pub(super) fn is_packed(&self) -> bool {
        !matches!(self.places, Places::Each(_))
    }

    /// Where a part of the text is written.
    pub(super) fn outer_of(&self, inner: &Range<usize>) -> Range<usize> {
        match &self.places {
            Places::Packed(packed) => packed.outer_of(inner),
            Places::Each(origins) => origins[inner.start]..origins[inner.end],
            Places::Whole => self.outer.clone(),
        }
    }
}

/// Decodes what stands around the form that was hit at `at`; nothing where it only looks alike.
fn decode(bytes: &[u8], at: usize, form: &Form) -> Option<Region> {
    if !form.stands_at(bytes, at) {
        return None;
    }
    match form.encoding {
        Encoding::Base64 { phase } => packed::base64(bytes, at, phase),
        Encoding::Hex => packed::hex(bytes, at),
        Encoding::Gzip => gzip::inflate(bytes, at),
        Encoding::Announced => packed::announced(bytes, at + form.text.len()),
        Encoding::Escaped => None,
    }
}

#[cfg(test)]
mod tests;
