//! A command line of a known tool: whose credential it uses, and what it needs of it.

use super::bind::HOLE;
use super::client;
use super::found::Bound;
use super::index::Creds;
use super::run::Runner;
use super::shell::Command;
use super::tools::{Known, Row, Tool, Transfer, table};
use super::word::Word;
use crate::capability::Can;

/// A command inside an unknown one begins within so many words.
const WORDS: usize = 24;

impl Runner<'_, '_> {
    /// A command of a tool among the arguments of something unknown: `retry 3 railway up`.
    pub(super) fn inner_command(&mut self, words: &[Word]) {
        for (at, word) in words.iter().enumerate().take(WORDS) {
            let named = |tool: &Tool| tool.names.iter().any(|known| Some(known.as_str()) == word.literal());
            let mut tools: Vec<usize> = (0..table().tool.len()).filter(|&at| named(&table().tool[at])).collect();
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
                (Some("--env-file"), _) => self.scope.source(&pair[1]),
                _ => continue,
            };
            creds.extend(names.iter().flat_map(|name| self.scope.in_text(&format!("${name}"))));
        }
        self.scope.restore(mark);
        creds
    }

    pub(super) fn tools(&mut self, tools: &[usize], words: &[Word], mentioned: &Creds, line: usize) {
        let arguments = literals(&words[1..]);
        let provider = |cred: usize| self.scope.index.wanted[cred].provider;
        let strangers: Creds = mentioned
            .iter()
            .copied()
            .filter(|&cred| tools.iter().all(|&at| !table().tool[at].serves(provider(cred))))
            .collect();
        for &at in tools {
            let tool = &table().tool[at];
            let known = tool.row(&arguments);
            if let Known::Row(_, Row { binds: true, .. }) = known {
                self.login(at, mentioned);
                continue;
            }
            if let Known::Local = known {
                self.inner_command(&words[1..]);
                self.unresolved(mentioned.clone(), line);
                continue;
            }
            let own: Creds =
                mentioned.iter().copied().filter(|&cred| tool.serves(self.scope.index.wanted[cred].provider)).collect();
            let needs = match known {
                Known::Row(run, row) => self.needs(tool, run, row, words),
                _ => None,
            };
            // What is stored as a secret elsewhere is not used by it.
            let stores = needs.iter().flatten().any(|(can, _)| can.to_string() == "write:secret");
            if !stores {
                self.unresolved(strangers.clone(), line);
            }
            if let Some(bound) = self.bound(at, tool, own) {
                self.found.add(self.scope.path, line, bound, needs);
            }
        }
    }

    /// Whose credential a tool uses; None where it certainly is another one.
    fn bound(&self, at: usize, tool: &Tool, own: Creds) -> Option<Bound> {
        if !own.is_empty() {
            return Some(Bound::To(own));
        }
        let (mut creds, mut foreign) = (Creds::new(), false);
        for variable in &tool.env {
            creds.extend(self.scope.held(variable));
            foreign |= self.scope.get(variable).is_some_and(|held| held.foreign);
        }
        if creds.is_empty() {
            creds.extend(self.scope.logins.get(&at).into_iter().flatten());
        }
        match (creds.is_empty(), foreign) {
            (false, _) => Some(Bound::To(creds)),
            (true, true) => None,
            (true, false) => Some(Bound::Environment(at, self.scope.context.clone())),
        }
    }

    /// From here on the tool has the credentials that it was given.
    pub fn login(&mut self, tool: usize, creds: &Creds) {
        if !creds.is_empty() {
            self.scope.logins.entry(tool).or_default().extend(creds);
            self.found.tools.extend(creds.iter().map(|&cred| (cred, tool)));
        }
    }

    /// `echo "…$TOKEN" > .npmrc` gives it to the tools that read the file, and
    /// `echo "NAME=$TOKEN" >> $GITHUB_ENV` gives the variable to later steps.
    pub(super) fn bind_file(&mut self, command: &Command, words: &[Word], creds: &Creds) {
        self.hand_over(command, words, creds);
        let targets = command.redirects.iter().chain(&words[1..]);
        let files: Vec<String> = targets.map(|word| self.scope.template(word)).collect();
        for (at, tool) in table().tool.iter().enumerate() {
            if files.iter().any(|file| tool.files.iter().any(|known| file.ends_with(known.as_str()))) {
                self.login(at, creds);
            }
            let assigned = words[1..].iter().filter_map(Word::assignment);
            for (_, value) in assigned.filter(|(name, _)| tool.env.contains(name)) {
                let creds = self.scope.mentions(&value);
                self.found.tools.extend(creds.iter().map(|&cred| (cred, at)));
            }
        }
    }

    /// What a subcommand needs; None where that is not known.
    fn needs(&self, tool: &'static Tool, run: &str, row: &Row, words: &[Word]) -> Option<Vec<(Can, String)>> {
        let name = tool.names[0].as_str();
        if let Some(base) = &row.api {
            let behind = words.iter().position(|word| word.literal() == Some("api"))? + 1;
            return client::api(name, base, &words[behind..], &self.scope).needs(&tool.providers[0]);
        }
        let cans = match &row.transfer {
            Some(transfer) => self.direction(tool, run, transfer, words)?,
            None => row.needs.clone(),
        };
        Some(cans.into_iter().map(|can| (can, format!("{name} {run}"))).collect())
    }

    fn direction(&self, tool: &Tool, run: &str, transfer: &Transfer, words: &[Word]) -> Option<Vec<Can>> {
        let arguments: Vec<Option<String>> = words[1..].iter().map(|word| Some(self.scope.template(word))).collect();
        let sides: Vec<String> =
            tool.positional(&arguments).into_iter().flatten().skip(run.split(' ').count()).collect();
        let [from, to] = sides.as_slice() else { return None };
        let far = |side: &String| side.starts_with(&transfer.remote);
        let near = |side: &String| !side.starts_with(HOLE) && !far(side);
        match (far(from), far(to)) {
            (true, true) => Some(transfer.read.iter().chain(&transfer.write).copied().collect()),
            (true, false) if near(to) => Some(transfer.read.clone()),
            (false, true) if near(from) => Some(transfer.write.clone()),
            _ => None,
        }
    }
}

/// The literal words; None for the others.
fn literals(words: &[Word]) -> Vec<Option<String>> {
    words.iter().map(|word| word.literal().map(str::to_owned)).collect()
}
