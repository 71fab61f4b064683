//! A provider's own description of its API, as far as a contract needs it: OpenAPI 3 and Swagger 2.

use std::collections::BTreeSet;

use overscope::glob;
use serde_json::Value;

use super::paths::address;

/// Marks a place that was cut out of the description for its size.
const CUT: &str = "x-cut";

/// One file.
pub struct Description {
    pub file: String,
    pub json: Value,
    /// Where its addresses begin: host, where it names one, and path.
    servers: Vec<(Option<String>, String)>,
}

/// One question of a description.
pub struct Operation<'d> {
    description: &'d Description,
    path: &'d Value,
    json: &'d Value,
}

/// Whether a description knows a place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    No,
    /// It says nothing of what stands there: an object without members, or a place that was cut.
    Open,
    Yes,
}

/// What of a place is a word.
#[derive(Clone, Copy, Debug)]
pub enum WordsOf {
    Values,
    Names,
    Pairs,
}

/// Host and path of `https://host/path` or `/path`; no host where a variable stands in it.
pub fn host_and_path(url: &str) -> (Option<String>, String) {
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", url),
    };
    let host = (!host.is_empty() && !host.contains('{')).then(|| host.to_owned());
    (host, path.trim_end_matches('/').to_owned())
}

impl Description {
    /// `prefix`: what its own paths leave out.
    pub fn new(file: &str, json: Value, prefix: &str) -> Description {
        let texts = |place: &str, key: &str| -> Vec<String> {
            let list = json.pointer(place).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|item| item.get(key)?.as_str()).map(str::to_owned).collect()
        };
        let base = json.get("basePath").and_then(Value::as_str).unwrap_or_default();
        let mut servers: Vec<_> = texts("/servers", "url").iter().map(|url| host_and_path(url)).collect();
        if servers.is_empty() {
            servers.push((None, format!("{prefix}{base}")));
        }
        Description { file: file.to_owned(), json, servers }
    }

    /// The question that an address asks; of several, the one with the most fixed words.
    pub fn operation(&self, method: &str, host: Option<&str>, path: &str) -> Option<Operation<'_>> {
        let own: Vec<String> = address(path).segments.into_iter().map(shaded).collect();
        let mut best: Option<(usize, Operation<'_>)> = None;
        for (server, prefix) in &self.servers {
            if let (Some(server), Some(host)) = (server, host)
                && server != host
            {
                continue;
            }
            for (template, operations) in self.json.get("paths").and_then(Value::as_object).into_iter().flatten() {
                let full = format!("{prefix}{template}");
                let described: Vec<String> = address(&full).segments.into_iter().map(opened).collect();
                let fits = own.len() == described.len()
                    && own.iter().zip(&described).all(|(own, described)| glob::matches(described, own));
                let Some(json) = operations.get(method).filter(|_| fits) else { continue };
                let fixed = described.iter().filter(|segment| !segment.contains('*')).count();
                if best.as_ref().is_none_or(|(most, _)| fixed > *most) {
                    best = Some((fixed, Operation { description: self, path: operations, json }));
                }
            }
        }
        best.map(|(_, operation)| operation)
    }

    /// Every scope that it names: those of its security schemes, and those that its questions need.
    pub fn scopes(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for place in ["/components/securitySchemes", "/securityDefinitions"] {
            for scheme in self.json.pointer(place).and_then(Value::as_object).into_iter().flat_map(|all| all.values()) {
                let flows = scheme.get("flows").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
                let names = flows.chain([scheme]).filter_map(|flow| flow.get("scopes")?.as_object());
                found.extend(names.flat_map(|scopes| scopes.keys().cloned()));
            }
        }
        let paths = self.json.get("paths").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
        for operation in paths.filter_map(Value::as_object).flat_map(|all| all.values()) {
            let needed = operation.get("security").and_then(Value::as_array).into_iter().flatten();
            let lists = needed.filter_map(Value::as_object).flat_map(|all| all.values()).filter_map(Value::as_array);
            found.extend(lists.flatten().filter_map(Value::as_str).map(str::to_owned));
        }
        found
    }

    fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
        match target.and_then(|pointer| self.json.pointer(pointer)) {
            Some(found) => self.resolve(found),
            None => value,
        }
    }

    /// Whether a place stands in a schema.
    fn knows(&self, schema: &Value, parts: &[&str]) -> Known {
        let mut leaves = Leaves::default();
        self.walk(schema, parts, &mut leaves);
        match (leaves.schemas.is_empty(), leaves.open) {
            (false, _) => Known::Yes,
            (true, true) => Known::Open,
            (true, false) => Known::No,
        }
    }

    fn walk<'d>(&'d self, schema: &'d Value, parts: &[&str], leaves: &mut Leaves<'d>) {
        let schema = self.resolve(schema);
        let Some((part, rest)) = parts.split_first() else {
            match schema.get(CUT) {
                Some(_) => leaves.open = true,
                None => leaves.schemas.push(schema),
            }
            return;
        };
        let further = schema.get("additionalProperties");
        leaves.open |= schema.get(CUT).is_some() || further == Some(&Value::Bool(true)) || says_nothing(schema, part);
        for one in combined(schema) {
            self.walk(one, parts, leaves);
        }
        let name = part.replace("~1", "/").replace("~0", "~");
        let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (_, member) in members.filter(|(member, _)| *part == "*" || **member == name) {
            self.walk(member, rest, leaves);
        }
        if let Some(further) = further.filter(|further| further.is_object()) {
            self.walk(further, rest, leaves);
        }
        if *part == "*" || part.parse::<usize>().is_ok() {
            schema.get("items").into_iter().for_each(|items| self.walk(items, rest, leaves));
        }
    }

    /// The texts that a schema enumerates.
    fn enumerated(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.resolve(schema);
        let own = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        own.map(str::to_owned).chain(combined(schema).flat_map(|one| self.enumerated(one))).collect()
    }

    /// The members of a schema.
    fn members<'d>(&'d self, schema: &'d Value) -> Vec<(&'d String, &'d Value)> {
        let schema = self.resolve(schema);
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        own.chain(combined(schema).flat_map(|one| self.members(one))).collect()
    }
}

/// What stands at a place.
#[derive(Default)]
struct Leaves<'d> {
    schemas: Vec<&'d Value>,
    /// On some way there, the description leaves it open.
    open: bool,
}

/// The parts that a schema is put together from.
fn combined(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
    lists.flatten()
}

/// Whether a schema leaves open what its members or items are.
fn says_nothing(schema: &Value, part: &str) -> bool {
    let keys = ["properties", "items", "additionalProperties", "allOf", "oneOf", "anyOf", "enum"];
    let is = |wanted: &str, kind: &Value| match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == wanted),
        kind => kind == wanted,
    };
    let kind = schema.get("type");
    keys.iter().all(|key| schema.get(*key).is_none())
        && kind.is_none_or(|kind| is("object", kind) || (part == "*" && is("array", kind)))
}

/// A segment of a detector file: a variable is one character that no description writes.
fn shaded(segment: &str) -> String {
    replaced(segment, "\u{1}")
}

/// A segment of a description: a variable is any text.
fn opened(segment: &str) -> String {
    replaced(segment, "*")
}

fn replaced(segment: &str, by: &str) -> String {
    let mut text = String::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, tail)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(by);
        rest = tail;
    }
    text + rest
}

impl Operation<'_> {
    /// Names of the parameters of a kind (`query`, `header`, `formData`), and whether they are needed.
    pub fn parameters(&self, kind: &str) -> Vec<(String, bool)> {
        let lists = [self.path.get("parameters"), self.json.get("parameters")];
        let all = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
        let named = all.map(|parameter| self.description.resolve(parameter)).filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?.to_owned();
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
            (parameter.get("in")?.as_str()? == kind).then_some((name, required))
        });
        named.collect()
    }

    /// Whether a member may stand in the question's body.
    pub fn takes(&self, member: &str) -> Known {
        if self.parameters("formData").iter().any(|(name, _)| name == member) {
            return Known::Yes;
        }
        let body = self.json.get("requestBody").map(|body| self.description.resolve(body));
        let parameters = self.json.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let old = parameters.filter(|parameter| parameter.get("in").is_some_and(|kind| kind == "body"));
        let schemas = body.into_iter().flat_map(content).chain(old.filter_map(|parameter| parameter.get("schema")));
        schemas.map(|schema| self.description.knows(schema, &[member])).max().unwrap_or(Known::No)
    }

    /// Whether a place stands in an answer with one of these statuses.
    pub fn answers_with(&self, pointer: &str, wanted: &dyn Fn(&str) -> bool) -> Known {
        let parts: Vec<&str> = pointer.split('/').skip(1).collect();
        self.answers(wanted).map(|schema| self.description.knows(schema, &parts)).max().unwrap_or(Known::No)
    }

    fn answers<'s>(&'s self, wanted: &'s dyn Fn(&str) -> bool) -> impl Iterator<Item = &'s Value> {
        let responses = self.json.get("responses").and_then(Value::as_object).into_iter().flatten();
        responses.filter(|(status, _)| wanted(status)).flat_map(|(_, response)| {
            let response = self.description.resolve(response);
            content(response).chain(response.get("schema"))
        })
    }

    /// Every word that may stand at a place of an answer, as far as the description enumerates them:
    /// values, names of members, or both as `name:value`.
    pub fn words_at(&self, pointer: &str, what: WordsOf) -> BTreeSet<String> {
        let parts: Vec<&str> = pointer.split('/').skip(1).collect();
        let mut leaves = Leaves::default();
        for schema in self.answers(&|status| status.starts_with('2')) {
            self.description.walk(schema, &parts, &mut leaves);
        }
        let of = |schema: &Value| -> Vec<String> {
            let members = self.description.members(schema).into_iter();
            match what {
                WordsOf::Values => self.description.enumerated(schema).into_iter().collect(),
                WordsOf::Names => members.map(|(name, _)| name.clone()).collect(),
                WordsOf::Pairs => {
                    let values = |(name, schema): (&String, &Value)| -> Vec<String> {
                        self.description.enumerated(schema).iter().map(|value| format!("{name}:{value}")).collect()
                    };
                    members.flat_map(values).collect()
                }
            }
        };
        leaves.schemas.into_iter().flat_map(of).collect()
    }

    /// Members of the answer that are marked as secrets, as pointers.
    pub fn secrets(&self) -> Vec<String> {
        let marked = self.json.get("x-secret-fields").and_then(Value::as_array).into_iter().flatten();
        let place = |text: &str| {
            let path = text.split(' ').next().unwrap_or(text);
            format!("/{}", path.replace("[]", ".*").trim_start_matches('.').replace('.', "/"))
        };
        marked.filter_map(Value::as_str).map(place).collect()
    }
}

/// The schemas of a body, for each of its media types.
fn content(body: &Value) -> impl Iterator<Item = &Value> {
    let types = body.get("content").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    types.filter_map(|media| media.get("schema"))
}
