//! Which credential a word stands for: by the value itself, by the name of a variable that holds
//! it, and by what the script at hand has put into its own variables.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::Wanted;
use super::shell;
use super::tools::table;
use super::word::{Piece, Word};

/// Credentials, by their place in the list that was handed over.
pub type Creds = BTreeSet<usize>;

/// What stands for a part of a text that is known only when it runs.
pub const HOLE: char = '\u{0}';
/// How `${{ secrets.NAME }}` is written for the shell reader.
pub const SECRET: &str = "__secrets_";
/// Shorter values would be found in ordinary words.
const SHORTEST_VALUE: usize = 8;
/// A constant longer than this is of no use to anybody here.
const LONGEST_CONSTANT: usize = 4096;
/// More variables than this are only kept when they hold a credential.
const MOST_VARIABLES: usize = 4096;
/// A word that grows beyond this by what is put in is cut.
const LONGEST_WORD: usize = 1 << 20;

/// The credentials by name and by value.
pub struct Index<'a> {
    pub wanted: &'a [Wanted<'a>],
    names: HashMap<&'a str, Creds>,
    /// What scripts and workflows call it, beyond the names where the value lies.
    aliases: HashMap<String, Creds>,
    values: AhoCorasick,
    owners: Vec<usize>,
}

impl<'a> Index<'a> {
    pub fn new(wanted: &'a [Wanted<'a>]) -> Index<'a> {
        let mut names: HashMap<&str, Creds> = HashMap::new();
        for (cred, wanted) in wanted.iter().enumerate() {
            for key in wanted.locations.iter().filter_map(|location| location.key.as_deref()) {
                names.entry(key).or_default().insert(cred);
            }
        }
        let long = |wanted: &Wanted<'_>| wanted.secret.len() >= SHORTEST_VALUE;
        let owners: Vec<usize> = (0..wanted.len()).filter(|&cred| long(&wanted[cred])).collect();
        let values = AhoCorasick::new(owners.iter().map(|&cred| wanted[cred].secret.expose()))
            .expect("as many values as findings stay below the automaton's limits");
        Index { wanted, names, aliases: HashMap::new(), values, owners }
    }

    /// Who is called `name` in the file `path`.
    fn named(&self, name: &str, path: &str) -> Creds {
        if let Some(secret) = name.strip_prefix(SECRET) {
            return self.secret(secret);
        }
        let creds = self.names.get(name).into_iter().chain(self.aliases.get(name)).flatten().copied();
        let generic = is_generic(name);
        creds.filter(|&cred| !generic || self.lies_in(cred, |at| at == path)).collect()
    }

    /// Learns names that some file has exported a credential under; whether any was new.
    pub fn learn(&mut self, aliases: &BTreeSet<(String, usize)>) -> bool {
        let mut new = false;
        for (name, cred) in aliases.iter().filter(|(name, _)| !is_generic(name)) {
            let known = self.names.get(name.as_str()).is_some_and(|creds| creds.contains(cred));
            new |= !known && self.aliases.entry(name.clone()).or_default().insert(*cred);
        }
        new
    }

    /// Who the CI secret `name` is; its names do not know case. The job's own token is nobody.
    fn secret(&self, name: &str) -> Creds {
        if name.eq_ignore_ascii_case("GITHUB_TOKEN") {
            return Creds::new();
        }
        let named = self.names.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.flat_map(|(_, creds)| creds.iter().copied()).collect()
    }

    /// Whose value stands in `text`.
    fn valued(&self, text: &str) -> Creds {
        self.values.find_overlapping_iter(text).map(|hit| self.owners[hit.pattern()]).collect()
    }

    /// The variables of the files that `says` accepts, with who they stand for.
    fn held_in(&self, says: impl Fn(&str) -> bool) -> Vec<(&'a str, usize)> {
        let wanted = self.wanted.iter().enumerate();
        let locations = wanted.flat_map(|(cred, wanted)| wanted.locations.iter().map(move |location| (cred, location)));
        let inside = locations.filter(|(_, location)| says(&location.path));
        inside.filter_map(|(cred, location)| Some((location.key.as_deref()?, cred))).collect()
    }

    pub fn lies_in(&self, cred: usize, says: impl Fn(&str) -> bool) -> bool {
        self.wanted[cred].locations.iter().any(|location| says(&location.path))
    }

    /// Whether some line of a text that cannot be read as a whole names a credential.
    pub fn mentioned(&self, text: &str, path: &str) -> Creds {
        let mut creds = self.valued(text);
        for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            creds.extend(self.named(name, path));
        }
        creds
    }
}

fn is_generic(name: &str) -> bool {
    table().common.generic.iter().any(|generic| generic.eq_ignore_ascii_case(name))
}

/// What a variable holds.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub creds: Creds,
    /// Its text, where it is the same at every run.
    constant: Option<String>,
    /// It certainly holds something else.
    pub foreign: bool,
    /// Commands inherit it.
    pub exported: bool,
}

/// The variables that a script, a recipe or a step sees, beyond those of the environment that it
/// is started in.
#[derive(Clone)]
pub struct Scope<'a> {
    pub index: &'a Index<'a>,
    pub path: &'a str,
    vars: HashMap<String, Held>,
    /// What variables held before they were replaced for one command.
    before: Vec<(String, Option<Held>)>,
    /// Tools that have been given a credential to keep, by their place in the table.
    pub logins: HashMap<usize, Creds>,
    /// `set -a`
    pub export_all: bool,
}

impl<'a> Scope<'a> {
    pub fn new(index: &'a Index<'a>, path: &'a str) -> Scope<'a> {
        Scope { index, path, vars: HashMap::new(), before: Vec::new(), logins: HashMap::new(), export_all: false }
    }

    pub fn get(&self, name: &str) -> Option<&Held> {
        self.vars.get(name)
    }

    /// Who a variable stands for here.
    fn stands_for(&self, name: &str) -> Creds {
        match self.vars.get(name) {
            Some(held) => held.creds.clone(),
            None => self.index.named(name, self.path),
        }
    }

    /// Who a word stands for or holds.
    pub fn mentions(&self, word: &Word) -> Creds {
        let mut creds = Creds::new();
        for piece in &word.pieces {
            match piece {
                Piece::Text(text) => creds.extend(self.index.valued(text)),
                Piece::Variable { name, rest } => {
                    creds.extend(self.stands_for(name));
                    creds.extend(self.in_text(rest));
                }
                Piece::Command { text, .. } => creds.extend(self.passed_through(text)),
                Piece::Unknown => {}
            }
        }
        creds
    }

    /// Who raw text stands for, with its `$NAME`s.
    pub fn in_text(&self, text: &str) -> Creds {
        let mut creds = self.index.valued(text);
        for behind in text.split('$').skip(1) {
            let name = behind.trim_start_matches('{');
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
            creds.extend(self.stands_for(&name[..end]));
        }
        creds
    }

    /// What a substitution hands on: the credential itself, only if nothing in it does more than
    /// reshape it.
    fn passed_through(&self, text: &str) -> Creds {
        let script = shell::read(text, 1);
        let quiet = script.commands.iter().all(|command| {
            let words: Vec<Option<&str>> = command.words.iter().map(Word::literal).collect();
            is_quiet(&words)
        });
        if quiet { self.in_text(text) } else { Creds::new() }
    }

    /// The text of a word with what is constant put in, and a [`HOLE`] for the rest. A variable
    /// that holds nothing but an address which is itself the credential counts as constant.
    pub fn template(&self, word: &Word) -> String {
        let mut text = String::new();
        for piece in &word.pieces {
            if text.len() > LONGEST_WORD {
                text.push(HOLE);
                break;
            }
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Variable { name, .. } => match self.constant(name) {
                    Some(constant) => text.push_str(&constant),
                    None => text.push(HOLE),
                },
                Piece::Command { .. } | Piece::Unknown => text.push(HOLE),
            }
        }
        text
    }

    fn constant(&self, name: &str) -> Option<String> {
        let creds = match self.vars.get(name) {
            Some(Held { constant: Some(constant), .. }) => return Some(constant.clone()),
            Some(held) => held.creds.clone(),
            None => match table().common.constants.get(name) {
                Some(constant) => return Some(constant.clone()),
                None => self.index.named(name, self.path),
            },
        };
        let address =
            |cred: &usize| Some(self.index.wanted[*cred].secret.expose()).filter(|url| url.starts_with("https://"));
        creds.iter().find_map(address).map(str::to_owned)
    }

    /// What a variable holds after `name=value`.
    fn value(&self, name: &str, value: &Word) -> Held {
        let creds = self.mentions(value);
        let constant = Some(self.template(value)).filter(|text| !text.contains(HOLE) && text.len() < LONGEST_CONSTANT);
        let other_name = |piece: &Piece| matches!(piece, Piece::Variable { name: other, .. } if other != name);
        let filled = constant.as_deref().is_some_and(|text| !text.is_empty());
        let foreign = creds.is_empty() && (filled || value.pieces.iter().any(other_name));
        Held { creds, constant, foreign, exported: false }
    }

    /// `name=value`, exported or not.
    pub fn assign(&mut self, name: &str, value: &Word, export: bool) {
        let mut held = self.value(name, value);
        let before = self.vars.get(name);
        if let Some(before) = before {
            // Which of two branches runs is not known: both count, and neither is constant.
            let same = before.constant == held.constant;
            held.creds.extend(&before.creds);
            held.foreign &= before.foreign;
            held.constant = held.constant.filter(|_| same);
        }
        held.exported = export || self.export_all || before.is_some_and(|before| before.exported);
        self.insert(name, held);
    }

    /// `name=value` for what follows, whatever it held before: a step's `env`, `NAME=value cmd`.
    pub fn replace(&mut self, name: &str, value: &Word) {
        let held = Held { exported: true, ..self.value(name, value) };
        self.hold(name, held);
    }

    /// Every later command inherits it; where it is nobody's, what it held before stays.
    pub fn hand_on(&mut self, name: &str, creds: Creds) {
        if !creds.is_empty() {
            self.insert(name, Held { creds, exported: true, ..Held::default() });
        }
    }

    fn hold(&mut self, name: &str, held: Held) {
        self.before.push((name.to_owned(), self.vars.get(name).cloned()));
        self.insert(name, held);
    }

    fn insert(&mut self, name: &str, held: Held) {
        if self.vars.len() < MOST_VARIABLES || !held.creds.is_empty() || self.vars.contains_key(name) {
            self.vars.insert(name.to_owned(), held);
        }
    }

    /// A point to which [`Scope::restore`] leads back.
    pub fn mark(&self) -> usize {
        self.before.len()
    }

    /// Takes back what has been replaced since the mark.
    pub fn restore(&mut self, mark: usize) {
        while self.before.len() > mark {
            match self.before.pop() {
                Some((name, Some(held))) => self.vars.insert(name, held),
                Some((name, None)) => self.vars.remove(&name),
                None => None,
            };
        }
    }

    pub fn export(&mut self, name: &str) {
        let creds = self.stands_for(name);
        self.vars.entry(name.to_owned()).or_insert_with(|| Held { creds, ..Held::default() }).exported = true;
    }

    /// The variables of a file that is read in: `. .env.staging`. Files are told by the literal
    /// end of their name. The names of what was read.
    pub fn source(&mut self, file: &Word) -> Vec<String> {
        let template = self.template(file);
        let named = template.rsplit(HOLE).next().unwrap_or("").trim_start_matches("./").trim_start_matches('/');
        let Some(base) = named.rsplit('/').next().filter(|base| !base.is_empty()) else { return Vec::new() };
        let exact = self.index.held_in(|path| path == named || path.ends_with(&format!("/{named}")));
        let held =
            if exact.is_empty() { self.index.held_in(|path| path.rsplit('/').next() == Some(base)) } else { exact };
        let mut sourced: HashMap<&str, Creds> = HashMap::new();
        for (name, cred) in held {
            sourced.entry(name).or_default().insert(cred);
        }
        let names = sourced.keys().map(|name| (*name).to_owned()).collect();
        for (name, creds) in sourced {
            self.hold(name, Held { creds, constant: None, foreign: false, exported: true });
        }
        names
    }

    /// Who every command inherits.
    pub fn exported(&self) -> Creds {
        self.vars.values().filter(|held| held.exported).flat_map(|held| held.creds.iter().copied()).collect()
    }
}

/// Whether a command only binds, tests or reshapes what it is given.
pub fn is_quiet(words: &[Option<&str>]) -> bool {
    listed(&table().common.quiet, words)
}

/// Whether a command line begins with one of the listed ones.
pub fn listed(list: &[String], words: &[Option<&str>]) -> bool {
    list.iter().any(|known| {
        let length = known.split(' ').count();
        known.split(' ').zip(words).filter(|(want, have)| **have == Some(want)).count() == length
    })
}
