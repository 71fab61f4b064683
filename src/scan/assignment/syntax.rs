//! From a name to the value that stands behind it, in the words of many languages: `name = "value"`,
//! `"name": "value"`, `name=value`, `name: str = 'value'`, `:name => 'value'`, `set_name("value")`,
//! `define('name', 'value')`, `<name>value</name>`, `<add key="name" value="value"/>`, `--name value`,
//! `"--name", "value"`, `name: String("value")`, `"?name=value&"`, `IDENTIFIED BY 'value'`.

use std::ops::Range;

use super::super::lines;
use super::super::place::{Place, Text};

/// No value is longer.
const LONGEST: usize = 600;
/// How far a separator may stand behind a name.
const GAP: usize = 40;

/// What a name is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub span: Range<usize>,
    pub form: Form,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Between quotation marks, and nothing is added to it.
    Quoted,
    /// As it stands, where such values are no program.
    Bare,
    /// Inside an element.
    Element,
    /// Compared with, or handed to a function: `password == "x"`, `login("x")`.
    Passed,
}

/// The value of the name, if it is written there.
pub(super) fn value(bytes: &[u8], name: &Range<usize>, place: &Place) -> Option<Value> {
    let line_end = lines::line_end(bytes, name.end).min(name.end + LONGEST + GAP);
    let mut rest = Cursor { bytes, at: name.end, end: line_end };
    if rest.rest().starts_with(b"=") && begins_a_field(bytes, name.start, place) {
        rest.at += 1;
        return rest.field();
    }
    let name_quoted = rest.skip_closing();
    let before = name.start.checked_sub(1).map(|at| bytes[at]);
    let shouted = bytes[name.clone()].iter().all(|byte| !byte.is_ascii_lowercase());
    rest.spaces();
    if (name_quoted && is_chosen(bytes, name.start)) || (shouted && rest.rest().first() == Some(&b'(')) {
        // One of two texts, or a macro.
        return None;
    }
    let separator = rest.separator(name_quoted, before, dashed(bytes, name.start), place)?;
    rest.spaces();
    match separator {
        Separator::Element => rest.element(),
        Separator::Assigned => {
            rest.type_of_variable();
            rest.quoted(Form::Quoted).or_else(|| rest.bare(place, shouted)).or_else(|| rest.wrapped(place))
        }
        Separator::Option => rest.quoted(Form::Bare).or_else(|| rest.word()),
        // The next may be another name.
        Separator::Listed => rest.quoted(Form::Quoted).filter(|value| bytes[value.span.start] != b'-'),
        Separator::Passed => rest.quoted(Form::Passed),
    }
}

/// The password of `CREATE USER dana IDENTIFIED BY '…'`, at its word `IDENTIFIED`.
pub(super) fn identified_by(bytes: &[u8], at: usize) -> Option<Value> {
    const WORD: usize = super::name::IDENTIFIED.len();
    if !bytes.get(at..at + WORD)?.eq_ignore_ascii_case(super::name::IDENTIFIED.as_bytes()) {
        return None;
    }
    // Of prose something is identified by anything; a statement names the user in front.
    let before = bytes[lines::line_start(bytes, at)..at].to_ascii_lowercase();
    let told = |word: &[u8]| memchr::memmem::find(&before, word).is_some();
    if !told(b"user ") && !told(b"grant ") {
        return None;
    }
    let mut rest = Cursor { bytes, at: at + WORD, end: lines::line_end(bytes, at).min(at + LONGEST) };
    rest.spaces();
    if rest.eat_word(b"with") {
        rest.spaces();
        rest.at += rest.rest().iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        rest.spaces();
    }
    if !rest.eat_word(b"by") {
        return None;
    }
    rest.spaces();
    rest.quoted(Form::Quoted).or_else(|| rest.word().filter(|_| told(b"alter user ") || told(b"create user ")))
}

/// Whether a field of a text begins here: `?name=`, `&name=`, and in a program `"name=` and `\nname=`.
fn begins_a_field(bytes: &[u8], start: usize, place: &Place) -> bool {
    let Some(at) = start.checked_sub(1) else { return false };
    match bytes[at] {
        b'?' | b'&' => true,
        b'"' | b'\'' | b'`' => place.text == Text::Code,
        b'n' => place.text == Text::Code && at > 0 && bytes[at - 1] == b'\\',
        _ => false,
    }
}

/// `failed ? "PASS" : "FAIL"`
fn is_chosen(bytes: &[u8], start: usize) -> bool {
    bytes[..start.saturating_sub(1)].trim_ascii_end().ends_with(b"?")
}

/// What stands in front of a name and its dashes, if it has two: `"--name"`.
fn dashed(bytes: &[u8], start: usize) -> Option<u8> {
    bytes[..start].strip_suffix(b"--").and_then(|before| before.last().copied())
}

enum Separator {
    Assigned,
    Passed,
    Element,
    Option,
    /// The next of a list of arguments: `"--name", "value"`.
    Listed,
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.end.max(self.at)]
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let stands = self.rest().starts_with(text);
        self.at += if stands { text.len() } else { 0 };
        stands
    }

    /// A word of a statement, whatever its case.
    fn eat_word(&mut self, word: &[u8]) -> bool {
        let stands = self.rest().len() > word.len()
            && self.rest()[..word.len()].eq_ignore_ascii_case(word)
            && self.rest()[word.len()].is_ascii_whitespace();
        self.at += if stands { word.len() } else { 0 };
        stands
    }

    fn spaces(&mut self) {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    /// What closes the name: `"`, `']`, `\"`. Says whether it was quoted.
    fn skip_closing(&mut self) -> bool {
        self.eat(b"\\");
        let quoted = self.eat(b"\"") || self.eat(b"'") || self.eat(b"`");
        self.eat(b"]");
        quoted
    }

    fn separator(&mut self, quoted: bool, before: Option<u8>, dashed: Option<u8>, place: &Place) -> Option<Separator> {
        let is_quote = |byte: Option<u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
        for compared in [&b"==="[..], b"=="] {
            if self.eat(compared) {
                return Some(Separator::Passed);
            }
        }
        for assigned in [&b"=>"[..], b":=", b"||=", b"??=", b"?=", b"+=", b"<-", b"=", b": ", b":\t"] {
            if self.eat(assigned) {
                return Some(Separator::Assigned);
            }
        }
        match self.rest().first()? {
            b':' => {
                // `name::other` is a path of code, and `user:password@host` has a reader of its own.
                self.at += 1;
                (self.rest().first() != Some(&b':')).then_some(Separator::Assigned)
            }
            b'>' if before == Some(b'<') || quoted => {
                self.at += 1;
                Some(Separator::Element)
            }
            b'(' if !quoted => {
                self.at += 1;
                Some(Separator::Passed)
            }
            b',' if quoted && (is_quote(before) || is_quote(dashed)) => {
                self.at += 1;
                Some(if is_quote(dashed) { Separator::Listed } else { Separator::Passed })
            }
            b'v' | b'c' if quoted => {
                let attribute = [&b"value="[..], b"content=", b"value ="].iter().any(|text| self.eat(text));
                attribute.then_some(Separator::Passed)
            }
            _ if before == Some(b'-') && place.text != Text::Code && self.bytes[self.at - 1] == b' ' => {
                Some(Separator::Option)
            }
            _ => None,
        }
    }

    /// `name: &'static str = "…"`: what stood between is a type.
    fn type_of_variable(&mut self) {
        let is_type = |byte: &&u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b' ' | b'<' | b'>' | b'&' | b'\'' | b'[' | b']' | b'_' | b'.' | b'?' | b'|' | b':')
        };
        // A text that ends in `=` is none.
        if matches!(self.rest().first(), Some(b'\'')) {
            return;
        }
        let length = self.rest().iter().take(GAP).take_while(is_type).count();
        let behind = &self.rest()[length..];
        let follows = |text: &[u8]| {
            text.iter().find(|byte| **byte != b' ').is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'))
        };
        if length > 0 && behind.first() == Some(&b'=') && behind.get(1) != Some(&b'=') && follows(&behind[1..]) {
            self.at += length + 1;
            self.spaces();
        }
    }

    /// A text between quotation marks that ends on this line, and is all of the value.
    fn quoted(&mut self, form: Form) -> Option<Value> {
        // Raw, byte and wide texts of several languages.
        let letters = self
            .rest()
            .iter()
            .take(2)
            .take_while(|byte| matches!(byte, b'r' | b'b' | b'u' | b'L' | b'@' | b'R'))
            .count();
        let marked = self.rest().get(letters).is_some_and(|byte| matches!(byte, b'"' | b'\''));
        self.at += if marked { letters } else { 0 };
        let escaped = self.eat(b"\\");
        let quote = *self.rest().first().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        self.at += 1;
        for _ in 0..2 {
            if self.rest().first() == Some(&quote)
                && self.rest().get(1).is_some_and(|byte| *byte == quote || self.bytes[self.at - 1] == quote)
            {
                self.eat(&[quote]);
            }
        }
        let start = self.at;
        let mut length = 0;
        while let Some(&byte) = self.rest().get(length) {
            let closes = match escaped {
                true => byte == b'\\' && self.rest().get(length + 1) == Some(&quote),
                false => byte == quote,
            };
            if closes {
                break;
            }
            length += if byte == b'\\' && !escaped { 2 } else { 1 };
        }
        self.rest().get(length)?;
        self.at = start + length + 1;
        self.spaces();
        // More is added to it: what stands here is a part of something, often of a sentence.
        let joined = matches!(self.rest().first(), Some(b'+' | b'%'))
            || (self.rest().first() == Some(&b'.') && form != Form::Bare && !self.is_converted());
        (!joined).then_some(Value { span: start..start + length, form })
    }

    /// Whether what is called on the text leaves it as it is.
    fn is_converted(&self) -> bool {
        const SAME: [&[u8]; 12] = [
            b".freeze",
            b".to_s",
            b".to_owned(",
            b".into()",
            b".as_bytes()",
            b".encode(",
            b".decode(",
            b".getBytes(",
            b".toCharArray(",
            b".trim()",
            b".toString(",
            b".to_vec()",
        ];
        SAME.iter().any(|call| self.rest().starts_with(call))
    }

    /// A text handed to a call or put into a list, whose result is assigned: `String("…")`, `[]string{"…"}`.
    fn wrapped(&mut self, place: &Place) -> Option<Value> {
        if place.text != Text::Code {
            return None;
        }
        let is_name =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'[' | b']' | b'*' | b'&');
        let length = self.rest().iter().take(GAP).take_while(is_name).count();
        let opens = length > 0 && matches!(self.rest().get(length), Some(b'(' | b'{'));
        if !opens {
            return None;
        }
        self.at += length + 1;
        self.quoted(Form::Passed)
    }

    /// A value in a text that has several: a query, a form, lines.
    fn field(&mut self) -> Option<Value> {
        let ends = |byte: &&u8| {
            !byte.is_ascii_whitespace()
                && !matches!(byte, b'&' | b'"' | b'\'' | b'`' | b'\\' | b'<' | b'>' | b')' | b';' | b',' | b'|')
        };
        let (start, length) = (self.at, self.rest().iter().take_while(ends).count());
        (length > 0).then_some(Value { span: start..start + length, form: Form::Passed })
    }

    /// A value as it stands, up to the end of its line or a remark.
    fn bare(&mut self, place: &Place, shouted: bool) -> Option<Value> {
        if place.text == Text::Code {
            return None;
        }
        let ends = |byte: &&u8| match place.text {
            Text::Lines => !byte.is_ascii_whitespace(),
            _ => {
                !byte.is_ascii_whitespace()
                    && !matches!(byte, b',' | b';' | b'<' | b'"' | b'\'' | b'`' | b'|' | b')' | b']' | b'}')
            }
        };
        let start = self.at;
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        let length = self.rest().iter().take_while(ends).count();
        // Old files end their lines in a carriage return alone.
        let behind = self.rest()[length..].split(|byte| *byte == b'\r').next().unwrap_or_default();
        // Of several words none is the value, but for a remark behind.
        let more = behind.iter().find(|byte| !byte.is_ascii_whitespace());
        let remark = matches!(more, Some(b'#' | b';' | b',' | b'}' | b']' | b'<' | b'\\' | b'|' | b'&' | b')'));
        let alone = more.is_none()
            || remark
            || (before == Some(b'=')
                && match place.text {
                    Text::Shell => matches!(behind.first(), Some(b' ' | b'"' | b'\'' | b'`')),
                    Text::Data => shouted && behind.first() == Some(&b' '),
                    Text::Lines | Text::Code => false,
                });
        (length > 0 && alone).then_some(Value { span: start..start + length, form: Form::Bare })
    }

    /// The next word of a command line.
    fn word(&mut self) -> Option<Value> {
        let start = self.at;
        let length = self
            .rest()
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b')' | b'|' | b';'))
            .count();
        (length > 0 && self.rest()[0] != b'-').then_some(Value { span: start..start + length, form: Form::Bare })
    }

    fn element(&mut self) -> Option<Value> {
        let start = self.at;
        let length = self.rest().iter().take_while(|byte| !matches!(byte, b'<' | b'>')).count();
        let closed = self.rest()[length..].starts_with(b"</");
        (length > 0 && closed).then_some(Value { span: start..start + length, form: Form::Element })
    }
}
