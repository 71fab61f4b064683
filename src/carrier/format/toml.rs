//! TOML. Its parser goes on behind mistakes and knows where everything stands.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::unquoted;
use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let (table, _) = DeTable::parse_recoverable(text);
    members(text, table.get_ref(), ROOT, 0, tree);
}

fn members<'t>(text: &'t str, table: &DeTable<'t>, parent: Id, depth: usize, tree: &mut Tree<'t>) {
    for (key, value) in table {
        let key: Cow<'t, str> = key.get_ref().clone();
        add(text, key, value, parent, depth, tree);
    }
}

fn add<'t>(
    text: &'t str,
    key: Cow<'t, str>,
    value: &Spanned<DeValue<'t>>,
    parent: Id,
    depth: usize,
    tree: &mut Tree<'t>,
) {
    if tree.is_full() || depth > DEEPEST {
        return;
    }
    match value.get_ref() {
        DeValue::Table(table) => {
            let id = tree.add(parent, key);
            members(text, table, id, depth + 1, tree);
        }
        DeValue::Array(items) => {
            let id = tree.add(parent, key);
            for (number, item) in items.iter().enumerate() {
                add(text, number.to_string().into(), item, id, depth + 1, tree);
            }
        }
        DeValue::String(meaning) => {
            let Some(raw) = text.get(value.span()).map(without_marks) else { return };
            let value = if raw == meaning { Cow::Borrowed(raw) } else { Cow::Owned(meaning.to_string()) };
            tree.leaf_as(parent, key, raw, value);
        }
        _ => {
            if let Some(raw) = text.get(value.span()) {
                tree.leaf(parent, key, raw);
            }
        }
    }
}

fn without_marks(raw: &str) -> &str {
    ["\"\"\"", "'''"]
        .iter()
        .find_map(|marks| raw.strip_prefix(marks)?.strip_suffix(marks))
        .unwrap_or_else(|| unquoted(raw))
}
