//! Containers that are given credentials. What runs in them is often known only to their image:
//! whoever is given and not used by a command that can be read is used in a way that nobody
//! understands.

use super::found::Bound;
use super::index::Creds;
use super::run::Runner;
use super::tools::table;
use crate::capability::{Can, Class, Verb};

/// The credentials that a container is given, and on which line.
pub type Given = Vec<(Creds, usize)>;

impl Runner<'_, '_> {
    /// Pulls an image from a registry: whose it is counts, for others it is a stranger.
    pub fn pull(&mut self, registry: Option<&str>, creds: Creds, line: usize) {
        let provider = registry.and_then(|registry| table().common.registries.get(registry));
        for cred in creds {
            let own = provider.is_some_and(|provider| provider == self.scope.index.wanted[cred].provider);
            let needs = own.then(|| {
                vec![(Can::new(Verb::Read, Class::Artifact), format!("pull from {}", registry.unwrap_or_default()))]
            });
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

/// The registry of an image, where it is literal.
pub fn registry_of(image: &str) -> Option<&str> {
    let first = image.split_once('/').map_or("docker.io", |(first, _)| first);
    let is_host = first.contains(['.', ':']) || first == "localhost";
    (!first.contains('$')).then_some(if is_host { first } else { "docker.io" })
}

/// `["railway", "up"]` as the shell would write it.
pub fn exec_form(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    quoted.join(" ")
}
