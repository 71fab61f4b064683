//! What stands before a value: the key that it is assigned to, and whether that makes a value
//! without a shape of its own a secret.

use super::lines::logical_start;
use crate::detector::model::Context;
use crate::naming::words_of;

/// How far before a value its context may stand.
pub(super) const REACH: usize = 160;
/// Words between a key and its value that are not the key.
const PASSED: &[&str] = &["bearer", "basic", "token", "is", "flyv1", "apikey", "ssws"];

/// The text before the value on its logical line, as far as it counts.
fn before(bytes: &[u8], at: usize) -> String {
    let start = logical_start(bytes, at, REACH);
    String::from_utf8_lossy(&bytes[start..at]).into_owned()
}

/// The variable or key that the value at `at` is assigned to: `NAME=value`, `name: value`,
/// `"name": "value"`, `-H 'Name: Bearer value'`.
pub(super) fn assigned_key(bytes: &[u8], at: usize) -> Option<String> {
    let before = before(bytes, at);
    let assigned = before.trim_end_matches(is_quote_or_space);
    let mut rest = assigned.strip_suffix(['=', ':']);
    if rest.is_none() {
        // `Authorization: Bearer value`: a scheme may stand between.
        let before = assigned.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        if PASSED.contains(&assigned[before.len()..].to_ascii_lowercase().as_str()) {
            rest = before.trim_end_matches(is_quote_or_space).strip_suffix(['=', ':']);
        }
    }
    let name = last_name(rest?.trim_end_matches([':', '=', '?', '+']).trim_end_matches(is_quote_or_space));
    (!name.is_empty()).then(|| name.to_owned())
}

fn is_quote_or_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\' | '(' | '[' | '{' | ',')
}

fn last_name(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .map_or(0, |end| end + text[end..].chars().next().map_or(1, char::len_utf8));
    text[start..].trim_matches(['-', '.'])
}

/// Whether the context makes the value at `at` a secret.
pub(super) fn fits(context: &Context, bytes: &[u8], at: usize) -> bool {
    let before = before(bytes, at);
    // A value inside a path, or glued to other text, is part of an address or an id.
    let lead = before.chars().next_back();
    if lead.is_some_and(|c| !(is_quote_or_space(c) || matches!(c, '=' | ':' | '<' | '>' | ';'))) {
        return false;
    }
    let lower = before.to_ascii_lowercase();
    if !context.words.iter().any(|word| lower.contains(word.as_str())) {
        return false;
    }
    let key = assigned_key(bytes, at).unwrap_or_else(|| {
        // No assignment: the word just before, as in `--token value` or `the token value`.
        let mut text = before.trim_end_matches(is_quote_or_space);
        loop {
            let word = last_name(text);
            // The end of a path: what follows is a revision of it.
            if text[..text.len() - word.len()].ends_with('/') {
                return String::new();
            }
            let passed = matches!(word.to_ascii_lowercase().as_str(), "bearer" | "is" | "was" | "=" | "");
            if !passed || word.is_empty() {
                return word.to_owned();
            }
            text = text[..text.len() - word.len()].trim_end_matches(is_quote_or_space).trim_end_matches([':', '=']);
        }
    });
    let vetoed = context.veto.iter().any(|ending| ends_in_word(&key, ending));
    !vetoed && words_of(&key).iter().any(|word| context.key.iter().any(|known| known == word))
}

/// Whether the key's last word is this one: `PROJECT_ID` and `projectId` end in `id`.
fn ends_in_word(key: &str, ending: &str) -> bool {
    words_of(key).iter().next_back().is_some_and(|word| word == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "9f0c1e52-77aa-4c3b-8d1e-5b6a7c8d9e0f";

    fn railway() -> Context {
        let list = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
        Context {
            words: list(&["railway"]),
            key: list(&["token", "key", "secret", "auth", "authorization", "bearer"]),
            veto: list(&["id", "project"]),
        }
    }

    fn check(line: &str) -> bool {
        let text = line.replace("{}", ID);
        fits(&railway(), text.as_bytes(), text.find(ID).unwrap())
    }

    #[test]
    fn an_assignment_to_a_token_like_key_with_the_word_fits() {
        for line in [
            "RAILWAY_TOKEN={}",
            "export RAILWAY_API_TOKEN=\"{}\"",
            "  \"railwayToken\": \"{}\",",
            "RAILWAY_API_KEY: {}",
            "API_KEY_RAILWAY='{}'",
            "curl https://backboard.railway.app/graphql/v2 -H \"Authorization: Bearer {}\"",
            "curl https://backboard.railway.app/graphql/v2 \\\n  -H 'Project-Access-Token: {}'",
            "railway login --token {}",
            "the Railway token is {}",
        ] {
            assert!(check(line), "{line}");
        }
    }

    #[test]
    fn identifiers_lists_and_addresses_do_not_fit() {
        for line in [
            "{}",
            "- {}",
            "RAILWAY_PROJECT_ID={}",
            "railwayProjectId: \"{}\"",
            "railway_token_id = {}",
            "railway link --project {}",
            "railway environment {}",
            "https://railway.com/project/{}",
            "token={}",
            "the Railway deployment {}",
            "github.com/railway/client_token {}",
        ] {
            assert!(!check(line), "{line}");
        }
    }

    #[test]
    fn the_key_of_an_assignment_is_found() {
        let key = |line: &str| {
            let text = line.replace("{}", "VALUE");
            assigned_key(text.as_bytes(), text.find("VALUE").unwrap())
        };
        assert_eq!(key("export NAME=\"{}\"").as_deref(), Some("NAME"));
        assert_eq!(key("  name: '{}'").as_deref(), Some("name"));
        assert_eq!(key("{\"a.b\": \"{}\"").as_deref(), Some("a.b"));
        assert_eq!(key("NAME := {}").as_deref(), Some("NAME"));
        assert_eq!(key("-H 'PRIVATE-TOKEN: {}'").as_deref(), Some("PRIVATE-TOKEN"));
        assert_eq!(key("-H 'Authorization: Bearer {}'").as_deref(), Some("Authorization"));
        assert_eq!(key("FLY_API_TOKEN=\"FlyV1 {}\"").as_deref(), Some("FLY_API_TOKEN"));
        assert_eq!(key("see {}"), None);
        assert_eq!(key("é={}"), None);
        assert_eq!(key("ébearer {}"), None);
        assert_eq!(key("key=ü{}"), None);
    }
}
