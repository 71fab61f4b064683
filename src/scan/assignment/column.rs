//! Tables as Markdown and Org draw them: a name that heads a column, and the values below it.

use std::ops::Range;

use super::super::lines;
use super::super::place::Text;
use super::named::Named;
use super::syntax::{Form, Value};

/// The values of the column that the name is the head of.
pub(super) fn values(name: &Named<'_>) -> Vec<Value> {
    let Named { bytes, span, place } = name;
    if place.text != Text::Shell {
        return Vec::new();
    }
    let head = lines::line_end(bytes, span.end);
    let column = name.line_before().iter().filter(|byte| **byte == b'|').count();
    // `Password hash` is the head of something else, `Password (first)` is not.
    let behind = &bytes[span.end..head];
    let ends = behind.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'*' | b'`'));
    let is_head = matches!(ends, None | Some(b'|' | b'(' | b':')) && (column > 0 || behind.contains(&b'|'));
    if !is_head {
        return Vec::new();
    }
    let mut below: Vec<Range<usize>> = rows(bytes, head).collect();
    let ruled = below.first().is_some_and(|row| is_rule(&bytes[row.clone()]));
    // Gherkin rules nothing, and moves its tables in.
    let start = lines::line_start(bytes, span.start);
    let moved_in = bytes[start..].starts_with(b"    ") && bytes[start..head].trim_ascii_start().starts_with(b"|");
    if ruled {
        below.remove(0);
    } else if !moved_in {
        return Vec::new();
    }
    below.into_iter().filter_map(|row| cell(bytes, row, column)).collect()
}

/// The lines of a table below the one that ends here.
fn rows(bytes: &[u8], mut end: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let start = end + memchr::memchr(b'\n', &bytes[end..])? + 1;
        end = lines::line_end(bytes, start);
        bytes[start..end].contains(&b'|').then_some(start..end)
    })
}

/// `|---|:--:|`
fn is_rule(line: &[u8]) -> bool {
    line.windows(2).any(|two| two == b"--") && line.iter().all(|byte| b"|-:+= \t".contains(byte))
}

/// What stands in a cell of this row: one word as it is, or set apart as code or in bold letters.
fn cell(bytes: &[u8], row: Range<usize>, column: usize) -> Option<Value> {
    let mut marks = memchr::memchr_iter(b'|', &bytes[row.clone()]).map(|at| row.start + at);
    let start = if column == 0 { row.start } else { marks.nth(column - 1)? + 1 };
    let end = marks.next().unwrap_or(row.end);
    let mut span = start..end;
    let is_around = |byte: &u8| byte.is_ascii_whitespace();
    span.start += bytes[span.clone()].iter().take_while(|byte| is_around(byte)).count();
    span.end -= bytes[span.clone()].iter().rev().take_while(|byte| is_around(byte)).count();
    for mark in ["**", "`"] {
        let text = &bytes[span.clone()];
        if text.len() > 2 * mark.len() && text.starts_with(mark.as_bytes()) && text.ends_with(mark.as_bytes()) {
            span = span.start + mark.len()..span.end - mark.len();
        }
    }
    let text = &bytes[span.clone()];
    // Behind a backslash the mark belongs to the value, of which only a part is here.
    let is_word = !text.is_empty() && !text.iter().any(u8::is_ascii_whitespace) && !text.ends_with(b"\\");
    is_word.then_some(Value { span, form: Form::Login })
}
