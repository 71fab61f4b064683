//! Public repositories at fixed commits: from their public address, or from a folder of mirrors
//! named `OWNER+NAME/repo`. Only trees are brought at first, then the files that are asked for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Fault, must, run};

pub struct Sources {
    folder: PathBuf,
    mirror: Option<PathBuf>,
}

/// One repository at one commit.
pub struct Snapshot {
    git: PathBuf,
    files: HashMap<String, String>,
    options: Vec<String>,
}

impl Sources {
    pub fn new(folder: PathBuf, mirror: Option<PathBuf>) -> Result<Self, Fault> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder: folder.canonicalize()?, mirror })
    }

    /// Brings `owner/name` at a commit, unless it is there.
    pub fn bring(&self, repository: &str, commit: &str) -> Result<Snapshot, Fault> {
        let named = repository.replace('/', "+");
        let git = self.folder.join(&named);
        let (address, options) = match &self.mirror {
            None => (format!("https://github.com/{repository}"), Vec::new()),
            Some(mirror) => (
                format!("file://{}", mirror.join(named).join("repo").display()),
                vec![
                    "--upload-pack".to_owned(),
                    "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack".to_owned(),
                ],
            ),
        };
        if !git.exists() {
            fs::create_dir_all(&git)?;
            must("git", &["init", "--quiet", "--bare"], &git, b"")?;
            must("git", &["remote", "add", "origin", &address], &git, b"")?;
        }
        if !run("git", &["cat-file", "-e", &format!("{commit}^{{tree}}")], &git, b"")?.well {
            fetch(&git, &options, &["--depth=1", "origin", commit], b"")?;
        }
        let listed = must("git", &["ls-tree", "-r", "-z", commit], &git, b"")?;
        let files = String::from_utf8_lossy(&listed).split('\0').filter_map(file).collect();
        Ok(Snapshot { git, files, options })
    }
}

/// One line of `ls-tree`, unless it is a link or a submodule.
fn file(line: &str) -> Option<(String, String)> {
    let (about, path) = line.split_once('\t')?;
    let mut about = about.split(' ');
    about.next().filter(|mode| mode.starts_with("100"))?;
    Some((path.to_owned(), about.nth(1)?.to_owned()))
}

fn fetch(git: &Path, options: &[String], what: &[&str], input: &[u8]) -> Result<(), Fault> {
    let mut arguments = vec!["fetch", "--quiet", "--no-tags", "--filter=blob:none"];
    arguments.extend(options.iter().map(String::as_str));
    arguments.extend(what);
    must("git", &arguments, git, input).map(drop)
}

impl Snapshot {
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The content of the files with these paths; those that the source does not hold are left out.
    pub fn contents(&self, paths: &[&str]) -> Result<HashMap<String, Vec<u8>>, Fault> {
        let wanted: Vec<&str> = paths.iter().filter_map(|path| self.files.get(*path)).map(String::as_str).collect();
        self.fetch_blobs(&self.absent(&wanted)?);
        let mut all = self.blobs(&wanted)?;
        let absent: Vec<&str> = wanted.iter().copied().filter(|blob| !all.contains_key(*blob)).collect();
        if !absent.is_empty() {
            eprintln!("  {}: {} files are not to be had", self.git.display(), absent.len());
        }
        let mut contents = HashMap::new();
        for path in paths {
            if let Some(content) = self.files.get(*path).and_then(|blob| all.get_mut(blob)) {
                contents.insert((*path).to_owned(), content.clone());
            }
        }
        Ok(contents)
    }

    pub fn text(&self, path: &str) -> Result<String, Fault> {
        let content = self.contents(&[path])?.remove(path).ok_or_else(|| format!("no file {path}"))?;
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    fn absent<'blob>(&self, blobs: &[&'blob str]) -> Result<Vec<&'blob str>, Fault> {
        let answer = must("git", &["cat-file", "--batch-check"], &self.git, blobs.join("\n").as_bytes())?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        Ok(blobs
            .iter()
            .zip(answer.lines())
            .filter(|(_, line)| line.ends_with("missing"))
            .map(|(blob, _)| *blob)
            .collect())
    }

    /// One file that a mirror lacks makes git refuse the whole request, hence the halves.
    fn fetch_blobs(&self, blobs: &[&str]) {
        let brought = blobs.is_empty()
            || fetch(
                &self.git,
                &self.options,
                &["--no-write-fetch-head", "--stdin", "origin"],
                blobs.join("\n").as_bytes(),
            )
            .is_ok();
        if !brought && blobs.len() > 1 {
            let (left, right) = blobs.split_at(blobs.len() / 2);
            self.fetch_blobs(left);
            self.fetch_blobs(right);
        }
    }

    fn blobs(&self, blobs: &[&str]) -> Result<HashMap<String, Vec<u8>>, Fault> {
        let answer = must("git", &["cat-file", "--batch"], &self.git, blobs.join("\n").as_bytes())?;
        let mut rest = answer.as_slice();
        let mut contents = HashMap::new();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            if let [blob, "blob", size] = head.split(' ').collect::<Vec<_>>()[..] {
                let size: usize = size.parse()?;
                contents.insert(blob.to_owned(), rest[..size].to_vec());
                rest = &rest[size + 1..];
            }
        }
        Ok(contents)
    }
}
