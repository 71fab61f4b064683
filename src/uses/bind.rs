//! Which credential a word stands for: by the value itself, by the name of a variable that holds
//! it, and by what the script at hand has put into its own variables.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::context::Context;
use super::index::{Creds, Index};
use super::shell;
use super::splice;
use super::tools::{Tool, table};
use super::word::{Piece, Word};

/// What stands for a part of a text that is known only when it runs.
pub const HOLE: char = '\u{0}';
/// A constant longer than this is of no use to anybody here.
const LONGEST_CONSTANT: usize = 4096;
/// More variables than this are only kept when they hold a credential.
const MOST_VARIABLES: usize = 4096;
/// A word that grows beyond this by what is put in is cut.
const LONGEST_WORD: usize = 1 << 20;

/// What a variable holds.
#[derive(Clone, Debug, Default)]
pub struct Held {
    creds: Creds,
    /// Its text, where it is the same at every run.
    constant: Option<String>,
    /// It certainly holds something else.
    pub foreign: bool,
    /// Commands inherit it.
    pub exported: bool,
    /// A file with variables says so.
    sourced: bool,
}

/// The variables that a script, a recipe or a step sees, beyond those of the environment that it
/// is started in.
#[derive(Clone)]
pub struct Scope<'a> {
    pub index: &'a Index<'a>,
    pub path: &'a str,
    /// Which environment the job, the step, the recipe or else the file claims.
    pub context: Context,
    vars: HashMap<String, Held>,
    /// What variables held before they were replaced for one command.
    before: Vec<(String, Option<Held>)>,
    /// Tools that have been given a credential to keep, by their place in the table.
    pub logins: HashMap<usize, Creds>,
    /// Files that a credential has been written to.
    files: BTreeMap<String, Creds>,
    /// `set -a`
    pub export_all: bool,
    /// Which variables commands inherit from outside.
    pub outside: Outside,
}

/// What commands inherit that no text here has set.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Nothing: all that is set stands in the file.
    pub closed: bool,
    /// Not these, whatever the shell itself holds.
    pub hidden: BTreeSet<String>,
}

/// What a command finds in a variable.
pub enum Inherited {
    These(Creds),
    /// Certainly something else.
    Foreign,
    /// Nothing, as far as the file says all.
    Nothing,
    /// What the environment gives.
    Unsaid,
}

impl<'a> Scope<'a> {
    pub fn new(index: &'a Index<'a>, path: &'a str) -> Scope<'a> {
        Scope {
            index,
            path,
            context: Context::of_path(path),
            vars: HashMap::new(),
            before: Vec::new(),
            logins: HashMap::new(),
            files: BTreeMap::new(),
            export_all: false,
            outside: Outside::default(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Held> {
        self.vars.get(name)
    }

    /// What a command inherits by this name.
    pub fn inherited(&self, name: &str) -> Inherited {
        match self.vars.get(name) {
            _ if self.outside.hidden.contains(name) => Inherited::Foreign,
            Some(held) if held.foreign => Inherited::Foreign,
            Some(_) => Inherited::These(self.held(name)),
            None if self.outside.closed => Inherited::Nothing,
            None => Inherited::Unsaid,
        }
    }

    /// Whether a value certainly is another one than those that are known.
    pub fn is_foreign(&self, value: &Word) -> bool {
        value.pieces.iter().any(|piece| match piece {
            Piece::Variable { name, .. } => match self.inherited(splice::bare(name)) {
                Inherited::These(_) => false,
                Inherited::Foreign => true,
                Inherited::Nothing | Inherited::Unsaid => !splice::may_hold_anybody(name),
            },
            _ => false,
        })
    }

    /// Nothing that is set so far is inherited.
    pub fn hide_all(&mut self) {
        self.outside.closed = true;
        self.outside.hidden.extend(self.vars.keys().cloned());
    }

    /// What lies inside claims this environment, if it claims one, and not that of the file.
    pub fn claim(&mut self, context: Context) {
        if !context.is_empty() {
            self.context = context;
        }
    }

    /// Who a variable holds that has been set.
    pub fn held(&self, name: &str) -> Creds {
        let creds = self.vars.get(name).map(|held| held.creds.clone()).unwrap_or_default();
        self.index.apart(creds, self.path, &self.context)
    }

    /// Who a variable stands for here.
    fn stands_for(&self, name: &str) -> Creds {
        let name = splice::bare(name);
        if self.vars.contains_key(name) {
            return self.held(name);
        }
        let creds = self.index.named(name, self.path, &self.context);
        if creds.is_empty() { self.index.named_after(name) } else { creds }
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
        if !quiet {
            return Creds::new();
        }
        // `grep NAME= .env` reads the value where it lies.
        let files = script.commands.iter().flat_map(|command| command.words.iter().skip(1).chain(&command.redirects));
        let files: Vec<&str> = files.filter_map(Word::literal).map(|file| file.trim_start_matches("./")).collect();
        let lying = self.index.held_in(|path| files.iter().any(|file| path_ends_in(path, file)));
        let read = lying.into_iter().filter(|(name, _)| text.contains(name)).map(|(_, cred)| cred);
        self.in_text(text).into_iter().chain(read).collect()
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

    /// The command that a word stands for: `CDK = npx -y aws-cdk`, `$CDK deploy`.
    pub fn command_in(&self, word: &Word) -> Option<String> {
        match word.pieces.as_slice() {
            [Piece::Variable { name, .. }] => self.constant(name),
            _ => None,
        }
    }

    fn constant(&self, name: &str) -> Option<String> {
        let name = splice::bare(name);
        let creds = match self.vars.get(name) {
            Some(Held { constant: Some(constant), .. }) => return Some(constant.clone()),
            Some(_) => self.held(name),
            None => match table().common.constants.get(name) {
                Some(constant) => return Some(constant.clone()),
                None => self.index.named(name, self.path, &self.context),
            },
        };
        let address =
            |cred: &usize| Some(self.index.wanted[*cred].secret.expose()).filter(|url| url.starts_with("https://"));
        creds.iter().find_map(address).map(str::to_owned)
    }

    /// What a variable holds after `name=value`.
    fn value(&self, name: &str, value: &Word) -> Held {
        let mut creds = self.mentions(value);
        creds.extend(self.kept_in(value));
        let constant = Some(self.template(value)).filter(|text| !text.contains(HOLE) && text.len() < LONGEST_CONSTANT);
        let other_name = |piece: &Piece| match piece {
            Piece::Variable { name: other, .. } => splice::bare(other) != name && !splice::may_hold_anybody(other),
            _ => false,
        };
        let filled = constant.as_deref().is_some_and(|text| !text.is_empty());
        let foreign = creds.is_empty() && (filled || value.pieces.iter().any(other_name));
        Held { creds, constant, foreign, ..Held::default() }
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

    /// `name=value` in a script. What surely runs replaces what the variable held; elsewhere it may
    /// hold either.
    pub fn set(&mut self, name: &str, value: &Word, export: bool, surely: bool) {
        let before = self.vars.get(name).cloned();
        if surely {
            let held = self.value(name, value);
            // A value that is fetched takes the place of one that is known: it is another one.
            let fetched = value.pieces.iter().any(|piece| matches!(piece, Piece::Command { .. }));
            let known = before.as_ref().is_some_and(|before| !before.creds.is_empty());
            let other = (fetched && known) || is_made_by_its_tool(name, value);
            let foreign = held.creds.is_empty() && (held.foreign || value.literal() == Some("") || other);
            let exported = export || self.export_all || before.as_ref().is_some_and(|before| before.exported);
            self.hold(name, Held { foreign, exported, ..held });
        } else {
            if before.is_none() {
                self.recall(name);
            }
            self.assign(name, value, export);
            self.before.push((name.to_owned(), before));
        }
    }

    /// `echo "$KEY" > file`
    pub fn keep(&mut self, file: &Word, creds: &Creds) {
        let spelling = spelling(file);
        if !creds.is_empty() && !spelling.contains(HOLE) {
            self.files.entry(spelling).or_default().extend(creds);
        }
    }

    /// Who has been written to the file that a word names: `key.json`, `--key-file=key.json`.
    pub fn kept_in(&self, word: &Word) -> Creds {
        let spelling = spelling(word);
        let files = [spelling.split_once('=').map_or("", |(_, file)| file), &spelling];
        files.iter().filter_map(|file| self.files.get(*file)).flatten().copied().collect()
    }

    /// Notes what a variable holds that no text here has set.
    fn recall(&mut self, name: &str) {
        let creds = self.stands_for(name);
        if !creds.is_empty() {
            self.insert(name, Held { creds, ..Held::default() });
        }
    }

    /// `unset name`, `name= command`
    pub fn clear(&mut self, name: &str) {
        self.hold(name, Held { foreign: true, constant: Some(String::new()), ..Held::default() });
    }

    /// `read name`: it holds what the input gives, which nobody may know.
    pub fn receive(&mut self, name: &str, creds: &Creds) {
        if !creds.is_empty() || self.vars.contains_key(name) {
            self.hold(name, Held { creds: creds.clone(), ..Held::default() });
        }
    }

    /// `name=value` for what follows, whatever it held before: a step's `env`, `NAME=value cmd`.
    pub fn replace(&mut self, name: &str, value: &Word) {
        let held = Held { exported: true, ..self.value(name, value) };
        self.hold(name, held);
    }

    /// Every later command inherits it; where it is nobody's, it is a stranger's.
    pub fn hand_on(&mut self, name: &str, creds: Creds) {
        self.insert(name, Held { foreign: creds.is_empty(), creds, exported: true, ..Held::default() });
    }

    /// Until the mark is restored it holds what is certainly none of ours.
    pub fn estrange(&mut self, name: &str) {
        self.hold(name, Held { foreign: true, exported: true, ..Held::default() });
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
    /// end of their path, or by what is literal of their name. The names of what was read.
    pub fn source(&mut self, file: &Word, surely: bool) -> Vec<String> {
        let template = self.template(file);
        let base = template.rsplit('/').next().unwrap_or("");
        let held = if let Some((head, rest)) = base.split_once(HOLE) {
            let tail = rest.rsplit(HOLE).next().unwrap_or("");
            let fits =
                |name: &str| name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail);
            let literal = base.chars().any(|c| c.is_ascii_alphanumeric());
            self.index.held_in(|path| literal && path.rsplit('/').next().is_some_and(fits))
        } else {
            let named = template.rsplit(HOLE).next().unwrap_or("").trim_start_matches("./").trim_start_matches('/');
            let end = format!("/{named}");
            match self.index.held_in(|path| !base.is_empty() && (path == named || path.ends_with(&end))) {
                exact if exact.is_empty() => self.index.held_in(|path| path.rsplit('/').next() == Some(base)),
                exact => exact,
            }
        };
        let mut sourced: HashMap<&str, Creds> = HashMap::new();
        for (name, cred) in held {
            sourced.entry(name).or_default().insert(cred);
        }
        let names = sourced.keys().map(|name| (*name).to_owned()).collect();
        for (name, mut creds) in sourced {
            if !surely && self.vars.get(name).is_some_and(|held| held.sourced) {
                // One of two branches reads this file, the other one another.
                creds.extend(self.held(name));
            }
            self.hold(name, Held { creds, sourced: true, exported: true, ..Held::default() });
        }
        names
    }

    /// Who is exported under a name that begins so.
    pub fn exported_below(&self, prefix: &str) -> Creds {
        let below = self.vars.iter().filter(|(name, held)| held.exported && name.starts_with(prefix));
        below.flat_map(|(_, held)| held.creds.iter().copied()).collect()
    }

    /// Who every command inherits.
    pub fn exported(&self) -> Creds {
        let exported = self.vars.iter().filter(|(name, held)| held.exported && !self.outside.hidden.contains(*name));
        let creds = exported.flat_map(|(_, held)| held.creds.iter().copied()).collect();
        self.index.apart(creds, self.path, &self.context)
    }
}

fn path_ends_in(path: &str, file: &str) -> bool {
    !file.is_empty() && path.strip_suffix(file).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// A word as it stands there, with the names of its variables.
fn spelling(word: &Word) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable { name, .. } => format!("${name}"),
        Piece::Command { .. } | Piece::Unknown => HOLE.to_string(),
    };
    word.pieces.iter().map(piece).collect()
}

/// Whether a variable is set to what the tool that reads it answers: `VAULT_TOKEN=$(vault login …)`
/// is another credential than that of the environment.
fn is_made_by_its_tool(name: &str, value: &Word) -> bool {
    value.pieces.iter().any(|piece| match piece {
        Piece::Command { text, .. } => {
            let script = shell::read(text, 1);
            let mut programs = script.commands.iter().filter_map(|command| command.words.first()?.literal());
            let reads = |tool: &Tool| tool.env.iter().any(|variable| variable == name);
            programs.any(|program| table().tools_named(program).iter().any(|&at| reads(&table().tool[at])))
        }
        _ => false,
    })
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
