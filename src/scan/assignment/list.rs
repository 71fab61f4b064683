//! A name that is given several values: `TOKENS = ["x", "y"]`, `tokens := []string{"x", "y"}`,
//! `tokens: {prod: "x", dev: "y"}`, and in YAML a list below the name.

use super::super::lines;
use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// How lists and tables begin, and what each ends with. The longest first.
const OPEN: &[(&str, u8)] = &[
    ("Arrays.asList(", b')'),
    ("mutableListOf(", b')'),
    ("listOf(", b')'),
    ("setOf(", b')'),
    ("arrayOf(", b')'),
    ("mapOf(", b')'),
    ("List.of(", b')'),
    ("Set.of(", b')'),
    ("array(", b')'),
    ("List(", b')'),
    ("Seq(", b')'),
    ("Set(", b')'),
    ("Map(", b')'),
    ("vec![", b']'),
    ("%w[", b']'),
    ("%w(", b')'),
    ("@(", b')'),
    ("[", b']'),
    ("{", b'}'),
    ("(", b')'),
];
/// What may stand between a name or a separator and the list: the type of what it holds.
const TYPE: usize = 40;

/// All values, the first one too.
pub(super) fn values(name: &Named<'_>) -> Vec<Value> {
    let mut rest = name.behind();
    rest.skip_closing();
    rest.spaces();
    let values = below(name, &rest).or_else(|| between(name, rest));
    values.unwrap_or_default()
}

/// What stands between marks, on as many lines as it takes.
fn between(name: &Named<'_>, mut rest: Cursor<'_>) -> Option<Vec<Value>> {
    is_assigned(&mut rest).then_some(())?;
    rest.spaces();
    // `new[] {`, `[]string{`, `new List<string> {`
    let is_type = |byte: &&u8| byte.is_ascii_alphanumeric() || b"[]<>*, .&;".contains(byte);
    let opens = |rest: &[u8]| OPEN.iter().find(|(open, _)| rest.starts_with(open.as_bytes()));
    let (open, close) = opens(rest.rest()).filter(|(open, _)| !opens_a_type(open, &rest)).or_else(|| {
        let length = rest.rest().iter().take(TYPE).take_while(is_type).count();
        let is_literal = length > 0 && rest.rest().get(length) == Some(&b'{');
        rest.at += if is_literal { length } else { 0 };
        is_literal.then_some(&("{", b'}'))
    })?;
    rest.at += open.len();
    rest.end = name.bytes.len();
    let of_words =
        name.place.text == Text::Data || open.starts_with('%') || (*open == "(" && name.place.text == Text::Shell);
    let mut found = Vec::new();
    loop {
        gap(&mut rest);
        if rest.rest().first().is_none_or(|byte| byte == close) {
            break;
        }
        let start = rest.at;
        let Some(value) = element(&mut rest, of_words) else { break };
        let key = rest.bytes[start..rest.at].trim_ascii();
        gap(&mut rest);
        if !["=>", ":", "=", "to "].iter().any(|given| rest.eat(given.as_bytes())) {
            found.extend(value);
            continue;
        }
        if !is_plural(name) && !matches!(key, b"\"value\"" | b"\"default\"" | b"value" | b"default") {
            break;
        }
        gap(&mut rest);
        let Some(value) = element(&mut rest, of_words) else { break };
        found.extend(value);
    }
    Some(found)
}

/// `[]string{`, `[&str; 2]`: what begins as a list does is the type of one.
fn opens_a_type(open: &str, rest: &Cursor<'_>) -> bool {
    open == "["
        && memchr::memchr(b']', rest.rest()).is_some_and(|end| {
            rest.rest().get(end + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'{' | b'*'))
        })
}

/// Names of several have values with names of their own: of one they are what it is made of.
fn is_plural(name: &Named<'_>) -> bool {
    matches!(name.bytes[name.span.clone()].last(), Some(b's' | b'S'))
}

/// `=`, `:`, `:=`, with the type of what is declared on either side.
fn is_assigned(rest: &mut Cursor<'_>) -> bool {
    let is_type = |byte: &&u8| byte.is_ascii_alphanumeric() || b"[]<>*, .&;:".contains(byte);
    // `tokens: string[] =`, `TOKENS: [&str; 2] =`
    if rest.rest().first() == Some(&b':') {
        let length = rest.rest().iter().take(TYPE).take_while(is_type).count();
        if length > 1 && rest.rest()[length..].starts_with(b"= ") {
            rest.at += length + 1;
            return true;
        }
    }
    // `std::vector<std::string> tokens{"x"}`
    matches!(rest.rest(), [b'{', quote, ..] if is_quote(*quote))
        || [&b":="[..], b"=>", b"[] =", b"[]=", b"=", b":"].iter().any(|assigned| rest.eat(assigned))
}

/// White space, commas, remarks, on whatever line.
fn gap(rest: &mut Cursor<'_>) {
    loop {
        rest.at += rest.rest().iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        if !(rest.rest().starts_with(b"//") || rest.rest().starts_with(b"#")) {
            return;
        }
        rest.at = lines::line_end(rest.bytes, rest.at);
    }
}

/// A text in quotation marks, or a name of a program, which is none; in lists of words each is a value.
fn element(rest: &mut Cursor<'_>, of_words: bool) -> Option<Option<Value>> {
    if let Some(value) = rest.quoted(Form::Login) {
        return Some(Some(value));
    }
    let inside = |byte: &&u8| match of_words {
        true => byte.is_ascii_graphic() && !b",[]{}()\"'`:".contains(byte),
        false => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'),
    };
    let (start, length) = (rest.at, rest.rest().iter().take_while(inside).count());
    rest.at += length;
    let value = of_words.then_some(Value { span: start..start + length, form: Form::Login });
    (length > 0).then_some(value)
}

/// In YAML: lines below the name, each with a dash.
fn below(name: &Named<'_>, rest: &Cursor<'_>) -> Option<Vec<Value>> {
    let bytes = name.bytes;
    let mut end = lines::line_end(bytes, rest.at);
    (name.place.text == Text::Data && bytes[rest.at..end].trim_ascii() == b":").then_some(())?;
    let indent = |start: usize| bytes[start..].iter().take_while(|byte| **byte == b' ').count();
    let mut found = Vec::new();
    let mut first = None;
    while let Some(line) = memchr::memchr(b'\n', &bytes[end..]) {
        let next = end + line + 1;
        let dash = next + indent(next);
        end = lines::line_end(bytes, next);
        if *first.get_or_insert(indent(next)) != indent(next) || !bytes[dash..end].starts_with(b"- ") {
            break;
        }
        let mut item = name.at(dash + 2);
        item.spaces();
        found.extend(
            item.quoted(Form::Login)
                .or_else(|| item.bare(name.place, false).map(|value| Value { form: Form::Login, ..value })),
        );
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn every_value_of_a_list_is_found() {
        for (path, text) in [
            ("a.py", "API_KEYS = [\"a{}\", \"b{}\"]"),
            ("a.py", "API_KEYS = [\n    \"a{}\",  # the old one\n    \"b{}\",\n]"),
            ("a.py", "TOKENS = (\"a{}\", \"b{}\")"),
            ("a.py", "TOKENS = {\"prod\": \"a{}\", \"dev\": \"b{}\"}"),
            ("a.js", "const tokens = ['a{}', 'b{}'];"),
            ("a.ts", "const tokens: string[] = ['a{}', 'b{}'];"),
            ("a.go", "tokens := []string{\n\t\"a{}\",\n\t\"b{}\",\n}"),
            ("a.go", "var tokens = map[string]string{\n\t\"a\": \"a{}\",\n\t\"b\": \"b{}\",\n}"),
            ("a.java", "String[] tokens = new String[] { \"a{}\", \"b{}\" };"),
            ("a.java", "List<String> tokens = Arrays.asList(\"a{}\", \"b{}\");"),
            ("a.cs", "var tokens = new List<string> { \"a{}\", \"b{}\" };"),
            ("a.c", "const char *tokens[] = {\"a{}\", \"b{}\"};"),
            ("a.cpp", "std::vector<std::string> tokens{\"a{}\", \"b{}\"};"),
            ("a.rs", "const TOKENS: [&str; 2] = [\"a{}\", \"b{}\"];"),
            ("a.rs", "let tokens = vec![\"a{}\", \"b{}\"];"),
            ("a.rb", "TOKENS = %w[a{} b{}].freeze"),
            ("a.php", "$tokens = array('a{}', 'b{}');"),
            ("a.kt", "val tokens = listOf(\"a{}\", \"b{}\")"),
            ("a.swift", "let tokens: [String] = [\"a{}\", \"b{}\"]"),
            ("a.sh", "TOKENS=(\"a{}\" \"b{}\")"),
            ("a.ps1", "$tokens = @(\"a{}\", \"b{}\")"),
            ("a.json", "{\"tokens\": [\n  \"a{}\",\n  \"b{}\"\n]}"),
            ("a.toml", "tokens = [\n  \"a{}\",\n  \"b{}\",\n]"),
            ("a.yml", "tokens: [a{}, b{}]"),
            ("a.yml", "tokens:\n  - a{}\n  - \"b{}\"\nother:\n  - c{}\n"),
            ("a.yml", "tokens:\n- a{}\n- b{}\n"),
        ] {
            let values: Vec<String> = found(path, text, "{base62:40}").into_iter().map(|(value, _)| value).collect();
            assert_eq!(values, ["a{}", "b{}"], "{path}: {text}");
        }
    }

    #[test]
    fn what_something_is_made_of_is_no_list_of_it() {
        for (path, text) in [
            ("a.py", "TOKENS = [first, second]\nx = \"{}\""),
            ("a.py", "token = {\"type\": \"{}\"}"),
            ("a.py", "tokens = []\nx = [\"{}\"]"),
            ("a.js", "if (tokens == ['{}']) {}"),
            ("a.json", "{\"tokens\": 3, \"x\": [\"{}\"]}"),
            ("a.yml", "tokens:\nother:\n  - {}\n"),
        ] {
            assert_eq!(found(path, text, "{base62:40}"), [], "{path}: {text}");
        }
        let words = "{\"passwords\": [\"This is required\", \"too short\", \"x\"]}";
        assert_eq!(found("a.json", words, ""), []);
    }
}
