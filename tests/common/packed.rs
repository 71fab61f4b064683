//! Archives made in the test that needs them, sound ones and such as no program writes.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// A zip that is written byte by byte, so that it can be wrong in any way.
#[derive(Default)]
pub struct Zip {
    out: Vec<u8>,
    directory: Vec<u8>,
    members: u16,
}

/// What a member says of itself.
#[derive(Clone, Copy)]
pub struct Says {
    pub flags: u16,
    pub method: u16,
    /// Type and rights as Unix writes them.
    pub mode: u32,
}

pub const DEFLATED: Says = Says { flags: 0, method: 8, mode: 0o100_644 };
pub const STORED: Says = Says { flags: 0, method: 0, mode: 0o100_644 };

impl Zip {
    /// Its members, deflated.
    pub fn of<'m>(members: impl IntoIterator<Item = (&'m str, &'m [u8])>) -> Vec<u8> {
        let mut zip = Zip::default();
        for (name, text) in members {
            zip.add(name, DEFLATED, &deflated(text), text.len());
        }
        zip.end()
    }

    /// A member whose bytes stand there as they are, whatever it says of them.
    pub fn add(&mut self, name: &str, says: Says, packed: &[u8], size: usize) {
        let at = self.out.len();
        self.out.extend(b"PK\x03\x04\x14\0");
        self.out.extend(described(name, says, packed.len(), size));
        self.out.extend(name.as_bytes());
        self.out.extend(packed);
        self.list(name, says, packed.len(), size, at);
    }

    /// A member that says nothing of its size in front of it.
    pub fn add_streamed(&mut self, name: &str, says: Says, packed: &[u8]) {
        self.out.extend(b"PK\x03\x04\x14\0");
        self.out.extend(described(name, says, 0, 0));
        self.out.extend(name.as_bytes());
        self.out.extend(packed);
    }

    /// Another name for the bytes of a member at `at`.
    pub fn list(&mut self, name: &str, says: Says, packed: usize, size: usize, at: usize) {
        self.directory.extend(b"PK\x01\x02\x14\x03\x14\0");
        self.directory.extend(described(name, says, packed, size));
        self.directory.extend([0; 6]);
        self.directory.extend((says.mode << 16).to_le_bytes());
        self.directory.extend(u32::try_from(at).unwrap().to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.members += 1;
    }

    /// What there is of it so far, without its directory.
    pub fn cut_off(self) -> Vec<u8> {
        self.out
    }

    pub fn end(mut self) -> Vec<u8> {
        let (at, length) = (self.out.len(), self.directory.len());
        self.out.append(&mut self.directory);
        self.out.extend(b"PK\x05\x06\0\0\0\0");
        self.out.extend([self.members.to_le_bytes(), self.members.to_le_bytes()].concat());
        for number in [length, at] {
            self.out.extend(u32::try_from(number).unwrap().to_le_bytes());
        }
        self.out.extend([0; 2]);
        self.out
    }
}

/// What stands of a member in front of it and in the directory alike.
fn described(name: &str, says: Says, packed: usize, size: usize) -> Vec<u8> {
    let mut out = [says.flags.to_le_bytes(), says.method.to_le_bytes()].concat();
    // Neither the time nor the sum is looked at.
    out.extend([0; 8]);
    for number in [packed, size] {
        out.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    out.extend([0; 2]);
    out
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn tar<'m>(members: impl IntoIterator<Item = (&'m str, &'m [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A tar of one member whose name may be any, and which may be anything.
pub fn tar_of_one(name: &str, kind: tar::EntryType, text: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(text.len() as u64);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("../../../etc/passwd").unwrap();
    }
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend(text);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Bytes that cannot be packed, and hold no NUL.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8 | 1
    };
    std::iter::repeat_with(next).take(length).collect()
}
