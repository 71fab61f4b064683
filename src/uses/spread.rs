//! Who a tool of the environment works for. A variable that one workflow gives to a tool, or a
//! login, is there for the scripts which that workflow starts, and for nobody else; a credential
//! that lies under the tool's own variable is there for all who are started by hand or by a
//! pipeline with variables of the whole project.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{is_closed_off, is_dotenv};
use super::index::Index;
use super::tools::table;

/// What was seen of credentials that are given to tools, and of files that start others.
#[derive(Debug, Default)]
pub struct Spread {
    /// Credential, tool of the table, and the file that sets one in a variable of the other.
    given: BTreeSet<(usize, usize, String)>,
    /// The same for logins, which stay on the disk.
    kept: BTreeSet<(usize, usize, String)>,
    /// A file and the end of the path that it starts.
    starts: BTreeSet<(String, String)>,
}

impl Spread {
    pub fn give(&mut self, cred: usize, tool: usize, path: &str) {
        self.given.insert((cred, tool, path.to_owned()));
    }

    pub fn keep(&mut self, cred: usize, tool: usize, path: &str) {
        self.kept.insert((cred, tool, path.to_owned()));
    }

    /// The file `path` starts the script `target`, or reads it in.
    pub fn start(&mut self, path: &str, target: &str) {
        let target = target.trim_start_matches("./").trim_start_matches("../");
        if !target.is_empty() {
            self.starts.insert((path.to_owned(), target.to_owned()));
        }
    }

    /// The answers for one set of files.
    pub fn settle<'s>(&'s self, index: &Index<'_>, paths: impl Iterator<Item = &'s str>) -> Settled<'s> {
        let mut own = BTreeMap::new();
        for (at, tool) in table().tool.iter().enumerate() {
            for (cred, wanted) in index.wanted.iter().enumerate() {
                let mut keys = wanted.locations.iter().filter_map(|location| location.key.as_deref());
                if keys.any(|key| tool.env.iter().any(|name| name == key)) {
                    own.insert((cred, at), Own::Variable);
                }
            }
            own.extend(index.lying_in(&tool.files).map(|cred| ((cred, at), Own::File)));
        }
        let givers = self.given.iter().chain(&self.kept).map(|(.., path)| path.as_str());
        let paths: BTreeSet<&str> = paths.chain(givers).collect();
        let mut starters: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, target) in &self.starts {
            for path in paths.iter().filter(|path| is_at(path, target)) {
                starters.entry(path).or_default().insert(from);
            }
        }
        Settled { spread: self, own, starters }
    }
}

/// Why a tool has a credential wherever it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// It lies in a file that the tool reads by itself.
    File,
    /// It lies under a variable that the tool reads by itself.
    Variable,
}

/// [`Spread`] with its paths found.
pub struct Settled<'s> {
    spread: &'s Spread,
    own: BTreeMap<(usize, usize), Own>,
    /// Who starts a file.
    starters: BTreeMap<&'s str, BTreeSet<&'s str>>,
}

impl<'s> Settled<'s> {
    /// Whether the environment of the file `path` gives the credential to the tool.
    pub fn reaches(&self, cred: usize, tool: usize, path: &str) -> bool {
        let closed = is_closed_off(path);
        match self.own.get(&(cred, tool)) {
            Some(Own::File) => return true,
            Some(Own::Variable) if !closed => return true,
            _ => {}
        }
        let from = (cred, tool, String::new());
        let of = |set: &'s BTreeSet<(usize, usize, String)>| {
            let these = set.range(from.clone()..).take_while(move |(one, other, _)| (*one, *other) == (cred, tool));
            these.map(|(.., origin)| origin.as_str())
        };
        let here = self.above(path);
        let related = |origin: &str| match origin == path {
            // What one job is given, the next is not.
            true => !closed,
            false => self.above(origin).iter().any(|starter| here.contains(starter)),
        };
        of(&self.spread.given).any(|origin| related(origin) || (is_dotenv(origin) && !closed))
            || of(&self.spread.kept).any(|origin| related(origin) || !(closed || is_closed_off(origin)))
    }

    /// The file and all that start it, one through the other.
    fn above<'p>(&self, path: &'p str) -> BTreeSet<&'p str>
    where
        's: 'p,
    {
        let mut above = BTreeSet::from([path]);
        let mut open = vec![path];
        while let Some(path) = open.pop() {
            for &starter in self.starters.get(path).into_iter().flatten() {
                if above.insert(starter) {
                    open.push(starter);
                }
            }
        }
        above
    }
}

/// Whether a path ends in these names.
fn is_at(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/') || end.starts_with('.'))
}
