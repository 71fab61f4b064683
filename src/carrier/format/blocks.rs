//! Blocks in braces with assignments in lines, as HCL writes them. Read by lines, since a file that is
//! broken in one place gives nothing when it is parsed.

use std::borrow::Cow;

use super::{json, unquoted};
use crate::carrier::tree::{DEEPEST, ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    // What each open brace opened: how many things stand around it.
    let mut open = vec![ROOT];
    for line in text.lines() {
        let line = line.trim();
        if tree.is_full() || open.len() > DEEPEST {
            return;
        }
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let mut line = line;
        while let Some(rest) = line.strip_prefix(['}', ']', ')']) {
            if open.len() > 1 {
                open.pop();
            }
            line = rest.trim_start_matches([',', ' ', '\t']);
        }
        let around = open.last().copied().unwrap_or(ROOT);
        if let Some(head) = line.strip_suffix(['{', '[', '(']) {
            let names = head.trim().trim_end_matches(['=', ':']).split_whitespace();
            let inside = names.fold(around, |around, name| tree.add(around, unquoted(name)));
            open.push(inside);
            continue;
        }
        // `credentials "host" { token = "…" }` in one line.
        let (around, line) = match line.split_once(" { ").and_then(|(head, body)| Some((head, body.strip_suffix('}')?)))
        {
            Some((head, body)) => {
                let names = head.trim_end_matches(['=', ' ']).split_whitespace();
                (names.fold(around, |around, name| tree.add(around, unquoted(name))), body)
            }
            None => (around, line),
        };
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let value = value.trim().trim_end_matches(',');
        if let Some(raw) = quoted(value) {
            let meaning: Cow<'t, str> = json::unescaped(raw);
            tree.leaf_as(around, unquoted(key.trim()), raw, meaning);
        }
    }
}

/// What stands between the first pair of quotation marks at the beginning.
fn quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(&inside[..end])
}
