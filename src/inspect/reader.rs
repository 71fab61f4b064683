//! Reads answers out of a reply, where the detector file says that they stand.

use serde_json::Value;

use super::answer::{Expiry, Resource};
use super::expiry;
use super::mask::fits_mask;
use super::template::Variables;
use super::transport::Reply;
use crate::capability::Environment;
use crate::detector::model::{Condition, Read, ResourceRead, Select};
use crate::detector::pointer::{self, Items};
use crate::naming::Naming;

/// Kind and id of the resource that something is about.
type About = Option<(String, String)>;

/// What reading needs beside the reply.
pub struct Reader<'r> {
    pub variables: &'r Variables,
    pub secret: &'r str,
    pub naming: &'r Naming,
    /// The resource that the question was about.
    pub about: About,
}

impl Reader<'_> {
    /// Every text that the selection names, in its order.
    pub fn texts(&self, select: &Select, body: &Value, reply: Option<&Reply>) -> Vec<String> {
        self.words(select, body, reply).into_iter().map(|(word, _)| word).collect()
    }

    /// The same, each with the thing that it is about.
    pub fn words(&self, select: &Select, body: &Value, reply: Option<&Reply>) -> Vec<(String, About)> {
        let about = |texts: Vec<String>, about: &About| -> Vec<(String, About)> {
            written(select, &texts).into_iter().map(|word| (word, about.clone())).collect()
        };
        match (&select.header, &select.json) {
            (Some(name), _) => {
                let value = reply.and_then(|reply| reply.header(name)).map(str::to_owned);
                about(value.into_iter().collect(), &self.about)
            }
            (None, Some(place)) => {
                let words_of = |item: &&Value| {
                    let on = select.on.as_ref();
                    let own = on.and_then(|on| Some((on.kind.clone(), pointer::first_text(&[item], &on.id)?)));
                    about(self.at(select, &[body, item], place), &own.or_else(|| self.about.clone()))
                };
                self.items(select, body).iter().flat_map(words_of).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    pub fn text(&self, select: &Select, body: &Value, reply: Option<&Reply>) -> Option<String> {
        self.texts(select, body, reply).into_iter().next()
    }

    fn at(&self, select: &Select, items: &Items<'_>, place: &str) -> Vec<String> {
        let values = pointer::values(items, place);
        match select.keys {
            true => values.iter().filter_map(|value| value.as_object()).flat_map(|map| map.keys().cloned()).collect(),
            false if select.held => {
                let members = values.iter().filter_map(|value| value.as_object()).flatten();
                members.filter(|(_, value)| value.as_bool() == Some(true)).map(|(name, _)| name.clone()).collect()
            }
            false if select.pairs => {
                let members = values.iter().filter_map(|value| value.as_object()).flatten();
                let inner = select.values.as_deref().unwrap_or_default();
                members
                    .flat_map(|(name, value)| {
                        let texts = pointer::values(&[value], inner).into_iter().filter_map(pointer::text);
                        texts.map(|text| format!("{name}:{text}")).collect::<Vec<_>>()
                    })
                    .collect()
            }
            false => values.into_iter().filter_map(pointer::text).collect(),
        }
    }

    fn items<'v>(&self, select: &Select, body: &'v Value) -> Vec<&'v Value> {
        let all = match &select.each {
            Some(place) => pointer::values(&[body], place),
            None => vec![body],
        };
        all.into_iter()
            .filter(|item| select.conditions.iter().all(|condition| self.holds(condition, &[body, item])))
            .filter(|item| {
                select.masked.as_ref().is_none_or(|place| {
                    // Where the step drops it, this much is left of the secret's own.
                    let left = || pointer::values(&[item], place).contains(&&Value::Bool(true));
                    left() || pointer::first_text(&[item], place).is_some_and(|text| fits_mask(&text, self.secret))
                })
            })
            .collect()
    }

    fn holds(&self, condition: &Condition, items: &Items<'_>) -> bool {
        condition.holds_with(items, &|word| self.variables.fill(word).unwrap_or_else(|_| word.to_owned()))
    }

    /// Whether the reply has the places that the step reads its scopes, its things and its identity
    /// from. A reply of another shape must not read as "it can do nothing".
    pub fn has_shape(&self, read: &Read, body: &Value, reply: Option<&Reply>) -> bool {
        let scopes: Vec<&Select> = read.scopes.iter().flat_map(|selects| selects.as_slice()).collect();
        let said = |select: &&Select| {
            !self.texts(select, body, reply).is_empty()
                || (select.conditions.is_empty() && select.masked.is_none() && is_there(select, body, reply))
        };
        let identity = [&read.identity, &read.account].into_iter().flatten().collect::<Vec<_>>();
        read.token.iter().all(|select| !self.texts(select, body, reply).is_empty())
            && (scopes.is_empty() || scopes.iter().any(said))
            && read.resources.iter().all(|read| has_list(body, &read.each))
            && (identity.is_empty() || identity.iter().any(said))
    }

    /// Until when it works: a time, explicitly none, or unread.
    pub fn expiry(&self, select: &Select, body: &Value, reply: Option<&Reply>) -> Expiry {
        if let Some(text) = self.text(select, body, reply) {
            return expiry::parse(&text);
        }
        let null = select.header.is_none()
            && select.json.as_ref().is_some_and(|place| {
                let items = self.items(select, body);
                items.iter().any(|item| pointer::values(&[body, item], place).iter().any(|value| value.is_null()))
            });
        match null || select.absent_is_never {
            true => Expiry::Never,
            false => Expiry::Unknown,
        }
    }

    /// The things that a reply lists.
    pub fn resources(&self, reads: &[ResourceRead], body: &Value) -> Vec<Resource> {
        let mut found = Vec::new();
        for read in reads {
            self.resources_in(read, &[body], self.about.as_ref(), true, &mut found);
        }
        found
    }

    fn resources_in(
        &self,
        read: &ResourceRead,
        around: &Items<'_>,
        parent: Option<&(String, String)>,
        parent_reached: bool,
        found: &mut Vec<Resource>,
    ) {
        for item in pointer::values(around, &read.each) {
            let items: Vec<&Value> = around.iter().copied().chain([item]).collect();
            if !read.drop.is_empty() && read.drop.iter().any(|condition| self.holds(condition, &items)) {
                continue;
            }
            // What has no id is no thing of this kind, whatever else stands in the list.
            let id = match read.id.contains('{') {
                true => pointer::fill_all(&items, &read.id),
                false => pointer::first_text(&items, &read.id),
            };
            let Some(id) = id else { continue };
            let name = pointer::fill(&items, &read.name);
            let mut inside: Vec<(String, String)> = parent.cloned().into_iter().collect();
            for (kind, place) in &read.inside {
                inside.extend(pointer::first_text(&items, place).map(|id| (kind.clone(), id)));
            }
            let unreached = read.unreached.iter().any(|condition| self.holds(condition, &items));
            let reached = parent_reached && !read.only_named && !unreached;
            let own = (read.kind.clone(), id.clone());
            let resource = Resource {
                kind: read.kind.clone(),
                id,
                environments: self.environment(read, &items, &name).into_iter().collect(),
                name: if name.is_empty() { own.1.clone() } else { name },
                inside,
                reached,
            };
            merge(found, resource);
            for inner in &read.inner {
                self.resources_in(inner, &items, Some(&own), reached, found);
            }
        }
    }

    fn environment(&self, read: &ResourceRead, items: &Items<'_>, name: &str) -> Option<Environment> {
        let any = |conditions: &[Condition]| conditions.iter().any(|condition| self.holds(condition, items));
        if any(&read.nonprod) {
            return Some(Environment::Nonprod);
        }
        if any(&read.production) {
            return Some(Environment::Prod);
        }
        // The last part of `project/environment` is what names the environment.
        read.named_environment.then(|| self.naming.environment(name.rsplit('/').next().unwrap_or(name)))
    }
}

/// The parts of what was found, as the words of the detector file.
fn written(select: &Select, found: &[String]) -> Vec<String> {
    let parts = found.iter().flat_map(|text| match &select.split {
        Some(separator) => text.split(separator.as_str()).map(|part| part.trim().to_owned()).collect(),
        None => vec![text.clone()],
    });
    let parts = parts.filter(|part| !part.is_empty());
    match &select.written {
        Some(form) => parts.map(|part| form.replace("{}", &part)).collect(),
        None => parts.collect(),
    }
}

/// Whether the place of a selection is there, empty or not.
fn is_there(select: &Select, body: &Value, reply: Option<&Reply>) -> bool {
    match (&select.header, select.each.as_ref().or(select.json.as_ref())) {
        (Some(name), _) => reply.is_some_and(|reply| reply.header(name).is_some()),
        (None, Some(place)) => has_list(body, place),
        (None, None) => false,
    }
}

/// Whether what stands before the first `*` is a list, or where there is no `*`, is there at all.
fn has_list(body: &Value, place: &str) -> bool {
    match place.split_once("/*") {
        Some((list, _)) => pointer::values(&[body], list).iter().any(|value| value.is_array()),
        None => pointer::values(&[body], place).iter().any(|value| !value.is_null()),
    }
}

/// Adds a resource, or what is new about one that is known.
pub fn merge(found: &mut Vec<Resource>, resource: Resource) {
    match found.iter_mut().find(|known| known.kind == resource.kind && known.id == resource.id) {
        Some(known) => {
            for place in resource.inside {
                if !known.inside.contains(&place) {
                    known.inside.push(place);
                }
            }
            if known.environments.is_empty() {
                known.environments = resource.environments;
            }
            // One answer knew it by its id alone, another one tells its name.
            if known.name == known.id {
                known.name = resource.name;
            }
            known.reached |= resource.reached;
        }
        None => found.push(resource),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_read_as_pairs() {
        let select: Select = toml::from_str("json = '/permissions'\npairs = true").unwrap();
        let variables = Variables::default();
        let naming = Naming::default();
        let reader = Reader { variables: &variables, secret: "", naming: &naming, about: None };
        let body = json!({"permissions": {"contents": "write", "metadata": "read", "x": null}});
        assert_eq!(reader.texts(&select, &body, None), ["contents:write", "metadata:read"]);
        let select: Select = toml::from_str("json = '/paths'\npairs = true\nvalues = '/may/*'").unwrap();
        let body = json!({"paths": {"sys/": {"may": ["read", "list"]}, "kv/": {"may": []}, "x": null}});
        assert_eq!(reader.texts(&select, &body, None), ["sys/:read", "sys/:list"]);
    }

    #[test]
    fn members_that_are_true_are_read_and_each_item_keeps_its_own() {
        let select: Select = toml::from_str(
            "each = '/rows/*'\njson = '/may'\nheld = true\nas = 'row:{}'\non = { kind = 'row', id = '/id' }",
        )
        .unwrap();
        let variables = Variables::default();
        let naming = Naming::default();
        let about = Some(("table".to_owned(), "t".to_owned()));
        let reader = Reader { variables: &variables, secret: "", naming: &naming, about: about.clone() };
        let body = json!({"rows": [
            {"id": "a", "may": {"delete": true, "read": false, "rename": "true"}}, {"may": {"read": true}}, {"id": "b", "may": null},
        ]});
        let row = Some(("row".to_owned(), "a".to_owned()));
        let words = [("row:delete".to_owned(), row), ("row:read".to_owned(), about)];
        assert_eq!(reader.words(&select, &body, None), words);
    }

    #[test]
    fn things_without_an_id_of_their_own_are_told_apart_by_several_values() {
        let reads: Vec<ResourceRead> = serde_json::from_value(
            json!([{"kind": "stack", "each": "/*", "id": "{/project}/{/name}", "name": "{/name}"}]),
        )
        .unwrap();
        let variables = Variables::default();
        let naming = Naming::default();
        let reader = Reader { variables: &variables, secret: "", naming: &naming, about: None };
        let rows = json!([{"project": "p", "name": "x"}, {"project": "q", "name": "x"}, {"name": "x"}]);
        let ids: Vec<String> = reader.resources(&reads, &rows).into_iter().map(|found| found.id).collect();
        assert_eq!(ids, ["p/x", "q/x"]);
    }

    #[test]
    fn a_list_without_the_row_of_the_secret_says_nothing_of_it() {
        let read: Read = toml::from_str("scopes = { each = '/rows/*', masked = '/token', json = '/may' }").unwrap();
        let variables = Variables::default();
        let naming = Naming::default();
        let reader = Reader { variables: &variables, secret: "abcdefgh", naming: &naming, about: None };
        let row = |token: &str| json!({"rows": [{"token": token, "may": "read"}]});
        assert!(reader.has_shape(&read, &row("abcdef"), None));
        assert!(!reader.has_shape(&read, &row("zbcdef"), None));
        assert!(reader.has_shape(&read, &json!({"rows": [{"token": true, "may": "read"}]}), None), "what is left");
    }

    #[test]
    fn a_thing_known_by_its_id_takes_its_name_from_a_later_answer() {
        let thing = |name: &str, environment: Option<Environment>| Resource {
            kind: "app".to_owned(),
            id: "a1".to_owned(),
            name: name.to_owned(),
            environments: environment.into_iter().collect(),
            inside: Vec::new(),
            reached: true,
        };
        let mut found = vec![thing("a1", Some(Environment::Prod))];
        merge(&mut found, thing("shop", Some(Environment::Unknown)));
        merge(&mut found, thing("other", None));
        assert_eq!(found, [thing("shop", Some(Environment::Prod))]);
    }

    #[test]
    fn nested_resources_know_where_they_lie_and_what_they_are() {
        let reads: Vec<ResourceRead> = serde_json::from_value(json!([{
            "kind": "project", "each": "/projects/*", "id": "/id", "name": "{/name}",
            "inner": [{
                "kind": "environment", "each": "/environments/*", "id": "/id", "name": "{^/name}/{/name}",
                "named_environment": true,
                "production": [{"json": "/id", "same_as": "^/primary"}],
                "nonprod": [{"json": "/ephemeral", "is": "true"}],
                "unreached": [{"json": "/open", "is": "false"}],
                "drop": [{"json": "/deleted", "present": true}],
            }],
        }]))
        .unwrap();
        let body = json!({"projects": [{"id": "p", "name": "shop", "primary": "e1", "environments": [
            {"id": "e1", "name": "blue"}, {"id": "e2", "name": "staging", "open": false},
            {"id": "e3", "name": "x", "ephemeral": true}, {"id": "e4", "name": "y", "deleted": "today"},
        ]}]});
        let variables = Variables::default();
        let naming = Naming::default();
        let reader = Reader { variables: &variables, secret: "", naming: &naming, about: None };
        let found = reader.resources(&reads, &body);
        let summary: Vec<_> =
            found.iter().map(|r| (r.name.as_str(), r.environments.first().copied(), r.reached)).collect();
        assert_eq!(
            summary,
            [
                ("shop", None, true),
                ("shop/blue", Some(Environment::Prod), true),
                ("shop/staging", Some(Environment::Nonprod), false),
                ("shop/x", Some(Environment::Nonprod), true),
            ]
        );
        assert_eq!(found[1].inside, [("project".to_owned(), "p".to_owned())]);
    }
}
