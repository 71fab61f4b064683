//! A place in a line, and the ways in which a value may begin there.

use super::super::lines;
use super::super::place::{Place, Text};
use super::field;
use super::named::is_quote;
use super::syntax::{Form, GAP, Value};

pub(super) struct Cursor<'b> {
    pub bytes: &'b [u8],
    pub at: usize,
    pub end: usize,
}

impl Cursor<'_> {
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.end.max(self.at)]
    }

    pub(super) fn eat(&mut self, text: &[u8]) -> bool {
        let stands = self.rest().starts_with(text);
        self.at += if stands { text.len() } else { 0 };
        stands
    }

    /// A word of a statement, whatever its case.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let stands = self.rest().len() > word.len()
            && self.rest()[..word.len()].eq_ignore_ascii_case(word)
            && self.rest()[word.len()].is_ascii_whitespace();
        self.at += if stands { word.len() } else { 0 };
        stands
    }

    pub(super) fn spaces(&mut self) {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    /// What closes the name: `"`, `']`, `\"`. Says whether it was quoted.
    pub(super) fn skip_closing(&mut self) -> bool {
        self.eat(b"\\");
        // `"input[name=password]"`
        if matches!(self.rest(), [b']', quote, ..] if is_quote(*quote)) {
            self.eat(b"]");
        }
        let quoted = self.eat(b"\"") || self.eat(b"'") || self.eat(b"`") || self.eat_entity().is_some();
        let _ = self.eat(b"**") || (self.rest().starts_with(b"*:") && self.eat(b"*"));
        self.eat(b"]");
        // `$ENV{NAME} = …`
        if self.rest().starts_with(b"} =") {
            self.eat(b"}");
        }
        quoted
    }

    /// `name: &'static str = "…"`: what stood between is a type.
    pub(super) fn type_of_variable(&mut self) {
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
        // A text, or a call that is handed one: `= SecretStr("…")`.
        let follows = |text: &[u8]| {
            let text = text.trim_ascii_start();
            let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let text = if name > 0 && text.get(name) == Some(&b'(') { &text[name + 1..] } else { text };
            let text = text.strip_prefix(b"default=").or_else(|| text.strip_prefix(b"b")).unwrap_or(text);
            text.first().is_some_and(|byte| is_quote(*byte))
        };
        if length > 0
            && behind.first() == Some(&b'=')
            && !matches!(behind.get(1), Some(b'=' | b'>'))
            && follows(&behind[1..])
        {
            self.at += length + 1;
            self.spaces();
        }
    }

    /// A text between quotation marks that ends on this line, and is all of the value.
    pub(super) fn quoted(&mut self, form: Form) -> Option<Value> {
        // Raw, byte and wide texts of several languages.
        let letters = self
            .rest()
            .iter()
            .take(2)
            .take_while(|byte| matches!(byte, b'r' | b'b' | b'u' | b'L' | b'@' | b'R'))
            .count();
        let marked = self.rest().get(letters).is_some_and(|byte| matches!(byte, b'"' | b'\''));
        self.at += if marked { letters } else { 0 };
        if let Some(entity) = self.eat_entity() {
            let start = self.at;
            let length = memchr::memmem::find(self.rest(), entity)?;
            return Some(Value { span: start..start + length, form });
        }
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
        let named = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
        let called = self.rest().strip_prefix(b".").is_some_and(|rest| rest.first().is_some_and(named));
        let called = called && form != Form::Bare && !self.is_converted();
        // `"x"[:7]` is a part of it.
        let called = called || (self.rest().starts_with(b"[") && form != Form::Bare);
        let joined = self.is_joined();
        self.spaces();
        // A text of a program that is to be written: `"\"x\""`
        let text = &self.bytes[start..start + length];
        let inner = text.strip_prefix(b"\\\"").and_then(|text| text.strip_suffix(b"\\\"")).filter(|_| !escaped);
        let (start, length) = inner.map_or((start, length), |inner| (start + 2, inner.len()));
        // More is added to it: what stands here is a part of something, often of a sentence.
        let joined = joined || called || matches!(self.rest().first(), Some(b'+' | b'%'));
        (!joined).then_some(Value { span: start..start + length, form })
    }

    /// Whether something is put behind the text, as PHP and Perl (`.`), Lua (`..`), Elixir (`<>`) and
    /// Visual Basic (`&`) write it.
    fn is_joined(&self) -> bool {
        // A full stop ends the text of a sentence and has no space in front of it.
        const SIGNS: [&[u8]; 8] = [b".$", b".\"", b".'", b" . ", b"..", b" .. ", b" <> ", b" & "];
        SIGNS.iter().any(|sign| self.rest().starts_with(sign)) && !self.rest().starts_with(b"...")
    }

    /// Whether what is called on the text leaves it as it is.
    pub(super) fn is_converted(&self) -> bool {
        const SAME: [&[u8]; 17] = [
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
            b".strip()",
            b".toString(",
            b".to_vec()",
            b".as_ref()",
            b".as_str()",
            b".Sha256()",
            b".decodeHex()",
        ];
        SAME.iter().any(|call| self.rest().starts_with(call))
    }

    pub(super) fn eat_converted(&mut self) {
        if self.is_converted() {
            self.at +=
                self.rest().iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
                    + 1;
            self.eat(b"()");
        }
    }

    /// What languages write between a name and its value: `{ get; set; } = "x"`, `[32] = "x"`.
    pub(super) fn property(&mut self) {
        let inside = |byte: &&u8| byte.is_ascii_digit();
        if self.rest().starts_with(b"{ get") {
            self.at += memchr::memmem::find(self.rest(), b"} =").map_or(0, |at| at + 2);
        } else if self.rest().starts_with(b"[") {
            let size = self.rest()[1..].iter().take_while(inside).count();
            self.at += if self.rest()[1 + size..].starts_with(b"] =") { size + 3 } else { 0 };
        }
    }

    /// What a script takes where it is handed nothing: `"${1:-x}"`.
    pub(super) fn by_default(&self, place: &Place) -> Option<Value> {
        let mut rest = Cursor { ..*self };
        rest.eat(b"\"");
        (place.text == Text::Shell && rest.eat(b"${")).then_some(())?;
        rest.skip_name()?;
        // `${1:?missing}` says what is wrong, and `${1#x}` takes something off.
        [&b":-"[..], b":=", b"-", b"="].iter().any(|given| rest.eat(given)).then_some(())?;
        let quoted = rest.eat(b"\"") || rest.eat(b"'");
        let start = rest.at;
        let plain = |byte: &&u8| byte.is_ascii_graphic() && !matches!(byte, b'}' | b'$' | b'"' | b'\'' | b'`');
        let length = rest.rest().iter().take_while(plain).count();
        rest.at += length;
        let closed = (!quoted || rest.eat(b"\"") || rest.eat(b"'")) && rest.eat(b"}");
        (closed && length > 0).then_some(Value { span: start..start + length, form: Form::Login })
    }

    /// The last of two values between which a program chooses: `a ? b : "x"`, `a or "x"`, `None if a else "x"`.
    pub(super) fn chosen(&mut self, place: &Place) -> Option<Value> {
        const OR: [&[u8]; 8] =
            [b" ?? ", b" ?: ", b" || ", b" or ", b" else ", b".orElse(", b".getOrElse(", b", defaultValue: "];
        if place.text != Text::Code {
            return None;
        }
        let behind = |mark: &[u8]| Some(memchr::memmem::find(self.rest(), mark)? + mark.len());
        let asks = behind(b" ? ").and_then(|asks| Some(asks + memchr::memmem::find(&self.rest()[asks..], b" : ")? + 3));
        let other = asks.or_else(|| OR.iter().find_map(|or| behind(or)))?;
        let plain = self.rest().first().is_some_and(|byte| !is_quote(*byte)) && is_asked(&self.rest()[..other]);
        let mut rest = Cursor { at: self.at + other, ..*self };
        plain.then(|| rest.quoted(Form::Quoted)).flatten()
    }

    /// A text handed to a call, as it is or by way of another call: `"x"`, `[]byte("x")`, `Some("x")`.
    pub(super) fn handed(&mut self, form: Form) -> Option<Value> {
        // One letter is the name of a call that turns texts into others: `t("password")`.
        let wraps = self.enters(2, b"(");
        let value = self.quoted(form)?;
        self.eat_converted();
        if wraps {
            self.eat(b")").then_some(())?;
            self.eat_converted();
        }
        self.spaces();
        Some(value)
    }

    /// A text, as it is or made into bytes: `[]byte("x")`.
    pub(super) fn converted(&mut self, form: Form) -> Option<Value> {
        const CONVERTS: [&[u8]; 3] = [b"[]byte(", b"Buffer.from(", b"HeaderValue::from_static("];
        let _ = CONVERTS.iter().any(|call| self.eat(call));
        self.quoted(form)
    }

    /// A text handed to a call or put into a list, whose result is assigned: `String("…")`, `[]string{"…"}`.
    pub(super) fn wrapped(&mut self, place: &Place) -> Option<Value> {
        if place.text != Text::Code {
            return None;
        }
        self.eat(b"new ");
        let mut inside = Cursor { ..*self };
        inside.enters(1, b"({").then_some(())?;
        if asks_for(&self.rest()[..inside.at - self.at]) {
            return None;
        }
        let _ = inside.eat(b"default=") || inside.eat(b"text: ");
        inside.quoted(Form::Login)
    }

    /// A text in marks that Perl has for it: `q(x)`, `qq{x}`.
    pub(super) fn marked_as_text(&mut self, place: &Place) -> Option<Value> {
        const MARKS: [(&[u8], u8); 4] = [(b"q(", b')'), (b"q{", b'}'), (b"qq(", b')'), (b"qq{", b'}')];
        let (_, close) = MARKS.iter().find(|(open, _)| place.text == Text::Code && self.eat(open))?;
        let (start, length) = (self.at, memchr::memchr(*close, self.rest())?);
        self.at += length + 1;
        let alone = matches!(self.rest().first(), None | Some(b';' | b',' | b' ' | b')'));
        alone.then_some(Value { span: start..start + length, form: Form::Login })
    }

    /// Goes into what a call is handed or a type holds, if a name of so many characters and one of these
    /// marks stand here.
    fn enters(&mut self, least: usize, opens: &[u8]) -> bool {
        let is_name = |byte: &&u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'[' | b']' | b'*' | b'&' | b'<' | b'>')
        };
        let mut length = self.rest().iter().take(GAP).take_while(is_name).count();
        // `getDecoder().decode(`
        if self.rest()[length..].starts_with(b"().") {
            length += 3;
            length += self.rest()[length..].iter().take(GAP).take_while(is_name).count();
        }
        let enters = length >= least && self.rest().get(length).is_some_and(|byte| opens.contains(byte));
        self.at += if enters { length + 1 } else { 0 };
        enters
    }

    /// A name of a program, as an argument.
    pub(super) fn skip_name(&mut self) -> Option<()> {
        let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'>');
        let length = self.rest().iter().take_while(inside).count();
        self.at += length;
        (length > 0).then_some(())
    }

    /// A value in a text that has several: a query, a form, lines.
    pub(super) fn field(&mut self) -> Option<Value> {
        let ends = |byte: &&u8| {
            !byte.is_ascii_whitespace()
                && !matches!(byte, b'&' | b'"' | b'\'' | b'`' | b'\\' | b'<' | b'>' | b')' | b';' | b',' | b'|')
        };
        let (start, length) = (self.at, self.rest().iter().take_while(ends).count());
        (length > 0).then_some(Value { span: start..start + length, form: Form::Login })
    }

    /// A value as it stands, up to the end of its line or a remark.
    pub(super) fn bare(&mut self, place: &Place, shouted: bool) -> Option<Value> {
        if place.text == Text::Code && !self.is_remark() {
            return self.said();
        }
        let start = self.at;
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        let length = self.length_of_bare(place);
        // Old files end their lines in a carriage return alone.
        let behind = self.rest()[length..].split(|byte| *byte == b'\r').next().unwrap_or_default();
        // Of several words none is the value, but for a remark behind.
        let more = behind.iter().find(|byte| !byte.is_ascii_whitespace());
        let remark = matches!(more, Some(b'#' | b';' | b',' | b'}' | b']' | b'<' | b'\\' | b'|' | b'&' | b')' | b'('))
            // In the remark of a program that is a grammar: `passwd = 1*SAFE ; of 255 octets`.
            && (more != Some(&b';') || place.text != Text::Code || behind[0] == b';');
        let alone = more.is_none()
            || remark
            || (behind.trim_ascii_start().starts_with(b"-->") && !self.rest()[..length].contains(&b'<'))
            || (before == Some(b'=')
                && (field::is_one_of_several(self.bytes, start, behind, place)
                    || match place.text {
                        Text::Shell => matches!(behind.first(), Some(b' ' | b'"' | b'\'' | b'`')),
                        Text::Data => shouted && behind.first() == Some(&b' '),
                        Text::Lines | Text::Code => false,
                    }));
        (length > 0 && alone).then_some(Value { span: start..start + length, form: Form::Bare })
    }

    /// How far a value goes that has no quotation marks. Marks end it, but for those within one of a line of YAML.
    fn length_of_bare(&self, place: &Place) -> usize {
        let rest = self.rest();
        let line = &self.bytes[lines::line_start(self.bytes, self.at)..self.at];
        let flows = place.text != Text::Data || line.iter().any(|byte| is_quote(*byte) || matches!(byte, b'{' | b'['));
        let inside = |at: usize| {
            !flows && at > 0 && rest.get(at + 1).is_some_and(|byte| byte.is_ascii_graphic() && !is_quote(*byte))
        };
        let ends = |(at, byte): &(usize, &u8)| {
            byte.is_ascii_whitespace()
                || (place.text == Text::Data && rest[*at..].starts_with(b"</"))
                || (place.text != Text::Lines
                    && matches!(byte, b',' | b';' | b'<' | b'"' | b'\'' | b'`' | b'|' | b')' | b']' | b'}')
                    && !inside(*at))
        };
        rest.iter().enumerate().find(ends).map_or(rest.len(), |(at, _)| at)
    }

    /// Whether this line is one of a comment.
    pub(super) fn is_remark(&self) -> bool {
        let line = self.bytes[lines::line_start(self.bytes, self.at)..self.at].trim_ascii_start();
        [&b"#"[..], b"//", b"* ", b"--", b";", b"%"].iter().any(|mark| line.starts_with(mark))
            && !line.starts_with(b"#define")
    }

    /// A word that only its look can make a value: the text around it is prose, or a program.
    pub(super) fn said(&mut self) -> Option<Value> {
        let inside =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.');
        let start = self.at;
        let word = self.rest().iter().take_while(inside).count();
        let length = self.rest()[..word].trim_ascii_end().strip_suffix(b".").map_or(word, <[u8]>::len);
        (length >= 16).then_some(Value { span: start..start + length, form: Form::Said })
    }

    /// `["x"]`, `{"x"}`, `{"value": "x"}`; what YAML says of a value in front of it is skipped.
    pub(super) fn opens_a_list(&mut self, place: &Place) -> bool {
        if !matches!(place.text, Text::Code | Text::Data) {
            return false;
        }
        let start = self.at;
        let anchored = place.text == Text::Data && self.eat(b"&") && self.skip_name().is_some() && self.eat(b" ");
        if anchored || self.eat(b"!!str ") {
            self.spaces();
            return false;
        }
        self.at = start;
        if !(self.eat(b"[") || self.eat(b"{")) {
            return false;
        }
        self.spaces();
        if self.eat(b"\"value\":") || self.eat(b"\"default\":") {
            self.spaces();
        }
        let opens = self.rest().first().is_some_and(|byte| is_quote(*byte));
        self.at = if opens { self.at } else { start };
        opens
    }

    /// Whether nothing but the end of the statement stands behind the value.
    pub(super) fn ends_a_statement(&self, value: &Value) -> bool {
        let behind = self.bytes[self.at.max(value.span.end)..self.end].trim_ascii();
        behind.is_empty() || matches!(behind[0], b';' | b'}' | b'#') || behind.starts_with(b"//")
    }

    /// Where the value is written on the next line: behind `|`, `>` or a backslash, or where nothing follows.
    pub(super) fn goes_on_below(&mut self, place: &Place) -> bool {
        let line = lines::line_end(self.bytes, self.at);
        let rest = self.bytes[self.at..line].trim_ascii();
        if !matches!(rest, b"" | b"|" | b">" | b"|-" | b">-" | b"\\" | b"(")
            || (rest.is_empty() && self.bytes[self.at - 1] == b'\n')
        {
            return false;
        }
        let Some(next) = self.bytes.get(line..).and_then(|rest| memchr::memchr(b'\n', rest)).map(|at| line + at + 1)
        else {
            return false;
        };
        let indent = self.bytes[next..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        // The first of a list, or `value: x` below the name of a thing that has more to it.
        let item = |mark: &&&[u8]| place.text == Text::Data && self.bytes[next + indent..].starts_with(mark);
        let item = [&b"- "[..], b"value: "].iter().find(item).filter(|_| rest.is_empty()).map_or(0, |mark| mark.len());
        let marked = (!rest.is_empty() || item > 0) && indent > 0;
        let start = next + indent + item;
        let quoted = matches!(self.bytes.get(start), Some(b'"' | b'\'')) && indent > 0;
        if !(marked || quoted) {
            return false;
        }
        (self.at, self.end) = (start, lines::line_end(self.bytes, start));
        true
    }

    /// A quotation mark as HTML writes it.
    pub(super) fn eat_entity(&mut self) -> Option<&'static [u8]> {
        const ENTITIES: [&[u8]; 4] = [b"&quot;", b"&#39;", b"&#34;", b"&apos;"];
        ENTITIES.into_iter().find(|entity| self.eat(entity))
    }

    /// The next word of a command line.
    pub(super) fn word(&mut self) -> Option<Value> {
        let start = self.at;
        let length = self
            .rest()
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b')' | b'|' | b';'))
            .count();
        (length > 0 && self.rest()[0] != b'-').then_some(Value { span: start..start + length, form: Form::Bare })
    }

    pub(super) fn element(&mut self) -> Option<Value> {
        self.eat(b"<![CDATA[");
        let start = self.at;
        let length = self.rest().iter().take_while(|byte| !matches!(byte, b'<' | b'>')).count();
        if let Some(text) = self.rest()[..length].strip_suffix(b"]]") {
            return Some(Value { span: start..start + text.len(), form: Form::Element });
        }
        let closed = self.rest()[length..].starts_with(b"</");
        (length > 0 && closed).then_some(Value { span: start..start + length, form: Form::Element })
    }
}

/// Whether the only texts in here are what is asked for: `$_POST["a"] ??`, `env["A"] if "A" in env else`.
fn is_asked(text: &[u8]) -> bool {
    let mut quotes = (0..text.len()).filter(|at| is_quote(text[*at]));
    let is_question =
        |open: usize| text[..open].ends_with(b"[") || text[..open].ends_with(b"(") || text[..open].ends_with(b" if ");
    while let Some(open) = quotes.next() {
        if !is_question(open) || quotes.next().is_none() {
            return false;
        }
    }
    true
}

/// Whether the name of a call, with its parenthesis, says that the text is where something is to be found.
fn asks_for(call: &[u8]) -> bool {
    const ASKS: [&str; 12] =
        ["get", "find", "query", "select", "parse", "read", "lookup", "fetch", "require", "import", "locate", "by"];
    let name = call[..call.len() - 1].rsplit(|byte| b".:>".contains(byte)).next().unwrap_or_default();
    // Jenkins gives what it keeps under that name.
    if name == b"credentials" {
        return true;
    }
    // `getOrElse("x")`, `getBytes("x")`
    let gives = |word: &str| memchr::memmem::find(name, word.as_bytes()).is_some();
    let asks = |word: &&str| name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()));
    ASKS.iter().any(asks) && !gives("Else") && !gives("Bytes") && !gives("Default")
}
