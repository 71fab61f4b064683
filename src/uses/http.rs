//! What a literal call needs: by method and class of path, or by the operation of a GraphQL
//! document.

use apollo_parser::Parser;
use apollo_parser::cst::{CstNode, Definition, OperationType, Selection};

use super::bind::HOLE;
use super::tools::{Graphql, Host, table};
use crate::capability::Can;

/// A call as far as the command line says it.
#[derive(Debug, Default)]
pub struct Request {
    pub client: String,
    /// None where it is not literal.
    pub method: Option<String>,
    pub urls: Vec<String>,
    pub body: Vec<String>,
}

/// Deeper selections than this are no document that people write into a command.
const GRAPHQL_DEPTH: usize = 64;
const GRAPHQL_TOKENS: usize = 20_000;

impl Request {
    /// What the call needs of a credential of `provider`, and what it is in words of the table;
    /// None where that is not known.
    pub fn needs(&self, provider: &str) -> Option<Vec<(Can, String)>> {
        let method = self.method.as_deref()?;
        let mut needs = Vec::new();
        for url in &self.urls {
            needs.extend(self.one(provider, method, url)?);
        }
        Some(needs).filter(|needs| !needs.is_empty())
    }

    fn one(&self, provider: &str, method: &str, url: &str) -> Option<Vec<(Can, String)>> {
        let (name, path) = split(url);
        let hosts = table().http.iter().filter(|host| host.provider == provider);
        let mut below = hosts.filter_map(|host| {
            let rest = path.strip_prefix(host.base.as_str())?;
            let known = host.hosts.iter().any(|host| same_host(host, &name));
            let known = known || (host.any_host && !host.base.is_empty());
            known.then_some((host, rest))
        });
        below.find_map(|(host, rest)| match &host.graphql {
            Some(graphql) if rest == graphql.path => self.operation(graphql),
            _ => self.call(host, method, rest),
        })
    }

    fn call(&self, host: &Host, method: &str, path: &str) -> Option<Vec<(Can, String)>> {
        let fits = |wanted: &str| wanted == "*" || wanted == method || (wanted == "GET" && method == "HEAD");
        let call = host.calls.iter().find(|call| fits(&call.method) && same_class(&call.path, path))?;
        let address = host.hosts.first().map_or("", String::as_str);
        let why = format!("{} {method} {address}{}{}", self.client, host.base, call.path);
        Some(call.needs.iter().map(|&can| (can, why.clone())).collect())
    }

    fn operation(&self, graphql: &Graphql) -> Option<Vec<(Can, String)>> {
        let [body] = self.body.as_slice() else {
            let field = self.body.iter().find_map(|field| field.strip_prefix("query="))?;
            return self.document(graphql, &field.replace(HOLE, "0"));
        };
        // Zero is a value everywhere in JSON and in a document, and a name nowhere.
        let body = body.replace(HOLE, "0");
        match body.strip_prefix("query=") {
            Some(document) => self.document(graphql, document),
            None => {
                self.document(graphql, serde_json::from_str::<serde_json::Value>(&body).ok()?.get("query")?.as_str()?)
            }
        }
    }

    fn document(&self, graphql: &Graphql, text: &str) -> Option<Vec<(Can, String)>> {
        let parsed = Parser::new(text).recursion_limit(GRAPHQL_DEPTH).token_limit(GRAPHQL_TOKENS).parse();
        if parsed.errors().next().is_some() {
            return None;
        }
        let mut needs = Vec::new();
        for definition in parsed.document().definitions() {
            let Definition::OperationDefinition(operation) = definition else { continue };
            let mutates = match operation.operation_type() {
                None => false,
                Some(kind) => Some(mutates(&kind)?)?,
            };
            for selection in operation.selection_set()?.selections() {
                let Selection::Field(field) = selection else { return None };
                let field = field.name()?.text().to_string();
                let known = if mutates {
                    graphql.mutations.get_key_value(&field)
                } else {
                    graphql.queries.get_key_value(&field)
                };
                let (why, cans) = match known {
                    Some((name, cans)) if mutates => (format!("{} mutation {name}", self.client), cans),
                    Some((name, cans)) => (format!("{} query {name}", self.client), cans),
                    None if mutates => return None,
                    None => (format!("{} query", self.client), &graphql.query),
                };
                needs.extend(cans.iter().map(|&can| (can, why.clone())));
            }
        }
        Some(needs)
    }
}

/// None for a subscription.
fn mutates(kind: &OperationType) -> Option<bool> {
    match kind.source_string().trim() {
        "query" => Some(false),
        "mutation" => Some(true),
        _ => None,
    }
}

/// Host and path of an address; what is not literal stays a hole.
fn split(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = host.split(':').next().unwrap_or("").to_ascii_lowercase();
    (host, path.trim_end_matches('/').to_owned())
}

/// `*.example.com` stands for every name below it.
fn same_host(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(parent) => name.len() > parent.len() && name.ends_with(parent),
        None => pattern == name,
    }
}

/// Whether a path is of the class that the table writes. `{}` stands for one segment or for a part
/// of it (`{}:close`), a last `{*}` for any rest.
fn same_class(pattern: &str, path: &str) -> bool {
    let mut have = path.split('/');
    for want in pattern.split('/') {
        let Some(segment) = have.next() else { return false };
        match want {
            "{*}" => return !segment.is_empty(),
            literal if literal == segment => {}
            _ if !part_fits(want, segment) => return false,
            _ => {}
        }
    }
    have.next().is_none()
}

fn part_fits(pattern: &str, segment: &str) -> bool {
    let Some((before, after)) = pattern.split_once("{}") else { return false };
    let inside = segment.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    inside.is_some_and(|inside| !inside.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_by_segments_and_their_parts() {
        for (pattern, path, expected) in [
            ("/apps/{}", "/apps/web", true),
            ("/apps/{}", "/apps", false),
            ("/apps/{}", "/apps/web/logs", false),
            ("/files/{*}", "/files/a/b/c", true),
            ("/files/{*}", "/files", false),
            ("/{}/data/{*}", "/team/data/app/db", true),
            ("/projects/{}:setIamPolicy", "/projects/acme:setIamPolicy", true),
            ("/projects/{}:setIamPolicy", "/projects/acme", false),
            ("/projects/{}:setIamPolicy", "/projects/:setIamPolicy", false),
        ] {
            assert_eq!(same_class(pattern, path), expected, "{pattern} {path}");
        }
        assert!(same_host("*.jfrog.io", "acme.jfrog.io") && same_host("*.jfrog.io", &format!("{HOLE}.jfrog.io")));
        assert!(!same_host("*.jfrog.io", "jfrog.io") && !same_host("*.jfrog.io", "acme.jfrog.io.example.com"));
    }

    /// The first row that fits counts, so one behind a wider one would never be read.
    #[test]
    fn no_row_hides_behind_a_wider_one() {
        for host in &table().http {
            for (at, call) in host.calls.iter().enumerate() {
                let wider = host.calls[..at].iter().find(|before| {
                    let open = call.path.ends_with("{*}") && !before.path.ends_with("{*}");
                    let same = before.method == "*" || before.method == call.method;
                    same && !open && same_class(&before.path, &call.path)
                });
                assert!(wider.is_none(), "{} {} {}", host.provider, call.method, call.path);
            }
        }
    }
}
