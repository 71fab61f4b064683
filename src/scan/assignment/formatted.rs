//! What fills a text: `"mysql://%s:%s@%s" % ("dana", "x", host)`, `"password={}".format("x")`.

use super::cursor::Cursor;
use super::named::is_quote;
use super::syntax::{Form, LONGEST, Value};

/// What is filled in.
const GAPS: [&[u8]; 2] = [b"%s", b"{}"];
/// What stands between such a text and what fills it.
const FILLED: [&[u8]; 5] = [b" % (", b" % ", b".format(", b", ", b" -f "];

/// The value itself, or the text that stands for it where it is to be filled in.
pub(super) fn meant(bytes: &[u8], value: Value) -> Option<Value> {
    let gap = &bytes[value.span.clone()];
    if !GAPS.contains(&gap) {
        return Some(value);
    }
    // What is said to people has a space there: `"password: %s"`.
    let is_field = matches!(bytes[value.span.start - 1], b'=' | b':');
    is_field.then(|| filling(bytes, gap, value.span.start)).flatten()
}

fn filling(bytes: &[u8], gap: &[u8], at: usize) -> Option<Value> {
    let start = super::super::lines::line_start(bytes, at).max(at.saturating_sub(LONGEST));
    let open = start + bytes[start..at].iter().rposition(|byte| is_quote(*byte))?;
    let before = memchr::memmem::find_iter(&bytes[open..at], gap).count();
    let close = at + memchr::memchr(bytes[open], &bytes[at..])?;
    let mut rest = Cursor { bytes, at: close + 1, end: super::super::lines::line_end(bytes, close) };
    FILLED.iter().any(|word| rest.eat(word)).then_some(())?;
    for _ in 0..before {
        rest.at += super::signature::end_of_argument(rest.rest())?;
        rest.eat(b",").then_some(())?;
        rest.spaces();
    }
    rest.quoted(Form::Login)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn what_fills_a_text_is_found_at_its_place() {
        for (path, text) in [
            ("a.py", "connect(\"mysql://%s:%s@%s/main\" % (\"dana\", \"{}\", \"db1\"))"),
            ("a.go", "fmt.Sprintf(\"host=%s user=%s password=%s\", \"db1\", \"dana\", \"{}\")"),
            ("a.go", "fmt.Sprintf(\"%s:%s@tcp(%s)/main\", \"dana\", \"{}\", host)"),
            ("a.py", "url = \"https://acme.test/me?access_token=%s\" % \"{}\""),
        ] {
            let values: Vec<String> = found(path, text, "{base62:20}").into_iter().map(|(value, _)| value).collect();
            assert_eq!(values, ["{}"], "{path}: {text}");
        }
        for (path, text) in [
            ("a.py", "connect(\"mysql://%s:%s@%s/main\" % (user, password, \"{}\"))"),
            ("a.go", "fmt.Sprintf(\"password=%s\", password, \"{}\")"),
            ("a.go", "log.Print(\"password=%s\") // \"{}\""),
        ] {
            assert_eq!(found(path, text, "{base62:20}"), [], "{path}: {text}");
        }
    }
}
