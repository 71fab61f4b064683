//! Percent-encoding and backslash escapes around a keyword's hit.

use std::ops::Range;

use super::{Places, Region};
use crate::escape::{Escaping, View};

/// The texts behind the escapes of a part of a file; none where it holds none.
pub(super) fn resolve(bytes: &[u8], outer: Range<usize>) -> impl Iterator<Item = Region> {
    Escaping::ALL.into_iter().filter_map(move |escaping| {
        let (text, mut origins) = View::of(&bytes[outer.clone()]).resolved(escaping)?.into_parts();
        origins.iter_mut().for_each(|at| *at += outer.start);
        Some(Region { outer: outer.clone(), text, cut: None, places: Places::Each(origins) })
    })
}
