//! What reading the texts has found, before it is known which credentials the tools of the
//! environment are given: some texts say that only after others have used it.

use std::collections::{BTreeSet, HashSet};

use super::context::Context;
use super::index::{Creds, Index};
use super::registry::Place;
use super::spread::Spread;
use super::{Need, Site, Uses};
use crate::capability::Can;

/// Whose credential a command uses.
#[derive(Debug)]
pub enum Bound {
    To(Creds),
    /// Whatever the environment gives to this tool of the table for this place, where that context
    /// is claimed.
    Environment(usize, Place, Context),
}

/// Capabilities, each with what needs it; None where that is not understood.
pub type Needs = Option<Vec<(Can, String)>>;

/// A use.
#[derive(Debug)]
struct Hit {
    site: Site,
    bound: Bound,
    needs: Needs,
}

#[derive(Debug, Default)]
pub struct Found {
    hits: Vec<Hit>,
    /// Which tools are given which credentials, and by whom.
    pub spread: Spread,
    /// Names that a credential is exported under, with the credential.
    pub aliases: BTreeSet<(String, usize)>,
    /// What an action or a workflow of this repository is given: its path, the variable of its
    /// input or secret, and the credential.
    pub handed: BTreeSet<(String, String, usize)>,
    /// A script that is handed credentials, and from where.
    relays: Vec<(String, Creds, Site)>,
    /// Who is a secret of some workflow.
    pub secrets: Creds,
    /// Where a workflow of another repository is given all secrets.
    inherit: Vec<Site>,
    /// Scripts that were read.
    pub scripts: HashSet<String>,
    /// Who some block of Terraform uses.
    pub blocks: Creds,
    /// Commands that run those blocks, with the credentials that they have.
    plans: Vec<(Creds, Site)>,
}

impl Found {
    pub fn add(&mut self, path: &str, line: usize, bound: Bound, needs: Needs) {
        if !matches!(&bound, Bound::To(creds) if creds.is_empty()) {
            self.hits.push(Hit { site: Site { path: path.to_owned(), line }, bound, needs });
        }
    }

    /// A point after which [`Found::used_since`] looks.
    pub fn mark(&self) -> usize {
        self.hits.len()
    }

    /// Who has been used by name since then, understood or not.
    pub fn used_since(&self, mark: usize) -> Creds {
        let bound = self.hits[mark..].iter().filter_map(|hit| match &hit.bound {
            Bound::To(creds) => Some(creds),
            Bound::Environment(..) => None,
        });
        bound.flatten().copied().collect()
    }

    /// A script that is started with credentials: no use of its own if it is read as well.
    pub fn relayed(&mut self, script: &str, creds: Creds, path: &str, line: usize) {
        self.spread.start(path, script);
        if !creds.is_empty() {
            self.relays.push((script.to_owned(), creds, Site { path: path.to_owned(), line }));
        }
    }

    /// A workflow of another repository is given all secrets.
    pub fn inherit(&mut self, path: &str, line: usize) {
        self.inherit.push(Site { path: path.to_owned(), line });
    }

    /// A command that runs the blocks of Terraform, with who it has at hand.
    pub fn planned(&mut self, creds: Creds, path: &str, line: usize) {
        self.plans.push((creds, Site { path: path.to_owned(), line }));
    }

    /// An action or a workflow of this repository that is given credentials by a name of its own.
    pub fn hand(&mut self, target: &str, name: &str, creds: Creds, path: &str, line: usize) {
        let target = target.trim_end_matches('/');
        self.spread.start(path, target);
        for name in ["action.yml", "action.yaml"] {
            self.spread.start(path, &format!("{target}/{name}"));
        }
        self.handed.extend(creds.iter().map(|&cred| (target.to_owned(), name.to_owned(), cred)));
        self.relayed(target, creds, path, line);
    }

    /// The uses of each credential, in its place.
    pub fn uses(mut self, index: &Index<'_>) -> Vec<Uses> {
        for (script, creds, site) in std::mem::take(&mut self.relays) {
            let named = script.trim_start_matches("./").trim_start_matches("../").to_owned();
            let behind = format!("/{named}");
            if !self.scripts.iter().any(|path| *path == named || path.ends_with(&behind)) {
                self.hits.push(Hit { site, bound: Bound::To(creds), needs: None });
            }
        }
        for site in std::mem::take(&mut self.inherit) {
            self.hits.push(Hit { site, bound: Bound::To(self.secrets.clone()), needs: None });
        }
        for (creds, site) in std::mem::take(&mut self.plans) {
            let unseen = creds.difference(&self.blocks).copied().collect();
            self.add(&site.path, site.line, Bound::To(unseen), None);
        }
        let settled = self.spread.settle(index, self.hits.iter().map(|hit| hit.site.path.as_str()));
        let bound = |hit: &Hit| match &hit.bound {
            Bound::To(creds) => creds.clone(),
            Bound::Environment(tool, place, context) => {
                let path = &hit.site.path;
                let given = (0..index.wanted.len())
                    .filter(|&cred| place.takes(index.wanted[cred].provider) && settled.reaches(cred, *tool, path));
                index.apart(given.collect(), path, context)
            }
        };
        let bound: Vec<Creds> = self.hits.iter().map(bound).collect();
        (0..index.wanted.len()).map(|cred| self.uses_of(cred, &bound)).collect()
    }

    /// `bound` says for each hit who it belongs to.
    fn uses_of(&self, cred: usize, bound: &[Creds]) -> Uses {
        let mut uses = Uses::default();
        for (hit, bound) in self.hits.iter().zip(bound) {
            let bound = bound.contains(&cred);
            match &hit.needs {
                Some(needs) if bound => {
                    let need =
                        |(can, why): &(Can, String)| Need { can: *can, site: Some(hit.site.clone()), why: why.clone() };
                    uses.needs.extend(needs.iter().map(need));
                }
                None if bound => uses.unresolved.push(hit.site.clone()),
                _ => {}
            }
        }
        uses.needs.sort_by(|a, b| (&a.site, a.can, &a.why).cmp(&(&b.site, b.can, &b.why)));
        uses.needs.dedup();
        uses.unresolved.sort();
        uses.unresolved.dedup();
        uses.resolved = match (uses.needs.is_empty(), uses.unresolved.is_empty()) {
            (true, true) => None,
            (_, resolved) => Some(resolved),
        };
        uses
    }
}
