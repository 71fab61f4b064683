//! Where a found credential is used in the repository, and what those uses need. Scripts,
//! recipes, workflow steps and literal calls are read for commands in whose reach the credential
//! stands; the tables in `table/` say what each needs. A command that cannot be understood is
//! kept as such: what is needed is always a lower bound.

mod apply;
mod bind;
mod claims;
mod client;
mod code;
mod compose;
mod container;
mod context;
mod docker;
mod files;
mod found;
mod http;
mod index;
mod kubernetes;
mod registry;
mod run;
mod shell;
mod terraform;
#[cfg(test)]
mod tests;
mod tools;
mod word;
mod workflow;
mod wrap;
mod yaml;

use crate::capability::{Can, Environment};
use crate::finding::Location;
use crate::secret::Secret;

/// A credential that is handed on under yet another name is followed so often.
const ROUNDS: usize = 3;

/// A place that a rule or a need rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    pub path: String,
    pub line: usize,
}

/// What a use or a claim in the repository shows the credential to be for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub can: Can,
    /// None where the need comes from the provider's label and not from a file.
    pub site: Option<Site>,
    /// The command, action, call or claim: `railway domain`.
    pub why: String,
}

/// One found credential, as far as its uses need it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The provider's id.
    pub provider: &'a str,
    pub secret: &'a Secret,
    /// A location's key is the variable that the value is assigned to.
    pub locations: &'a [Location],
}

/// What a name claims a credential to be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    Environment(Environment),
    /// Nothing but this.
    Only(Can),
    ReadOnly,
}

/// A claim with what made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub claimed: Claimed,
    pub site: Option<Site>,
    /// The file, the folder or the variable: `.env.staging`, `RAILWAY_DOMAINS_TOKEN`.
    pub words: String,
}

/// What the repository shows of one credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// By path, line and capability.
    pub needs: Vec<Need>,
    /// Uses that are not understood: `eval`, `"$@"`, a dynamic URL, an unknown subcommand.
    pub unresolved: Vec<Site>,
    /// True: every use that was found was understood. None: no use was found.
    pub resolved: Option<bool>,
    pub claims: Vec<Claim>,
}

/// The uses of each wanted credential, in their order. `texts` are path and content of the files
/// of the same source as the scan; each is read once, whatever the number of credentials.
pub fn find(wanted: &[Wanted<'_>], texts: &mut dyn Iterator<Item = (String, String)>) -> Vec<Uses> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut index = index::Index::new(wanted);
    let texts: Vec<files::File> = texts.filter_map(|(path, text)| files::File::new(&index, path, text)).collect();
    let mut found = read(&index, &texts);
    // A name that one file exports a credential under is understood in the others.
    for _ in 0..ROUNDS {
        if !index.learn(&found.aliases) {
            break;
        }
        found = read(&index, &texts);
    }
    let mut uses = found.uses(&index);
    for (uses, wanted) in uses.iter_mut().zip(wanted) {
        uses.claims = claims::of(wanted);
    }
    uses
}

fn read(index: &index::Index<'_>, texts: &[files::File]) -> found::Found {
    let mut found = found::Found::default();
    texts.iter().for_each(|file| files::read(index, &mut found, file));
    let blocks: Vec<_> = texts.iter().filter_map(files::File::terraform).collect();
    terraform::read(index, &mut found, &blocks);
    found
}

pub use files::can_hold_uses;

/// What the provider's own label of a token claims: `custom-domains` is for domains.
pub fn claims_of_label(label: &str) -> Vec<Claimed> {
    claims::said(label)
}
