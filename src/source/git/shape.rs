//! What git says of a repository as a whole: where its objects lie, and what leads to them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::Repository;
use crate::error::SourceError;

/// A repository, from outside.
#[derive(Debug)]
pub struct Shape {
    /// The folders of objects: its own, and those that it borrows from.
    pub objects: Vec<PathBuf>,
    pub sha256: bool,
    /// The commits behind which a shallow clone ends.
    pub shallow: Vec<String>,
    /// What leads to objects, by id, with a name for people.
    pub tips: Vec<(String, String)>,
    pub head: Option<String>,
}

/// Borrowed folders may borrow in turn; git goes no further than this either.
const BORROWED: usize = 5;

/// No list of borrowed folders is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// Asks git, which refuses where the repository belongs to somebody else.
pub fn shape(repository: &Repository) -> Result<Shape, SourceError> {
    repository.is_fit_throughout()?;
    let paths = ["--git-path", "objects", "--git-path", "shallow"];
    let asked = text(&repository.run(&[&["rev-parse", "--show-object-format"][..], &paths[..]].concat())?);
    let mut lines = asked.lines();
    let sha256 = lines.next() == Some("sha256");
    let mut place = || repository.root.join(lines.next().unwrap_or_default());
    let (own, shallow) = (place(), place());
    let head = first_line(repository.run(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]));
    let mut tips: Vec<(String, String)> = head.iter().map(|id| (id.clone(), "HEAD".to_owned())).collect();
    tips.extend(pairs(&repository.run(&["for-each-ref", "--format=%(objectname) %(refname)"])?));
    let worktrees = text(&repository.run(&["worktree", "list", "--porcelain"]).unwrap_or_default());
    let heads = worktrees.lines().filter_map(|line| line.strip_prefix("HEAD "));
    tips.extend(heads.map(|id| (id.to_owned(), "a worktree's HEAD".to_owned())));
    // Only the newest stash has a reference; the others stand in the log of that.
    let stashes = text(&repository.run(&["rev-list", "--walk-reflogs", "refs/stash", "--"]).unwrap_or_default());
    tips.extend(stashes.lines().map(|id| (id.to_owned(), "refs/stash".to_owned())));
    tips.retain(|(id, _)| id.bytes().any(|digit| digit != b'0'));
    let shallow = fs::read_to_string(shallow).unwrap_or_default().lines().map(str::to_owned).collect();
    Ok(Shape { objects: folders(own), sha256, shallow, tips, head })
}

/// The id of the commit that a revision names, if it names one.
pub fn commit(repository: &Repository, revision: &str) -> Option<String> {
    let named = format!("{revision}^{{commit}}");
    first_line(repository.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &named]))
}

fn first_line(answer: Result<Vec<u8>, SourceError>) -> Option<String> {
    text(&answer.ok()?).lines().next().map(str::to_owned)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let pair = |line: &str| line.split_once(' ').map(|(id, name)| (id.to_owned(), name.to_owned()));
    text(bytes).lines().filter_map(pair).collect()
}

/// The folders of objects: this one, and those that it borrows from, and so on.
pub fn folders(own: PathBuf) -> Vec<PathBuf> {
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut folders = vec![own];
    let mut from = 0;
    for _ in 0..=BORROWED {
        let until = folders.len();
        for at in from..until {
            let folder = folders[at].clone();
            seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone()));
            let listed = folder.join("info").join("alternates");
            let is_file = fs::metadata(&listed).is_ok_and(|found| found.is_file() && found.len() < LONGEST);
            let named = if is_file { fs::read_to_string(listed).unwrap_or_default() } else { String::new() };
            for line in named.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let borrowed = folder.join(line);
                if borrowed.canonicalize().is_ok_and(|full| seen.insert(full)) {
                    folders.push(borrowed);
                }
            }
        }
        from = until;
    }
    folders
}
