//! What is read of the index here is what git says of it, whatever has happened to it before.

use std::fs;
use std::path::Path;

use super::*;
use crate::source::git::Change;

struct Tried {
    folder: tempfile::TempDir,
    repository: Repository,
    seed: u64,
    /// How often git was not needed.
    alone: usize,
}

impl Tried {
    fn new(format: &str) -> Tried {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::at(folder.path());
        let tried = Tried { folder, repository, seed: 7, alone: 0 };
        tried.git(&["init", "--quiet", &format!("--object-format={format}")]);
        tried
    }

    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=Dana", "-c", "user.email=dana@acme.example"];
        self.repository.run(&[&who[..], arguments].concat()).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn compare(&mut self, after: &str) {
        let by_git = self.repository.staged_by_git().unwrap();
        let here = changes(&self.repository, &Objects::of(&self.repository));
        self.alone += usize::from(here.is_some());
        if let Some(here) = here {
            let of = |changes: Vec<Change>| -> Vec<(Vec<u8>, Kind, String)> {
                let there = changes.into_iter().filter(|change| change.kind != Kind::Gone);
                let mut there: Vec<_> = there.map(|change| (change.path, change.kind, change.id)).collect();
                there.sort_by(|a, b| a.0.cmp(&b.0));
                there
            };
            assert_eq!(of(here), of(by_git), "after {after}");
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn name(&mut self) -> String {
        let folder = ["", "a/", "a/b/", "a/b/c/", "a.b/", "z/"][self.draw(6) as usize];
        format!("{folder}{}", ["one", "two", "a-", "b0", "öl"][self.draw(5) as usize])
    }

    fn step(&mut self, number: usize) -> String {
        let name = self.name();
        match self.draw(10) {
            0..=4 => {
                self.write(&name, &format!("{name} {}", self.seed));
                self.git(&["add", "--", &name]);
            }
            5 => self.git(&["rm", "--quiet", "--cached", "--ignore-unmatch", "--", &name]),
            6 => self.git(&["commit", "--quiet", "--allow-empty", "--message=all"]),
            // Makes the index know all its trees, as git does before a hook.
            7 => self.git(&["write-tree"]),
            8 => {
                self.write(&name, "run");
                self.git(&["add", "--chmod=+x", "--", &name]);
            }
            _ => self.git(&["add", "--all"]),
        }
        format!("step {number} on {name}")
    }
}

#[test]
fn the_index_is_read_as_git_reads_it() {
    for format in ["sha1", "sha256"] {
        let mut tried = Tried::new(format);
        tried.write("a/b/c/first", "first");
        tried.git(&["add", "--all"]);
        tried.compare("the first file");
        tried.git(&["commit", "--quiet", "--message=first"]);
        tried.compare("the first commit");
        for number in 0..60 {
            let what = tried.step(number);
            tried.compare(&what);
        }
        assert!(tried.alone > 30, "{} in {format}", tried.alone);
    }
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_git_or_read_like_git() {
    let mut tried = Tried::new("sha1");
    tried.write("a/one", "1");
    tried.write("two", "2");
    tried.git(&["add", "--all"]);
    tried.git(&["commit", "--quiet", "--message=first"]);
    let head = tried.repository.run(&["rev-parse", "HEAD"]).unwrap();
    let head = String::from_utf8(head).unwrap();
    tried.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", head.trim())]);
    tried.compare("a submodule");
    tried.write("later", "");
    tried.git(&["add", "--intent-to-add", "later"]);
    tried.compare("an entry without content");
    tried.git(&["rm", "--quiet", "--cached", "later"]);
    tried.git(&["update-index", "--skip-worktree", "two"]);
    tried.compare("a flag");
    tried.git(&["update-index", "--no-skip-worktree", "two"]);
    for version in ["4", "3", "2"] {
        tried.git(&["update-index", "--force-write-index", "--index-version", version]);
        tried.compare(version);
    }
    tried.git(&["update-index", "--split-index"]);
    tried.write("a/three", "3");
    tried.git(&["add", "a/three"]);
    tried.compare("a split index");
    tried.git(&["update-index", "--no-split-index"]);
    // A file becomes a folder, and a folder a file.
    tried.git(&["rm", "--quiet", "-r", "--cached", "a", "two"]);
    fs::remove_dir_all(tried.folder.path().join("a")).unwrap();
    fs::remove_file(tried.folder.path().join("two")).unwrap();
    tried.write("a", "now a file");
    tried.write("two/inner", "now a folder");
    tried.git(&["add", "a", "two"]);
    tried.compare("changed types");
    tried.git(&["write-tree"]);
    tried.compare("changed types, with trees");
}

/// Whatever stands in the file: an answer or none, and never a crash.
#[test]
fn a_broken_index_is_left_to_git() {
    let tried = Tried::new("sha1");
    for name in ["a/one", "a/two", "b/one", "c"] {
        tried.write(name, name);
    }
    tried.git(&["add", "--all"]);
    tried.git(&["commit", "--quiet", "--message=first"]);
    tried.write("b/one", "changed");
    tried.git(&["add", "--all"]);
    let path = tried.folder.path().join(".git/index");
    let sound = fs::read(&path).unwrap();
    let objects = Objects::of(&tried.repository);
    let attempt = |bytes: &[u8], path: &Path| {
        fs::write(path, bytes).unwrap();
        changes(&tried.repository, &objects)
    };
    assert!(attempt(&sound, &path).is_some());
    for length in 0..sound.len() {
        assert_eq!(attempt(&sound[..length], &path), None, "{length}");
    }
    for at in 0..sound.len() {
        let mut broken = sound.clone();
        broken[at] ^= 0xff;
        attempt(&broken, &path);
    }
}
