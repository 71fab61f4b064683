//! The only place that runs git, and only its plumbing. A repository is somebody else's text: no
//! hook, file-system monitor, alias, pager, filter or diff program of its configuration is run.

pub mod shape;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::steering;
use crate::error::SourceError;

/// Variables by which a surrounding git points its children at another repository.
const POINTERS: &[&str] = &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"];

fn git(root: &Path, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let mut command = Command::new("git");
    for name in POINTERS {
        command.env_remove(name);
    }
    command
        .arg("-C")
        .arg(root)
        .args(["--no-optional-locks", "--no-pager"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false"])
        .args(["-c", "protocol.allow=never"])
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, SourceError> {
    let fail = |why: String| SourceError::Git { command: arguments.first().unwrap_or(&"").to_string(), why };
    if let Some(unfit) = steering::unfit_repository(root) {
        let name = unfit.strip_prefix(root).unwrap_or(&unfit).display();
        return Err(fail(format!("{name} is neither a file nor a directory")));
    }
    let output = git(root, arguments).output().map_err(|why| match why.kind() {
        io::ErrorKind::NotFound => fail("git is not installed".to_owned()),
        _ => fail(why.to_string()),
    })?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(fail(first_line(&output.stderr))),
    }
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or("no message").to_owned()
}

fn names(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    bytes.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
}

/// The names in the index, relative to `root`.
pub fn tracked(root: &Path) -> Result<BTreeSet<Vec<u8>>, SourceError> {
    Ok(names(&run(root, &["ls-files", "-z", "--cached"])?))
}

/// Whether git ignores this one file.
pub fn is_ignored(root: &Path, path: &str) -> bool {
    run(root, &["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", path])
        .is_ok_and(|output| !output.is_empty())
}

/// Makes a repository out of a folder and puts all that is not ignored into its index.
/// The demo uses it on the folder that it has just written.
pub fn init_and_add(root: &Path) -> Result<(), SourceError> {
    run(root, &["init", "--quiet"])?;
    run(root, &["add", "--all"])?;
    Ok(())
}
