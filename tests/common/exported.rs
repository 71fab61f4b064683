//! A history as plain git tells it: every commit's files are listed and every blob is printed. Slow,
//! and so simple that it can be believed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use overscope::detector::Detectors;
use overscope::finding::{Location, Origin};
use overscope::scan::{self, Scanned};
use overscope::secret::FingerprintKey;
use overscope::source::{Entry, Place};

/// A blob with the commit and the path that brought it first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exported {
    pub rank: usize,
    pub commit: String,
    pub path: String,
    pub id: String,
    pub in_head: bool,
}

pub fn git(root: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "a test compares with what git itself says")]
    let mut command = Command::new("git");
    command.current_dir(root).args(arguments).envs(environment.iter().copied());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn lines(root: &Path, arguments: &[&str]) -> Vec<String> {
    String::from_utf8(git(root, arguments, &[])).unwrap().lines().map(str::to_owned).collect()
}

/// The files of a commit: id and path.
fn files(root: &Path, commit: &str) -> Vec<(String, String)> {
    let listed = git(root, &["ls-tree", "-r", "-z", "--full-tree", commit], &[]);
    let entries = listed.split(|&byte| byte == 0).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| String::from_utf8_lossy(entry).into_owned())
        .filter_map(|entry| {
            let (head, path) = entry.split_once('\t')?;
            let id = head.strip_prefix("160000 ").is_none().then(|| head.rsplit(' ').next())??;
            Some((id.to_owned(), path.to_owned()))
        })
        .collect()
}

/// What `tips` lead to, commit by commit from the oldest on; the times must tell the order.
pub fn export(root: &Path, tips: &[&str]) -> Vec<Exported> {
    let order = lines(root, &[&["rev-list", "--reverse", "--date-order"][..], tips].concat());
    let head: BTreeMap<String, String> = files(root, "HEAD").into_iter().rev().collect();
    let mut seen = BTreeSet::new();
    let mut exported = Vec::new();
    for (rank, commit) in order.iter().enumerate() {
        let mut files = files(root, commit);
        files.sort_by(|(_, a), (_, b)| a.split('/').cmp(b.split('/')));
        for (id, path) in files {
            if seen.insert(id.clone()) {
                let held = head.get(&id);
                let in_head = held == Some(&path);
                if let Some(now) = held.filter(|_| !in_head) {
                    let (commit, path, id) = (commit.clone(), now.clone(), id.clone());
                    exported.push(Exported { rank, commit, path, id, in_head: true });
                }
                exported.push(Exported { rank, commit: commit.clone(), path, id, in_head });
            }
        }
    }
    exported
}

/// What stands in each of the blobs, printed by git and scanned as a file of that path.
pub fn scan(root: &Path, exported: &[Exported], detectors: &Detectors) -> Scanned {
    let entries = exported.iter().map(|one| Entry {
        path: one.path.clone(),
        raw: None,
        place: Place::Bytes(git(root, &["cat-file", "blob", &one.id], &[])),
        origin: Origin::History,
        tracked: one.in_head,
        ignored: false,
        commit: Some(one.commit.clone()),
    });
    let mut sorted: Vec<(bool, usize, Entry)> =
        exported.iter().zip(entries).map(|(one, entry)| (!one.in_head, one.rank, entry)).collect();
    sorted.sort_by(|a, b| (a.0, a.1, &a.2.path).cmp(&(b.0, b.1, &b.2.path)));
    let entries: Vec<Entry> = sorted.into_iter().map(|(_, _, entry)| entry).collect();
    let mut scanned = scan::scan(&entries, detectors, &FingerprintKey::fixed(), &|| ());
    let ranks: BTreeMap<&str, usize> = exported.iter().map(|one| (one.commit.as_str(), one.rank)).collect();
    for finding in &mut scanned.findings {
        let old = |location: &&Location| !location.tracked;
        let first = |path: &str| {
            let here = finding.locations.iter().filter(old).filter(|location| location.path == path);
            here.map(|location| ranks[location.commit.as_deref().unwrap()]).min()
        };
        let kept: Vec<Location> = finding
            .locations
            .iter()
            .filter(|at| at.tracked || Some(ranks[at.commit.as_deref().unwrap()]) == first(&at.path))
            .cloned()
            .collect();
        finding.locations = kept;
    }
    scanned
}
