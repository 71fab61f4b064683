//! Makes examples of credentials out of templates, so that no token-shaped text stands in the
//! repository.
//!
//! A template is literal text with fields in braces and the secret between angle brackets:
//! `GITHUB_TOKEN=<ghp_{base62:30}{crc32}>`. Without brackets the whole text is the secret.
//! `{{` is a brace, `<<` an angle bracket, and `>>` the closing one inside the secret; a `}`
//! outside a field and a `>` outside the secret stand for themselves.
//!
//! | field | gives |
//! |---|---|
//! | `{hex:32}` | that many random characters of an alphabet: hex, hexupper, digits, lower, upper, alpha, base32, bech32upper, base36, base36upper, base58, base62 or alnum, base64, base64url, zbase32 |
//! | `{from:AQgw}` | one of these characters |
//! | `{base64of:64}` | base64 of that many random bytes, with padding |
//! | `{base64text:user:{hex:8}}` | base64 of that template |
//! | `{uuid}` | a random UUID |
//! | `{crc32}` | the checksum `crc32-base62` of the secret so far; others by their word: `{crc32-hex-le}` |
//! | `{jwt:{"iss":"x"}}` | a JWT with that payload |
//! | `{pem:RSA PRIVATE KEY}` | a PEM block; `,encrypted` with a passphrase, `,escaped` with `\n` for line ends |
//! | `{fly:[0,[4711,31]]}` | the part behind `fm2_` of a macaroon of Fly.io with those caveats, type and body by turns |
//! | `{base64json:{"email":"a@b.example","key":"{hex:8}"}}` | base64url of that JSON, its texts being templates |
//! | `{macaroon:pypi.org,[[1,["pkg"]]]}` | a macaroon of that location with those caveats, in base64url |
//!
//! The same template and seed always give the same sample.

mod field;
mod fly;
mod macaroon;
mod pem;
mod random;

use random::Random;

/// A generated example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The whole text, as it would stand in a file.
    pub text: String,
    /// The part of it that is the secret.
    pub secret: String,
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} of the template: {problem}")]
pub struct TemplateError {
    /// In characters, from one.
    pub column: usize,
    pub problem: String,
}

/// Fills the fields of `template` with values that follow from `seed`.
pub fn generate(template: &str, seed: u64) -> Result<Sample, TemplateError> {
    let mut sample = Unfinished { text: String::new(), secret: Span::None, random: Random::new(seed) };
    let mut rest = template;
    while !rest.is_empty() {
        let taken = sample.take(rest).map_err(|problem| {
            let before = &template[..template.len() - rest.len()];
            TemplateError { column: before.chars().count() + 1, problem }
        })?;
        rest = &rest[taken..];
    }
    sample.finish().map_err(|problem| TemplateError { column: template.chars().count() + 1, problem })
}

/// Where the secret stands in the text.
#[derive(Clone, Copy)]
enum Span {
    None,
    Open(usize),
    Closed(usize, usize),
}

struct Unfinished {
    text: String,
    secret: Span,
    random: Random,
}

impl Unfinished {
    /// Reads one element off the template's `rest`, which is not empty, and says how long it was.
    fn take(&mut self, rest: &str) -> Result<usize, String> {
        let is_open = matches!(self.secret, Span::Open(_));
        let literal = match rest.as_bytes() {
            [b'{', b'{', ..] => "{",
            [b'<', b'<', ..] => "<",
            [b'>', b'>', ..] if is_open => ">",
            [b'{', ..] => return self.take_field(rest),
            [b'<', ..] => {
                let Span::None = self.secret else { return Err("a second `<`: only one secret is marked".to_owned()) };
                self.secret = Span::Open(self.text.len());
                return Ok(1);
            }
            [b'>', ..] if is_open => {
                if let Span::Open(start) = self.secret {
                    self.secret = Span::Closed(start, self.text.len());
                }
                return Ok(1);
            }
            _ => {
                let special = |c: char| matches!(c, '{' | '<' | '>');
                let end = rest.char_indices().skip(1).find(|&(_, c)| special(c)).map_or(rest.len(), |(at, _)| at);
                self.text.push_str(&rest[..end]);
                return Ok(end);
            }
        };
        self.text.push_str(literal);
        Ok(2)
    }

    fn take_field(&mut self, rest: &str) -> Result<usize, String> {
        let end = field_end(rest).ok_or("a field without its `}`")?;
        let start_of_secret = match self.secret {
            Span::Open(start) => start,
            _ => 0,
        };
        let value = field::value(&rest[1..end - 1], &self.text[start_of_secret..], &mut self.random)?;
        self.text.push_str(&value);
        Ok(end)
    }

    fn finish(self) -> Result<Sample, String> {
        let secret = match self.secret {
            Span::None => self.text.clone(),
            Span::Open(_) => return Err("the secret's `>` is missing".to_owned()),
            Span::Closed(start, end) => self.text[start..end].to_owned(),
        };
        Ok(Sample { text: self.text, secret })
    }
}

/// The length of the field at the beginning of `rest`, with its braces. Braces may be nested, and
/// those inside quotation marks do not count: arguments are JSON.
fn field_end(rest: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
