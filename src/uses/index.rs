//! The found credentials by the names of the variables that hold them and by their values.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::Wanted;
use super::claims;
use super::context::{Context, Fit};
use super::splice::{self, SECRET};
use super::tools::table;

/// Credentials, by their place in the list that was handed over.
pub type Creds = BTreeSet<usize>;

/// Shorter values would be found in ordinary words.
const SHORTEST_VALUE: usize = 8;

/// The credentials by name and by value.
pub struct Index<'a> {
    pub wanted: &'a [Wanted<'a>],
    names: HashMap<&'a str, Creds>,
    /// What scripts and workflows call it, beyond the names where the value lies.
    aliases: HashMap<String, Creds>,
    /// What actions and workflows of this repository are given by the names of their own.
    handed: BTreeSet<(String, String, usize)>,
    /// What each of them claims by its names and places.
    claims: Vec<Context>,
    values: AhoCorasick,
    owners: Vec<usize>,
}

impl<'a> Index<'a> {
    pub fn new(wanted: &'a [Wanted<'a>]) -> Index<'a> {
        let mut names: HashMap<&str, Creds> = HashMap::new();
        for (cred, wanted) in wanted.iter().enumerate() {
            for key in wanted.locations.iter().filter_map(|location| location.key.as_deref()) {
                names.entry(key).or_default().insert(cred);
            }
        }
        let long = |wanted: &Wanted<'_>| wanted.secret.len() >= SHORTEST_VALUE;
        let owners: Vec<usize> = (0..wanted.len()).filter(|&cred| long(&wanted[cred])).collect();
        let values = AhoCorasick::new(owners.iter().map(|&cred| wanted[cred].secret.expose()))
            .expect("as many values as findings stay below the automaton's limits");
        let claims = wanted.iter().map(Context::of_credential).collect();
        Index { wanted, names, aliases: HashMap::new(), handed: BTreeSet::new(), claims, values, owners }
    }

    /// Who is called `name` in the file `path`, where that context claims an environment.
    pub fn named(&self, name: &str, path: &str, context: &Context) -> Creds {
        if let Some(secret) = name.strip_prefix(SECRET) {
            return self.secret(secret, path, context);
        }
        let creds = self.called(name).chain(self.handed(name, path));
        let generic = is_generic(name);
        let creds = creds.filter(|&cred| !generic || self.lies_in(cred, |at| at == path)).collect();
        self.apart(creds, path, context)
    }

    /// Who the file `path` is given under this name.
    fn handed(&self, name: &str, path: &str) -> impl Iterator<Item = usize> {
        let file = path.strip_suffix("/action.yml").or(path.strip_suffix("/action.yaml")).unwrap_or(path);
        let is_at = move |target: &str| match file.strip_suffix(target) {
            Some(before) => before.is_empty() || before.ends_with('/'),
            None => false,
        };
        let handed = self.handed.iter().filter(move |(target, handed, _)| handed == name && is_at(target));
        handed.map(|(_, _, cred)| *cred)
    }

    fn called(&self, name: &str) -> impl Iterator<Item = usize> {
        self.names.get(name).into_iter().chain(self.aliases.get(name)).flatten().copied()
    }

    /// Keeps the values of one name apart: of those that share a name, the ones stay that fit best
    /// to where it is used.
    pub fn apart(&self, creds: Creds, path: &str, context: &Context) -> Creds {
        if creds.len() < 2 {
            return creds;
        }
        let fit = |cred: usize| {
            let mut locations = self.wanted[cred].locations.iter();
            // What only an old commit holds there has left the file.
            let here = locations.any(|location| location.path == path && location.is_current());
            if here { Fit::Here } else { context.fit(&self.claims[cred]) }
        };
        let fits: Vec<(usize, Fit)> = creds.iter().map(|&cred| (cred, fit(cred))).collect();
        let beaten =
            |cred: usize, own: Fit| fits.iter().any(|&(other, fit)| fit > own && self.share_a_name(cred, other));
        fits.iter().filter(|&&(cred, own)| !beaten(cred, own)).map(|(cred, _)| *cred).collect()
    }

    fn share_a_name(&self, one: usize, other: usize) -> bool {
        let mut all = self.names.values().chain(self.aliases.values());
        all.any(|creds| creds.contains(&one) && creds.contains(&other))
    }

    /// Learns names that some file has exported a credential under; whether any was new.
    pub fn learn(&mut self, aliases: &BTreeSet<(String, usize)>, handed: &BTreeSet<(String, String, usize)>) -> bool {
        let mut new = !handed.is_subset(&self.handed);
        self.handed.extend(handed.iter().cloned());
        for (name, cred) in aliases.iter().filter(|(name, _)| !is_generic(name)) {
            let known = self.names.get(name.as_str()).is_some_and(|creds| creds.contains(cred));
            new |= !known && self.aliases.entry(name.clone()).or_default().insert(*cred);
        }
        new
    }

    /// Who the CI secret `name` is; its names do not know case. The job's own token is nobody.
    fn secret(&self, name: &str, path: &str, context: &Context) -> Creds {
        if name.eq_ignore_ascii_case("GITHUB_TOKEN") {
            return Creds::new();
        }
        let named = self.names.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut creds: Creds = named.flat_map(|(_, creds)| creds.iter().copied()).collect();
        creds.extend(self.handed(&splice::secret_name(name), path));
        self.apart(creds, path, context)
    }

    /// Who a variable is that adds its environment to the name: `NPM_TOKEN_STAGING` is the
    /// `NPM_TOKEN` of `.env.staging`.
    pub fn named_after(&self, name: &str) -> Creds {
        let context = Context::stated(name.strip_prefix(SECRET).unwrap_or(name));
        if context.is_empty() {
            return Creds::new();
        }
        let secret = name.strip_prefix(SECRET);
        let bare = claims::without_environments(secret.unwrap_or(name));
        if secret.is_none() && is_generic(&bare) {
            return Creds::new();
        }
        let named = self.names.iter().filter(|(key, _)| key.eq_ignore_ascii_case(&bare));
        let creds = named.flat_map(|(_, creds)| creds.iter().copied());
        creds.filter(|&cred| context.fit(&self.claims[cred]) == Fit::Same).collect()
    }

    /// What stands behind `prefix` in the aliases.
    pub fn aliased_below(&self, prefix: &str) -> BTreeSet<String> {
        self.aliases.keys().filter_map(|alias| Some(alias.strip_prefix(prefix)?.to_owned())).collect()
    }

    /// Whose value stands in `text`.
    pub fn valued(&self, text: &str) -> Creds {
        self.values.find_overlapping_iter(text).map(|hit| self.owners[hit.pattern()]).collect()
    }

    /// The variables of the files that `says` accepts, with who they stand for.
    pub fn held_in(&self, says: impl Fn(&str) -> bool) -> Vec<(&'a str, usize)> {
        let wanted = self.wanted.iter().enumerate();
        let locations = wanted.flat_map(|(cred, wanted)| wanted.locations.iter().map(move |location| (cred, location)));
        let inside = locations.filter(|(_, location)| says(&location.path));
        inside.filter_map(|(cred, location)| Some((location.key.as_deref()?, cred))).collect()
    }

    /// Whether some credential lies under this name.
    pub fn is_called(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The lines of a file on which a credential lies.
    pub fn lines_in(&self, path: &str) -> impl Iterator<Item = (usize, usize)> {
        let wanted = self.wanted.iter().enumerate();
        let locations = wanted.flat_map(|(cred, wanted)| wanted.locations.iter().map(move |location| (cred, location)));
        // Old commits count their lines differently.
        let locations = locations.filter(move |(_, location)| location.path == path && location.is_current());
        locations.map(|(cred, location)| (location.line, cred))
    }

    pub fn lies_in(&self, cred: usize, says: impl Fn(&str) -> bool) -> bool {
        self.wanted[cred].locations.iter().any(|location| says(&location.path))
    }

    /// Who lies in one of the files of a tool.
    pub fn lying_in(&self, files: &[String]) -> impl Iterator<Item = usize> {
        let holds = |path: &str| files.iter().any(|file| path == file || path.ends_with(&format!("/{file}")));
        (0..self.wanted.len()).filter(move |&cred| self.lies_in(cred, holds))
    }

    /// Whether some line of a text that cannot be read as a whole names a credential.
    pub fn mentioned(&self, text: &str, path: &str, context: &Context) -> Creds {
        let mut creds = self.valued(text);
        for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            creds.extend(self.named(name, path, context));
        }
        creds
    }
}

fn is_generic(name: &str) -> bool {
    table().common.generic.iter().any(|generic| generic.eq_ignore_ascii_case(name))
}
