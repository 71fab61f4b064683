//! `machine HOST login NAME password SECRET`, in any order and over any number of lines.

use super::unquoted;
use crate::carrier::tree::{ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut machine = None;
    let mut key: Option<&str> = None;
    // The body of a macro ends with an empty line.
    let mut in_macro = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            in_macro = false;
        }
        if in_macro || line.trim_start().starts_with('#') {
            continue;
        }
        for word in line.split_whitespace() {
            if tree.is_full() {
                return;
            }
            match (key.take(), word) {
                (Some("machine"), name) => machine = Some(tree.add(ROOT, name)),
                (Some(key), value) => {
                    let machine = *machine.get_or_insert_with(|| tree.add(ROOT, ""));
                    tree.leaf(machine, key, unquoted(value));
                }
                (None, "default") => machine = Some(tree.add(ROOT, "")),
                (None, "macdef") => {
                    in_macro = true;
                    break;
                }
                (None, "machine" | "login" | "password" | "account") => key = Some(word),
                (None, _) => {}
            }
        }
    }
}
