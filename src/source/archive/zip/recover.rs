//! What can be read of a zip whose end is missing: each member has its name and size in front of it,
//! or ends by itself.

use std::io::{self, BufReader, Read};

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, RangeReader, ReaderAt};

use super::super::name;
use super::super::troubles::Trouble;
use super::super::walk::{Flow, Peeked, Place, Walk};

const SIGNATURE: &[u8] = b"PK\x03\x04";
const FIXED: usize = 30;
/// The longest thing that may stand between two members: their sizes, in 64 bits.
const DESCRIPTOR: usize = 24;
/// Flags of a member, and a size that stands elsewhere.
const ENCRYPTED: u16 = 1;
const SIZE_BEHIND: u16 = 1 << 3;
const LARGE: u32 = u32::MAX;

/// What stands in front of a member.
struct Header {
    flags: u16,
    method: CompressionMethod,
    /// None where it stands behind the member.
    size: Option<u64>,
    name: Vec<u8>,
    body: u64,
}

impl Walk<'_> {
    pub(super) fn by_headers(&mut self, from: &dyn ReaderAt, size: u64, place: Place<'_>) -> Flow {
        let mut next = Some(0);
        while let Some(header) = next.and_then(|at| header_at(from, at)) {
            self.count(place.path)?;
            let path = name::member(place.path, &header.name);
            let is_folder = header.name.ends_with(b"/");
            if header.flags & ENCRYPTED != 0 {
                self.trouble(Trouble::Encrypted, &path);
            }
            next = match header.size {
                Some(length) => {
                    let end = header.body.saturating_add(length).min(size);
                    if header.flags & ENCRYPTED == 0 && !is_folder {
                        let member = BufReader::new(RangeReader::new(from, header.body..end));
                        self.zipped(header.method, member, &path, place.depth)?;
                    }
                    Some(end)
                }
                None if header.flags & ENCRYPTED == 0 && header.method == CompressionMethod::DEFLATE => {
                    let rest = BufReader::new(RangeReader::new(from, header.body..size));
                    let mut member = DeflateDecoder::new(rest);
                    self.member(Peeked::of(self.metered(&mut member)), &path, place.depth)?;
                    let ended = io::copy(&mut self.metered(member.by_ref()), &mut io::sink());
                    ended.ok().and_then(|_| after_descriptor(from, header.body + member.total_in()))
                }
                None => None,
            };
        }
        Flow::Continue(())
    }
}

fn header_at(from: &dyn ReaderAt, at: u64) -> Option<Header> {
    let mut fixed = [0; FIXED];
    from.read_exact_at(&mut fixed, at).ok()?;
    if !fixed.starts_with(SIGNATURE) {
        return None;
    }
    let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let (flags, size) = (short(6), long(18));
    let mut name = vec![0; usize::from(short(26))];
    from.read_exact_at(&mut name, at + FIXED as u64).ok()?;
    Some(Header {
        flags,
        method: CompressionMethod::new(short(8)),
        size: (flags & SIZE_BEHIND == 0 && size != LARGE).then_some(u64::from(size)),
        body: at + (FIXED + name.len()) as u64 + u64::from(short(28)),
        name,
    })
}

/// Where the next member begins, behind what describes the one that ends at `end`.
fn after_descriptor(from: &dyn ReaderAt, end: u64) -> Option<u64> {
    let mut behind = [0; DESCRIPTOR + SIGNATURE.len()];
    let mut length = 0;
    while let Ok(read @ 1..) = from.read_at(&mut behind[length..], end + length as u64) {
        length += read;
    }
    let next = behind[..length].windows(SIGNATURE.len()).position(|window| window == SIGNATURE)?;
    Some(end + next as u64)
}
