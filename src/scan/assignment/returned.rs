//! A value that a program keeps in what gives it back: `def password; "x"; end`,
//! `getPassword() { return "x"; }`, `ApiKey { get { return "x"; } }`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// What may stand between the name and the text, in any order.
const BETWEEN: [&[u8]; 16] = [
    b"()",
    b"(self)",
    b"(cls)",
    b"{",
    b"return",
    b"get",
    b"=>",
    b";",
    b": string",
    b": String",
    b"-> str",
    b"-> String",
    b"by lazy",
    b", do:",
    b":",
    b"=",
];
/// What says among these that something is given.
const GIVES: [&[u8]; 4] = [b"return", b"get() =", b"by lazy", b", do:"];
/// So far behind the name, on however many lines, the text begins.
const FAR: usize = 120;

/// All of what the name stands for is one text.
pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let line = name.line_before();
    let is_ruby = line.trim_ascii_start() == b"def ";
    if name.place.text != Text::Code || !(is_ruby || line.last().is_some_and(|byte| *byte == b' ')) {
        return None;
    }
    let end = name.bytes.len().min(name.span.end + FAR);
    let mut rest = Cursor { bytes: name.bytes, at: name.span.end, end };
    let start = rest.at;
    loop {
        rest.at += rest.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if !BETWEEN.iter().any(|part| rest.eat(part)) {
            break;
        }
    }
    let between = &rest.bytes[start..rest.at];
    let says = GIVES.iter().any(|word| memchr::memmem::find(between, word).is_some());
    let gives = says || (is_ruby && !between.contains(&b':'));
    let is_text = rest.rest().first().is_some_and(|byte| is_quote(*byte));
    rest.end = super::super::lines::line_end(rest.bytes, rest.at);
    let value = (gives && is_text).then(|| rest.quoted(Form::Login)).flatten()?;
    let behind = rest.rest().trim_ascii();
    (behind.is_empty() || matches!(behind[0], b';' | b'}')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn what_a_getter_gives_is_found() {
        for (path, text) in [
            ("a.rb", "def api_token\n  '{}'\nend"),
            ("a.rb", "def api_token; \"{}\"; end"),
            ("a.php", "public function getToken() { return '{}'; }"),
            ("a.php", "public function getToken(): string\n{\n    return '{}';\n}"),
            ("a.java", "public String getApiToken() {\n    return \"{}\";\n}"),
            ("a.py", "def get_api_token():\n    return \"{}\"\n"),
            ("a.py", "@property\ndef token(self) -> str:\n    return '{}'"),
            ("a.kt", "override val apiKey: String get() = \"{}\""),
            ("a.kt", "val token by lazy { \"{}\" }"),
            ("a.ex", "def token, do: \"{}\""),
            ("a.cs", "public static string ApiToken { get { return \"{}\"; } }"),
        ] {
            assert_eq!(found(path, text, "{base62:40}").len(), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("a.java", "public String getToken() {\n    return \"{}\" + next();\n}"),
            ("a.java", "public String getToken() {\n    log(\"{}\");\n}"),
            ("a.rb", "def token(kind)\n  \"{}\"\nend"),
            ("a.py", "def token(self):\n    \"{}\""),
            ("a.js", "a token {\n \"{}\"; }"),
        ] {
            assert_eq!(found(path, text, "{base62:40}"), [], "{path}: {text}");
        }
    }
}
