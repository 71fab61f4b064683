//! Tells a value that was made up from one that was issued: keys printed in documentation,
//! templates, references, fillers. What is known stands in `placeholders.toml`; the shapes that
//! no list can hold stand here.
//!
//! Every rule is weighed against chance, because a real credential that is taken for an example
//! is lost in silence: none may meet more than one in a million random values of sixteen letters
//! and digits or more.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Whether `value`, which a detector of this id has found, is an example, a template or a filler.
pub fn is_placeholder(detector_id: &str, value: &str) -> bool {
    let known = &*KNOWN;
    if is_template(detector_id, value) {
        return true;
    }
    let judged_by_words = !is_composite(value) && !is_of(detector_id, &known.words.not_for);
    judged_by_words && (known.template.tells_token(value) || known.words.tell(value) || is_filler(value))
}

/// Whether the tool that has drawn the value says in it that it is not for production.
pub fn is_provisional(value: &str) -> bool {
    KNOWN.provisional.begins.iter().any(|text| value.starts_with(text.as_str()))
}

fn is_of(detector_id: &str, kinds: &[String]) -> bool {
    kinds.iter().any(|kind| detector_id.starts_with(kind.as_str()))
}

/// Whether the value stands for one that is to be put in its place: a reference, a template, a mask,
/// a published example. A weak password is none of these.
pub fn is_template(detector_id: &str, value: &str) -> bool {
    let known = &*KNOWN;
    known.is_published(detector_id, value) || known.template.tells(value) || is_masked(value)
}

/// Whether the value, though a filler in other places, is one that people sign in with: `hunter2`,
/// `mypassword`, `letmein123`. A single word of a form (`test`, `secret`) is none.
pub fn is_typed_password(value: &str) -> bool {
    let words = &KNOWN.words;
    let lower = value.trim_end_matches(['!', '.', '?', '#', '$', '*']).to_ascii_lowercase();
    words.typed.contains(&lower)
        || (lower.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !words.glued.contains(&lower)
            && is_made_of(&lower, || words.glued.iter()))
}

/// Whether the value is a word that everybody types first: `admin`, `password`.
pub fn is_common_word(value: &str) -> bool {
    value.len() < 24 && KNOWN.words.tell(value)
}

/// Whether the value holds more than a token: a URL, a key file, a connection string. Their other
/// fields have names in plain words and long runs of one character that say nothing of the secret.
fn is_composite(value: &str) -> bool {
    value.contains(|c: char| c.is_whitespace() || matches!(c, ':' | ';' | '?' | '&' | '@' | '{' | '<'))
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("placeholders.toml")).expect("the embedded table is well formed");
    let File { published, provisional, template, words } = file;
    let published = published.into_iter().map(|entry| (search(&entry.holds), entry)).collect();
    Known { published, provisional, template: Template::new(&template), words }
});

/// A search for any of these, whatever their case.
fn search(words: &[String]) -> AhoCorasick {
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a short list of words")
}

struct Known {
    /// What was published, and the search for what of it stands anywhere in a value.
    published: Vec<(AhoCorasick, Published)>,
    provisional: Provisional,
    template: Template,
    words: Words,
}

impl Known {
    fn is_published(&self, detector_id: &str, value: &str) -> bool {
        let is_meant = |entry: &Published| entry.kinds.is_empty() || is_of(detector_id, &entry.kinds);
        let tells = |(holds, entry): &(AhoCorasick, Published)| {
            is_meant(entry) && (holds.is_match(value) || entry.tells(value))
        };
        self.published.iter().any(tells)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    published: Vec<Published>,
    provisional: Provisional,
    template: TemplateTable,
    words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Published {
    #[serde(rename = "why")]
    _why: String,
    kinds: Vec<String>,
    begins: Vec<String>,
    ends: Vec<String>,
    is: Vec<String>,
    holds: Vec<String>,
    sha256: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provisional {
    begins: Vec<String>,
}

impl Published {
    fn tells(&self, value: &str) -> bool {
        self.begins.iter().any(|text| value.starts_with(text.as_str()))
            || self.ends.iter().any(|text| value.ends_with(text.as_str()))
            || self.is.iter().any(|text| value.eq_ignore_ascii_case(text))
            || (!self.sha256.is_empty() && self.sha256.contains(&hex(&Sha256::digest(value))))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateTable {
    anywhere: Vec<String>,
    in_tokens: Vec<String>,
    ends: Vec<String>,
    patterns: Vec<String>,
}

struct Template {
    anywhere: AhoCorasick,
    in_tokens: AhoCorasick,
    ends: Vec<String>,
    patterns: RegexSet,
}

impl Template {
    fn new(table: &TemplateTable) -> Template {
        let patterns = RegexSetBuilder::new(&table.patterns).unicode(false).build().expect("the patterns are valid");
        Template {
            anywhere: search(&table.anywhere),
            in_tokens: search(&table.in_tokens),
            ends: table.ends.clone(),
            patterns,
        }
    }

    fn tells(&self, value: &str) -> bool {
        self.anywhere.is_match(value) || self.patterns.is_match(value.as_bytes())
    }

    fn tells_token(&self, value: &str) -> bool {
        let tail = |end: &str| value.len().checked_sub(end.len()).and_then(|at| value.get(at..));
        self.in_tokens.is_match(value)
            || self.ends.iter().any(|end| tail(end).is_some_and(|tail| tail.eq_ignore_ascii_case(end)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    not_for: Vec<String>,
    marks: Vec<String>,
    fillers: Vec<String>,
    is: Vec<String>,
    typed: Vec<String>,
    glued: Vec<String>,
}

impl Words {
    fn tell(&self, value: &str) -> bool {
        if self.is.iter().any(|text| value.eq_ignore_ascii_case(text)) {
            return true;
        }
        let lower = value.to_ascii_lowercase();
        // A mark has four to six letters. A random value of a hundred base64 characters holds a
        // given one of four once in ten thousand times: too often for ten words. Between two
        // separators it is a thousand times rarer, and so is a value half of which is marks.
        let pieces: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        // A public prefix has at most two pieces: `ghp_`, `sk_live_`.
        let behind_prefix = |skip: usize| pieces.get(skip..).map(|rest| rest.concat()).unwrap_or_default();
        if pieces.iter().any(|piece| self.marks.iter().any(|mark| mark == piece)) {
            return true;
        }
        // Nobody writes so long a text of such words.
        lower.len() <= LONGEST_FILLER
            && (self.marks_fill_half(&lower)
                || self.is_made_of_words(&behind_prefix(0))
                || (1..=2).any(|skip| behind_prefix(skip).len() >= 8 && self.is_made_of_words(&behind_prefix(skip))))
    }

    fn marks_fill_half(&self, lower: &str) -> bool {
        let mut rest = lower;
        let mut filled = 0;
        while let Some(next) = rest.chars().next() {
            let mark = self.marks.iter().find(|mark| rest.starts_with(mark.as_str()));
            filled += mark.map_or(0, String::len);
            rest = &rest[mark.map_or(next.len_utf8(), String::len)..];
        }
        filled * 2 >= lower.len() && filled > 0
    }

    fn is_made_of_words(&self, text: &str) -> bool {
        is_made_of(text, || self.fillers.iter().chain(&self.marks))
    }
}

const LONGEST_FILLER: usize = 256;

/// Whether the text can be cut into known words and counting digits (`1`, `123`, `12345`), with a word
/// among them.
fn is_made_of<'w, W: Iterator<Item = &'w String>>(text: &str, words: impl Fn() -> W) -> bool {
    const LONGEST: usize = 96;
    if text.is_empty() || text.len() > LONGEST || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut ends_a_word = vec![false; text.len() + 1];
    ends_a_word[0] = true;
    for start in 0..text.len() {
        if !ends_a_word[start] {
            continue;
        }
        let rest = &text[start..];
        for word in words().filter(|word| rest.starts_with(word.as_str())) {
            ends_a_word[start + word.len()] = true;
        }
        let digits = rest.bytes().zip(b"1234567890").take_while(|(a, b)| a == *b).count();
        ends_a_word[start + 1..=start + digits].fill(true);
    }
    ends_a_word[text.len()]
}

/// A run of a character that people mask with, six or longer anywhere; or four or more `x` at the
/// beginning of a part, where the secret of a token begins. `x` is no hex digit, and six of it
/// are found in one of a thousand million random base62 values.
fn is_masked(value: &str) -> bool {
    let is_mask = |c: char| matches!(c, 'x' | 'X' | '*' | '.' | '#' | '?' | '-' | '_' | '•' | '●');
    if longest_run(value.chars().map(|c| if is_mask(c) { Some(c) } else { None })) >= 6 {
        return true;
    }
    !is_composite(value)
        && value.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
            let run = |x: char| part.chars().take_while(|&c| c == x).count();
            run('x') >= 4 || run('X') >= 4
        })
}

/// The length of the longest run of one equal `Some`.
fn longest_run(chars: impl Iterator<Item = Option<char>>) -> usize {
    let (mut longest, mut run, mut last) = (0, 0, None);
    for c in chars {
        run = if c.is_some() && c == last { run + 1 } else { usize::from(c.is_some()) };
        longest = longest.max(run);
        last = c;
    }
    longest
}

/// Whether the value of a token has a shape that chance does not make. Looked for in all of its
/// letters and digits, and in its longest part alone (the one behind a public prefix).
fn is_filler(value: &str) -> bool {
    let parts = || value.split(|c: char| !c.is_ascii_alphanumeric());
    let all: Vec<u8> = parts().flat_map(str::bytes).collect();
    let longest = parts().max_by_key(|part| part.len()).unwrap_or_default().as_bytes();
    let has_shape = |text: &[u8]| is_run(text) || has_few_characters(text) || repeats_a_unit(text);
    counts_up(&all) || has_shape(&all) || (longest.len() * 2 >= all.len() && has_shape(longest))
}

/// One character six times or more, as at least half of the text; or eight times, as a quarter.
/// A bare run of six would meet one of 20,000 random values of 64 hex digits.
fn is_run(text: &[u8]) -> bool {
    let run = longest_run(text.iter().map(|&byte| Some(char::from(byte))));
    (run >= 6 && run * 2 >= text.len()) || (run >= 8 && run * 4 >= text.len())
}

/// At most three different characters in twelve or more.
fn has_few_characters(text: &[u8]) -> bool {
    let mut seen = Vec::with_capacity(4);
    for byte in text {
        if !seen.contains(byte) {
            seen.push(*byte);
        }
        if seen.len() > 3 {
            return false;
        }
    }
    text.len() >= 12
}

/// A unit of at most 24 characters over the whole text, twice or more (`abcabcabc`, `deadbeefdeadbeef`),
/// so that six characters or more follow from the first ones.
fn repeats_a_unit(text: &[u8]) -> bool {
    let longest_unit = (text.len() / 2).min(24).min(text.len().saturating_sub(6));
    (1..=longest_unit).any(|unit| text.iter().zip(&text[unit..]).all(|(a, b)| a == b))
}

/// Eight neighbours that go up or down by one (`abcdefgh`, `98765432`), or ten where every other
/// one does (`a1b2c3d4e5`). After 9 comes 0, as on a keyboard, or a, as in hex.
fn counts_up(text: &[u8]) -> bool {
    let up = |a: u8, b: u8| a.checked_add(1) == Some(b) || (a == b'9' && matches!(b, b'0' | b'a' | b'A'));
    let chain = |stride: usize, follows: &dyn Fn(u8, u8) -> bool| {
        let links = text.iter().zip(text.iter().skip(stride)).map(|(&a, &b)| follows(a, b).then_some('+'));
        longest_run(links) + stride
    };
    let down = |a: u8, b: u8| up(b, a);
    [(1, 8), (2, 10)].iter().any(|&(stride, needed)| chain(stride, &up) >= needed || chain(stride, &down) >= needed)
}

#[cfg(test)]
mod tests;
