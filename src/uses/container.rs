//! Containers that are given credentials. What runs in them is often known only to their image:
//! whoever is given and not used by a command that can be read is used in a way that nobody
//! understands.

use super::index::Creds;
use super::run::Runner;

/// The credentials that a container is given, and on which line.
pub type Given = Vec<(Creds, usize)>;

impl Runner<'_, '_> {
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
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    quoted.join(" ")
}
