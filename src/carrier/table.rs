//! What is known of carriers: the rows of `table/*.toml`, and which of them a path calls for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, Input};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::at::{self, At};
use super::form::Written;
use super::format::Format;
use super::shape::Shape;
use crate::finding::Confidence;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/carriers.rs"));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    carrier: Vec<Row>,
}

/// One sort of file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Globs of the end of its path, whole names of folders and file.
    pub files: Vec<String>,
    pub format: Format,
    /// One of these texts stands in it, or it is another sort of file of that name.
    #[serde(default)]
    holds: Vec<String>,
    /// What the fields of a line are called, where the file does not say.
    #[serde(default)]
    pub columns: Vec<String>,
    pub secrets: Vec<Place>,
    #[serde(skip)]
    ends: Ends,
    /// What its places begin with, in small letters; none where that may be anything.
    #[serde(skip)]
    pub tops: Option<HashSet<String>>,
    /// Whole small files, checked by the tests.
    #[serde(rename = "examples")]
    _examples: IgnoredAny,
}

/// Which places may end in a key, as bits: of the millions of keys of a large file few are worth a closer look.
#[derive(Debug, Default)]
struct Ends {
    by_name: HashMap<String, u128>,
    /// Those that may end in any key.
    any: u128,
}

/// Where a secret stands in such a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub at: Vec<At>,
    /// Keys that the place has too and that hold no secret.
    #[serde(default)]
    pub except: Vec<String>,
    /// The detector that it is a find of.
    pub kind: String,
    #[serde(default)]
    pub written: Written,
    /// What must stand beside it: a reference, and a glob or the sort of a name.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
    #[serde(default)]
    pub unless: BTreeMap<String, String>,
    pub is: Option<Shape>,
    pub user: Option<String>,
    pub host: Option<String>,
    #[serde(default = "high")]
    pub confidence: Confidence,
}

fn high() -> Confidence {
    Confidence::High
}

impl Row {
    pub fn is_in(&self, text: &str) -> bool {
        self.holds.is_empty() || self.holds.iter().any(|mark| text.contains(mark.as_str()))
    }

    /// Whether what one command states is no matter of the others.
    pub fn is_by_command(&self) -> bool {
        self.format == Format::Shell && self.holds.is_empty()
    }

    /// The places that may end in `key`, in the order of the table.
    pub fn places_at(&self, key: &str) -> impl Iterator<Item = &Place> {
        let named = match key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => self.ends.by_name.get(&key.to_ascii_lowercase()),
            false => self.ends.by_name.get(key),
        };
        let bits = named.copied().unwrap_or_default() | self.ends.any;
        self.secrets.iter().enumerate().filter(move |(number, _)| bits >> number & 1 == 1).map(|(_, place)| place)
    }

    fn index(&mut self) {
        assert!(self.secrets.len() <= 128, "{:?}: too many places for one row", self.files);
        for (number, place) in self.secrets.iter().enumerate() {
            for at in &place.at {
                match at.last_names() {
                    None => self.ends.any |= 1 << number,
                    Some(names) => {
                        names.into_iter().for_each(|name| *self.ends.by_name.entry(name).or_default() |= 1 << number);
                    }
                }
            }
        }
        let tops = self.secrets.iter().flat_map(|place| &place.at).map(At::first_names);
        self.tops = tops.collect::<Option<Vec<_>>>().map(|names| names.into_iter().flatten().collect());
    }

    /// Whether the same reading of a text serves both.
    pub fn is_read_as(&self, other: &Row) -> bool {
        (self.format, &self.columns) == (other.format, &other.columns)
            && (self.format != Format::Shell || self.tops == other.tops)
    }
}

/// The rows for a path, in the order of the table.
pub fn rows_of(path: &str) -> Vec<&'static Row> {
    let index = &*INDEX;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let listed = [
        index.by_name.get(name.as_str()),
        index.by_extension.get(extension),
        name.bytes().next().and_then(|first| index.by_beginning.get(usize::from(first))),
        path.rsplit(['/', '\\']).nth(1).and_then(|folder| index.by_folder.get(folder)),
        Some(&index.loose).filter(|_| holds(&index.loose_words, &name)),
    ];
    let listed = listed.into_iter().flatten().flatten();
    let mut numbers: Vec<usize> = listed.filter(|entry| entry.fits(&name, path)).map(|entry| entry.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| &ROWS[number]).collect()
}

/// Whether the last names of the path fit those of the glob, one by one.
fn is_at_end(glob: &str, path: &str) -> bool {
    let mut names = path.rsplit(['/', '\\']);
    glob.rsplit('/').all(|glob| names.next().is_some_and(|name| at::fits(glob, name)))
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = |(name, json): &(&str, &str)| -> Vec<Row> {
        serde_json::from_str::<File>(json).unwrap_or_else(|why| panic!("src/carrier/table/{name}: {why}")).carrier
    };
    let mut rows: Vec<Row> = embedded::EMBEDDED.iter().flat_map(rows).collect();
    rows.iter_mut().for_each(Row::index);
    rows
});

struct Entry {
    glob: &'static str,
    /// Its last part, and whether that is all of it.
    name: &'static str,
    is_name: bool,
    /// Of its row.
    number: usize,
}

impl Entry {
    /// `name` is the last part of `path`, in small letters.
    fn fits(&self, name: &str, path: &str) -> bool {
        at::fits(self.name, name) && (self.is_name || is_at_end(self.glob, path))
    }
}

fn holds(words: &DFA, name: &str) -> bool {
    matches!(words.try_find(&Input::new(name).anchored(Anchored::No).earliest(true)), Ok(Some(_)))
}

/// The globs with the number of their row. Nearly every path is in none of them, and that must not take long.
struct Index {
    by_name: HashMap<&'static str, Vec<Entry>>,
    by_extension: HashMap<&'static str, Vec<Entry>>,
    /// By the first byte, where the last letters are open.
    by_beginning: Vec<Vec<Entry>>,
    /// Where any file of a folder is one.
    by_folder: HashMap<&'static str, Vec<Entry>>,
    /// Those whose first and last letters are open, and what stands between.
    loose: Vec<Entry>,
    loose_words: DFA,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    type Map = HashMap<&'static str, Vec<Entry>>;
    let (mut by_name, mut by_extension, mut by_folder) = (Map::new(), Map::new(), Map::new());
    let mut by_beginning: Vec<Vec<Entry>> = std::iter::repeat_with(Vec::new).take(256).collect();
    let (mut loose, mut loose_words) = (Vec::new(), Vec::new());
    let globs = ROWS.iter().enumerate().flat_map(|(number, row)| row.files.iter().map(move |glob| (glob, number)));
    for (glob, number) in globs {
        let glob = glob.as_str();
        let (folder, name) = glob.rsplit_once('/').unwrap_or(("", glob));
        let entry = Entry { glob, name, is_name: folder.is_empty(), number };
        let extension = name.rsplit_once('.').map_or("*", |(_, extension)| extension);
        let list = if !name.contains('*') {
            by_name.entry(name).or_default()
        } else if !extension.contains('*') {
            by_extension.entry(extension).or_default()
        } else if name == "*" && !folder.ends_with('*') {
            by_folder.entry(folder.rsplit('/').next().unwrap_or(folder)).or_default()
        } else if let Some(first) = name.bytes().next().filter(|&first| first != b'*') {
            &mut by_beginning[usize::from(first)]
        } else {
            loose_words.extend(name.split('*').max_by_key(|part| part.len()));
            &mut loose
        };
        list.push(entry);
    }
    let loose_words = DFA::new(loose_words).expect("a short list of words");
    Index { by_name, by_extension, by_beginning, by_folder, loose, loose_words }
});
