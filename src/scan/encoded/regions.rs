//! Every encoded part of one file, each decoded once however often it is hit.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Encoding, Form, Places, Region, decode, escapes};

/// So much is decoded of one file, in bytes of both forms together.
const MOST: usize = 32 << 20;
/// How far around a hit of a keyword the text is taken whose escapes are resolved.
const BEFORE: usize = 160;
const AFTER: usize = 2 << 10;

/// What is resolved around a keyword, in a text of this length. What the keyword belongs to is
/// `reach` bytes long at the most.
pub(in crate::scan) fn around(at: usize, reach: usize, length: usize) -> Range<usize> {
    at.saturating_sub(BEFORE.max(reach))..length.min(at + AFTER.max(2 * reach))
}

/// What was decoded of a file.
pub(in crate::scan) struct Decoded {
    pub(in crate::scan) regions: Vec<Region>,
    /// Why there is more, if there is.
    pub(in crate::scan) cut: Option<&'static str>,
    /// Less than half of what is decoded of one file.
    pub(in crate::scan) is_little: bool,
}

/// The encoded parts of one file.
pub(in crate::scan) struct Regions<'b> {
    bytes: &'b [u8],
    regions: Vec<Region>,
    /// The numbers of those that the next hit may stand in.
    open: Vec<usize>,
    /// Where escapes may hide what a keyword stands beside.
    escaped: Vec<Range<usize>>,
    /// Up to where nothing stands that is worth resolving, for each detector.
    vain: BTreeMap<usize, usize>,
    left: usize,
}

impl<'b> Regions<'b> {
    pub(in crate::scan) fn of(bytes: &'b [u8]) -> Regions<'b> {
        Regions { bytes, regions: Vec::new(), open: Vec::new(), escaped: Vec::new(), vain: BTreeMap::new(), left: MOST }
    }

    /// Takes a hit of the literal pass; they come about in the order of the text.
    pub(in crate::scan) fn hit(&mut self, at: usize, form: &Form) {
        if form.encoding == Encoding::Escaped {
            return self.keyword(at, 0);
        }
        self.open.retain(|&number| self.regions[number].outer.end > at);
        if self.left == 0 || self.open.iter().any(|&number| self.regions[number].covers(at, form.encoding)) {
            return;
        }
        if let Some(region) = decode(self.bytes, at, form) {
            self.take(region);
        }
    }

    /// Takes a hit of a detector's keyword as it is, if something `holds` beside it what the detector
    /// looks for. Where one stands beside another, only what is new is looked through.
    pub(in crate::scan) fn keyword_of(
        &mut self,
        detector: usize,
        at: usize,
        reach: usize,
        holds: impl FnOnce(&[u8]) -> bool,
    ) {
        let around = around(at, reach, self.bytes.len());
        let vain = self.vain.entry(detector).or_default();
        let new = around.start.max(vain.saturating_sub(reach))..around.end;
        match holds(&self.bytes[new]) {
            true => self.keyword(at, reach),
            false => *vain = around.end,
        }
    }

    /// What stands beside `at` may be escaped.
    fn keyword(&mut self, at: usize, reach: usize) {
        let around = around(at, reach, self.bytes.len());
        match self.escaped.last_mut() {
            Some(last) if around.start <= last.end => *last = last.start.min(around.start)..last.end.max(around.end),
            _ => self.escaped.push(around),
        }
    }

    pub(in crate::scan) fn finish(mut self) -> Decoded {
        for around in std::mem::take(&mut self.escaped) {
            for region in escapes::resolve(self.bytes, around) {
                self.take(region);
            }
        }
        let cut = match self.left {
            0 => Some("more encoded text than is decoded of one file"),
            _ => self.regions.iter().find_map(|region| region.cut),
        };
        Decoded { regions: self.regions, cut, is_little: self.left > MOST / 2 }
    }

    fn take(&mut self, region: Region) {
        let cost = region.outer.len() + region.text.len();
        if cost <= self.left {
            self.open.push(self.regions.len());
            self.regions.push(region);
        }
        self.left = self.left.saturating_sub(cost);
    }
}

impl Region {
    /// Whether what was hit there is a part of this already.
    fn covers(&self, at: usize, encoding: Encoding) -> bool {
        match (&self.places, encoding) {
            (Places::Packed(packed), Encoding::Base64 { phase }) => packed.is_base64() && packed.covers(at, phase),
            (Places::Packed(packed), Encoding::Hex) => !packed.is_base64() && packed.covers(at, 0),
            (Places::Whole, Encoding::Gzip) => self.outer.contains(&at),
            _ => false,
        }
    }
}
