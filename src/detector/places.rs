//! The places of an answer that a step reads, each as a pointer from the top of the body: for the
//! check that nothing dropped is read, and for comparing a file with the provider's description.

use super::model::{AnswerRule, Condition, Probe, ResourceRead, Select, Step};

/// The reader that only tells the credential's own row.
pub const MASKED: &str = "masked";

/// One place that a step reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which key of the file reads it: `scopes`, `vars.owner`, `project.name`.
    pub reader: String,
    /// From the top of the body, `*` for every item.
    pub pointer: String,
    /// What an answer rule looks at stands in the answers with these statuses; in any where empty.
    pub statuses: Vec<u16>,
}

impl Place {
    /// Whether the two may name the same value, or this one a part of the other's.
    pub fn is_in(&self, other: &str) -> bool {
        let (own, other): (Vec<&str>, Vec<&str>) = (parts(&self.pointer), parts(other));
        own.len() >= other.len() && own.iter().zip(&other).all(|(a, b)| a == b || *a == "*" || *b == "*")
    }
}

fn parts(pointer: &str) -> Vec<&str> {
    pointer.split('/').skip(1).collect()
}

/// Every place that the step reads, in the order of the file.
pub fn of(probe: &Probe, step: &Step) -> Vec<Place> {
    let mut places = Places(Vec::new());
    for rule in step.answers.iter().chain(&probe.answers) {
        places.rule(rule);
    }
    let read = &step.read;
    let single = [
        ("token", &read.token),
        ("identity", &read.identity),
        ("account", &read.account),
        ("label", &read.label),
        ("kind", &read.kind),
        ("expires", &read.expires),
        ("token", &read.token),
    ];
    for (name, select) in single {
        select.iter().for_each(|select| places.select(name, select));
    }
    for select in read.scopes.iter().flat_map(|selects| selects.as_slice()) {
        places.select("scopes", select);
    }
    for (name, select) in &read.vars {
        places.select(&format!("vars.{name}"), select);
    }
    for resource in &read.resources {
        places.resource(resource, &[String::new()]);
    }
    for pointer in step.page.iter().flat_map(|page| [&page.next, &page.more, &page.cursor]).flatten() {
        places.add("page", pointer.clone());
    }
    for place in &mut places.0 {
        place.pointer = step.rows.iter().fold(place.pointer.clone(), |pointer, rows| without_rows(&pointer, rows));
    }
    places.0
}

/// The place in the answer itself, where what stands at `rows` is only read as `[{ name, value }]`.
fn without_rows(pointer: &str, rows: &str) -> String {
    let (own, rows) = (parts(pointer), parts(rows));
    let same = |(own, rows): (&&str, &&str)| own == rows || *own == "*" || *rows == "*";
    match own.split_at_checked(rows.len() + 2) {
        Some((row, rest)) if row.iter().zip(&rows).all(same) && ["name", "value"].contains(&row[rows.len() + 1]) => {
            row[..=rows.len()].iter().chain(rest).map(|part| format!("/{part}")).collect()
        }
        _ => pointer.to_owned(),
    }
}

struct Places(Vec<Place>);

impl Places {
    fn add(&mut self, reader: &str, pointer: String) {
        let place = Place { reader: reader.to_owned(), pointer, statuses: Vec::new() };
        if !self.0.contains(&place) {
            self.0.push(place);
        }
    }

    fn rule(&mut self, rule: &AnswerRule) {
        if let Some(pointer) = &rule.json {
            let statuses = rule.status.clone();
            self.0.push(Place { reader: "answer".to_owned(), pointer: pointer.clone(), statuses });
        }
    }

    fn select(&mut self, reader: &str, select: &Select) {
        let each = select.each.clone().unwrap_or_default();
        let around = [String::new(), each];
        if let Some(json) = &select.json {
            let place = from_top(&around, json);
            // The members' names and values are read.
            let inner = select.values.as_deref().unwrap_or_default();
            let of_members = select.keys || select.pairs || select.held;
            self.add(reader, if of_members { format!("{place}/*{inner}") } else { place });
        }
        if let Some(on) = &select.on {
            self.add(reader, from_top(&around, &on.id));
        }
        if let Some(masked) = &select.masked {
            self.add(MASKED, from_top(&around, masked));
        }
        self.conditions(reader, &select.conditions, &around);
    }

    fn conditions(&mut self, reader: &str, conditions: &[Condition], around: &[String]) {
        for condition in conditions {
            for pointer in [Some(&condition.json), condition.same_as.as_ref()].into_iter().flatten() {
                self.add(reader, from_top(around, pointer));
            }
        }
    }

    fn resource(&mut self, read: &ResourceRead, around: &[String]) {
        let each = from_top(around, &read.each);
        let around: Vec<String> = around.iter().cloned().chain([each.clone()]).collect();
        let named = |what: &str| format!("{}.{what}", read.kind);
        self.add(&named("each"), each);
        let id = if read.id.contains('{') { in_braces(&read.id) } else { vec![read.id.as_str()] };
        for (what, pointers) in [("id", id), ("name", in_braces(&read.name))] {
            pointers.iter().for_each(|pointer| self.add(&named(what), from_top(&around, pointer)));
        }
        for (kind, pointer) in &read.inside {
            self.add(&named(&format!("inside.{kind}")), from_top(&around, pointer));
        }
        for conditions in [&read.production, &read.nonprod, &read.drop, &read.unreached] {
            self.conditions(&named("where"), conditions, &around);
        }
        for inner in &read.inner {
            self.resource(inner, &around);
        }
    }
}

fn in_braces(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

/// A pointer of the innermost item, from the top; each `^` in front steps out to the item around.
fn from_top(around: &[String], pointer: &str) -> String {
    let inner = pointer.trim_start_matches('^');
    let out = pointer.len() - inner.len();
    let start = around.len().checked_sub(out + 1).and_then(|at| around.get(at));
    format!("{}{inner}", start.map_or("", String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_from_the_top() {
        let probe: Probe = toml::from_str(
            r#"
            [[answer]]
            means = "dead"
            status = [401]
            json = "/error"
            [[step]]
            id = "rows"
            what = "its rows"
            hides = "reach"
            get = "{base}/rows"
            page = { cursor = "/next", max = 3 }
            rows = ["/rows/*/cells"]
            read.scopes = { each = "/rows/*", json = "/may", pairs = true, masked = "/token", where = [{ json = "/id", same_as = "^/own" }] }
            [[step.read.resources]]
            kind = "row"
            each = "/rows/*"
            id = "/id"
            name = "{^/team}/{/name}"
            [[step.read.resources.inner]]
            kind = "cell"
            each = "/cells/*"
            id = "{/name}/{/value/id}"
            name = "{/name}"
            production = [{ json = "^/main", is = "true" }]
            "#,
        )
        .unwrap();
        let places = of(&probe, &probe.steps[0]);
        let shown: Vec<String> = places.iter().map(|place| format!("{} {}", place.reader, place.pointer)).collect();
        assert_eq!(
            shown,
            [
                "answer /error",
                "scopes /rows/*/may/*",
                "masked /rows/*/token",
                "scopes /rows/*/id",
                "scopes /own",
                "row.each /rows/*",
                "row.id /rows/*/id",
                "row.name /team",
                "row.name /rows/*/name",
                "cell.each /rows/*/cells/*",
                "cell.id /rows/*/cells/*",
                "cell.id /rows/*/cells/*/id",
                "cell.name /rows/*/cells/*",
                "cell.where /rows/*/main",
                "page /next",
            ]
        );
        assert_eq!((places[0].statuses.as_slice(), places[1].is_in("/rows/*/may")), (&[401][..], true));
        assert!(places[1].is_in("/rows/*/may/do") && !places[1].is_in("/rows/*/token"));
        assert!(!places[5].is_in("/rows/*/token"), "a list is no place in its items");
    }
}
