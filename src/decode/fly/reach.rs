//! What a list of caveats leaves: for every place that a request may be about, which actions.

use std::collections::{BTreeMap, BTreeSet};

use super::caveats::{ALL, Caveat, Mask, READ, Set};

/// Features of an organization, and what members may do to them (`flyio/access.go`).
const FEATURES: [(&str, Mask); 12] = [
    ("wg", ALL),
    ("domain", ALL),
    ("site", ALL),
    ("builder", ALL),
    ("addon", ALL),
    ("checks", ALL),
    ("litefs-cloud", ALL),
    ("membership", READ),
    ("billing", READ),
    ("authentication", READ),
    ("deletion", 0),
    ("document_signing", 0),
];
const APP_FEATURES: [&str; 1] = ["images"];
const MACHINE_FEATURES: [&str; 2] = ["metadata", "oidc"];

/// What one token, or several together, can do at most.
#[derive(Default)]
pub(super) struct Reach {
    pub organizations: BTreeSet<u64>,
    /// Some power over any app.
    pub is_wide: bool,
    pub apps: BTreeSet<String>,
    pub machines: BTreeSet<String>,
    pub volumes: BTreeSet<String>,
    pub commands: Vec<String>,
    pub mutations: Vec<String>,
    pub user: Option<u64>,
    pub from_machine: Option<String>,
    pub scopes: Vec<String>,
    pub expires: Option<i64>,
    pub not_before: Option<i64>,
    pub unknown: BTreeSet<u64>,
}

impl Reach {
    pub fn of(caveats: &[Caveat]) -> Reach {
        let mut reach = Reach::default();
        reach.note(caveats);
        if let Some(names) = mutations(caveats) {
            let one = caveats.iter().any(|caveat| matches!(caveat, Caveat::Apps(set) if is_one(set)));
            let word = if one { "app-mutation" } else { "mutation" };
            reach.scopes.extend(names.iter().map(|name| format!("{word}:{name}")));
            reach.mutations = names;
            return reach;
        }
        reach.place("org", Place::Organization, caveats);
        reach.apps = reach.things(Place::App, ["app", "apps"], caveats);
        reach.is_wide = reach.apps.is_empty() && reach.scopes.iter().any(|scope| scope.starts_with("apps:"));
        reach.machines = reach.things(Place::Machine, ["machine", "machines"], caveats);
        reach.volumes = reach.things(Place::Volume, ["volume", "volumes"], caveats);
        reach.run(caveats);
        reach.place("storage", Place::Storage, caveats);
        reach.features(["feature"; 2], &FEATURES.map(|(name, _)| name), &Place::Feature, caveats);
        reach.features(["app-feature", "apps-feature"], &APP_FEATURES, &Place::AppFeature, caveats);
        reach.features(["machine-feature", "machines-feature"], &MACHINE_FEATURES, &Place::MachineFeature, caveats);
        reach
    }

    /// Adds what another token of the same list allows: any of them may allow a request.
    pub fn join(&mut self, other: Reach, is_first: bool) {
        self.organizations.extend(other.organizations);
        self.is_wide |= other.is_wide;
        self.apps.extend(other.apps);
        self.machines.extend(other.machines);
        self.volumes.extend(other.volumes);
        self.commands.extend(other.commands);
        self.mutations.extend(other.mutations);
        self.unknown.extend(other.unknown);
        self.user = self.user.or(other.user);
        for scope in other.scopes {
            if !self.scopes.contains(&scope) {
                self.scopes.push(scope);
            }
        }
        let both = |known: Option<i64>, new: Option<i64>, pick: fn(i64, i64) -> i64| match is_first {
            true => new,
            false => known.zip(new).map(|(known, new)| pick(known, new)),
        };
        self.expires = both(self.expires, other.expires, i64::max);
        self.not_before = both(self.not_before, other.not_before, i64::min);
        self.from_machine = if is_first { other.from_machine } else { None };
    }

    /// What holds wherever it stands.
    fn note(&mut self, caveats: &[Caveat]) {
        for caveat in caveats {
            match caveat {
                Caveat::Organization(id, _) if *id != 0 => drop(self.organizations.insert(*id)),
                Caveat::Validity { not_before, not_after } => {
                    self.expires = Some(self.expires.map_or(*not_after, |known| known.min(*not_after)));
                    self.not_before = Some(self.not_before.map_or(*not_before, |known| known.max(*not_before)));
                }
                Caveat::User(id) => self.user = Some(*id),
                Caveat::FromMachine(id) => self.from_machine = Some(id.clone()),
                Caveat::IfPresent(inner, _) => self.note(inner),
                Caveat::Unknown(kind) => drop(self.unknown.insert(*kind)),
                _ => {}
            }
        }
    }

    fn place(&mut self, word: &str, place: Place<'_>, caveats: &[Caveat]) {
        self.scopes.extend(words(word, allowed(place, caveats).mask));
    }

    /// Words for one named thing or for more; gives the names.
    fn things(&mut self, place: Place<'_>, [one, more]: [&str; 2], caveats: &[Caveat]) -> BTreeSet<String> {
        let allowed = allowed(place, caveats);
        if allowed.mask == 0 {
            return BTreeSet::new();
        }
        self.scopes.extend(words(if allowed.is_one() { one } else { more }, allowed.mask));
        allowed.own.unwrap_or_default()
    }

    /// Whoever may only read runs nothing.
    fn run(&mut self, caveats: &[Caveat]) {
        let allowed = allowed(Place::Command, caveats);
        if allowed.mask & !READ == 0 {
            return;
        }
        let listed = caveats.iter().find_map(|caveat| match caveat {
            Caveat::Commands(list) => Some(list),
            _ => None,
        });
        let listed = listed.filter(|list| list.iter().all(|command| command.exact || !command.arguments.is_empty()));
        let all = if allowed.is_one() { "command" } else { "commands" };
        match listed {
            None => self.scopes.push(all.to_owned()),
            Some(list) => {
                self.scopes.push(format!("listed-{all}"));
                let more = |exact: bool| if exact { "" } else { " …" };
                self.commands.extend(list.iter().map(|command| command.arguments.join(" ") + more(command.exact)));
            }
        }
    }

    fn features<'n>(
        &mut self,
        [one, more]: [&str; 2],
        known: &[&'n str],
        place: &dyn Fn(&'n str) -> Place<'n>,
        caveats: &'n [Caveat],
    ) {
        let mut names: Vec<&str> = known.to_vec();
        named(caveats, &mut |caveat| {
            let set = place("").set(caveat);
            names.extend(set.into_iter().flat_map(BTreeMap::keys).map(String::as_str).filter(|name| !name.is_empty()));
        });
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        let allowed: Vec<(&str, Allowed)> = names.iter().map(|name| (*name, allowed(place(name), caveats))).collect();
        let word = if allowed.iter().all(|(_, allowed)| allowed.is_one()) { one } else { more };
        let mask = allowed.first().map_or(0, |(_, allowed)| allowed.mask);
        match allowed.iter().all(|(_, allowed)| allowed.mask == mask) {
            true => self.scopes.extend(words(&format!("{word}s"), mask)),
            false => self
                .scopes
                .extend(allowed.iter().flat_map(|(name, allowed)| words(&format!("{word}:{name}"), allowed.mask))),
        }
    }
}

fn is_one(set: &Set) -> bool {
    set.len() == 1 && !set.contains_key("")
}

/// `app:all`, or one word for each action.
fn words(place: &str, mask: Mask) -> Vec<String> {
    if mask == ALL {
        return vec![format!("{place}:all")];
    }
    let letters = ['r', 'w', 'c', 'd', 'C'].into_iter().enumerate();
    letters.filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, letter)| format!("{place}:{letter}")).collect()
}

/// What a request can be about; each lies in an organization, the later ones in an app or machine.
#[derive(Clone, Copy)]
enum Place<'n> {
    Organization,
    App,
    Machine,
    Volume,
    Command,
    Storage,
    Feature(&'n str),
    AppFeature(&'n str),
    MachineFeature(&'n str),
}

impl Place<'_> {
    fn lies_in_app(self) -> bool {
        !matches!(self, Place::Organization | Place::Storage | Place::Feature(_))
    }

    fn lies_in_machine(self) -> bool {
        matches!(self, Place::Machine | Place::Command | Place::MachineFeature(_))
    }

    /// The set that names things of this very kind.
    fn set(self, caveat: &Caveat) -> Option<&Set> {
        match (self, caveat) {
            (Place::App, Caveat::Apps(set))
            | (Place::Machine, Caveat::Machines(set))
            | (Place::Volume, Caveat::Volumes(set))
            | (Place::Storage, Caveat::StorageObjects(set))
            | (Place::Feature(_), Caveat::Features(set))
            | (Place::AppFeature(_), Caveat::AppFeatures(set))
            | (Place::MachineFeature(_), Caveat::MachineFeatures(set)) => Some(set),
            _ => None,
        }
    }

    fn feature(self) -> Option<String> {
        match self {
            Place::Feature(name) | Place::AppFeature(name) | Place::MachineFeature(name) => Some(name.to_owned()),
            _ => None,
        }
    }
}

/// Ids that all caveats so far name.
type Names = BTreeSet<String>;

/// What may be done, and to which things; none where any will do.
struct Allowed {
    mask: Mask,
    organization: Option<u64>,
    apps: Option<Names>,
    machines: Option<Names>,
    own: Option<Names>,
}

impl Allowed {
    fn by(mask: Mask) -> Allowed {
        Allowed { mask, organization: None, apps: None, machines: None, own: None }
    }

    fn is_one(&self) -> bool {
        [&self.apps, &self.machines, &self.own].into_iter().flatten().any(|names| names.len() == 1)
    }

    /// Both hold.
    fn and(self, other: Allowed) -> Allowed {
        let mut mask = self.mask & other.mask;
        let mut both = |one: Option<Names>, two: Option<Names>| match (one, two) {
            (Some(one), Some(two)) => {
                let common: Names = one.intersection(&two).cloned().collect();
                if common.is_empty() {
                    mask = 0;
                }
                Some(common)
            }
            (one, two) => one.or(two),
        };
        let (apps, machines, own) =
            (both(self.apps, other.apps), both(self.machines, other.machines), both(self.own, other.own));
        if let (Some(one), Some(two)) = (self.organization, other.organization)
            && one != two
        {
            mask = 0;
        }
        Allowed { mask, organization: self.organization.or(other.organization), apps, machines, own }
    }
}

/// All caveats of a token: one that bears on something else forbids the place.
fn allowed(place: Place<'_>, caveats: &[Caveat]) -> Allowed {
    caveats.iter().map(|caveat| permits(place, caveat).unwrap_or(Allowed::by(0))).fold(Allowed::by(ALL), Allowed::and)
}

/// What one caveat permits at a place; none where it bears on another kind of thing.
fn permits(place: Place<'_>, caveat: &Caveat) -> Option<Allowed> {
    match caveat {
        Caveat::Organization(0, mask) | Caveat::Action(mask) => Some(Allowed::by(*mask)),
        Caveat::Organization(id, mask) => Some(Allowed { organization: Some(*id), ..Allowed::by(*mask) }),
        Caveat::Apps(set) if place.lies_in_app() => {
            let (mask, apps) = any_of(set);
            let own = if matches!(place, Place::App) { apps.clone() } else { None };
            Some(Allowed { apps, own, ..Allowed::by(mask) })
        }
        Caveat::Machines(set) if place.lies_in_machine() => {
            let (mask, machines) = any_of(set);
            let own = if matches!(place, Place::Machine) { machines.clone() } else { None };
            Some(Allowed { machines, own, ..Allowed::by(mask) })
        }
        Caveat::Member => Some(Allowed::by(match place {
            Place::Feature(name) => FEATURES.iter().find(|(known, _)| *known == name).map_or(0, |(_, mask)| *mask),
            _ => ALL,
        })),
        Caveat::Commands(list) => {
            matches!(place, Place::Command).then(|| Allowed::by(if list.is_empty() { 0 } else { ALL }))
        }
        Caveat::IfPresent(inner, otherwise) => {
            let bearing: Vec<Allowed> = inner.iter().filter_map(|caveat| permits(place, caveat)).collect();
            Some(match bearing.is_empty() {
                true => Allowed::by(*otherwise),
                false => bearing.into_iter().fold(Allowed::by(ALL), Allowed::and),
            })
        }
        Caveat::Validity { .. } | Caveat::User(_) | Caveat::FromMachine(_) | Caveat::Beside | Caveat::Unknown(_) => {
            Some(Allowed::by(ALL))
        }
        _ => {
            let set = place.set(caveat)?;
            Some(match place.feature() {
                Some(name) => Allowed::by(set.get(&name).or_else(|| set.get("")).copied().unwrap_or_default()),
                None => {
                    let (mask, own) = any_of(set);
                    Allowed { own, ..Allowed::by(mask) }
                }
            })
        }
    }
}

/// What may be done to one of them at least, and which they are.
fn any_of(set: &Set) -> (Mask, Option<Names>) {
    let mask = set.values().fold(0, |all, mask| all | mask);
    (mask, (!set.contains_key("")).then(|| set.keys().cloned().collect()))
}

/// The GraphQL mutations that all such caveats name, where there is one: nothing else is allowed then.
fn mutations(caveats: &[Caveat]) -> Option<Vec<String>> {
    let lists = caveats.iter().filter_map(|caveat| match caveat {
        Caveat::Mutations(names) => Some(names.clone()),
        _ => None,
    });
    lists.reduce(|one, two| one.into_iter().filter(|name| two.contains(name)).collect())
}

/// Every caveat, those inside others too.
fn named<'n>(caveats: &'n [Caveat], each: &mut dyn FnMut(&'n Caveat)) {
    for caveat in caveats {
        each(caveat);
        if let Caveat::IfPresent(inner, _) = caveat {
            named(inner, each);
        }
    }
}
