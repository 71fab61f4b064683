//! The members of a zip, by the directory at its end; where that was cut off, by what stands before
//! each member.

mod recover;

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipLocator};

use super::kind::Packing;
use super::troubles::Trouble;
use super::walk::{Flow, Peeked, Place, Walk};
use super::{name, unpack};

/// Holds any record of the directory: three texts of 64 KB, and what stands before them.
const RECORD: usize = 200 << 10;

impl Walk<'_> {
    /// Whether it is a zip at all need not be sure.
    pub(super) fn zip(&mut self, from: &dyn ReaderAt, size: u64, place: Place<'_>, is_sure: bool) -> Flow {
        let mut records = vec![0; RECORD];
        match ZipLocator::new().locate_in_reader(from, &mut records, size) {
            Ok(archive) => self.by_directory(&archive, &mut records, place),
            Err((_, why)) if is_sure => {
                self.broken(place.path, &why);
                self.by_headers(from, size, place)
            }
            Err(_) => Flow::Continue(()),
        }
    }

    fn by_directory(&mut self, archive: &ZipArchive<&dyn ReaderAt>, records: &mut [u8], place: Place<'_>) -> Flow {
        let mut entries = archive.entries(records);
        let mut left = archive.entries_hint();
        loop {
            let record = match entries.next_entry() {
                Ok(Some(record)) => record,
                Ok(None) if left == 0 => return Flow::Continue(()),
                Ok(None) => {
                    self.broken(place.path, &"members are missing");
                    return Flow::Continue(());
                }
                Err(why) => {
                    self.broken(place.path, &why);
                    return Flow::Continue(());
                }
            };
            left = left.saturating_sub(1);
            self.count(place.path)?;
            if record.is_dir() || record.mode().is_symlink() {
                continue;
            }
            let path = name::member(place.path, record.file_path().as_bytes());
            if record.flags().is_encrypted() {
                self.trouble(Trouble::Encrypted, &path);
                continue;
            }
            let method = record.compression_method();
            match archive.get_entry(record.wayfinder()) {
                Ok(entry) => self.zipped(method, BufReader::new(entry.reader()), &path, place.depth)?,
                Err(why) => self.broken(&path, &why),
            }
        }
    }

    fn zipped(&mut self, method: CompressionMethod, from: impl BufRead, path: &str, depth: usize) -> Flow {
        let Some(unpacked) = unpacked(method, from) else {
            self.trouble(Trouble::Method(method.name().unwrap_or("an unknown method")), path);
            return Flow::Continue(());
        };
        self.member(Peeked::of(self.metered(unpacked)), path, depth)
    }
}

fn unpacked<'r>(method: CompressionMethod, from: impl BufRead + 'r) -> Option<Box<dyn Read + 'r>> {
    Some(match method {
        CompressionMethod::STORE => Box::new(from),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(from)),
        CompressionMethod::BZIP2 => unpack::unpacked(Packing::Bzip2, from),
        CompressionMethod::ZSTD => unpack::unpacked(Packing::Zstd, from),
        CompressionMethod::XZ => unpack::unpacked(Packing::Xz, from),
        _ => return None,
    })
}
