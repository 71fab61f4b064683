//! gzip inside base64, with limits: a small file may stand for a very large one.

use std::io::Read;

use flate2::bufread::GzDecoder;

use super::packed;
use super::{Places, Region};

/// No more than this is inflated of one file, in bytes.
const MOST: usize = 1 << 20;
/// What inflates to more than so many times its size is no text that somebody wrote.
const RATIO: usize = 200;
/// Files that were glued together.
const MEMBERS: usize = 16;

const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// Inflates what stands in base64 at `at`. Of what is no gzip, or broken, nothing is inflated, or
/// what stands before the break.
pub(super) fn inflate(bytes: &[u8], at: usize) -> Option<Region> {
    if !packed::begins_base64(bytes, at) {
        return None;
    }
    let packed = packed::base64_from(bytes, at)?;
    let most = MOST.min(packed.text.len() * RATIO);
    let mut text = Vec::new();
    let mut rest = packed.text.as_slice();
    let mut members = 0;
    while rest.starts_with(MAGIC) && members < MEMBERS && text.len() <= most {
        let mut member = GzDecoder::new(rest);
        if member.by_ref().take((most - text.len()) as u64 + 1).read_to_end(&mut text).is_err() {
            rest = &[];
            break;
        }
        rest = member.into_inner();
        members += 1;
    }
    let cut = match text.len() > most {
        true => Some("gzip inside base64 inflates to more than is read of it"),
        false if rest.starts_with(MAGIC) => Some("gzip inside base64 holds more files than are read of it"),
        false => None,
    };
    text.truncate(most);
    Some(Region { outer: packed.outer, text, cut, places: Places::Whole })
}
