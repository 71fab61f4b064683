//! Shared access signatures of Azure Storage: a query string that states what its holder may do
//! (learn.microsoft.com/rest/api/storageservices: Create an account SAS, a service SAS, a user
//! delegation SAS).

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{NotDecodable, at_most};

mod place;

use place::Place;

const LONGEST: usize = 8 * 1024;

/// `{"kind", "account", "container", "blob", "version", "services": […], "resource_types": […],
/// "resource", "permissions": […], "scopes": […], "starts", "expires": unix seconds | null,
/// "delegated": bool, "policy", "protocol", "ip"}`; what the signature does not state is null, and `sig` itself is not returned.
/// `value` is the query string, or the whole URL. `kind` is `account-sas`, `container-sas`,
/// `blob-sas`, or `service-sas` for all other things.
///
/// Scopes are `PLACE:LETTER`, the letter being Azure's permission (r read, l list, a add, c create,
/// w write, d delete, x delete a version, y delete for good, t tags, f find by tags, m move,
/// e execute, o change owner, p change access or take a message, u update, i immutability).
///
/// | place | what it is |
/// |---|---|
/// | `account-blob`, `account-file`, `account-queue`, `account-table` | all data of the service in the account |
/// | `account-blob-config` … | settings of the service (`w` switches off its soft delete), and names and metadata of its containers (`r`, `l`, `f`) |
/// | `account-blob-containers` … | the containers themselves: `w` makes new ones and sets their metadata |
/// | `container`, `directory`, `blob`, `blob-snapshot`, `blob-version` | that one thing, with what lies in it |
/// | `share`, `file`, `queue`, `table` | the same |
///
/// `PLACE:policy` stands for the permissions of a stored policy, which only the account knows.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let value = value.trim().replace("&amp;", "&");
    let (url, query) = match value.split_once('?') {
        Some((url, query)) => (Some(url), query),
        None => (None, value.as_str()),
    };
    let query = Query::parse(query)?;
    if query.get("sig").is_none() {
        return Err(NotDecodable("it holds no signature"));
    }
    if query.get("skn").is_some() {
        return Err(NotDecodable("it is a signature of Service Bus, which states no permissions"));
    }
    let (permissions, policy) = (query.get("sp"), query.get("si"));
    if permissions.is_none() && policy.is_none() {
        return Err(NotDecodable("it states neither permissions nor a policy"));
    }
    let place = Place::of(&query, url);
    let (container, blob) = url.map(place::container_and_blob).unwrap_or_default();
    Ok(json!({
        "kind": place.kind(),
        "account": url.and_then(place::account),
        "container": container,
        "blob": blob,
        "version": query.get("sv"),
        "services": place.services(),
        "resource_types": place.resource_types(),
        "resource": query.get("sr"),
        "permissions": distinct(permissions.unwrap_or_default()),
        "scopes": scopes(&place, permissions),
        "starts": query.get("st").and_then(unix_seconds),
        "expires": expiry(&query),
        "delegated": query.get("skoid").is_some(),
        "policy": policy,
        "protocol": query.get("spr"),
        "ip": query.get("sip"),
    }))
}

/// The decoded fields of a query string; of a repeated one the first counts.
struct Query(BTreeMap<String, String>);

impl Query {
    fn parse(query: &str) -> Result<Query, NotDecodable> {
        let query = query.split('#').next().unwrap_or_default();
        let mut fields = BTreeMap::new();
        for (name, value) in query.split('&').filter_map(|field| field.split_once('=')) {
            let value = percent_decode_str(value).decode_utf8().map_err(|_| NotDecodable("a field is no UTF-8"))?;
            fields.entry(name.to_owned()).or_insert_with(|| value.into_owned());
        }
        Ok(Query(fields))
    }

    /// The field, where it is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The letters as one-character texts, each once, in their order.
fn distinct(letters: &str) -> Vec<String> {
    let mut seen = Vec::new();
    for letter in letters.chars().map(String::from) {
        if !seen.contains(&letter) {
            seen.push(letter);
        }
    }
    seen
}

fn scopes(place: &Place, permissions: Option<&str>) -> Vec<String> {
    let Some(permissions) = permissions else {
        return place.names_of_all().into_iter().map(|name| format!("{name}:policy")).collect();
    };
    let mut scopes = Vec::new();
    for letter in distinct(permissions) {
        for name in place.names_for(&letter) {
            scopes.push(format!("{name}:{letter}"));
        }
    }
    scopes
}

/// The earlier of the signature's end and the end of the key that a delegation was signed with.
fn expiry(query: &Query) -> Option<i64> {
    let end = query.get("se").and_then(unix_seconds);
    let end_of_key = query.get("ske").and_then(unix_seconds);
    match (end, end_of_key) {
        (Some(end), Some(key)) => Some(end.min(key)),
        (end, key) => end.or(key),
    }
}

/// ISO 8601 as Azure takes it: a date, or a date and time down to minutes, seconds or less; UTC.
fn unix_seconds(text: &str) -> Option<i64> {
    let moment = match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment,
        Err(_) => {
            let local = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
            local.to_zoned(TimeZone::UTC).ok()?.timestamp()
        }
    };
    Some(moment.as_second())
}

#[cfg(test)]
mod tests;
