//! What a whole history costs: `cargo bench --bench history -- REPOSITORY`. With `--check` behind it
//! every blob is printed by git as well and scanned on its own, which takes minutes and must give the
//! same finds. Nothing is asserted of speed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use overscope::detector::Detectors;
use overscope::finding::{Finding, Location};
use overscope::scan::{self, Scanner};
use overscope::secret::FingerprintKey;
use overscope::source::{self, Blob, Entry, History, Place, Source};

/// So many bytes are held at a time.
const HELD: usize = 256 << 20;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some(repository) = words.iter().find(|word| !word.starts_with("--")).map(PathBuf::from) else {
        println!("name a repository: cargo bench --bench history -- REPOSITORY [--check]");
        return;
    };
    let detectors = Detectors::load(&[]).expect("the embedded files are sound");
    let listing = timed("commits and trees", || {
        source::list(&Source::History { path: repository.clone(), since: None }).expect("the repository can be read")
    });
    listing.notes.iter().for_each(|note| println!("note: {}: {}", note.about, note.message));
    let history = listing.history.as_ref().expect("a history was asked for");
    timed("blobs, reading alone", || history.each(&|_: Blob<'_, ()>| ()));
    let scanned = timed("blobs, scanned", || Scanner::new(&detectors).scan(&listing, &FingerprintKey::fixed(), &|| ()));
    println!(
        "{} blobs, {} MB, {} candidates, {} finds, {} MB of memory at most",
        scanned.files,
        scanned.bytes / 1_000_000,
        scanned.candidates,
        scanned.findings.len(),
        memory()
    );
    if words.iter().any(|word| word == "--check") {
        check(&repository, history, &detectors, &scanned.findings);
    }
}

fn timed<T>(what: &str, job: impl FnOnce() -> T) -> T {
    let (started, before) = (Instant::now(), processor());
    let done = job();
    println!("{what}: {:.2} s, {:.2} CPU s", started.elapsed().as_secs_f64(), processor() - before);
    done
}

/// Seconds of all threads so far, in the program and in the kernel for it; of Linux alone.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let words: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| words.get(at).and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

type Places = BTreeMap<String, BTreeSet<(String, usize, usize, String, bool)>>;

/// Compares with what is found in each blob alone, as git prints it.
fn check(repository: &Path, history: &History, detectors: &Detectors, found: &[Finding]) {
    let listed = Mutex::new(Vec::new());
    history.each(&|blob: Blob<'_, ()>| {
        let id = blob.id.iter().fold(String::new(), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        });
        listed.lock().expect("nothing panics here").push((id, blob.rank, blob.entries));
    });
    let mut listed = listed.into_inner().expect("nothing panics here");
    listed.sort_by(|a, b| a.0.cmp(&b.0));
    let ranks: BTreeMap<String, u32> = listed
        .iter()
        .flat_map(|(_, rank, entries)| entries.iter().map(|entry| (entry.commit.clone().unwrap_or_default(), *rank)))
        .collect();
    #[expect(clippy::disallowed_methods, reason = "this compares with what git itself says")]
    let mut child = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is there");
    let mut ask = child.stdin.take().expect("it is piped");
    let mut answer = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut expected: BTreeMap<String, Vec<Location>> = BTreeMap::new();
    let mut held = Vec::new();
    let mut size = 0;
    let mut bytes = 0_u64;
    for (id, _, entries) in listed {
        ask.write_all(format!("{id}\n").as_bytes()).and_then(|()| ask.flush()).expect("git reads");
        let mut head = String::new();
        answer.read_line(&mut head).expect("git answers");
        let length: usize = head.trim().rsplit(' ').next().and_then(|word| word.parse().ok()).expect("a blob");
        let mut blob = vec![0; length + 1];
        answer.read_exact(&mut blob).expect("git answers");
        blob.pop();
        size += length;
        bytes += length as u64;
        held.extend(entries.into_iter().map(|entry| Entry { place: Place::Bytes(blob.clone()), ..entry }));
        if size > HELD {
            add(&mut expected, std::mem::take(&mut held), detectors);
            size = 0;
        }
    }
    add(&mut expected, held, detectors);
    drop(ask);
    child.wait().expect("git ends");
    let expected: Places = expected.into_iter().map(|(value, places)| (value, first(places, &ranks))).collect();
    let got: Places =
        found.iter().map(|finding| (name(finding), finding.locations.iter().map(place).collect())).collect();
    println!("{bytes} bytes were printed by git");
    let differing = expected.keys().chain(got.keys()).filter(|value| expected.get(*value) != got.get(*value));
    let differing: BTreeSet<&String> = differing.collect();
    for value in differing.iter().take(5) {
        println!("{value}:\n  alone {:?}\n  here  {:?}", expected.get(*value), got.get(*value));
    }
    assert!(differing.is_empty(), "{} of {} finds differ", differing.len(), expected.len());
    println!("the {} finds are the same, with all their places", expected.len());
}

fn add(expected: &mut BTreeMap<String, Vec<Location>>, entries: Vec<Entry>, detectors: &Detectors) {
    for finding in scan::scan(&entries, detectors, &FingerprintKey::fixed(), &|| ()).findings {
        expected.entry(name(&finding)).or_default().extend(finding.locations);
    }
}

/// Of the value alone: what kind it is may be told by another place of it.
fn name(finding: &Finding) -> String {
    FingerprintKey::fixed().fingerprint(&[finding.secret.expose()]).as_str().to_owned()
}

fn place(at: &Location) -> (String, usize, usize, String, bool) {
    (at.path.clone(), at.line, at.column, at.commit.clone().unwrap_or_default(), at.tracked)
}

/// HEAD's places, and of each path the first commit.
fn first(places: Vec<Location>, ranks: &BTreeMap<String, u32>) -> BTreeSet<(String, usize, usize, String, bool)> {
    let rank = |at: &Location| ranks[at.commit.as_deref().unwrap_or_default()];
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    for at in places.iter().filter(|at| !at.tracked) {
        let known = first.entry(&at.path).or_insert(u32::MAX);
        *known = rank(at).min(*known);
    }
    places.iter().filter(|at| at.tracked || first[at.path.as_str()] == rank(at)).map(place).collect()
}
