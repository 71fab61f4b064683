//! Azure's effective permissions: `actions` less `notActions`, and the same for data. A word that
//! begins with `data:` is an action on data, which `*` among the others does not cover
//! (learn.microsoft.com, "Understand Azure role definitions").

use serde_json::Value;

use crate::glob;

const DATA: &str = "data:";

/// The words that some entry allows; none when the reply is no list of entries.
pub(super) fn held<'w>(body: &Value, words: &[&'w str]) -> Option<Vec<&'w str>> {
    let entries = body.get("value")?.as_array()?;
    let allows = |word: &str| entries.iter().any(|entry| allows(entry, word));
    Some(words.iter().copied().filter(|word| allows(word)).collect())
}

fn allows(entry: &Value, word: &str) -> bool {
    let (allowed, taken, action) = match word.strip_prefix(DATA) {
        Some(action) => ("dataActions", "notDataActions", action),
        None => ("actions", "notActions", word),
    };
    fits(entry, allowed, action) && !fits(entry, taken, action)
}

/// Actions are compared without case.
fn fits(entry: &Value, list: &str, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let patterns = entry.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    patterns.into_iter().any(|pattern| glob::matches(&pattern.to_ascii_lowercase(), &action))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_taken_away_is_not_held_and_data_is_apart() {
        let words = ["Microsoft.Sql/servers/delete", "Microsoft.Authorization/roleAssignments/write", "data:A/read"];
        let entry = |actions: Value, not: Value, data: Value| json!({"actions": actions, "notActions": not, "dataActions": data});
        let of = |entries: Vec<Value>| held(&json!({ "value": entries }), &words).unwrap();
        assert_eq!(of(vec![entry(json!(["*"]), json!([]), json!([]))]), words[..2]);
        assert_eq!(of(vec![entry(json!(["*"]), json!(["microsoft.authorization/*/Write"]), json!([]))]), words[..1]);
        assert_eq!(of(vec![entry(json!(["*/delete"]), json!([]), json!(["A/*"]))]), [words[0], words[2]]);
        // What one entry takes away another may give.
        let both =
            vec![entry(json!(["*"]), json!(["*"]), json!([])), entry(json!(["Microsoft.Sql/*"]), json!([]), json!([]))];
        assert_eq!(of(both), words[..1]);
        assert_eq!(held(&json!({"value": "x"}), &words), None);
        assert_eq!(held(&json!([]), &words), None);
    }
}
