//! Base64 and hex: groups of characters that stand for groups of bytes.

use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memmem;

use super::run::{Alphabet, Run};
use super::{Places, Region};

/// Both alphabets at once: what stands in neither is no part of a run.
const BASE64: Alphabet =
    Alphabet { group: 4, holds: |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_') };
const HEX: Alphabet = Alphabet { group: 2, holds: |byte| byte.is_ascii_hexdigit() };
/// The last character of a run that was cut off may carry bits of the next byte.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// Headers that may stand between an announcement and what it announces, in bytes.
const HEADERS: usize = 1 << 10;

/// Where the characters are that the bytes of a text were made of.
pub(super) struct Packed {
    /// The number of a line's first character, and where it stands.
    lines: Vec<(usize, usize)>,
    /// So many characters stand for…
    characters: usize,
    /// …so many bytes.
    bytes: usize,
}

impl Packed {
    pub(super) fn outer_of(&self, inner: &Range<usize>) -> Range<usize> {
        let end = (inner.end * self.characters).div_ceil(self.bytes).max(1);
        let first = (inner.start * self.characters / self.bytes).min(end - 1);
        self.place(first)..self.place(end - 1) + 1
    }

    /// Whether the character at `place` is one of these, with this number in its group.
    pub(super) fn covers(&self, place: usize, phase: usize) -> bool {
        let line = self.lines.partition_point(|&(_, start)| start <= place);
        let next = self.lines.get(line).map_or(usize::MAX, |&(first, _)| first);
        line.checked_sub(1).is_some_and(|line| {
            let (first, start) = self.lines[line];
            let character = first + place - start;
            character < next && character % self.characters == phase
        })
    }

    /// Whether it is base64, not hex.
    pub(super) fn is_base64(&self) -> bool {
        self.bytes == 3
    }

    fn place(&self, character: usize) -> usize {
        let line = self.lines.partition_point(|&(first, _)| first <= character).max(1) - 1;
        self.lines.get(line).map_or(0, |&(first, place)| place + character - first)
    }
}

pub(super) fn base64(bytes: &[u8], at: usize, phase: usize) -> Option<Region> {
    let run = Run::around(bytes, at, phase, BASE64);
    let skipped = (BASE64.group - (phase + BASE64.group - run.before % BASE64.group) % BASE64.group) % BASE64.group;
    from_base64(bytes, &run, skipped)
}

/// Base64 that begins at `at`.
pub(super) fn base64_from(bytes: &[u8], at: usize) -> Option<Region> {
    from_base64(bytes, &Run::from(bytes, at, BASE64), 0)
}

/// Whether `at` is the first character of a run.
pub(super) fn begins_base64(bytes: &[u8], at: usize) -> bool {
    at == 0 || !(BASE64.holds)(bytes[at - 1])
}

fn from_base64(bytes: &[u8], run: &Run, skipped: usize) -> Option<Region> {
    let (mut characters, lines) = gather(bytes, run, skipped);
    for character in &mut characters {
        match character {
            b'-' => *character = b'+',
            b'_' => *character = b'/',
            _ => {}
        }
    }
    if characters.len() % 4 == 1 {
        characters.pop();
    }
    let text = ENGINE.decode(&characters).ok()?;
    region(run, text, Packed { lines, characters: 4, bytes: 3 })
}

pub(super) fn hex(bytes: &[u8], at: usize) -> Option<Region> {
    let run = Run::around(bytes, at, 0, HEX);
    let (characters, lines) = gather(bytes, &run, run.before % HEX.group);
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let text: Option<Vec<u8>> =
        characters.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    region(&run, text?, Packed { lines, characters: 2, bytes: 1 })
}

/// The characters of a run but for the first `skipped`, and where its lines are.
fn gather(bytes: &[u8], run: &Run, skipped: usize) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut characters = Vec::new();
    let mut lines = Vec::new();
    let mut left = skipped;
    for line in &run.lines {
        let taken = (line.start + left).min(line.end)..line.end;
        left -= taken.start - line.start;
        if !taken.is_empty() {
            lines.push((characters.len(), taken.start));
            characters.extend_from_slice(&bytes[taken]);
        }
    }
    (characters, lines)
}

fn region(run: &Run, text: Vec<u8>, packed: Packed) -> Option<Region> {
    let outer = run.lines.first()?.start..run.lines.last()?.end;
    (!text.is_empty()).then_some(Region { outer, text, cut: None, places: Places::Packed(packed) })
}

/// What stands behind an announcement that ends at `at`: the body of a message behind its
/// headers, or the value of a YAML node.
pub(super) fn announced(bytes: &[u8], at: usize) -> Option<Region> {
    let behind = &bytes[at..bytes.len().min(at + HEADERS)];
    let blank =
        [&b"\n\n"[..], b"\r\n\r\n"].into_iter().filter_map(|blank| Some(memmem::find(behind, blank)? + blank.len()));
    let start = match bytes[..at].ends_with(b"!!binary") {
        false => blank.min()?,
        true => {
            behind.iter().position(|byte| !matches!(byte, b' ' | b'|' | b'>' | b'-' | b'"' | b'\'' | b'\r' | b'\n'))?
        }
    };
    base64_from(bytes, at + start)
}
