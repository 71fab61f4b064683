//! Looks for parts of secrets in a text, by what it decodes to rather than by how it looks.

use std::collections::{HashMap, HashSet};

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use percent_encoding::percent_decode_str;

/// How many consecutive characters are too many.
const PART: usize = 8;

/// All parts of some values, to be looked for in every way in which they could be written.
pub struct Needles {
    parts: HashMap<u64, String>,
    /// Tells most parts that are none without a look at the map, which is slow without optimisation.
    slots: Vec<bool>,
}

fn slot(part: u64) -> usize {
    (part.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44) as usize
}

impl Needles {
    /// `public`: what the program says of itself; its words are no part of a secret.
    pub fn of<'s>(values: impl IntoIterator<Item = (&'s str, &'s str)>, public: &str) -> Needles {
        let mut needles = HashMap::new();
        let mut known = HashSet::new();
        each_part(public.as_bytes(), |part, _| {
            known.insert(part);
        });
        for (name, hidden) in values {
            each_part(hidden.as_bytes(), |part, _| {
                if !known.contains(&part) {
                    needles.insert(part, name.to_owned());
                }
            });
        }
        let mut slots = vec![false; 1 << 20];
        needles.keys().for_each(|&part| slots[slot(part)] = true);
        Needles { parts: needles, slots }
    }

    pub fn none_in(&self, place: &str, text: &str) {
        for (how, view) in views(text) {
            each_part(&view, |part, end| {
                if self.slots[slot(part)]
                    && let Some(name) = self.parts.get(&part)
                {
                    let around = &view[end.saturating_sub(60)..(end + 20).min(view.len())];
                    panic!("a part of {name} in {place}, {how}: {}", String::from_utf8_lossy(around));
                }
            });
        }
    }
}

/// Each run of eight bytes as a number, with the place of its end.
fn each_part(bytes: &[u8], mut found: impl FnMut(u64, usize)) {
    let mut part = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        part = part << 8 | u64::from(byte);
        if at + 1 >= PART {
            found(part, at + 1);
        }
    }
}

/// The text as it stands, with its escapes resolved, and what its base64 says.
fn views(text: &str) -> Vec<(String, Vec<u8>)> {
    let raw = text.as_bytes().to_vec();
    let percent: Vec<u8> = percent_decode_str(text).collect();
    let escaped = unescaped(&raw);
    let both = unescaped(&percent);
    let mut views: Vec<(String, Vec<u8>)> = Vec::new();
    for (how, view) in [("as it is", raw), ("percent-encoded", percent), ("escaped", escaped), ("in two layers", both)]
    {
        if !views.iter().any(|(_, known)| *known == view) {
            views.push((how.to_owned(), view));
        }
    }
    let encoded: Vec<(String, Vec<u8>)> =
        views.iter().map(|(how, view)| (format!("{how}, in base64"), from_base64(view))).collect();
    views.extend(encoded);
    views
}

/// Backslash escapes resolved, as far as they stand for ASCII.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((&first, more)) = rest.split_first() {
        let hex = |digits: Option<&[u8]>| u8::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok();
        let (byte, taken) = match (first, more.first()) {
            (b'\\', Some(b'u')) if more.get(1..3) == Some(b"00") => (hex(more.get(3..5)).unwrap_or(b'?'), 5),
            (b'\\', Some(b'x')) => (hex(more.get(1..3)).unwrap_or(b'?'), 3),
            (b'\\', Some(b'n')) => (b'\n', 1),
            (b'\\', Some(b't')) => (b'\t', 1),
            (b'\\', Some(&plain)) => (plain, 1),
            _ => (first, 0),
        };
        out.push(byte);
        rest = more.get(taken..).unwrap_or_default();
    }
    out
}

/// What every long enough run of base64 holds, wherever in it the encoding begins.
fn from_base64(bytes: &[u8]) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let mut out = Vec::new();
    for (alphabet, marks) in [(&alphabet::STANDARD, b"+/"), (&alphabet::URL_SAFE, b"-_")] {
        let engine = GeneralPurpose::new(alphabet, config);
        for run in bytes.split(|byte| !byte.is_ascii_alphanumeric() && !marks.contains(byte)) {
            let starts = if run.len() * 6 >= PART * 8 { 0..4 } else { 0..0 };
            for start in starts {
                let part = run.get(start..).unwrap_or_default();
                let part = &part[..part.len() - usize::from(part.len() % 4 == 1)];
                if part.len() * 6 >= PART * 8 {
                    out.extend(engine.decode(part).unwrap());
                    out.push(b'\n');
                }
            }
        }
    }
    out
}
