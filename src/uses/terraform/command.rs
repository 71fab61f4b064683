//! The commands that run what the blocks say: `terraform`, `tofu`, `terragrunt`.

use super::super::index::Creds;
use super::super::run::Runner;
use super::super::tools::table;
use super::super::word::{Piece, Word};

/// https://developer.hashicorp.com/terraform/cli/commands · https://opentofu.org/docs/cli/commands/
/// · https://terragrunt.gruntwork.io/docs/reference/cli/
const NAMES: [&str; 3] = ["terraform", "tofu", "terragrunt"];
/// Subcommands that reach the providers.
const REACH: [&str; 8] = ["plan", "apply", "destroy", "refresh", "import", "test", "run-all", "run"];

/// Whether a program is one of them.
pub fn is_command(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Runner<'_, '_> {
    /// One of these commands. What it needs, the blocks say; where none uses the credential that
    /// it has, nobody knows.
    pub fn terraform(&mut self, words: &[Word], line: usize) {
        let mut creds = Creds::new();
        let mut words = words.iter().skip(1).peekable();
        let mut reaches = false;
        while let Some(word) = words.next() {
            let set = match word.literal() {
                Some("-var" | "--var") => words.next().cloned(),
                _ => behind(word, "-var=").or_else(|| behind(word, "--var=")),
            };
            if let Some((name, value)) = set.as_ref().and_then(Word::assignment) {
                let held = self.scope.mentions(&value);
                self.found.aliases.extend(held.iter().map(|&cred| (format!("TF_VAR_{name}"), cred)));
                creds.extend(held);
                continue;
            }
            reaches |= word.literal().is_some_and(|word| REACH.contains(&word));
            // `-backend-config=secret_key=…`, and whatever else is handed over as it is.
            let other = self.scope.mentions(word);
            self.unresolved(other, line);
        }
        if !reaches {
            return;
        }
        let names = table().terraform.iter().flat_map(|row| &row.env);
        creds.extend(names.flat_map(|name| self.scope.mentions(&Word::variable(name, line))));
        creds.extend(self.scope.exported_below("TF_VAR_"));
        self.found.planned(creds, self.scope.path, line);
    }
}

/// The rest of a word that begins so.
fn behind(word: &Word, start: &str) -> Option<Word> {
    let rest = word.head().strip_prefix(start)?.to_owned();
    let mut pieces = word.pieces.clone();
    pieces[0] = Piece::Text(rest);
    Some(Word { pieces, line: word.line })
}
