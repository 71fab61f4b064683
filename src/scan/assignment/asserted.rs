//! What a test says that a value is: `assertEqual(token, "x")`, `assert.Equal(t, "x", token)`,
//! `expect(token).to eq "x"`, and what it types into a field: `fill_in "Password", with: "x"`.

use super::super::place::Text;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// What stands between the name of a field and what is typed into it.
const TYPED: [&[u8]; 9] = [
    b", with:",
    b", :with =>",
    b".type(",
    b".send_keys(",
    b".sendKeys(",
    b".SendKeys(",
    b".typeText(",
    b".fill(",
    b".setValue(",
];
/// A key that is pressed behind what is typed.
const ENTER: &[u8] = b"{enter}";
/// Words of the calls that compare.
const COMPARE: [&[u8]; 4] = [b"assert", b"expect", b"equal", b"when("];
/// How the words begin that say what is expected.
const EXPECTED: [&str; 7] = [".to eq", ".toBe(", ".toEqual(", ".to.eq", ".to.be(", ".isEqualTo(", ".thenReturn("];
/// No value stands farther in front of its name.
const FAR: usize = 300;

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let mut rest = name.behind();
    let quoted = rest.skip_closing();
    while quoted && (rest.eat(b")") || rest.eat(b"\"") || rest.eat(b"'") || rest.eat(b"]")) {}
    if TYPED.iter().any(|with| rest.eat(with)) || (quoted && rest.eat(b" with ")) {
        rest.spaces();
        return rest.quoted(Form::Quoted).map(|mut value| {
            let pressed = name.bytes[value.span.clone()].ends_with(ENTER);
            value.span.end -= if pressed { ENTER.len() } else { 0 };
            value
        });
    }
    // `type('input[type="password"]', "x")`
    if quoted && name.line_before().ends_with(b"=\"") && rest.eat(b", ") {
        return rest.quoted(Form::Login);
    }
    if quoted && let Some(value) = set_for(name) {
        return Some(value);
    }
    // `"x".equals(password)`
    let line = name.line_before();
    let asked = line.strip_suffix(b".getParameter(\"").filter(|_| quoted).map_or(line, without_name);
    if let Some(text) = asked.strip_suffix(b".equals(") {
        return text_before(name, text, Form::Compared);
    }
    rest.eat(b"()");
    let before = name.line_before().to_ascii_lowercase();
    if name.place.text != Text::Code || !COMPARE.iter().any(|word| memchr::memmem::find(&before, word).is_some()) {
        return None;
    }
    if let Some(value) = expected_first(name) {
        return Some(value);
    }
    if rest.eat(b")") {
        EXPECTED.iter().find(|words| rest.eat(words.as_bytes()))?;
        rest.at +=
            rest.rest().iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'(' | b' ')).count();
        return rest.quoted(Form::Compared);
    }
    if rest.eat(b",") {
        rest.spaces();
        return rest.quoted(Form::Compared);
    }
    None
}

/// A line without the name that it ends in.
fn without_name(line: &[u8]) -> &[u8] {
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    &line[..line.len() - line.iter().rev().take_while(inside).count()]
}

/// `("x", token)`
fn expected_first(name: &Named<'_>) -> Option<Value> {
    let mut behind = name.behind();
    behind.eat(b"()");
    let closed = matches!(behind.rest().first(), Some(b')' | b','));
    text_before(name, name.line_before().strip_suffix(b", ")?, Form::Compared).filter(|_| closed)
}

/// `set("x", forKey: "token")`, as it is said in Swift and Objective-C.
fn set_for(name: &Named<'_>) -> Option<Value> {
    let line = name.line_before();
    let line = line.strip_suffix(b"@\"").or_else(|| line.strip_suffix(b"\""))?;
    let line = line.strip_suffix(b" ").unwrap_or(line);
    let line = [&b"forKey:"[..], b"forHTTPHeaderField:"].iter().find_map(|word| line.strip_suffix(*word))?;
    text_before(name, line.strip_suffix(b", ").or_else(|| line.strip_suffix(b" "))?, Form::Login)
}

/// The text in quotation marks that this beginning of the line ends in, and that is handed to something.
fn text_before(name: &Named<'_>, line: &[u8], form: Form) -> Option<Value> {
    let (quote, inside) = line.split_last().filter(|(quote, _)| is_quote(**quote))?;
    let from = inside.len().saturating_sub(FAR);
    let opening = from + memchr::memrchr(*quote, &inside[from..])?;
    let opened = opening > 0 && matches!(inside[opening - 1], b'(' | b' ' | b'@');
    let start = name.span.start - name.line_before().len() + opening + 1;
    opened.then_some(Value { span: start..start + inside.len() - opening - 1, form })
}
