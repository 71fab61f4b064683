//! Files by which a step gives variables to the steps behind it: `echo "NAME=value" >> $GITHUB_ENV`.

use super::index::Creds;
use super::run::Runner;
use super::shell::Command;
use super::word::{Piece, Word};

/// What is written here is set in later steps.
const VARIABLES: [&str; 2] = ["GITHUB_ENV", "BASH_ENV"];
/// What is written here is asked for by an expression, which nobody follows.
const OUTPUTS: [&str; 2] = ["GITHUB_OUTPUT", "GITHUB_STATE"];

impl Runner<'_, '_> {
    /// Follows what a quiet command writes into such a file.
    pub(super) fn hand_over(&mut self, command: &Command, words: &[Word], creds: &Creds) {
        let line = words.first().map_or(1, |word| word.line);
        let targets: Vec<&Word> = command.redirects.iter().chain(&words[1..]).collect();
        let goes_to = |names: &[&str]| {
            let named = |piece: &Piece| matches!(piece, Piece::Variable { name, .. } if names.contains(&name.as_str()));
            targets.iter().any(|target| matches!(target.pieces.as_slice(), [piece] if named(piece)))
        };
        if goes_to(&OUTPUTS) {
            return self.unresolved(creds.clone(), line);
        }
        if !goes_to(&VARIABLES) {
            return;
        }
        let lines = command.bodies.iter().flat_map(|body| body.lines()).map(|text| Word::read(text, line));
        let written: Vec<(String, Word)> =
            words[1..].iter().cloned().chain(lines).filter_map(|word| set_by(&word)).collect();
        for (name, value) in &written {
            self.assign(name, value, true);
        }
        let followed: Creds = written.iter().flat_map(|(_, value)| self.scope.mentions(value)).collect();
        self.unresolved(creds.difference(&followed).copied().collect(), line);
    }
}

/// `NAME=value`, or the text `export NAME="$VALUE"`, which is read again by the shell.
fn set_by(word: &Word) -> Option<(String, Word)> {
    let mut word = word.clone();
    if let Some(Piece::Text(text)) = word.pieces.first_mut() {
        *text = text.strip_prefix("export ").unwrap_or(text).to_owned();
    }
    let (name, value) = word.assignment()?;
    let again = value.literal().map(|text| Word::read(text, word.line));
    Some((name, again.unwrap_or(value)))
}
