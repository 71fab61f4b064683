//! Tables in lines: fields with colons between them, and CSV.

use std::borrow::Cow;

use crate::carrier::tree::{ROOT, Tree};

/// `host:port:…`, a backslash before what belongs to the field.
pub fn fields<'t>(text: &'t str, columns: &[String], tree: &mut Tree<'t>) {
    for line in text.lines() {
        let line = line.trim();
        if tree.is_full() {
            return;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let row = tree.add(ROOT, "");
        for (column, raw) in columns.iter().zip(split(line)) {
            let value = if raw.contains('\\') { Cow::Owned(raw.replace('\\', "")) } else { Cow::Borrowed(raw) };
            tree.leaf_as(row, column.clone(), raw, value);
        }
    }
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    line.split(move |c: char| {
        let parts = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        parts
    })
}

/// The first record names the columns. Quoted fields may hold commas, and lines.
pub fn csv<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let first = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|&c| !first.contains(',') && first.contains(c)).unwrap_or(',');
    let mut rest = text;
    let Some(header) = record(&mut rest, separator) else { return };
    while let Some(record) = record(&mut rest, separator) {
        if tree.is_full() {
            return;
        }
        let row = tree.add(ROOT, "");
        for (column, field) in header.iter().zip(record) {
            tree.leaf_as(row, column.meaning.trim().to_owned(), field.raw, field.meaning);
        }
    }
}

struct Field<'t> {
    raw: &'t str,
    meaning: Cow<'t, str>,
}

/// Takes one record off the text. A quotation mark that is not closed ends with its line.
fn record<'t>(rest: &mut &'t str, separator: char) -> Option<Vec<Field<'t>>> {
    if rest.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        let field = quoted(rest).unwrap_or_else(|| {
            let end = rest.find([separator, '\n']).unwrap_or(rest.len());
            let (raw, behind) = rest.split_at(end);
            *rest = behind;
            let raw = raw.trim_end_matches('\r');
            Field { raw, meaning: Cow::Borrowed(raw) }
        });
        fields.push(field);
        // What stands behind a closing mark belongs to nothing.
        let end = rest.find([separator, '\n']).unwrap_or(rest.len());
        let behind = &rest[end..];
        let goes_on = behind.starts_with(separator);
        *rest = behind.get(1..).unwrap_or_default();
        if !goes_on {
            return Some(fields);
        }
    }
}

/// A field may be as long as a note or a key, not as long as a file.
const LONGEST: usize = 16 << 10;

fn quoted<'t>(rest: &mut &'t str) -> Option<Field<'t>> {
    let inside = rest.strip_prefix('"')?;
    let mut marks = inside.char_indices().take_while(|&(at, _)| at < LONGEST).filter(|&(_, c)| c == '"').peekable();
    while let Some((at, _)) = marks.next() {
        if marks.next_if(|&(next, _)| next == at + 1).is_some() {
            continue;
        }
        let raw = &inside[..at];
        *rest = &inside[at + 1..];
        let meaning = if raw.contains("\"\"") { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) };
        return Some(Field { raw, meaning });
    }
    None
}
