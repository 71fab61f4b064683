//! JSON pointers as detector files write them: `*` stands for every item of a list or member of
//! an object, and each `^` in front steps out to the item around.

use serde_json::{Value, json};

use super::model::Condition;
use crate::glob;

/// Items from the outermost to the innermost; a pointer starts at the last.
pub type Items<'v> = [&'v Value];

/// Every value that the pointer names.
pub fn values<'v>(items: &Items<'v>, pointer: &str) -> Vec<&'v Value> {
    let inner = pointer.trim_start_matches('^');
    let out = pointer.len() - inner.len();
    let Some(start) = items.len().checked_sub(out + 1).and_then(|at| items.get(at)) else { return Vec::new() };
    let mut found = vec![*start];
    for part in inner.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        found = found.into_iter().flat_map(|value| members(value, &part)).collect();
    }
    found
}

/// Takes out every value that the pointer names, and where it stands in an object its name too. What
/// `known` recognises leaves `true` behind.
pub fn remove(value: &mut Value, pointer: &str, known: &dyn Fn(&Value) -> bool) {
    let Some((part, rest)) = pointer.strip_prefix('/').map(|inner| inner.split_once('/').unwrap_or((inner, ""))) else {
        return;
    };
    let name = part.replace("~1", "/").replace("~0", "~");
    let inner = &pointer[1 + part.len()..];
    let goes = |member: &mut Value| match rest {
        "" if known(member) => *member = Value::Bool(true),
        "" => *member = Value::Null,
        _ => remove(member, inner, known),
    };
    match value {
        Value::Array(list) if part == "*" => list.iter_mut().for_each(goes),
        Value::Object(map) if part == "*" => map.values_mut().for_each(goes),
        Value::Object(map) if !rest.is_empty() => map.get_mut(&name).into_iter().for_each(goes),
        Value::Object(map) => {
            if map.get(&name).is_some_and(known) {
                map.insert(name, Value::Bool(true));
            } else {
                map.remove(&name);
            }
        }
        _ => {}
    }
}

/// Writes the members of every object that the pointer names down as rows, so that their names can
/// be read as values: `[{ name, value }]`.
pub fn into_rows(value: &mut Value, pointer: &str) {
    let Some(inner) = pointer.strip_prefix('/') else {
        if let Value::Object(map) = value {
            let rows = std::mem::take(map).into_iter().map(|(name, value)| json!({"name": name, "value": value}));
            *value = rows.collect();
        }
        return;
    };
    let part = inner.split('/').next().unwrap_or_default();
    let rest = &inner[part.len()..];
    match value {
        Value::Array(list) if part == "*" => list.iter_mut().for_each(|item| into_rows(item, rest)),
        Value::Object(map) => {
            let name = part.replace("~1", "/").replace("~0", "~");
            map.iter_mut().filter(|(own, _)| part == "*" || **own == name).for_each(|(_, item)| into_rows(item, rest));
        }
        _ => {}
    }
}

fn members<'v>(value: &'v Value, part: &str) -> Vec<&'v Value> {
    match (value, part) {
        (Value::Array(list), "*") => list.iter().collect(),
        (Value::Object(map), "*") => map.values().collect(),
        (Value::Array(list), index) => index.parse::<usize>().ok().and_then(|at| list.get(at)).into_iter().collect(),
        (Value::Object(map), name) => map.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A scalar as text; lists, objects and null are none.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first scalar that the pointer names.
pub fn first_text(items: &Items<'_>, pointer: &str) -> Option<String> {
    values(items, pointer).into_iter().find_map(text)
}

impl Condition {
    /// Whether it holds for the innermost item.
    pub fn holds(&self, items: &Items<'_>) -> bool {
        self.holds_with(items, &str::to_owned)
    }

    /// The same, with the variables of its expected values filled in.
    pub fn holds_with(&self, items: &Items<'_>, fill: &dyn Fn(&str) -> String) -> bool {
        let found = values(items, &self.json);
        let texts: Vec<String> = found.iter().copied().filter_map(text).collect();
        let present = found.iter().any(|value| !value.is_null());
        let expected = self.is.as_slice();
        let forms = self.like.as_slice();
        let holds = (expected.is_empty() || expected.iter().any(|word| texts.contains(&fill(word))))
            && (forms.is_empty() || forms.iter().any(|form| texts.iter().any(|text| glob::matches(form, text))))
            && self.same_as.as_ref().is_none_or(|other| {
                values(items, other).into_iter().filter_map(text).any(|other| texts.contains(&other))
            })
            && self.present.is_none_or(|wanted| wanted == present);
        holds != self.not
    }
}

/// The same as [`fill`], where every pointer must name something.
pub fn fill_all(items: &Items<'_>, template: &str) -> Option<String> {
    let mut places = template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(place, _)| place);
    places.all(|place| first_text(items, place).is_some()).then(|| fill(items, template))
}

/// Fills the pointers in a text's braces: `{^/name}/{/name}`.
pub fn fill(items: &Items<'_>, template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((pointer, tail)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(&first_text(items, pointer).unwrap_or_default());
        rest = tail;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_names_all_and_a_caret_steps_out() {
        let outer = json!({"name": "shop", "main": "b", "list": [{"id": "a"}, {"id": "b"}]});
        assert_eq!(values(&[&outer], "/list/*/id"), [&json!("a"), &json!("b")]);
        assert_eq!(values(&[&outer], ""), [&outer]);
        assert_eq!(values(&[&outer], "^/name"), Vec::<&Value>::new());
        let inner = &outer["list"][1];
        assert_eq!(first_text(&[&outer, inner], "^/name").as_deref(), Some("shop"));
        assert_eq!(fill(&[&outer, inner], "{^/name}/{/id}"), "shop/b");
        assert_eq!(fill(&[&outer, inner], "{/none}-{"), "-{");
    }

    #[test]
    fn what_is_removed_is_gone_from_every_item() {
        let mut body = json!({"rows": [{"id": 1, "of": {"key": "k", "host": "h"}}, {"id": 2}, "x"], "all": {"a": [1]}});
        for place in ["/rows/*/of/key", "/none/*/key", "/all/*/*", "rows", "/rows/id"] {
            remove(&mut body, place, &|_| false);
        }
        assert_eq!(body, json!({"rows": [{"id": 1, "of": {"host": "h"}}, {"id": 2}, "x"], "all": {"a": [null]}}));
        let mut tilde = json!({"a/b": 1, "c": 2});
        remove(&mut tilde, "/a~1b", &|_| false);
        assert_eq!(tilde, json!({"c": 2}));
        let mut rows = json!([{"key": "own", "id": 1}, {"key": "other"}, {"id": 3}]);
        remove(&mut rows, "/*/key", &|value| value == "own");
        assert_eq!(rows, json!([{"key": true, "id": 1}, {}, {"id": 3}]));
    }

    #[test]
    fn members_become_rows() {
        let mut body = json!({"list": [{"may": {"a": "x"}}, {"may": ["kept"]}, {}], "b": 1});
        into_rows(&mut body, "/list/*/may");
        assert_eq!(body, json!({"list": [{"may": [{"name": "a", "value": "x"}]}, {"may": ["kept"]}, {}], "b": 1}));
        into_rows(&mut body, "/none/*");
        into_rows(&mut body, "/list/0/may");
        let mut whole = json!({"p": "write"});
        into_rows(&mut whole, "");
        assert_eq!(whole, json!([{"name": "p", "value": "write"}]));
    }

    #[test]
    fn conditions_compare_texts_places_and_presence() {
        let outer = json!({"main": "b"});
        let inner = json!({"id": "b", "gone": null, "flag": true});
        let condition = |toml: &str| toml::from_str::<Condition>(toml).unwrap();
        let holds = |toml: &str| condition(toml).holds(&[&outer, &inner]);
        assert!(holds("json = '/id'\nsame_as = '^/main'"));
        assert!(holds("json = '/flag'\nis = 'true'"));
        assert!(holds("json = '/id'\nis = ['a', 'b']"));
        assert!(!holds("json = '/id'\nis = 'a'"));
        assert!(holds("json = '/gone'\npresent = false"));
        assert!(!holds("json = '/id'\npresent = false"));
        assert!(holds("json = '/flag'\nlike = ['x*', 't*e']"));
        assert!(!holds("json = '/gone'\nlike = '*'"));
        assert!(holds("json = '/gone'\nlike = '*'\nnot = true"));
        assert!(!holds("json = '/id'\nis = 'b'\nnot = true"));
    }
}
