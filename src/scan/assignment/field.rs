//! One assignment of several on a line: `host=h user=dana password=x dbname=a`, `run --password=x --port=1`.

use super::super::lines;
use super::super::place::{Place, Text};

/// Whether what begins at `value`, with `behind` after it, is followed by another assignment or option.
pub(super) fn is_one_of_several(bytes: &[u8], value: usize, behind: &[u8], place: &Place) -> bool {
    if !matches!(place.text, Text::Data | Text::Lines) || !behind.starts_with(b" ") {
        return false;
    }
    let before = &bytes[lines::line_start(bytes, value)..value];
    let before = before.strip_suffix(b"=").unwrap_or(before);
    let name = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    if before[name..].starts_with(b"-") {
        return place.text == Text::Data;
    }
    let last = before[..name].trim_ascii_end().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    is_assignment(last) && is_assignment(behind.trim_ascii_start())
}

fn is_of_a_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

/// Whether the first word of the text is `name=value`, behind a quotation mark as well.
fn is_assignment(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"'").or_else(|| text.strip_prefix(b"\"")).unwrap_or(text);
    let name = text.iter().take_while(|byte| is_of_a_name(byte)).count();
    name >= 2
        && text.get(name) == Some(&b'=')
        && text.get(name + 1).is_some_and(|byte| byte.is_ascii_graphic() && *byte != b'=')
}
