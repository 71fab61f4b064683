//! What PyPI's caveats leave of a token's power.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Everything that the caveats of one token say together.
#[derive(Default)]
pub(super) struct Restrictions {
    /// Names of projects, as far as they are restricted.
    names: Option<Vec<String>>,
    ids: Option<Vec<String>>,
    pub(super) publisher: Option<String>,
    pub(super) expires: Option<i64>,
    pub(super) not_before: Option<i64>,
    /// Caveats that are not understood.
    pub(super) unknown: Vec<Value>,
}

impl Restrictions {
    pub(super) fn add(&mut self, caveat: &Value) {
        let understood = match caveat {
            Value::Array(list) => self.add_tagged(list),
            Value::Object(map) => self.add_old(map),
            _ => None,
        };
        if understood.is_none() {
            self.unknown.push(caveat.clone());
        }
    }

    /// `[tag, argument, …]`, written since 2022.
    fn add_tagged(&mut self, list: &[Value]) -> Option<()> {
        let (tag, arguments) = list.split_first()?;
        match (tag.as_u64()?, arguments) {
            (0, [expires, not_before]) => self.limit_time(expires.as_i64()?, not_before.as_i64()?),
            (1, [names]) => narrow(&mut self.names, strings(names)?, normalized),
            (2, [ids]) => narrow(&mut self.ids, strings(ids)?, str::to_owned),
            // It names the user whose token it is, and restricts nothing else.
            (3, [user]) => {
                user.as_str()?;
            }
            (4, [publisher, ..]) => self.publisher = Some(publisher.as_str()?.to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// Objects, written before that.
    fn add_old(&mut self, map: &Map<String, Value>) -> Option<()> {
        if map.get("version").and_then(Value::as_u64) == Some(1) {
            match map.get("permissions")? {
                Value::String(word) if word == "user" => {}
                permissions => narrow(&mut self.names, strings(permissions.get("projects")?)?, normalized),
            }
        } else if let (Some(expires), Some(not_before)) = (map.get("exp"), map.get("nbf")) {
            self.limit_time(expires.as_i64()?, not_before.as_i64()?);
        } else {
            narrow(&mut self.ids, strings(map.get("project_ids")?)?, str::to_owned);
        }
        Some(())
    }

    fn limit_time(&mut self, expires: i64, not_before: i64) {
        self.expires = Some(self.expires.map_or(expires, |earlier| earlier.min(expires)));
        self.not_before = Some(self.not_before.map_or(not_before, |later| later.max(not_before)));
    }

    pub(super) fn projects(&self) -> &[String] {
        self.names.as_deref().or(self.ids.as_deref()).unwrap_or_default()
    }

    /// The words of the grants table. Where names and ids are given, both hold; the names tell
    /// more, and either list is an upper bound.
    pub(super) fn scopes(&self) -> Vec<String> {
        let words = |prefix: &str, list: &[String]| list.iter().map(|item| format!("{prefix}:{item}")).collect();
        match (&self.names, &self.ids, &self.publisher) {
            (Some(names), _, _) => words("project", names),
            (None, Some(ids), _) => words("project-id", ids),
            (None, None, Some(_)) => vec!["publisher".to_owned()],
            (None, None, None) => vec!["user".to_owned()],
        }
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    Vec::deserialize(value).ok()
}

/// Caveats hold together: what is allowed is what all of them name.
fn narrow(allowed: &mut Option<Vec<String>>, named: Vec<String>, same_as: impl Fn(&str) -> String) {
    *allowed = Some(match allowed.take() {
        None => named,
        Some(before) => {
            let named: Vec<String> = named.iter().map(|name| same_as(name)).collect();
            before.into_iter().filter(|name| named.contains(&same_as(name))).collect()
        }
    });
}

/// A project's name as the registry compares it (PEP 503).
fn normalized(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_ascii_lowercase()
}
