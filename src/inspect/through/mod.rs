//! What replies go through before they are read, where reading them takes computing: pure functions
//! that add a list `held`, the words of `[grants]` that the reply allows.

mod azure_actions;
mod kubernetes_rules;

use serde_json::Value;

use crate::detector::model::Through;

/// Adds what the function finds out; returns what the reply itself says is missing.
pub(super) fn run(function: Through, body: &mut Value, words: &[&str]) -> Option<&'static str> {
    let (held, missing) = match function {
        Through::AzureActions => (azure_actions::held(body, words), None),
        Through::KubernetesRules => (kubernetes_rules::held(body, words), kubernetes_rules::missing(body)),
    };
    // Without the list, the reply has not the shape that the step reads, which is a gap.
    if let (Some(held), Some(members)) = (held, body.as_object_mut()) {
        members.insert("held".to_owned(), held.into());
    }
    missing
}
