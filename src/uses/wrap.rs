//! Looks through commands that run another one: `sudo`, `env`, `npx`, `doppler run`, `sh -c`.

use super::run::{Given, Runner, is_cluster_with};
use super::shell::Command;
use super::tools::{Wrapper, table};
use super::word::{Piece, Word};

impl Runner<'_, '_> {
    /// The command inside a wrapper; None where it has been dealt with, or there is none.
    pub(super) fn inside(
        &mut self,
        wrapper: &Wrapper,
        length: usize,
        words: &[Word],
        given: &mut Given,
        command: &Command,
    ) -> Option<Vec<Word>> {
        let mut rest = words[length..].iter().peekable();
        let mut skip = wrapper.skip;
        let mut adds = wrapper.adds_unless.is_some();
        while let Some(word) = rest.peek() {
            let literal = word.literal();
            if literal == Some("--") {
                rest.next();
                break;
            }
            if let (true, Some((name, value))) = (wrapper.assigns, word.assignment()) {
                given.env.extend(self.scope.mentions(&value));
                self.scope.outside.hidden.remove(&name);
                self.give(&name, &value);
            } else if let Some(option) = literal.filter(|option| option.starts_with('-')).or_else(|| word.option()) {
                let option = option.to_owned();
                rest.next();
                let script = wrapper.script.as_deref();
                let clustered = script.is_some_and(|script| wrapper.files && is_cluster_with(&option, script));
                if script == Some(option.as_str()) || clustered {
                    return self.inner_script(rest.next());
                }
                if wrapper.sources.as_deref() == Some(option.as_str()) {
                    rest.peek().into_iter().for_each(|file| self.source(file));
                } else if let Some((_, file)) =
                    option.split_once('=').filter(|(name, _)| wrapper.sources.as_deref() == Some(name))
                {
                    self.source(&Word::plain(file, 0));
                }
                adds &= !wrapper.adds_unless.iter().flatten().any(|known| option.starts_with(known.as_str()));
                if wrapper.clears.contains(&option) {
                    self.scope.hide_all();
                }
                if let Some(removes) = wrapper.removes.iter().find(|known| option.starts_with(known.as_str())) {
                    let behind = option[removes.len()..].trim_start_matches('=');
                    let next = rest.peek().and_then(|word| word.literal());
                    let name = Some(behind).filter(|name| !name.is_empty()).or(next);
                    self.scope.outside.hidden.extend(name.map(str::to_owned));
                }
                if wrapper.values.contains(&option) {
                    rest.next();
                }
                continue;
            } else if skip > 0 {
                skip -= 1;
            } else if !(wrapper.assigns && literal.is_none()) || self.scope.command_in(word).is_some() {
                break;
            }
            rest.next();
        }
        let mut inner: Vec<Word> = rest.cloned().collect();
        if wrapper.files {
            return self.inner_file(inner, given, command);
        }
        if wrapper.packages {
            let name = inner.first().and_then(Word::literal).map(package_command).map(str::to_owned);
            if let Some(name) = name {
                inner[0] = Word::plain(&name, inner[0].line);
            }
        }
        if adds && let Some(first) = inner.first() {
            inner.push(Word { pieces: vec![Piece::Unknown], line: first.line });
        }
        (!inner.is_empty()).then_some(inner)
    }

    /// `sh -c 'script'`, `trap 'script' EXIT`
    pub(super) fn inner_script(&mut self, script: Option<&Word>) -> Option<Vec<Word>> {
        let script = script?;
        let mut text = String::new();
        for piece in &script.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Variable { name, .. } => text.push_str(&format!("${{{name}}}")),
                // Its own commands have been read already.
                Piece::Command { .. } | Piece::Unknown => text.push_str("$0"),
            }
        }
        self.script(&text, script.line);
        None
    }

    /// `sh file arguments`, `sh <<EOF`
    fn inner_file(&mut self, inner: Vec<Word>, given: &Given, command: &Command) -> Option<Vec<Word>> {
        let Some(file) = inner.first() else {
            for body in &command.bodies {
                let line = command.words.first().map_or(1, |word| word.line);
                self.script(body, line + 1);
            }
            if command.bodies.is_empty() {
                let line = command.words.first().map_or(1, |word| word.line);
                self.unresolved(given.input.clone(), line);
            }
            return None;
        };
        self.unresolved(self.mentions(&inner[1..]), file.line);
        match file.literal() {
            Some(path) => self.found.relayed(path, given.env.clone(), self.scope.path, file.line),
            None => self.dynamic(&inner, given.clone(), file.line),
        }
        None
    }
}

/// The wrapper that a command line begins with, and how many words name it.
pub fn wrapper<'w>(name: &str, words: &[Word]) -> Option<(&'w Wrapper, usize)> {
    let fits = |run: &str| {
        let mut run = run.split(' ');
        let length = run.clone().count();
        let rest = |(want, have): (&str, &Word)| have.literal() == Some(want);
        let same = run.next() == Some(name) && run.zip(&words[1..]).filter(|&pair| rest(pair)).count() + 1 == length;
        same.then_some(length)
    };
    let known = table()
        .common
        .wrapper
        .iter()
        .filter_map(|wrapper| Some((wrapper, wrapper.run.iter().filter_map(|run| fits(run)).max()?)));
    known.max_by_key(|(_, length)| *length)
}

/// The command of a package: `@railway/cli@latest` is `railway`.
fn package_command(package: &str) -> &str {
    let at = package.get(1..).and_then(|rest| rest.find('@')).map_or(package.len(), |at| at + 1);
    let bare = package[..at].split("==").next().unwrap_or("");
    let tool = table().tool.iter().find(|tool| tool.packages.iter().any(|known| known == bare));
    tool.map_or(bare, |tool| tool.names[0].as_str())
}
