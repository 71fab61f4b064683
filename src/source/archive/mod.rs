//! Archives, read member by member: zip and all that is one (jar, war, whl, nupkg, docx …), tar, and
//! what was packed with gzip, bzip2, xz or zstd. They are known by their first bytes. Nothing is ever
//! written to disk: of an archive in an archive, only a zip is held, since its directory stands at
//! its end; everything else flows through.
//!
//! A member is named `outer.zip!/inner/path`. Links and devices are no members. What was not read is
//! in [`Troubles`], each kind of them once for a whole archive, however often it happened.

mod kind;
mod limits;
mod name;
mod tar;
mod troubles;
mod unpack;
mod walk;
mod zip;

use std::fs::File;
use std::io::{BufReader, Seek};

pub(in crate::source) use kind::HEAD;
use kind::Kind;
pub use troubles::Troubles;
use walk::Walk;

/// Looks at what stands in an archive.
pub trait Visitor {
    /// How much is read of a member that begins with these bytes, if that is less than of a text.
    fn most(&self, head: &[u8]) -> Option<usize>;

    /// A member with its whole name, and as much of it as is read.
    fn member(&mut self, path: &str, bytes: &[u8]) -> Looked;
}

/// What became of a member.
pub enum Looked {
    At,
    /// It was passed over.
    TooLarge,
    /// It was the last that is looked at.
    Enough,
}

/// An archive that can be read.
pub struct Archive<'b> {
    kind: Kind,
    size: u64,
    from: From<'b>,
}

enum From<'b> {
    Bytes(&'b [u8]),
    File(File),
}

impl<'b> Archive<'b> {
    /// What the bytes of a file of this path are an archive of; None where they are none.
    pub fn of(bytes: &'b [u8], path: &str) -> Option<Archive<'b>> {
        Some(Archive { kind: Kind::of(bytes, path)?, size: bytes.len() as u64, from: From::Bytes(bytes) })
    }

    /// The same for a file that is not read as a whole, of which the beginning is known.
    pub fn in_file(head: &[u8], path: &str, file: File, size: u64) -> Result<Archive<'static>, File> {
        match Kind::of(head, path) {
            Some(kind) => Ok(Archive { kind, size, from: From::File(file) }),
            None => Err(file),
        }
    }

    /// Shows every member, in the order in which they stand in it.
    pub fn visit(self, path: &str, visitor: &mut dyn Visitor) -> Troubles {
        let mut walk = Walk::new(self.size, visitor);
        match self.from {
            From::Bytes(bytes) => walk.outermost(self.kind, &bytes, self.size, &mut &bytes[..], path),
            From::File(file) => match file.try_clone().and_then(|mut again| again.rewind().map(|()| again)) {
                Ok(stream) => {
                    let at_random = rawzip::FileReader::from(file);
                    walk.outermost(self.kind, &at_random, self.size, &mut BufReader::new(stream), path);
                }
                Err(why) => walk.broken(path, &why),
            },
        }
        walk.end()
    }
}
