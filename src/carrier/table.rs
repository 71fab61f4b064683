//! What is known of carriers: the rows of `table/*.toml`, and which of them a path calls for.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

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
    /// Whole small files, checked by the tests.
    #[serde(rename = "examples")]
    _examples: IgnoredAny,
}

/// Which places may end in a key, as bits: of the millions of keys of a large file few are worth a closer look.
#[derive(Debug, Default)]
struct Ends {
    by_name: HashMap<String, u64>,
    /// Those that may end in any key.
    any: u64,
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
    /// What must stand beside it: a reference and a glob.
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
        assert!(self.secrets.len() <= 64, "{:?}: too many places for one row", self.files);
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
    }

    /// Whether the same reading of a text serves both.
    pub fn is_read_as(&self, other: &Row) -> bool {
        (self.format, &self.columns) == (other.format, &other.columns)
    }
}

/// The rows for a path, in the order of the table.
pub fn rows_of(path: &str) -> Vec<&'static Row> {
    let index = &*INDEX;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let listed = |map: &HashMap<&'static str, Vec<Entry>>, key: &str| map.get(key).cloned().unwrap_or_default();
    let by_name = listed(&index.by_name, &name);
    let by_extension = listed(&index.by_extension, extension);
    let mut numbers: Vec<usize> = by_name
        .iter()
        .chain(&by_extension)
        .chain(&index.loose)
        .filter(|(glob, _)| is_at_end(glob, path))
        .map(|&(_, number)| number)
        .collect();
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

type Entry = (&'static str, usize);

/// The globs with the number of their row. Nearly every path is in none of them, and that must not take long.
struct Index {
    by_name: HashMap<&'static str, Vec<Entry>>,
    by_extension: HashMap<&'static str, Vec<Entry>>,
    /// Those whose last letters are open.
    loose: Vec<Entry>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { by_name: HashMap::new(), by_extension: HashMap::new(), loose: Vec::new() };
    let globs = ROWS.iter().enumerate().flat_map(|(number, row)| row.files.iter().map(move |glob| (glob, number)));
    for (glob, number) in globs {
        let glob = glob.as_str();
        let name = glob.rsplit('/').next().unwrap_or(glob);
        let extension = name.rsplit_once('.').map_or("*", |(_, extension)| extension);
        if !name.contains('*') {
            index.by_name.entry(name).or_default().push((glob, number));
        } else if !extension.contains('*') {
            index.by_extension.entry(extension).or_default().push((glob, number));
        } else {
            index.loose.push((glob, number));
        }
    }
    index
});
