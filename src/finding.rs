//! What a scan finds: a pattern hit that is not yet trusted, and one distinct secret with every
//! place in which it lies.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::capability::words;
use crate::secret::{Fingerprint, Secret};

words! {
    /// Where the bytes came from.
    Origin {
        Worktree = "worktree", Index = "index", History = "history", Diff = "diff",
        Stdin = "stdin", Archive = "archive",
    }
}

words! {
    /// How sure it is that this is a credential at all.
    Confidence { Low = "low", Medium = "medium", High = "high" }
}

/// A place in which a secret lies. Lines and columns count from one, columns in characters,
/// and the end is the position after the last character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Relative to the repository's root, with `/`; bytes that are no UTF-8 are replaced.
    pub path: String,
    /// The path of the file as it is, where bytes were replaced.
    pub raw: Option<Vec<u8>>,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    pub origin: Origin,
    /// In the index; of a place in the history: in HEAD.
    pub tracked: bool,
    pub ignored: bool,
    /// The commit that brought it, where it comes from the history. The path is the one of that
    /// commit, or HEAD's where HEAD holds the same text.
    pub commit: Option<String>,
    /// The variable or key that the value is assigned to.
    pub key: Option<String>,
    /// The text of the line with every secret on it masked.
    pub excerpt: String,
    /// The column of the excerpt's first character: a long line is cut.
    pub excerpt_from: usize,
    /// The comments beside it that say that it may stay.
    pub comments: Vec<Comment>,
}

words! {
    /// Where a scan of the files as they are finds nothing.
    Beyond { Ignored = "ignored", History = "history", Stdin = "stdin" }
}

impl Location {
    /// Where it lies, if that is beyond the files of a repository as they are.
    pub fn beyond(&self) -> Option<Beyond> {
        match (self.origin, self.is_current(), self.ignored) {
            (Origin::Stdin, _, _) => Some(Beyond::Stdin),
            (_, false, _) => Some(Beyond::History),
            (_, true, true) => Some(Beyond::Ignored),
            (_, true, false) => None,
        }
    }

    /// Whether it lies there now: in a file, or in what HEAD holds.
    pub fn is_current(&self) -> bool {
        self.commit.is_none() || self.tracked
    }

    /// The order of the contract: tracked, then untracked, then ignored; then path and line.
    pub fn sort_key(&self) -> (u8, &str, usize, usize) {
        let standing = match (self.tracked, self.ignored) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        (standing, &self.path, self.line, self.column)
    }
}

/// Between the path of an archive and the name of a member of it.
pub const WITHIN: &str = "!/";

/// The endings of archives, by which the one among several marks is known that stands behind a file.
const ARCHIVES: &[&str] = &[
    "zip", "jar", "war", "ear", "whl", "egg", "nupkg", "apk", "aar", "docx", "xlsx", "pptx", "odt", "ods", "epub",
    "vsix", "xpi", "crx", "pex", "pyz", "tar", "tgz", "gz", "bz2", "tbz2", "xz", "txz", "zst", "tzst", "crate", "gem",
];

impl Location {
    /// The file that lies on the disk, and which member of it this is, where that file is an archive.
    pub fn file(&self) -> (&str, Option<&str>) {
        if self.origin != Origin::Archive {
            return (&self.path, None);
        }
        let split = |at: usize| (&self.path[..at], Some(&self.path[at + WITHIN.len()..]));
        let marks = || self.path.match_indices(WITHIN).map(|(at, _)| at);
        // A folder may be called `name!` as well.
        let is_archive = |at: &usize| {
            let extension = self.path[..*at].rsplit_once('.').map_or("", |(_, extension)| extension);
            ARCHIVES.iter().any(|known| extension.eq_ignore_ascii_case(known))
        };
        marks().find(is_archive).or_else(|| marks().next()).map_or((&self.path, None), split)
    }
}

words! {
    /// The words by which a comment says that the secret beside it may stay: this program's, and
    /// those of the scanners that people come from.
    Marker {
        Overscope = "overscope:allow", Gitleaks = "gitleaks:allow", Betterleaks = "betterleaks:allow",
        Trufflehog = "trufflehog:ignore", Kingfisher = "kingfisher:ignore",
        DetectSecrets = "pragma: allowlist secret",
    }
}

/// A comment that says that the secret beside it may stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub marker: Marker,
    /// The kinds that it is about; those of other scanners name none and are about all.
    pub detectors: Vec<String>,
    pub reason: Option<String>,
    /// As [`Location::path`].
    pub path: String,
    pub line: usize,
    /// Of what a change adds: nothing that stood there before was allowed like this.
    pub is_new: bool,
}

/// The part of a find that was decoded: the secret as it is written in the file. Where it is written
/// in more ways than one, the others stand under this with a number behind.
pub const WRITTEN: &str = "written";

/// The parts that say whose a password is, and are none.
pub const LOGIN: &[&str] =
    &["user", "username", "email", "client", "account", "tenant", "host", "server", "database", "project"];

/// A pattern hit in one file.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Index into the loaded detectors.
    pub detector: usize,
    pub secret: Secret,
    /// What else the pattern or its companions named: a key id, a host, an account.
    pub parts: BTreeMap<String, Secret>,
    pub confidence: Confidence,
    pub location: Location,
    /// First and last line of all that tells it: the value, what surrounds it, its companions.
    pub rests_on: Vec<(usize, usize)>,
}

/// One distinct secret with all its places: the unit that is asked about and reported.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Index into the loaded detectors.
    pub detector: usize,
    pub fingerprint: Fingerprint,
    pub secret: Secret,
    pub parts: BTreeMap<String, Secret>,
    pub confidence: Confidence,
    /// In the order of [`Location::sort_key`], never empty.
    pub locations: Vec<Location>,
}

impl Finding {
    /// The secret as files hold it in other forms than its own.
    pub fn written(&self) -> impl Iterator<Item = &Secret> {
        self.parts.iter().filter(|(name, _)| name.starts_with(WRITTEN)).map(|(_, part)| part)
    }

    /// The first place, which is the one that annotations point at.
    pub fn first(&self) -> &Location {
        self.locations.first().expect("a finding has at least one location")
    }
}

/// Something that the reader must know beside the findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// `unreadable`, `skipped`, `symlink`, `limit`, `detector` …
    pub kind: &'static str,
    /// The path or thing it is about.
    pub about: String,
    pub message: String,
    /// Whether part of the input could not be read, which is exit status 3.
    pub incomplete: bool,
}

/// The commit that was looked at, and a time that stands for the scan's in formats that must name
/// one. Never the clock's: the same input gives the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    pub commit: Option<String>,
    pub time: Timestamp,
}
