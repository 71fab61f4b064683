//! What a test says that a value is: `assertEqual(token, "x")`, `assert.Equal(t, "x", token)`,
//! `expect(token).to eq "x"`, and what it types into a field: `fill_in "Password", with: "x"`.

use super::super::place::Text;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// What stands between the name of a field and what is typed into it.
const TYPED: [&[u8]; 2] = [b", with:", b", :with =>"];
/// Words of the calls that compare.
const COMPARE: [&[u8]; 3] = [b"assert", b"expect", b"equal"];
/// How the words begin that say what is expected.
const EXPECTED: [&str; 6] = [".to eq", ".toBe(", ".toEqual(", ".to.eq", ".to.be(", ".isEqualTo("];
/// No value stands farther in front of its name.
const FAR: usize = 300;

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let mut rest = name.behind();
    rest.skip_closing();
    if TYPED.iter().any(|with| rest.eat(with)) {
        rest.spaces();
        return rest.quoted(Form::Quoted);
    }
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

/// `("x", token)`
fn expected_first(name: &Named<'_>) -> Option<Value> {
    let line = name.line_before();
    let end = line.strip_suffix(b", ")?;
    let (quote, inside) = end.split_last().filter(|(quote, _)| is_quote(**quote))?;
    let from = inside.len().saturating_sub(FAR);
    let opening = from + memchr::memrchr(*quote, &inside[from..])?;
    let closed = matches!(name.behind().rest().first(), Some(b')' | b','));
    let opened = opening > 0 && matches!(inside[opening - 1], b'(' | b' ');
    let start = name.span.start - line.len() + opening + 1;
    (closed && opened).then_some(Value { span: start..start + inside.len() - opening - 1, form: Form::Compared })
}
