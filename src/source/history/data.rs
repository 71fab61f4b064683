//! The bytes of a pack, read where they are wanted. A pack that is mapped counts as memory of the
//! program, and ends it where the file is cut off meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use gix_hash::Kind as Hash;
use gix_pack::data::{Entry, header};

/// So much is read at a time where all entries are, one after the other.
const IN_A_ROW: u64 = 256 << 10;
/// So much is read at least of an entry and behind it: what is made of an object often lies near it.
const ENTRIES: u64 = 4 << 10;

/// The bytes of one pack that were read last.
#[derive(Default)]
pub(super) struct Ahead {
    from: u64,
    bytes: Vec<u8>,
}

impl Ahead {
    /// What was read of this part.
    fn part(&self, start: u64, end: u64) -> Option<&[u8]> {
        let at = |place: u64| usize::try_from(place.checked_sub(self.from)?).ok();
        self.bytes.get(at(start)?..at(end)?)
    }
}

pub(super) struct Data {
    file: File,
    /// Where the entries end, behind which their checksum stands.
    end: u64,
    hash: Hash,
}

impl Data {
    pub(super) fn open(path: &Path, hash: Hash) -> io::Result<Data> {
        let file = open(path)?;
        let end = file.metadata()?.len().saturating_sub(hash.len_in_bytes() as u64);
        let mut head = [0; header::SIZE];
        read_exact_at(&file, &mut head, 0)?;
        header::decode(&head).map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why.to_string()))?;
        Ok(Data { file, end, hash })
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Hands on the header of the entry at each of these places, which grow; none where it is damaged, or
    /// the entry is not what the index has a checksum of, which `sum` gives.
    pub(super) fn headers(
        &self,
        starts: &[u64],
        sum: impl Fn(usize) -> Option<u32>,
        mut found: impl FnMut(usize, Entry),
    ) {
        let mut ahead = Ahead::default();
        for (place, &start) in starts.iter().enumerate() {
            let end = starts.get(place + 1).copied().unwrap_or(self.end);
            let Some((entry, found_sum)) = self.summed(start, end, &mut ahead) else { continue };
            if sum(place).is_none_or(|sum| sum == found_sum) {
                found(place, entry);
            }
        }
    }

    /// The header of the entry between these places, and the checksum of all of it.
    fn summed(&self, start: u64, end: u64, ahead: &mut Ahead) -> Option<(Entry, u32)> {
        let mut sum = crc32fast::Hasher::new();
        let mut entry = None;
        let mut at = start;
        while at < end {
            let until = end.min(at.saturating_add(IN_A_ROW));
            let bytes = self.part(at, until, IN_A_ROW, ahead)?;
            if at == start {
                entry = Some(Entry::from_bytes(bytes, start, self.hash).ok()?);
            }
            sum.update(bytes);
            at = until;
        }
        Some((entry?, sum.finalize()))
    }

    /// The entry between these places, and the bytes behind its header.
    pub(super) fn entry<'b>(&self, start: u64, end: u64, ahead: &'b mut Ahead) -> Option<(Entry, &'b [u8])> {
        let bytes = self.part(start, end, ENTRIES, ahead)?;
        let entry = Entry::from_bytes(bytes, start, self.hash).ok()?;
        let packed = bytes.get(usize::try_from(entry.data_offset - start).ok()?..)?;
        Some((entry, packed))
    }

    /// The bytes between these places, or up to where the entries end; if they are to be read, at least so many.
    fn part<'b>(&self, start: u64, end: u64, least: u64, ahead: &'b mut Ahead) -> Option<&'b [u8]> {
        let end = end.min(self.end);
        if ahead.part(start, end).is_none() {
            let until = end.max(start.saturating_add(least)).min(self.end);
            let length = usize::try_from(until.checked_sub(start)?).ok()?;
            ahead.from = start;
            ahead.bytes.resize(length, 0);
            if read_exact_at(&self.file, &mut ahead.bytes, start).is_err() {
                ahead.bytes.clear();
                return None;
            }
        }
        ahead.part(start, end)
    }
}

/// Opens a file for reading. A pipe in its place would hold the run up for ever.
pub(super) fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "it is no file")),
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (buffer, at) = (&mut buffer[read..], at + read as u64),
        }
    }
    Ok(())
}
