//! Objects that lie in a file of their own.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;
use gix_hash::ObjectId;

use super::data;
use super::pack::{DAMAGED, Kind};
use crate::source::TEXT_LIMIT;

/// Where it lies, and what it is.
pub(super) struct Loose {
    pub(super) id: ObjectId,
    path: PathBuf,
    pub(super) kind: Kind,
}

/// The header of an object is not longer than this.
const HEADER: usize = 64;

/// All loose objects of a folder of objects, and the files that are none.
pub(super) fn list(folder: &Path, damaged: &mut Vec<PathBuf>) -> Vec<Loose> {
    let mut found = Vec::new();
    for first in (0..=u8::MAX).map(|byte| format!("{byte:02x}")) {
        let Ok(entries) = fs::read_dir(folder.join(&first)) else { continue };
        for entry in entries.flatten() {
            let Some(id) = entry
                .file_name()
                .to_str()
                .and_then(|rest| ObjectId::from_hex(format!("{first}{rest}").as_bytes()).ok())
            else {
                continue;
            };
            match kind(&entry.path()) {
                Ok(kind) => found.push(Loose { id, path: entry.path(), kind }),
                Err(_) => damaged.push(entry.path()),
            }
        }
    }
    found
}

fn open(path: &Path) -> io::Result<ZlibDecoder<File>> {
    data::open(path).map(ZlibDecoder::new)
}

fn header(bytes: &[u8]) -> Option<(Kind, usize)> {
    let end = memchr::memchr(0, bytes)?;
    let (word, _) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let kind = match word {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    Some((kind, end + 1))
}

fn kind(path: &Path) -> io::Result<Kind> {
    let mut begin = Vec::new();
    open(path)?.take(HEADER as u64).read_to_end(&mut begin)?;
    header(&begin).map(|(kind, _)| kind).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

impl Loose {
    pub(super) fn read(&self) -> Result<Vec<u8>, &'static str> {
        let mut bytes = Vec::new();
        let most = TEXT_LIMIT + HEADER as u64;
        open(&self.path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(|_| DAMAGED)?;
        if bytes.len() as u64 > most {
            return Err("it is larger than what is read of one object");
        }
        let (_, start) = header(&bytes).ok_or(DAMAGED)?;
        bytes.drain(..start);
        Ok(bytes)
    }
}
