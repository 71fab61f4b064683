//! Writing a file so that it is there whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Without the name of the temporary file, which is another each time and says nothing.
fn plain(why: io::Error) -> io::Error {
    match why.to_string().split_once(" at path ") {
        Some((cause, _)) => io::Error::new(why.kind(), cause),
        None => why,
    }
}

/// Puts a file in place of what stands there, in one step.
///
/// # Errors
/// What creating, filling or renaming answers; nothing stands there then that did not before.
pub fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".overscope-");
    // As any other program would create it: the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(plain)?;
    let mut out = BufWriter::new(file.as_file_mut());
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    if let Ok(found) = fs::metadata(&target) {
        file.as_file().set_permissions(found.permissions())?;
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}
