//! The bytes of a pack, read where they are wanted. A pack that is mapped counts as memory of the
//! program, and ends it where the file is cut off meanwhile.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use gix_hash::Kind as Hash;
use gix_pack::data::{Entry, header};

/// No header of an entry is longer.
const LONGEST_HEADER: usize = 64;
/// So much is read at a time where headers alone are.
const AHEAD: usize = 16 << 10;

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

    /// Hands on the header of the entry at each of these places, which grow; none where it is damaged.
    pub(super) fn headers(&self, starts: &[u64], mut found: impl FnMut(usize, Entry)) {
        let mut ahead: Vec<u8> = Vec::new();
        let mut from = 0;
        for (place, &start) in starts.iter().enumerate() {
            let holds =
                |from: u64, ahead: &[u8]| start >= from && start + LONGEST_HEADER as u64 <= from + ahead.len() as u64;
            if !holds(from, &ahead) {
                let end = self.end.min(start + AHEAD as u64);
                from = start;
                if self.read(start, end, &mut ahead).is_err() {
                    ahead.clear();
                    continue;
                }
            }
            let known = usize::try_from(start - from).ok().and_then(|at| ahead.get(at..));
            if let Some(entry) = known.and_then(|bytes| Entry::from_bytes(bytes, start, self.hash).ok()) {
                found(place, entry);
            }
        }
    }

    /// The entry between these places, and the bytes behind its header.
    pub(super) fn entry<'b>(&self, start: u64, end: u64, buffer: &'b mut Vec<u8>) -> Option<(Entry, &'b [u8])> {
        self.read(start, end, buffer).ok()?;
        let entry = Entry::from_bytes(buffer, start, self.hash).ok()?;
        let packed = buffer.get(usize::try_from(entry.data_offset - start).ok()?..)?;
        Some((entry, packed))
    }

    fn read(&self, start: u64, end: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let length = end.min(self.end).checked_sub(start).and_then(|length| usize::try_from(length).ok());
        buffer.resize(length.ok_or(io::ErrorKind::UnexpectedEof)?, 0);
        read_exact_at(&self.file, buffer, start)
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
