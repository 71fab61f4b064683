//! The bodies of questions that have to be a POST: forms and JSON, with their variables filled in.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::template::{Missing, Variables, escape};
use crate::detector::model::{Provider, Step};
use crate::glob;

/// The item of a list that stands for the words that are asked about.
pub const WORDS: &str = "{words}";

/// A body and its content type.
pub(super) fn of(step: &Step, variables: &Variables, words: &[&str]) -> Result<(&'static str, String), Missing> {
    match &step.json {
        Some(template) => Ok(("application/json", json(template, variables, words)?.to_string())),
        None => Ok(("application/x-www-form-urlencoded", form(&step.form, variables)?)),
    }
}

/// The words that a step asks about, as many at a time as it says; nothing once where it asks about none.
pub fn batches<'p>(provider: &'p Provider, step: &Step) -> Vec<Vec<&'p str>> {
    let Some(rule) = &step.words else { return vec![Vec::new()] };
    let words: Vec<&str> =
        provider.grants.keys().map(String::as_str).filter(|word| glob::matches(&rule.like, word)).collect();
    words.chunks(rule.at_once.max(1)).map(<[&str]>::to_vec).collect()
}

fn form(fields: &BTreeMap<String, String>, variables: &Variables) -> Result<String, Missing> {
    let pairs: Result<Vec<String>, Missing> = fields
        .iter()
        .map(|(name, template)| Ok(format!("{}={}", escape(name), variables.fill_escaped(template)?)))
        .collect();
    Ok(pairs?.join("&"))
}

fn json(template: &Value, variables: &Variables, words: &[&str]) -> Result<Value, Missing> {
    Ok(match template {
        Value::String(text) => Value::String(variables.fill(text)?),
        Value::Array(items) => {
            let mut filled = Vec::new();
            for item in items {
                match item.as_str() {
                    Some(WORDS) => filled.extend(words.iter().map(|word| Value::from(*word))),
                    _ => filled.push(json(item, variables, words)?),
                }
            }
            Value::Array(filled)
        }
        Value::Object(members) => {
            let filled: Result<Map<String, Value>, Missing> =
                members.iter().map(|(name, value)| Ok((name.clone(), json(value, variables, words)?))).collect();
            Value::Object(filled?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_the_place_of_their_item() {
        let mut variables = Variables::default();
        variables.secret("secret", "s\"1");
        let template = serde_json::json!({"who": "{secret}", "ask": ["first", "{words}"], "n": 1});
        let filled = json(&template, &variables, &["a.b", "c.d"]).unwrap();
        assert_eq!(filled.to_string(), r#"{"who":"s\"1","ask":["first","a.b","c.d"],"n":1}"#);
        assert!(json(&serde_json::json!(["{nobody}"]), &variables, &[]).is_err());
    }
}
