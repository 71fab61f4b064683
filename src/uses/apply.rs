//! A command line of a known tool: whose credential it uses, and what it needs of it.

use super::bind::{HOLE, Inherited};
use super::client;
use super::found::{Bound, Needs};
use super::index::Creds;
use super::registry::{Place, place, registry};
use super::run::Runner;
use super::shell::Command;
use super::tools::{Known, Row, Tool, Transfer, table};
use super::word::{Piece, Word};
use crate::capability::Can;

/// A command inside an unknown one begins within so many words.
const WORDS: usize = 24;

impl Runner<'_, '_> {
    /// A command of a tool among the arguments of something unknown: `retry 3 railway up`.
    pub(super) fn inner_command(&mut self, words: &[Word]) {
        for (at, word) in words.iter().enumerate().take(WORDS) {
            let mut tools = word.literal().map_or(&[][..], |name| table().tools_named(name)).to_vec();
            if tools.is_empty() {
                continue;
            }
            let arguments = literals(&words[at + 1..]);
            tools.retain(|&at| matches!(table().tool[at].row(&arguments), Known::Row(..)));
            if !tools.is_empty() {
                let mentioned = self.mentions(&words[at + 1..]);
                return self.tools(&tools, &words[at..], &mentioned, word.line);
            }
        }
    }

    /// `docker run -e NAME` and `--env-file FILE` hand on what they only name.
    pub(super) fn handed_by_name(&mut self, words: &[Word]) -> Creds {
        let mark = self.scope.mark();
        let mut creds = Creds::new();
        for pair in words.windows(2) {
            let names = match (pair[0].literal(), pair[1].literal()) {
                (Some("-e" | "--env"), Some(name)) => vec![name.to_owned()],
                (Some("--env-file"), _) => self.scope.source(&pair[1], false),
                _ => continue,
            };
            creds.extend(names.iter().flat_map(|name| self.scope.in_text(&format!("${name}"))));
        }
        self.scope.restore(mark);
        creds
    }

    /// Whether one of the tools knows this command line as more than a local one.
    pub(super) fn has_row(&self, tools: &[usize], words: &[Word]) -> bool {
        let arguments = literals(&words[1..]);
        tools.iter().any(|&at| matches!(table().tool[at].row(&arguments), Known::Row(..)))
    }

    /// `doppler run -- npm start` reads secrets itself before it runs the other command.
    pub(super) fn wrapping_tool(&mut self, name: &str, words: &[Word]) {
        let tools = table().tools_named(name);
        if self.has_row(tools, words) {
            let mentioned = self.mentions(&words[1..]);
            self.tools(tools, words, &mentioned, words[0].line);
        }
    }

    pub(super) fn tools(&mut self, tools: &[usize], words: &[Word], mentioned: &Creds, line: usize) {
        let arguments = literals(&words[1..]);
        let provider = |cred: usize| self.scope.index.wanted[cred].provider;
        let strangers: Creds = mentioned
            .iter()
            .copied()
            .filter(|&cred| tools.iter().all(|&at| !table().tool[at].serves(provider(cred))))
            .collect();
        let understood = self.has_row(tools, words);
        for &at in tools {
            let tool = &table().tool[at];
            let known = tool.row(&arguments);
            if understood && !matches!(known, Known::Row(..)) {
                // It is the business of another provider's row for the same tool.
                continue;
            }
            let own: Creds = mentioned.iter().copied().filter(|&cred| tool.serves(provider(cred))).collect();
            if let Known::Idle = known {
                continue;
            }
            if let Known::Row(_, Row { binds: true, .. }) = known {
                let mut given: Creds = own.union(&strangers).copied().collect();
                given.extend(words[1..].iter().flat_map(|word| self.scope.kept_in(word)));
                self.login(at, &given);
                continue;
            }
            if let Known::Local = known {
                if tool.scripts {
                    self.found.spread.start(self.scope.path, "package.json");
                }
                self.inner_command(&words[1..]);
                let handed = self.handed_by_name(words);
                self.unresolved(mentioned.union(&handed).copied().collect(), line);
                continue;
            }
            let parts = match known {
                Known::Row(run, row) if row.is_for_images() => self.images(tool, run, row, words),
                Known::Row(run, row) => vec![(self.registry(tool, words), self.needs(tool, run, row, words))],
                _ => vec![(Place::Somewhere, None)],
            };
            // What is stored as a secret elsewhere is not used by it.
            let all = parts.iter().flat_map(|(_, needs)| needs.iter().flatten());
            let stores = all.into_iter().any(|(can, _)| can.to_string() == "write:secret");
            if !stores {
                self.unresolved(strangers.clone(), line);
            }
            let mut used = own.is_empty();
            for (place, needs) in parts {
                if let Some(bound) = self.bound(at, &own, place, words) {
                    used = true;
                    self.found.add(self.scope.path, line, bound, needs);
                }
            }
            if !used {
                // It is given to a registry that is not its own.
                self.unresolved(own, line);
            }
        }
    }

    /// Whose credential a tool uses at a place; None where it certainly is another one.
    fn bound(&self, at: usize, own: &Creds, place: Place, words: &[Word]) -> Option<Bound> {
        let tool = &table().tool[at];
        let takes = |creds: Creds| -> Option<Bound> {
            let creds: Creds =
                creds.into_iter().filter(|&cred| place.takes(self.scope.index.wanted[cred].provider)).collect();
            (!creds.is_empty()).then_some(Bound::To(creds))
        };
        if !own.is_empty() {
            return takes(own.clone());
        }
        let logins = || self.scope.logins.get(&at).into_iter().flatten().copied();
        match other_credential(tool, words) {
            // A profile is one of those that the tool keeps; a token is not.
            Some(other) if other.literal().is_some() => {
                return takes(logins().chain(self.scope.index.lying_in(&tool.files)).collect());
            }
            Some(other) if self.scope.is_foreign(&other) => return None,
            _ => {}
        }
        let (mut creds, mut foreign, mut nothing) = (Creds::new(), false, !tool.env.is_empty());
        for variable in &tool.env {
            let inherited = self.scope.inherited(variable);
            nothing &= matches!(inherited, Inherited::Nothing);
            match inherited {
                Inherited::These(held) => creds.extend(held),
                Inherited::Foreign => foreign = true,
                Inherited::Nothing | Inherited::Unsaid => {}
            }
        }
        if creds.is_empty() {
            creds.extend(logins());
        }
        if creds.is_empty() && self.scope.outside.closed {
            // Files of the tool can hold the credential, or name any variable that is set.
            creds.extend(self.scope.index.lying_in(&tool.files));
            let exported = self.scope.exported().into_iter();
            creds.extend(
                exported.filter(|&cred| !tool.files.is_empty() && tool.serves(self.scope.index.wanted[cred].provider)),
            );
        }
        match creds.is_empty() {
            true => (!foreign && !nothing).then(|| Bound::Environment(at, place, self.scope.context.clone())),
            false => takes(creds),
        }
    }

    /// The registry that an option names.
    fn registry(&self, tool: &Tool, words: &[Word]) -> Place {
        let arguments: Vec<Option<String>> = words[1..].iter().map(|word| Some(self.scope.template(word))).collect();
        let named = tool.values_of(&tool.registries, &arguments);
        named.first().map_or(Place::Somewhere, |address| registry(address))
    }

    /// From here on the tool has the credentials that it was given.
    pub fn login(&mut self, tool: usize, creds: &Creds) {
        if creds.is_empty() {
            return;
        }
        let name = &table().tool[tool].names[0];
        let sharing = table().tool.iter().enumerate().filter(|(_, other)| other.logins.contains(name));
        for at in sharing.map(|(at, _)| at).chain([tool]) {
            self.scope.logins.entry(at).or_default().extend(creds);
            creds.iter().for_each(|&cred| self.found.spread.keep(cred, at, self.scope.path));
        }
    }

    /// `echo "…$TOKEN" > .npmrc` gives it to the tools that read the file, and
    /// `echo "NAME=$TOKEN" >> $GITHUB_ENV` gives the variable to later steps.
    pub(super) fn bind_file(&mut self, command: &Command, words: &[Word], creds: &Creds) {
        self.hand_over(command, words, creds);
        let tee = words.first().and_then(Word::literal) == Some("tee");
        let written = command.redirects.iter().chain(words[1..].iter().filter(|_| tee));
        written.for_each(|file| self.scope.keep(file, creds));
        let targets = command.redirects.iter().chain(&words[1..]);
        let files: Vec<String> = targets.map(|word| self.scope.template(word)).collect();
        for (at, tool) in table().tool.iter().enumerate() {
            if files.iter().any(|file| tool.files.iter().any(|known| file.ends_with(known.as_str()))) {
                self.login(at, creds);
            }
            let assigned = words[1..].iter().filter_map(Word::assignment);
            for (_, value) in assigned.filter(|(name, _)| tool.env.contains(name)) {
                let creds = self.scope.mentions(&value);
                creds.iter().for_each(|&cred| self.found.spread.give(cred, at, self.scope.path));
            }
        }
    }

    /// What a subcommand needs at each registry that its images lie in.
    fn images(&self, tool: &Tool, run: &str, row: &Row, words: &[Word]) -> Vec<(Place, Needs)> {
        let arguments: Vec<Option<String>> = words[1..].iter().map(|word| Some(self.scope.template(word))).collect();
        let behind = tool.positional(&arguments).into_iter().flatten().skip(own_words(run));
        let mut parts: Vec<(Place, Needs)> = row
            .images
            .iter()
            .zip(behind.map(Some).chain(std::iter::repeat(None)))
            .filter(|(cans, _)| !cans.is_empty())
            .map(|(cans, image)| (image.map_or(Place::Somewhere, |image| place(&image)), Some(why(tool, run, cans))))
            .collect();
        let named = tool.values_of(&row.image_options, &arguments);
        if row.images.is_empty() && named.is_empty() {
            parts.push((Place::Somewhere, Some(why(tool, run, &row.needs))));
        }
        parts.extend(named.iter().map(|image| (place(image), Some(why(tool, run, &row.needs)))));
        parts.retain(|(place, _)| *place != Place::Here);
        parts
    }

    /// What a subcommand needs; None where that is not known.
    fn needs(&self, tool: &'static Tool, run: &str, row: &Row, words: &[Word]) -> Needs {
        let name = tool.names[0].as_str();
        if let Some(base) = &row.api {
            let behind = words.iter().position(|word| word.literal() == Some("api"))? + 1;
            return client::api(name, base, &words[behind..], &self.scope).needs(&tool.providers[0]);
        }
        let cans = match &row.transfer {
            Some(transfer) => self.direction(tool, run, transfer, words)?,
            None => row.needs.clone(),
        };
        Some(why(tool, run, &cans))
    }

    fn direction(&self, tool: &Tool, run: &str, transfer: &Transfer, words: &[Word]) -> Option<Vec<Can>> {
        let arguments: Vec<Option<String>> = words[1..].iter().map(|word| Some(self.scope.template(word))).collect();
        let sides: Vec<String> = tool.positional(&arguments).into_iter().flatten().skip(own_words(run)).collect();
        let [from, to] = sides.as_slice() else { return None };
        let far = |side: &String| side.starts_with(&transfer.remote);
        match (far(from), far(to)) {
            (true, true) => Some(transfer.read.iter().chain(&transfer.write).copied().collect()),
            (true, false) => Some(transfer.read.clone()),
            (false, true) => Some(transfer.write.clone()),
            (false, false) => None,
        }
    }
}

/// The value of an option that names another credential than that of the environment.
fn other_credential(tool: &Tool, words: &[Word]) -> Option<Word> {
    words.iter().enumerate().find_map(|(at, word)| match tool.other.iter().find(|known| word.head() == **known) {
        Some(_) if word.literal().is_some() => words.get(at + 1).cloned(),
        _ => {
            let option = word.option()?.strip_suffix('=')?;
            tool.other.iter().any(|known| known == option).then(|| {
                let mut value = word.clone();
                if let Some(Piece::Text(text)) = value.pieces.first_mut() {
                    text.drain(..=option.len());
                }
                value
            })
        }
    })
}

/// How many words of a subcommand are its own; the others stand for arguments.
fn own_words(run: &str) -> usize {
    run.split(' ').filter(|word| !["", "*", "$"].contains(word)).count()
}

/// Each capability with the command line that needs it.
fn why(tool: &Tool, run: &str, cans: &[Can]) -> Vec<(Can, String)> {
    let own = run.split(' ').filter(|word| !["", "*", "$"].contains(word));
    let line: Vec<&str> = std::iter::once(tool.names[0].as_str()).chain(own).collect();
    cans.iter().map(|&can| (can, line.join(" "))).collect()
}

/// The literal words, and the options of which only the value is not literal; None for the others.
fn literals(words: &[Word]) -> Vec<Option<String>> {
    let option = |word: &Word| Some(format!("{}{HOLE}", word.option()?));
    words.iter().map(|word| word.literal().map(str::to_owned).or_else(|| option(word))).collect()
}
