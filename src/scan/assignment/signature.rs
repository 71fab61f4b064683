//! What calls of libraries are handed a secret, and as which argument: the table stands in
//! `signatures.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::lines;
use super::cursor::Cursor;
use super::name::Kind;
use super::named::is_quote;
use super::syntax::{Form, Value};
use crate::naming::secrets::stems;

/// Names of so many letters stand nowhere else.
const LONG: usize = 14;
/// So many letters at their ends tell most names apart.
const END: usize = 3;

struct Signature {
    /// In small letters, up to where the arguments begin.
    name: String,
    /// Its letters and digits alone.
    folded: Vec<u8>,
    /// A parenthesis, or a space.
    opens: u8,
    arguments: Vec<Argument>,
    more: bool,
}

#[derive(Clone, Copy)]
enum Argument {
    Any,
    Begins(&'static str),
    Secret(Kind),
}

/// Those of one end stand together, in the order of the table.
static SIGNATURES: LazyLock<BTreeMap<[u8; END], Vec<Signature>>> = LazyLock::new(|| {
    let mut signatures: BTreeMap<[u8; END], Vec<Signature>> = BTreeMap::new();
    for line in include_str!("signatures.txt").lines() {
        let Some(signature) = Signature::read(line) else { continue };
        let end = *signature.folded.last_chunk().expect("a name has as many letters");
        signatures.entry(end).or_default().push(signature);
    }
    signatures
});

/// What the literal pass looks for: names in which no name of a secret stands.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    SIGNATURES.values().flatten().filter_map(Signature::word)
}

/// What is handed as secrets to the call of this name, whose arguments follow.
pub(super) fn secrets(name: &[u8], rest: &Cursor<'_>) -> Vec<(Kind, Value)> {
    let Some(opens) = rest.rest().first().filter(|byte| matches!(byte, b'(' | b' ')) else { return Vec::new() };
    let Some(end) = end_of(name) else { return Vec::new() };
    let fitting = SIGNATURES.get(&end).into_iter().flatten();
    let mut values = fitting
        .filter(|signature| signature.opens == *opens && signature.is_of(name))
        .filter_map(|signature| signature.values(rest))
        .filter(|values| !values.is_empty());
    values.next().unwrap_or_default()
}

/// The last letters and digits of a name.
fn end_of(name: &[u8]) -> Option<[u8; END]> {
    let mut letters = name.iter().rev().filter(|byte| byte.is_ascii_alphanumeric());
    let mut end = [0; END];
    for place in end.iter_mut().rev() {
        *place = letters.next()?.to_ascii_lowercase();
    }
    Some(end)
}

impl Signature {
    fn read(line: &'static str) -> Option<Signature> {
        let line = line.split('#').next().filter(|line| !line.trim().is_empty())?;
        let at = line.find("()").map_or(0, |at| at + 2);
        let open = at + line[at..].find(['(', ' '])?;
        let mut arguments: Vec<&str> = line[open + 1..].trim_end_matches(')').split(", ").collect();
        let more = arguments.pop_if(|last| *last == "..").is_some();
        let told = |text: &&'static str| match *text {
            "_" => Argument::Any,
            "PASSWORD" => Argument::Secret(Kind::Password),
            "SECRET" => Argument::Secret(Kind::Secret),
            begins => Argument::Begins(begins),
        };
        let name = line[..=open].to_ascii_lowercase();
        Some(Signature {
            folded: name.bytes().filter(u8::is_ascii_alphanumeric).collect(),
            name,
            opens: line.as_bytes()[open],
            arguments: arguments.iter().map(told).collect(),
            more,
        })
    }

    /// What it is looked for by. A stem finds a name of one piece.
    fn word(&self) -> Option<&str> {
        let whole = !self.name.contains([':', '>']) && !self.name.contains("()");
        let found = whole && stems().any(|stem| self.name.contains(stem));
        // The type of something may stand behind a name: `connect<T>(`.
        let name = self.name.trim_end_matches('(');
        (!found).then_some(if name.len() >= LONG { name } else { &self.name })
    }

    /// Whether a name ends in this one.
    fn is_of(&self, name: &[u8]) -> bool {
        let mut at = name.len();
        for &wanted in self.folded.iter().rev() {
            let letter = name[..at].iter().rposition(u8::is_ascii_alphanumeric);
            match letter {
                Some(letter) if name[letter].eq_ignore_ascii_case(&wanted) => at = letter,
                _ => return false,
            }
        }
        // `myFtp`, `net.ftp`, but not `sftp`.
        at == 0 || name[at].is_ascii_uppercase() || !name[at - 1].is_ascii_alphanumeric()
    }

    /// The secrets among the arguments, if they are as many as it has.
    fn values(&self, rest: &Cursor<'_>) -> Option<Vec<(Kind, Value)>> {
        let mut rest = Cursor { at: rest.at + 1, ..*rest };
        let mut found = Vec::new();
        let last = self.arguments.len() - 1;
        for (place, argument) in self.arguments.iter().enumerate() {
            rest.at += rest.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            match argument {
                Argument::Any => {}
                Argument::Begins(text) => begins(rest.rest(), text).then_some(())?,
                Argument::Secret(kind) => found.extend(handed(&rest, *kind).map(|value| (*kind, value))),
            }
            rest.at += end_of_argument(rest.rest())?;
            let comma = rest.eat(b",");
            if comma != (place < last) && !(place == last && self.more) {
                return None;
            }
        }
        Some(found)
    }
}

/// Whether an argument begins so, in quotation marks or without.
fn begins(argument: &[u8], text: &str) -> bool {
    let inside = argument.strip_prefix(b"\"").or_else(|| argument.strip_prefix(b"'")).unwrap_or(argument);
    inside.get(..text.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(text.as_bytes()))
}

/// An argument that is all of a text.
fn handed(rest: &Cursor<'_>, kind: Kind) -> Option<Value> {
    let form = if kind == Kind::Password { Form::Login } else { Form::Passed };
    let mut rest = Cursor { end: rest.end.min(lines::line_end(rest.bytes, rest.at)), ..*rest };
    let value = rest.handed(form)?;
    matches!(rest.rest().first(), None | Some(b')' | b']' | b',' | b';')).then_some(value)
}

/// Where an argument ends, whatever stands in it: at a comma, or where the call ends.
pub(super) fn end_of_argument(rest: &[u8]) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    let ends = rest.iter().position(|&byte| {
        let ends = depth == 0 && quote.is_none() && matches!(byte, b',' | b')' | b']' | b'}' | b';');
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) => quote = (open != byte).then_some(open),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => quote = is_quote(byte).then_some(byte),
        }
        ends
    });
    // A statement without marks ends with its line, which may be the last.
    ends.or_else(|| (quote.is_none() && depth == 0).then_some(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    #[test]
    fn every_row_finds_what_it_marks() {
        for row in include_str!("signatures.txt").lines().filter(|row| !row.starts_with('#') && !row.is_empty()) {
            let secrets = row.matches("PASSWORD").count() + row.matches("SECRET").count();
            // Of names and arguments only those in capitals are to be replaced.
            let (name, arguments) = row.split_at(Signature::read(row).unwrap().name.len());
            let arguments = arguments.trim_end_matches(')').split(", ").filter(|argument| *argument != "..");
            let written = |argument: &str| match argument {
                "_" => "\"a\"".to_owned(),
                "PASSWORD" | "SECRET" => "\"{}\"".to_owned(),
                "sha" => "sha256.New".to_owned(),
                ":" => ":a".to_owned(),
                other => format!("\"{other}\""),
            };
            let arguments: Vec<String> = arguments.map(written).collect();
            let close = if name.ends_with('(') { ")" } else { "" };
            let text = format!("x = {name}{}{close}", arguments.join(", "));
            let values: Vec<String> = found("a.py", &text, "{base62:32}").into_iter().map(|(value, _)| value).collect();
            // A name may be met at several of its words.
            assert!(values.len() >= secrets && values.iter().all(|value| value == "{}"), "{text}: {values:?}");
        }
    }

    #[test]
    fn a_call_is_read_as_it_is_written() {
        for (path, text) in [
            ("a.php", "mysqli_connect(\n    $host, 'dana', '{}'\n);"),
            ("a.go", "token.SignedString([]byte(\"{}\"))"),
            ("a.scala", "Transactor.fromDriverManager[IO](\"d\", \"u\", \"dana\", \"{}\")"),
            ("a.php", "mysqli_connect(host('a,b', \")\"), \"da\\\"na\", '{}')"),
            ("a.bas", "conn.Open \"dsn\", \"sa\", \"{}\""),
            ("a.java", "passwordEncoder().encode(\"{}\")"),
        ] {
            assert_eq!(found(path, text, "{base62:20}").len(), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("a.php", "mysqli_connect($host, '{}', $password)"),
            ("a.php", "mysqli_connect($host, 'dana')\nx('{}')"),
            ("a.go", "smtp.PlainAuth(\"\", \"dana\", password, \"{}\")"),
            ("a.cs", "new MySftpClientX(\"h\", \"dana\", \"{}\")"),
            ("a.py", "sftp(\"h\", \"dana\", \"{}\")"),
            ("a.js", "createClient(\"redis\", \"{}\")"),
            ("a.java", "transport.connect(\"h\", \"{}\")"),
            ("a.js", "client.login(\"{}\", code, third)"),
        ] {
            assert_eq!(found(path, text, "{base62:20}"), [], "{path}: {text}");
        }
    }
}
