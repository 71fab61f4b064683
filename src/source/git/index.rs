//! The index as it lies on the disk, as far as a hook needs it: which entries are not what HEAD has.
//! Git itself takes ten milliseconds for that where 80,000 files are tracked, since it builds all of
//! the index in memory. Here the entries are passed over once, and of the folders whose trees the index
//! knows to be HEAD's (its `TREE` extension) none is looked into. Everything out of the ordinary (another version, a
//! split or sparse index, a conflict) is left to git. The format is that of `man gitformat-index`.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// In such pieces the entries are passed over.
const PIECE: usize = 128 << 10;
/// In such pieces single entries are read.
const WINDOW: usize = 4 << 10;
/// What stands before the id: times, device, mode, owner, size.
const BEFORE_ID: usize = 40;
const MODE: usize = 24;
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const NAME_LENGTH: u16 = 0x0fff;
const INTENT_TO_ADD: u16 = 0x2000;

/// An index of which each entry can be read by its number.
pub(super) struct Index {
    file: File,
    /// Where each entry begins, and where the last one ends.
    starts: Vec<u32>,
    id_length: usize,
    window: Vec<u8>,
    /// Where the window begins.
    at: usize,
    extension: Vec<u8>,
    folders: Vec<Folder>,
}

/// A folder in the `TREE` extension; those inside it follow.
struct Folder {
    name: std::ops::Range<usize>,
    /// How many entries lie below, and where the id of their tree stands; none where that is not known.
    tree: Option<(usize, usize)>,
    /// The number of the first folder that does not lie in this one.
    next: usize,
}

pub(super) struct Entry<'i> {
    pub(super) path: &'i [u8],
    pub(super) id: &'i [u8],
    pub(super) mode: u32,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

impl Index {
    /// None where the index is not of the ordinary kind.
    pub(super) fn read(path: &Path, id_length: usize) -> io::Result<Option<Index>> {
        if !path.metadata()?.is_file() {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let Ok(size) = u32::try_from(size) else { return Ok(None) };
        let mut pieces = Pieces { file: &mut file, bytes: Vec::new(), at: 0, filled: 0 };
        let Some(starts) = pieces.entries(id_length)? else { return Ok(None) };
        let end = starts.last().map_or(0, |&end| end as usize);
        let mut rest = Vec::new();
        pieces.rest(end, &mut rest)?;
        let mut index =
            Index { starts, id_length, window: Vec::new(), at: 0, extension: Vec::new(), folders: Vec::new(), file };
        let whole = end + rest.len() == size as usize;
        Ok((whole && index.read_extensions(&rest).is_some()).then_some(index))
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn read_extensions(&mut self, rest: &[u8]) -> Option<()> {
        let mut extensions = rest.get(..rest.len().checked_sub(self.id_length)?)?;
        while !extensions.is_empty() {
            let (name, length) = (extensions.get(..4)?, number(extensions, 4)? as usize);
            let content = extensions.get(8..8 + length)?;
            match name {
                b"TREE" => {
                    self.extension = content.to_vec();
                    let mut at = 0;
                    self.read_folder(&mut at, 0)?;
                }
                // What has to be understood begins with a small letter.
                [b'A'..=b'Z', ..] => {}
                _ => return None,
            }
            extensions = &extensions[8 + length..];
        }
        (!self.folders.is_empty()).then_some(())
    }

    /// `name NUL entries SPACE subfolders LF id`, and then the subfolders.
    fn read_folder(&mut self, at: &mut usize, depth: usize) -> Option<()> {
        let upto = |at: &mut usize, end: u8, bytes: &[u8]| {
            let length = memchr::memchr(end, bytes.get(*at..)?)?;
            let found = *at..*at + length;
            *at += length + 1;
            Some(found)
        };
        let figure = |range: std::ops::Range<usize>, bytes: &[u8]| -> Option<i64> {
            std::str::from_utf8(&bytes[range]).ok()?.parse().ok()
        };
        let name = upto(at, 0, &self.extension)?;
        let entries = upto(at, b' ', &self.extension)?;
        let entries = figure(entries, &self.extension)?;
        let inside = upto(at, b'\n', &self.extension)?;
        let inside = figure(inside, &self.extension)?;
        let tree = usize::try_from(entries).ok().map(|entries| (entries, *at));
        if tree.is_some() {
            *at += self.id_length;
        }
        let own = self.folders.len();
        self.folders.push(Folder { name, tree, next: 0 });
        // No path is so long.
        if *at > self.extension.len() || depth > 4096 {
            return None;
        }
        for _ in 0..inside {
            self.read_folder(at, depth + 1)?;
        }
        self.folders[own].next = self.folders.len();
        Some(())
    }

    /// How many entries lie in a folder, and the id of their tree.
    pub(super) fn tree(&self, folder: usize) -> Option<(usize, &[u8])> {
        let (entries, at) = self.folders[folder].tree?;
        Some((entries, &self.extension[at..at + self.id_length]))
    }

    /// The folders directly in another one, by their names.
    pub(super) fn inside(&self, folder: usize) -> HashMap<Vec<u8>, usize> {
        let mut found = HashMap::new();
        let mut at = folder + 1;
        while at < self.folders[folder].next {
            found.insert(self.extension[self.folders[at].name.clone()].to_vec(), at);
            at = self.folders[at].next;
        }
        found
    }

    pub(super) fn entry(&mut self, number: usize) -> io::Result<Entry<'_>> {
        let (start, end) = (self.starts[number] as usize, self.starts[number + 1] as usize);
        if start < self.at || end > self.at + self.window.len() {
            self.window.clear();
            self.at = start;
            self.file.seek(SeekFrom::Start(start as u64))?;
            (&self.file).take(WINDOW.max(end - start) as u64).read_to_end(&mut self.window)?;
        }
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let bytes = self.window.get(start - self.at..end - self.at).ok_or_else(broken)?;
        let flags = BEFORE_ID + self.id_length;
        let extended = u16::from_be_bytes([bytes[flags], bytes[flags + 1]]) & EXTENDED != 0;
        let path = &bytes[flags + if extended { 4 } else { 2 }..];
        let length = memchr::memchr(0, path).ok_or_else(broken)?;
        Ok(Entry {
            path: &path[..length],
            id: &bytes[BEFORE_ID..flags],
            mode: self::number(bytes, MODE).ok_or_else(broken)?,
        })
    }
}

/// A file in pieces.
struct Pieces<'f> {
    file: &'f mut File,
    bytes: Vec<u8>,
    /// Where in the file the piece begins.
    at: usize,
    filled: usize,
}

impl Pieces<'_> {
    /// What stands at `from`, at least so much of it; less only at the end of the file.
    fn from(&mut self, from: usize, least: usize) -> io::Result<&[u8]> {
        if from + least > self.at + self.filled {
            match (self.at + self.filled).checked_sub(from) {
                Some(kept) => {
                    self.bytes.copy_within(self.filled - kept..self.filled, 0);
                    self.filled = kept;
                }
                None => {
                    self.file.seek(SeekFrom::Start(from as u64))?;
                    self.filled = 0;
                }
            }
            self.at = from;
            self.bytes.resize(PIECE.max(least), 0);
            while self.filled < least {
                match self.file.read(&mut self.bytes[self.filled..])? {
                    0 => break,
                    length => self.filled += length,
                }
            }
        }
        Ok(&self.bytes[from - self.at..self.filled])
    }

    /// Where each entry begins, and where the last one ends; none where one is not ordinary.
    fn entries(&mut self, id_length: usize) -> io::Result<Option<Vec<u32>>> {
        let header = self.from(0, 12)?;
        let (Some(b"DIRC"), Some(2 | 3), Some(count)) = (header.get(..4), number(header, 4), number(header, 8)) else {
            return Ok(None);
        };
        let flags = BEFORE_ID + id_length;
        let mut starts = Vec::with_capacity((count as usize).min(1 << 20) + 1);
        let mut at = 12;
        for _ in 0..count {
            starts.push(u32::try_from(at).map_err(io::Error::other)?);
            let bytes = self.from(at, flags + 4)?;
            let Some(&[a, b, c, d]) = bytes.get(flags..flags + 4) else { return Ok(None) };
            let (word, further) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let extended = word & EXTENDED != 0;
            let odd = word & STAGE != 0 || (extended && further & INTENT_TO_ADD != 0);
            if odd || word & NAME_LENGTH == NAME_LENGTH {
                return Ok(None);
            }
            let length = flags + if extended { 4 } else { 2 } + usize::from(word & NAME_LENGTH);
            // One NUL at least, and then up to a multiple of eight.
            at += (length + 8) / 8 * 8;
        }
        starts.push(u32::try_from(at).map_err(io::Error::other)?);
        Ok(Some(starts))
    }

    fn rest(&mut self, from: usize, into: &mut Vec<u8>) -> io::Result<()> {
        into.extend_from_slice(self.from(from, 0)?);
        self.file.read_to_end(into)?;
        Ok(())
    }
}
