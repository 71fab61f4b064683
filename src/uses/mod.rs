//! Where a found credential is used in the repository, and what those uses need. Scripts,
//! recipes, workflow steps and literal calls are read for commands in whose reach the credential
//! stands; the tables in `table/` say what each needs. A command that cannot be understood is
//! kept as such: what is needed is always a lower bound.

mod action;
mod apply;
mod bind;
mod circleci;
mod claims;
mod client;
mod code;
mod compose;
mod container;
mod context;
mod docker;
mod expression;
mod files;
mod found;
mod github;
mod gitlab;
mod handover;
mod http;
mod index;
mod just;
mod kubernetes;
mod registry;
mod run;
mod shell;
mod splice;
mod spread;
mod steps;
mod taskfile;
mod terraform;
#[cfg(test)]
mod tests;
mod tools;
mod word;
mod wrap;
mod yaml;

use crate::capability::{Can, Environment};
use crate::error::quietly;
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

/// The search for the uses of some credentials.
pub struct Search<'a> {
    index: index::Index<'a>,
}

impl<'a> Search<'a> {
    pub fn new(wanted: &'a [Wanted<'a>]) -> Search<'a> {
        Search { index: index::Index::new(wanted) }
    }

    /// What has to be kept of a file: nothing where no credential can be used.
    pub fn open(&self, path: &str, text: &str) -> Option<File> {
        File::new(&self.index, path, text)
    }

    /// The uses of each wanted credential, in their order. The files are those of the same source as
    /// the scan; each is gone through once, whatever the number of credentials.
    pub fn uses(self, files: &[File]) -> Vec<Uses> {
        let mut index = self.index;
        let mut found = read(&index, files);
        // A name that one file exports a credential under is understood in the others.
        for _ in 0..ROUNDS {
            if !index.learn(&found.aliases, &found.handed) {
                break;
            }
            found = read(&index, files);
        }
        let mut uses = found.uses(&index);
        for (uses, wanted) in uses.iter_mut().zip(index.wanted) {
            uses.claims = claims::of(wanted);
        }
        uses
    }
}

fn read(index: &index::Index<'_>, files: &[File]) -> found::Found {
    let mut found = found::Found::default();
    for file in files {
        // A mistake of the reader costs this one file; tests are to see it.
        let understood = cfg!(test).then(|| files::read(index, &mut found, file));
        if understood.or_else(|| quietly(|| files::read(index, &mut found, file))).is_none() {
            files::give_up(index, &mut found, file);
        }
    }
    let blocks: Vec<_> = files.iter().filter_map(File::terraform).collect();
    terraform::read(index, &mut found, &blocks);
    found
}

pub use claims::{label_words, take_for_production};
pub use files::{File, can_hold_uses};

/// What the provider's own label of a token claims: `custom-domains` is for domains.
pub fn claims_of_label(label: &str) -> Vec<Claimed> {
    claims::said(label)
}
