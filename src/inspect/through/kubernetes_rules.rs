//! The rules of a Kubernetes subject, as `SelfSubjectRulesReview` answers them. A word is
//! `VERB RESOURCE` or `VERB RESOURCE.GROUP`; a rule that names single objects allows it too, since
//! one object may be the one that matters. Everything is one word, [`ALL`], and not all of them.

use serde_json::Value;

/// Every verb on every resource of every group.
const ALL: &str = "* *.*";

/// The words that some rule allows; none when the reply holds no rules.
pub(super) fn held<'w>(body: &Value, words: &[&'w str]) -> Option<Vec<&'w str>> {
    let rules = body.pointer("/status/resourceRules")?.as_array()?;
    let allows = |word: &str| {
        let Some((verb, resource)) = word.split_once(' ') else { return false };
        let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
        rules.iter().any(|rule| {
            let has = |list: &str, wanted: &str| {
                let items = rule.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                items.into_iter().any(|item| item == "*" || item == wanted || subresources(item, wanted))
            };
            has("verbs", verb) && has("apiGroups", group) && has("resources", resource)
        })
    };
    let held: Vec<&str> = words.iter().copied().filter(|word| allows(word)).collect();
    Some(if held.contains(&ALL) { vec![ALL] } else { held })
}

/// `*/exec` stands for that subresource of everything.
fn subresources(item: &str, wanted: &str) -> bool {
    let (Some(("*", item)), Some((_, wanted))) = (item.split_once('/'), wanted.split_once('/')) else { return false };
    item == wanted
}

pub(super) fn missing(body: &Value) -> Option<&'static str> {
    (body.pointer("/status/incomplete") == Some(&Value::Bool(true)))
        .then_some("the cluster says that its list of rules is not complete")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_allow_what_they_name() {
        let words = ["delete namespaces", "create pods/exec", "update deployments.apps", "kind:x", "* *"];
        let of = |verbs: &[&str], groups: &[&str], resources: &[&str]| {
            let rule = json!({"verbs": verbs, "apiGroups": groups, "resources": resources});
            held(&json!({"status": {"resourceRules": [rule]}}), &words).unwrap()
        };
        assert_eq!(
            of(&["*"], &["*"], &["*"]),
            ["delete namespaces", "create pods/exec", "update deployments.apps", "* *"]
        );
        let all = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]});
        let body = json!({"status": {"resourceRules": [all]}});
        assert_eq!(held(&body, &["get pods", ALL]).unwrap(), [ALL]);
        assert_eq!(of(&["delete"], &[""], &["namespaces", "pods"]), ["delete namespaces"]);
        assert_eq!(of(&["create"], &[""], &["*/exec"]), ["create pods/exec"]);
        assert_eq!(of(&["update"], &[""], &["deployments"]), [""; 0]);
        assert_eq!(held(&json!({"status": {}}), &words), None);
        assert!(missing(&json!({"status": {"incomplete": true}})).is_some());
        assert_eq!(missing(&json!({"status": {"incomplete": false}})), None);
    }
}
