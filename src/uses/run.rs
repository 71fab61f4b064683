//! Goes through the commands of a script in order, keeps track of what its variables hold, and
//! notes every command that uses a credential.

use super::bind::{Scope, is_quiet, listed};
use super::client;
use super::context::Context;
use super::found::{Bound, Found};
use super::http::Request;
use super::index::Creds;
use super::registry::Place;
use super::shell::{self, Command};
use super::terraform;
use super::tools::table;
use super::word::{Piece, Word, is_name};
use super::wrap::wrapper;

/// Wrappers and scripts within scripts are looked through this far.
const DEPTH: usize = 16;

/// One script, recipe or step with its variables.
pub struct Runner<'f, 'a> {
    pub scope: Scope<'a>,
    pub found: &'f mut Found,
    functions: Vec<String>,
    /// What the last command handed to the next one in its pipeline.
    flow: Option<(usize, Creds)>,
    depth: usize,
    /// Whether the command at hand runs whenever the script does.
    surely: bool,
}

/// What one command is given beside its words.
#[derive(Clone, Default)]
pub struct Given {
    /// By `NAME=value` before it.
    pub env: Creds,
    /// By its standard input.
    pub input: Creds,
}

impl<'f, 'a> Runner<'f, 'a> {
    pub fn new(scope: Scope<'a>, found: &'f mut Found) -> Runner<'f, 'a> {
        Runner { scope, found, functions: Vec::new(), flow: None, depth: 0, surely: true }
    }

    /// Reads a script whose first line is the line `line` of the file. What it sets ends with it.
    pub fn script(&mut self, text: &str, line: usize) {
        let (mark, export_all) = (self.scope.mark(), self.scope.export_all);
        let surely = std::mem::replace(&mut self.surely, true);
        self.part(text, line);
        self.surely = surely;
        self.scope.restore(mark);
        self.scope.export_all = export_all;
    }

    /// Reads a part of a script, which other parts follow.
    pub fn part(&mut self, text: &str, line: usize) {
        if self.depth >= DEPTH {
            let creds = self.scope.in_text(text);
            return self.unresolved(creds, line);
        }
        self.depth += 1;
        let script = shell::read(text, line);
        self.functions.extend(script.functions);
        let flow = std::mem::take(&mut self.flow);
        let surely = self.surely;
        let mut inner = script.subshells.iter().peekable();
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (at, command) in script.commands.iter().enumerate() {
            while let Some((_, mark)) = open.pop_if(|(end, _)| *end <= at) {
                self.scope.restore(mark);
            }
            while let Some(range) = inner.next_if(|range| range.start <= at) {
                open.push((range.end, self.scope.mark()));
            }
            self.surely = surely && !command.conditional;
            self.command(command);
        }
        if let Some((_, mark)) = open.first() {
            self.scope.restore(*mark);
        }
        self.surely = surely;
        for (line, text) in &script.broken {
            let mut creds = self.scope.in_text(text);
            creds.extend(self.scope.index.mentioned(text, self.scope.path, &self.scope.context));
            self.unresolved(creds, *line);
        }
        self.flow = flow;
        self.depth -= 1;
    }

    /// Does what may not happen, or may not count.
    pub fn perhaps(&mut self, inside: impl FnOnce(&mut Self)) {
        let surely = std::mem::replace(&mut self.surely, false);
        inside(self);
        self.surely = surely;
    }

    /// A script of another language uses whoever it names, in a way that nobody follows here.
    pub fn foreign_script(&mut self, text: &str, line: usize) {
        for (at, text) in text.lines().enumerate() {
            let mut creds = self.scope.in_text(text);
            for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|name| is_name(name)) {
                creds.extend(self.scope.in_text(&format!("${name}")));
            }
            self.unresolved(creds, line + at);
        }
    }

    /// Does what lies inside a job, a step or a recipe that claims an environment.
    pub fn within(&mut self, context: Context, inside: impl FnOnce(&mut Self)) {
        let outer = self.scope.context.clone();
        self.scope.claim(context);
        inside(self);
        self.scope.context = outer;
    }

    fn command(&mut self, command: &Command) {
        let prefix = command.words.iter().take_while(|word| word.assignment().is_some()).count();
        let (assignments, words) = command.words.split_at(prefix);
        let assignments = assignments.iter().filter_map(Word::assignment);
        if words.is_empty() {
            assignments.for_each(|(name, value)| self.set(&name, &value, false));
            return;
        }
        let flow = self.flow.take().filter(|(pipeline, _)| *pipeline == command.pipeline);
        let mut input = flow.map(|(_, creds)| creds).unwrap_or_default();
        for body in &command.bodies {
            input.extend(self.scope.in_text(body));
        }

        self.within(Context::of_options(words), |runner| {
            let mark = runner.scope.mark();
            let mut env = Creds::new();
            for (name, value) in assignments {
                env.extend(runner.scope.mentions(&value));
                runner.give(&name, &value);
            }
            let outside = runner.scope.outside.clone();
            let stays = runner.invoke(words, Given { env, input }, command);
            runner.scope.outside = outside;
            if !stays {
                runner.scope.restore(mark);
            }
        });
    }

    /// Sets a variable as a script does.
    pub(super) fn set(&mut self, name: &str, value: &Word, export: bool) {
        self.scope.set(name, value, export, self.surely);
        self.note(name);
    }

    /// Adds what a variable may also hold.
    pub(super) fn assign(&mut self, name: &str, value: &Word, export: bool) {
        self.scope.assign(name, value, export);
        self.note(name);
    }

    /// Sets a variable for what follows, whatever it held before.
    pub fn replace(&mut self, name: &str, value: &Word) {
        self.scope.replace(name, value);
        self.note(name);
    }

    /// A variable that the commands from here on inherit.
    pub fn hand_on(&mut self, name: &str, creds: Creds) {
        self.scope.hand_on(name, creds);
        self.note(name);
    }

    /// Sets a variable for what follows, where nothing else can fill one that is empty.
    pub fn give(&mut self, name: &str, value: &Word) {
        match value.literal() {
            Some("") => self.scope.clear(name),
            _ => self.replace(name, value),
        }
    }

    /// Reads a file with variables.
    pub fn source(&mut self, file: &Word) {
        if let Some(read_in) = file.literal() {
            self.found.spread.start(self.scope.path, read_in);
        }
        for name in self.scope.source(file, self.surely) {
            self.note(&name);
        }
    }

    /// Tells the tools that read this variable who it holds here, for the scripts that rely on
    /// the environment they are started in; and to those scripts what the variable stands for.
    fn note(&mut self, name: &str) {
        let creds = self.scope.held(name);
        if self.scope.get(name).is_some_and(|held| held.exported) {
            self.found.aliases.extend(creds.iter().map(|&cred| (name.to_owned(), cred)));
        }
        for (at, tool) in table().tool.iter().enumerate() {
            if tool.env.iter().any(|variable| variable == name) {
                creds.iter().for_each(|&cred| self.found.spread.give(cred, at, self.scope.path));
            }
        }
    }

    /// Runs a command line behind its assignments; whether it changes the script's own variables.
    fn invoke(&mut self, words: &[Word], mut given: Given, command: &Command) -> bool {
        let mut words = words.to_vec();
        for _ in 0..DEPTH {
            self.put_in(&mut words);
            let Some(name) = words.first().and_then(Word::literal).map(program) else { break };
            let asks = words.iter().take(2).map(Word::literal).collect::<Vec<_>>();
            if is_quiet(&asks) {
                break;
            }
            let Some((wrapper, length)) = wrapper(name, &words) else { break };
            let inner = self.inside(wrapper, length, &words, &mut given, command);
            let script = || words.iter().position(|word| word.literal() == wrapper.script.as_deref());
            let read = |inner: &Vec<Word>| words.len().saturating_sub(inner.len());
            let own = inner.as_ref().map_or_else(|| script().unwrap_or(length), read).clamp(length, words.len());
            self.wrapping_tool(name, &words[..own]);
            match inner {
                Some(inner) => words = inner,
                None => return false,
            }
        }
        let Some(first) = words.first() else { return false };
        let line = first.line;
        let Some(path) = first.literal().map(str::to_owned) else {
            self.dynamic(&words, given, line);
            return false;
        };
        let name = program(&path);
        let literals: Vec<Option<&str>> =
            std::iter::once(Some(name)).chain(words[1..].iter().map(Word::literal)).collect();
        match name {
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                self.declare(name, &words[1..]);
                return true;
            }
            "source" | "." => {
                words.get(1).into_iter().for_each(|file| self.source(file));
                return true;
            }
            "set" => {
                self.set_options(&literals);
                return true;
            }
            "unset" if self.surely => {
                literals[1..].iter().flatten().for_each(|name| self.scope.clear(name));
                return true;
            }
            "read" => {
                literals[1..].iter().flatten().for_each(|name| self.scope.receive(name, &given.input));
                return true;
            }
            "trap" if words.len() > 2 => {
                self.inner_script(words.get(1));
                return false;
            }
            "eval" => {
                self.dynamic(&words, given, line);
                return false;
            }
            _ => {}
        }
        if terraform::is_command(name) {
            self.terraform(&words, line);
            return false;
        }
        let mut mentioned = self.mentions(&words[1..]);
        mentioned.extend(&given.input);
        if let Some(request) = client::request(name, &words, &self.scope) {
            self.call(&request, mentioned, line);
            return false;
        }
        let tools = table().tools_named(name);
        let quiet = is_quiet(&literals) && !self.has_row(tools, &words);
        if !tools.is_empty() && !quiet {
            self.tools(tools, &words, &mentioned, line);
        } else if self.functions.iter().any(|function| function == name) {
            self.inner_command(&words[1..]);
            self.unresolved(mentioned, line);
        } else if quiet {
            self.bind_file(command, &words, &mentioned);
            self.flow = Some((command.pipeline, mentioned));
        } else if let Some(relay) = table().common.relay.iter().find(|relay| listed(&relay.run, &literals)) {
            relay.files.iter().for_each(|file| self.found.spread.start(self.scope.path, file));
            self.unresolved(mentioned, line);
        } else if name.ends_with(".sh") || path.contains('/') {
            self.unresolved(mentioned, line);
            self.found.relayed(&path, given.env, self.scope.path, line);
        } else {
            mentioned.extend(&given.env);
            mentioned.extend(self.handed_by_name(&words));
            self.inner_command(&words[1..]);
            self.unresolved(mentioned, line);
        }
        false
    }

    /// Puts in the command that stands in a variable.
    fn put_in(&self, words: &mut Vec<Word>) {
        if let Some((text, line)) = words.first().and_then(|word| Some((self.scope.command_in(word)?, word.line))) {
            words.splice(..1, text.split_whitespace().map(|word| Word::read(word, line)));
        }
    }

    /// A command that is only known when it runs may do anything with what it can reach.
    pub(super) fn dynamic(&mut self, words: &[Word], given: Given, line: usize) {
        let mut creds = self.mentions(words);
        creds.extend(given.env);
        creds.extend(given.input);
        creds.extend(self.scope.exported());
        self.unresolved(creds, line);
        let texts = words.iter().flat_map(|word| &word.pieces).filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let said: Vec<&str> =
            texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || ";&|()".contains(c))).collect();
        for (at, tool) in table().tool.iter().enumerate() {
            if tool.names.iter().any(|name| said.contains(&name.as_str())) {
                let given = Bound::Environment(at, Place::Somewhere, self.scope.context.clone());
                self.found.add(self.scope.path, line, given, None);
            }
        }
    }

    fn declare(&mut self, name: &str, words: &[Word]) {
        let exports =
            name == "export" || words.iter().any(|word| word.literal().is_some_and(|word| is_cluster_with(word, "-x")));
        for word in words {
            match (word.assignment(), word.literal()) {
                (Some((name, value)), _) => self.set(&name, &value, exports),
                (None, Some(name)) if exports && !name.starts_with('-') => {
                    self.scope.export(name);
                    self.note(name);
                }
                _ => self.source_named_in(word),
            }
        }
    }

    /// `export $(grep -v '^#' .env | xargs)` reads the files that it names.
    fn source_named_in(&mut self, word: &Word) {
        for piece in &word.pieces {
            if let Piece::Command { text, .. } = piece {
                let script = shell::read(text, word.line);
                let files =
                    script.commands.iter().flat_map(|command| command.words.iter().skip(1).chain(&command.redirects));
                files.for_each(|file| self.source(file));
            }
        }
    }

    fn set_options(&mut self, literals: &[Option<&str>]) {
        for option in literals.iter().flatten() {
            match *option {
                "+a" => self.scope.export_all = false,
                "allexport" => self.scope.export_all = true,
                option if is_cluster_with(option, "-a") => self.scope.export_all = true,
                _ => {}
            }
        }
    }

    pub(super) fn mentions(&self, words: &[Word]) -> Creds {
        words.iter().flat_map(|word| self.scope.mentions(word)).collect()
    }

    pub(super) fn unresolved(&mut self, creds: Creds, line: usize) {
        self.found.add(self.scope.path, line, Bound::To(creds), None);
    }

    fn call(&mut self, request: &Request, creds: Creds, line: usize) {
        for cred in creds {
            let needs = request.needs(self.scope.index.wanted[cred].provider);
            self.found.add(self.scope.path, line, Bound::To(Creds::from([cred])), needs);
        }
    }
}

/// The name of a program without its folder, where that is one for programs.
fn program(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, name)) if folder.ends_with("bin") => name,
        _ => path,
    }
}

/// `-lc` holds `-c`.
pub fn is_cluster_with(word: &str, option: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|letters| letters.chars().all(|c| c.is_ascii_alphabetic()));
    letters.zip(option.strip_prefix('-')).is_some_and(|(letters, letter)| letters.contains(letter))
}
