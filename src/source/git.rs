//! The only place that runs git, and only its plumbing. A repository is somebody else's text: no
//! hook, file-system monitor, alias, pager, filter or diff program of its configuration is run, and
//! nothing is fetched that a partial clone lacks.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::Timestamp;

use super::{steering, tree};
use crate::error::{SourceError, shown};
use crate::finding::Moment;
use objects::Objects;

mod index;
mod next_commit;
pub mod objects;
mod revisions;
pub mod shape;

pub use revisions::Range;

/// Variables by which a surrounding git points its children at another repository.
const POINTERS: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// What could run a program, or reach for a network.
const SETTINGS: &[&str] =
    &["core.fsmonitor=false", "core.hooksPath=/dev/null", "core.untrackedCache=false", "protocol.allow=never"];

/// A repository, as git is pointed at it.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Paths are relative to it, and its configuration applies.
    pub root: PathBuf,
    /// Whether the environment speaks of it: what a hook's surrounding git has set counts.
    surrounding: bool,
}

/// The root of the repository that holds a path; of a bare one, itself.
pub fn root_of(path: &Path) -> Option<PathBuf> {
    tree::repository_root(path).or_else(|| steering::is_bare(path).then(|| path.to_owned()))
}

impl Repository {
    /// The repository with this root, whatever the environment says.
    pub fn at(root: &Path) -> Repository {
        Repository { root: root.to_owned(), surrounding: false }
    }

    /// The repository that holds `path`. A hook's environment counts where it speaks of that one.
    pub fn holding(path: &Path) -> Result<Repository, SourceError> {
        let wanted = existing(path)?;
        let here = existing(Path::new("."))?;
        if std::env::var_os("GIT_DIR").is_some() {
            let root = std::env::var_os("GIT_WORK_TREE").map_or(Ok(here), |named| existing(Path::new(&named)))?;
            if wanted.starts_with(&root) {
                return Ok(Repository { root, surrounding: true });
            }
            return match tree::repository_root(&wanted) {
                Some(root) => Ok(Repository::at(&root)),
                None => Err(SourceError::NoRepository { path: shown(path) }),
            };
        }
        let root = root_of(&wanted).ok_or_else(|| SourceError::NoRepository { path: shown(path) })?;
        let surrounding = here.starts_with(&root) && tree::repository_root(&here).as_ref() == Some(&root);
        Ok(Repository { root, surrounding })
    }

    fn git(&self, arguments: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let mut command = Command::new("git");
        if !self.surrounding {
            for name in POINTERS {
                command.env_remove(name);
            }
        }
        if !self.surrounding || std::env::var_os("GIT_DIR").is_none() {
            command.arg("-C").arg(&self.root);
            // Where the `.git` there is none, git would go on to look in the folders around.
            command.envs(self.root.parent().map(|around| ("GIT_CEILING_DIRECTORIES", around)));
        }
        command.args(["--no-optional-locks", "--no-pager"]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Git would open it, and wait for ever.
    fn is_fit(&self) -> Result<(), SourceError> {
        self.without(steering::unfit_repository(&self.root))
    }

    /// The same where any reference or object may be wanted.
    fn is_fit_throughout(&self) -> Result<(), SourceError> {
        self.without(steering::unfit_reference_or_object(&self.root))
    }

    fn without(&self, unfit: Option<PathBuf>) -> Result<(), SourceError> {
        let Some(unfit) = unfit else { return Ok(()) };
        let name = shown(unfit.strip_prefix(&self.root).unwrap_or(&unfit));
        Err(SourceError::Io {
            path: name,
            why: io::Error::other("neither a file nor a directory; git would wait for it for ever"),
        })
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, SourceError> {
        let fail = |why: String| SourceError::Git { command: (*arguments.first().unwrap_or(&"")).to_owned(), why };
        self.is_fit()?;
        let output = self.git(arguments).output().map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => SourceError::NoGit,
            _ => fail(why.to_string()),
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        match said.contains("detected dubious ownership") {
            true => Err(SourceError::Ownership),
            false => Err(fail(said.lines().next().unwrap_or("no message").to_owned())),
        }
    }

    /// The names in the index, relative to the root.
    pub fn tracked(&self) -> Result<BTreeSet<Vec<u8>>, SourceError> {
        Ok(parts(&self.run(&["ls-files", "-z", "--cached"])?).map(<[u8]>::to_vec).collect())
    }

    /// Whether git ignores this one file.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.run(&["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", path])
            .is_ok_and(|output| !output.is_empty())
    }

    /// What the index holds and HEAD does not hold like that; all of it where there is no HEAD yet.
    pub fn staged(&self, objects: &Objects) -> Result<Vec<Change>, SourceError> {
        match next_commit::changes(self, objects) {
            Some(changes) => Ok(changes),
            None => self.staged_by_git(),
        }
    }

    /// The objects of the repository, of which HEAD's tree will be wanted first.
    pub fn objects_for_staged(&self) -> Objects {
        let objects = Objects::of(self);
        objects.ask_ahead(next_commit::HEAD);
        objects
    }

    fn staged_by_git(&self) -> Result<Vec<Change>, SourceError> {
        match self.index_against("HEAD") {
            Err(why) if self.run(&["rev-parse", "--verify", "--quiet", "HEAD"]).is_ok() => Err(why),
            Err(SourceError::Git { .. }) => self.index_against(&self.empty_tree()?),
            found => found,
        }
    }

    fn index_against(&self, tree: &str) -> Result<Vec<Change>, SourceError> {
        let options = ["--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=dirty"];
        let index = ["diff-index", "--cached", "--ita-invisible-in-index"];
        Ok(changes(&self.run(&[&index[..], &options[..], &[tree, "--"][..]].concat())?))
    }

    /// The id of the tree without entries, which every repository knows.
    pub(super) fn empty_tree(&self) -> Result<String, SourceError> {
        let format = self.run(&["rev-parse", "--show-object-format"])?;
        Ok(match format.trim_ascii() {
            b"sha256" => "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
            _ => "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        }
        .to_owned())
    }

    /// What differs between the trees of two commits. A file that was only renamed does not; one that
    /// was changed as well is compared with what it was called before.
    pub fn between(&self, range: &Range) -> Result<Vec<Change>, SourceError> {
        let compare = |renames| {
            let options = ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--ignore-submodules=dirty", renames];
            self.run(&[&options[..], &[&range.base, &range.head, "--"][..]].concat())
        };
        // How like two files are, only their blobs tell, which a partial clone may lack.
        Ok(changes(&compare("--find-renames").or_else(|_| compare("--find-renames=100%"))?))
    }

    /// Everything in the tree of a commit, as if all of it were new.
    pub fn tree(&self, commit: &str) -> Result<Vec<Change>, SourceError> {
        let listed = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        // `100644 blob id<TAB>path`
        let entry = |line: &[u8]| {
            let tab = line.iter().position(|&byte| byte == b'\t')?;
            let mut words = std::str::from_utf8(&line[..tab]).ok()?.split_whitespace();
            let (kind, id) = (Kind::of(words.next()?), words.nth(1)?.to_owned());
            Some(Change { path: line[tab + 1..].to_vec(), kind, id, before: None })
        };
        Ok(parts(&listed).filter_map(entry).collect())
    }

    /// Everything in the index, as if all of it were new.
    pub fn index(&self) -> Result<Vec<Change>, SourceError> {
        let listed = self.run(&["ls-files", "-z", "--cached", "--stage"])?;
        // `100644 id 0<TAB>path`
        let entry = |line: &[u8]| {
            let tab = line.iter().position(|&byte| byte == b'\t')?;
            let mut words = std::str::from_utf8(&line[..tab]).ok()?.split(' ');
            let (mode, id, stage) = (words.next()?, words.next()?, words.next()?);
            (stage == "0").then(|| Change {
                path: line[tab + 1..].to_vec(),
                kind: Kind::of(mode),
                id: id.to_owned(),
                before: None,
            })
        };
        Ok(parts(&listed).filter_map(entry).collect())
    }

    /// The commit that is checked out, and when it was made.
    pub fn head(&self) -> Option<Moment> {
        let output = self.run(&["rev-list", "--max-count=1", "--timestamp", "HEAD"]).ok()?;
        let (time, commit) = std::str::from_utf8(&output).ok()?.trim().split_once(' ')?;
        let time = Timestamp::from_second(time.parse().ok()?).ok()?;
        Some(Moment { commit: Some(commit.to_owned()), time })
    }

    /// Makes a repository out of its root and puts all that is not ignored into its index.
    /// The demo uses it on the folder that it has just written.
    pub fn init_and_add(&self) -> Result<(), SourceError> {
        self.run(&["init", "--quiet"])?;
        self.run(&["add", "--all"])?;
        Ok(())
    }
}

/// The path itself, or the folder in which it would lie: what is staged need not be there.
fn existing(path: &Path) -> Result<PathBuf, SourceError> {
    let full = std::path::absolute(path).map_err(|why| SourceError::io(path, why))?;
    full.ancestors()
        .find_map(|folder| folder.canonicalize().ok())
        .ok_or_else(|| SourceError::missing(path.to_path_buf()))
}

/// What something in an index or a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file, or the text of a symbolic link.
    Blob,
    /// The commit of another repository.
    Submodule,
    /// Both sides of a merge changed it, and nobody has said how it shall be.
    Unmerged,
    Gone,
}

impl Kind {
    fn of(mode: &str) -> Kind {
        match mode {
            "160000" => Kind::Submodule,
            "000000" => Kind::Gone,
            _ => Kind::Blob,
        }
    }
}

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: Vec<u8>,
    pub kind: Kind,
    /// Of what is there now.
    pub id: String,
    /// Of the file that it was before, if it was one.
    pub before: Option<String>,
}

fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == 0).filter(|part| !part.is_empty())
}

/// `:100644 100755 old new M`, and then the path; of what was renamed, the old path before that.
fn changes(raw: &[u8]) -> Vec<Change> {
    let mut parts = parts(raw);
    let mut changes = Vec::new();
    while let Some(head) = parts.next() {
        let head = String::from_utf8_lossy(head);
        let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let [old_mode, mode, old, id, status] = words[..] else { continue };
        let moved = status.starts_with(['R', 'C']);
        let Some(path) = (if moved { parts.nth(1) } else { parts.next() }) else { continue };
        let kind = if status == "U" { Kind::Unmerged } else { Kind::of(mode) };
        let before = old_mode.starts_with("100").then(|| old.to_owned());
        changes.push(Change { path: path.to_vec(), kind, id: id.to_owned(), before });
    }
    changes
}
