//! What an archive is known by: its first bytes, whatever its name.

/// The beginning of a tar's first member tells what it is.
pub(in crate::source) const HEAD: usize = 512;
const USTAR: std::ops::Range<usize> = 257..262;

/// What sort of archive it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Zip,
    /// A zip behind a first line that says who runs it.
    RunnableZip,
    Tar,
    Packed(Packing),
    /// One that cannot be opened.
    Closed(&'static str),
}

/// How a single stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Kind {
    /// Of what begins like this and has this path.
    pub fn of(head: &[u8], path: &str) -> Option<Kind> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Kind::Zip),
            // An extension of Chrome has a signature in front of its zip.
            [b'C', b'r', b'2', b'4', 2 | 3, 0, 0, 0, ..] => Some(Kind::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Kind::Packed(Packing::Gzip)),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
                Some(Kind::Packed(Packing::Bzip2))
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Kind::Packed(Packing::Xz)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Kind::Packed(Packing::Zstd)),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Kind::Closed("7z")),
            [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some(Kind::Closed("RAR")),
            [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some(Kind::Closed("cabinet")),
            [0xed, 0xab, 0xee, 0xdb, ..] => Some(Kind::Closed("RPM")),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Kind::Closed("LZ4")),
            _ if head.starts_with(b"!<arch>\ndebian-binary") => Some(Kind::Closed("Debian")),
            _ if head.get(USTAR).is_some_and(|magic| magic == b"ustar") => Some(Kind::Tar),
            [b'#', b'!', ..] if is_runnable(path) => Some(Kind::RunnableZip),
            _ => None,
        }
    }
}

fn is_runnable(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["pex", "pyz", "jar", "war", "zip"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
