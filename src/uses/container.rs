//! Containers that are given credentials. What runs in them is often known only to their image:
//! whoever is given and not used by a command that can be read is used in a way that nobody
//! understands.

use super::found::Bound;
use super::index::Creds;
use super::registry::{Place, place};
use super::run::Runner;
use super::yaml::{self, Node, block, leaves};
use crate::capability::{Can, Class, Verb};

/// The credentials that a container is given, and on which line.
pub type Given = Vec<(Creds, usize)>;

impl Runner<'_, '_> {
    /// Pulls an image with the credentials that stand beside it.
    pub fn pull(&mut self, image: &str, creds: Creds, line: usize) {
        for cred in creds {
            let own = matches!(place(image), Place::Of(owner) if owner == self.scope.index.wanted[cred].provider);
            let needs = own.then(|| vec![(Can::new(Verb::Read, Class::Artifact), "pull an image".to_owned())]);
            self.found.add(self.scope.path, line, Bound::To(Creds::from([cred])), needs);
        }
    }

    /// Notes who has been given to a container and not been used since `mark`.
    pub fn leave_unused(&mut self, given: Given, mark: usize) {
        let used = self.found.used_since(mark);
        for (creds, line) in given {
            self.unresolved(creds.difference(&used).copied().collect(), line);
        }
    }
}

/// `["railway", "up"]` as the shell would write it.
pub fn exec_form(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A command line in its two forms: a list of words, one by one, or a text, as it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text is cut into words, and no shell runs it.
    Cut,
    /// A text is one word.
    Word,
}

/// Command lines behind each other as the shell would write them, each word on its own line of
/// the file, and the line that they begin on. `put_in` makes `$NAME` of what is put in before
/// anything runs; what it is handed stands in single quotes or in none.
pub fn command_line(
    parts: &[&Node<'_>],
    form: Form,
    lines: &[&str],
    put_in: impl Fn(&str, bool) -> String,
) -> Option<(String, usize)> {
    let mut words: Vec<(String, usize)> = Vec::new();
    for part in parts {
        let is_list = !yaml::sequence(part).is_empty();
        for word in leaves(part) {
            let Some((text, line)) = block(word, lines) else { continue };
            let in_quotes = is_list || form == Form::Word;
            let text = if in_quotes { quoted(&text) } else { text };
            words.push((put_in(&text, in_quotes), line));
        }
    }
    let first = words.first()?.1;
    let (mut text, mut at) = (String::new(), first);
    for (word, line) in words {
        text.push(' ');
        text.extend(std::iter::repeat_n("\\\n", line.saturating_sub(at)));
        text.push_str(&word);
        at = at.max(line) + word.matches('\n').count();
    }
    Some((text.trim_start().to_owned(), first))
}
