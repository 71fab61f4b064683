//! What Terraform's state lists beside the attributes of a thing: the ways to those of them that are
//! secret, whatever their names. A way is a list of steps, `{"type": "get_attr", "value": "name"}` or
//! `{"type": "index", "value": {"value": 0, "type": "number"}}`, and all below its end is meant.

use super::tree::{DEEPEST, Id, Tree};

const LIST: &str = "sensitive_attributes";
/// So many ways are followed, and so many neighbours of a list are looked at.
const MOST: usize = 200;

/// Whether a way that is listed beside `top` leads from there to `leaf`, or to what it stands in.
pub fn is_listed(tree: &Tree<'_>, top: Id, leaf: Id) -> bool {
    let named = |parent: Id, name: &str| tree.children(parent).take(MOST).find(|&child| tree.key(child) == name);
    let Some(list) = tree.parent(top).and_then(|parent| named(parent, LIST)) else { return false };
    let mut keys: Vec<&str> = std::iter::successors(Some(leaf), |&id| tree.parent(id))
        .take(DEEPEST)
        .take_while(|&id| id != top)
        .map(|id| tree.key(id))
        .collect();
    keys.reverse();
    let key_of = |step: Id| {
        let value = named(step, "value")?;
        tree.value(value).or_else(|| tree.value(named(value, "value")?)).map(|value| value.text.as_ref())
    };
    tree.children(list).take(MOST).any(|way| {
        let mut steps: Vec<Id> = tree.children(way).take(DEEPEST).collect();
        steps.reverse();
        let leads = |(number, step): (usize, &Id)| keys.get(number).copied() == key_of(*step);
        !steps.is_empty() && steps.iter().enumerate().all(leads)
    })
}
