//! Asks AWS to decide, where the policies themselves could not be read.

use std::collections::BTreeSet;

use roxmltree::Node;

use super::asking::Asker;
use super::xml;

/// Actions per question.
const BATCH: usize = 50;

/// Which of `actions` the simulation allows on every resource, in lower case.
///
/// It is asked without naming a resource, which stands for all of them at once. So its "allowed"
/// can be relied upon, and its denials cannot: an action that is allowed for one bucket, or
/// denied for all but one, is denied for all of them at once.
pub fn allowed(asker: &mut Asker<'_>, source: &str, actions: &[&str]) -> BTreeSet<String> {
    const WHAT: &str = "simulation of the policies";
    asker.open_reserve();
    let mut allowed = BTreeSet::new();
    let mut denied = false;
    for batch in actions.chunks(BATCH) {
        let names: Vec<String> = (1..=batch.len()).map(|number| format!("ActionNames.member.{number}")).collect();
        let mut parameters = vec![("PolicySourceArn", source)];
        parameters.extend(names.iter().map(String::as_str).zip(batch.iter().copied()));
        let results = asker.list("SimulatePrincipalPolicy", &parameters, WHAT, |result| {
            xml::members(result, "EvaluationResults")?.into_iter().map(read).collect()
        });
        for (action, is_allowed) in results.items {
            denied |= !is_allowed;
            allowed.extend(is_allowed.then_some(action));
        }
        if !results.complete {
            return allowed;
        }
    }
    if denied {
        asker.note("powers over single resources", "the simulation decides for all resources at once");
    }
    allowed
}

/// An action, and whether it is allowed with nothing left open.
fn read(result: Node<'_, '_>) -> Option<(String, bool)> {
    let action = xml::text(result, "EvalActionName")?.to_ascii_lowercase();
    let refused_by = |detail: &str, word: &str| {
        xml::child(result, detail).is_some_and(|detail| xml::text(detail, word) == Some("false"))
    };
    let allowed = xml::text(result, "EvalDecision")? == "allowed"
        && !refused_by("OrganizationsDecisionDetail", "AllowedByOrganizations")
        && !refused_by("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary");
    // With the missing values a condition may come out otherwise.
    let open = xml::members(result, "MissingContextValues").is_some_and(|missing| !missing.is_empty());
    Some((action, allowed && !open))
}
