//! PuTTY's key files: headers, and behind `Private-Lines: N` as many lines of base64.
//! <https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html>

use crate::carrier::tree::{ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut rest = text;
    while !rest.is_empty() && !tree.is_full() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = behind;
        let Some((key, value)) = line.split_once(':') else { continue };
        let (key, value) = (key.trim(), value.trim());
        if !key.ends_with("-Lines") {
            tree.leaf(ROOT, key, value);
            continue;
        }
        let Ok(count) = value.parse::<usize>() else { continue };
        let end = rest.match_indices('\n').nth(count.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        tree.leaf(ROOT, key, rest[..end].trim());
        rest = &rest[end..];
    }
}
