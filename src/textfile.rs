//! The files that people write to say how a run goes, read as text and never without end: a
//! repository can bring a device, or a gigabyte, under the name of each of them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{FileError, shown};

/// In bytes. Nobody has written more.
pub const LONGEST: u64 = 64 << 20;

/// The text of a file; what was typed may be a pipe.
///
/// # Errors
/// Names the file, and why it cannot be read: it is too long, or is no UTF-8.
pub fn read(path: &Path) -> Result<String, FileError> {
    let unreadable = |why: io::Error| FileError::Unreadable { path: shown(path), why };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    let wrong = |message: String| FileError::Content { path: shown(path), message };
    if bytes.len() as u64 > LONGEST {
        return Err(wrong(format!("longer than {} MB; a text that people write is meant", LONGEST >> 20)));
    }
    String::from_utf8(bytes).map_err(|why| {
        wrong(format!("no text: byte {} is not UTF-8; save it as UTF-8", why.utf8_error().valid_up_to() + 1))
    })
}

/// The same for a regular file alone, which is what a repository may bring: a pipe would hold the run
/// up for ever.
///
/// # Errors
/// As [`read`], and where it is something else.
pub fn read_regular(path: &Path) -> Result<String, FileError> {
    match path.metadata() {
        Ok(found) if !found.is_file() => {
            let message = "not a regular file; put one there that is".to_owned();
            Err(FileError::Content { path: shown(path), message })
        }
        _ => read(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_said_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let said = |name: &str| read_regular(&folder.path().join(name)).unwrap_err().to_string();
        std::fs::write(folder.path().join("latin"), b"a = '\xe9'").unwrap();
        File::create(folder.path().join("long")).unwrap().set_len(LONGEST + 1).unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(said("latin").ends_with("latin: no text: byte 6 is not UTF-8; save it as UTF-8"), "{}", said("latin"));
        assert!(said("long").ends_with("longer than 64 MB; a text that people write is meant"), "{}", said("long"));
        assert!(said("folder").contains("not a regular file"), "{}", said("folder"));
        assert!(said("none").contains("cannot be read"), "{}", said("none"));
    }
}
