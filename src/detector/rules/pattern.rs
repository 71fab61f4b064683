//! Patterns in Go's syntax, as this program's engine reads them. Both are of one family: linear,
//! without look-around and back-references. Where one text means two things, it is rewritten.

use std::iter::Peekable;
use std::str::CharIndices;

use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{ErrorKind, Hir, HirKind};

use crate::detector;

/// A pattern that this engine takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub text: String,
    /// How many groups it captures.
    pub groups: usize,
}

/// Shorter texts stand everywhere, and so do more of them: they tell nothing of where a match may be.
const TELLING: usize = 3;
const MANY: usize = 32;

impl Pattern {
    /// Why it cannot be kept, in words, where it cannot.
    pub(super) fn of(go: &str) -> Result<Pattern, String> {
        let text = Rewriter::new(go).rewritten();
        let parsed = parse(&text)?;
        if let Err(why) = detector::compile(&text) {
            return Err(match why {
                regex::Error::CompiledTooBig(limit) => format!("it takes more than {} kB when compiled", limit >> 10),
                _ => "this engine does not compile it".to_owned(),
            });
        }
        Ok(Pattern { groups: parsed.properties().explicit_captures_len(), text })
    }

    /// Whether it matches the empty text.
    pub(super) fn matches_nothing(&self) -> bool {
        parse(&self.text).is_ok_and(|parsed| parsed.properties().minimum_len() == Some(0))
    }

    /// Texts, one of which stands in every match, in whatever case; none where there are no such.
    pub(super) fn required(&self) -> Vec<String> {
        let Ok(parsed) = parse(&self.text) else { return Vec::new() };
        best(&parsed).unwrap_or_default()
    }
}

fn parse(text: &str) -> Result<Hir, String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(text);
    parsed.map_err(|why| match why {
        regex_syntax::Error::Parse(why) => why.kind().to_string(),
        regex_syntax::Error::Translate(why) if *why.kind() == ErrorKind::UnicodeNotAllowed => {
            "classes of Unicode characters are not supported".to_owned()
        }
        regex_syntax::Error::Translate(why) => why.kind().to_string(),
        _ => "this engine does not read it".to_owned(),
    })
}

/// The most telling set of texts, one of which every match holds: that with the longest shortest.
fn best(hir: &Hir) -> Option<Vec<String>> {
    let mut sets = vec![texts(&Extractor::new().kind(ExtractKind::Prefix).extract(hir))];
    match hir.kind() {
        HirKind::Capture(capture) => sets.push(best(&capture.sub)),
        HirKind::Repetition(repetition) if repetition.min > 0 => sets.push(best(&repetition.sub)),
        HirKind::Concat(parts) => {
            for (at, part) in parts.iter().enumerate() {
                let rest = Hir::concat(parts[at..].to_vec());
                sets.push(texts(&Extractor::new().kind(ExtractKind::Prefix).extract(&rest)));
                if matches!(part.kind(), HirKind::Capture(_) | HirKind::Repetition(_)) {
                    sets.push(best(part));
                }
            }
        }
        _ => {}
    }
    let shortest = |set: &Vec<String>| set.iter().map(String::len).min().unwrap_or(0);
    sets.into_iter().flatten().max_by_key(|set| (shortest(set), std::cmp::Reverse(set.len())))
}

/// The literals of a sequence, without case; none where one of them tells nothing.
fn texts(sequence: &Seq) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for literal in sequence.literals()? {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?.to_ascii_lowercase();
        if text.len() < TELLING {
            return None;
        }
        texts.push(text);
    }
    texts.sort_unstable();
    texts.dedup();
    (1..=MANY).contains(&texts.len()).then_some(texts)
}

/// A pattern that is read character by character and written anew.
struct Rewriter<'p> {
    pattern: &'p str,
    rest: Peekable<CharIndices<'p>>,
    out: String,
}

impl<'p> Rewriter<'p> {
    fn new(pattern: &'p str) -> Rewriter<'p> {
        Rewriter { pattern, rest: pattern.char_indices().peekable(), out: String::new() }
    }

    fn rewritten(mut self) -> String {
        while let Some((at, c)) = self.rest.next() {
            match c {
                '\\' => self.escape(),
                '[' => self.class(),
                '(' => self.group(at),
                '{' if !is_repetition(&self.pattern[at..]) => self.out.push_str("\\{"),
                _ => self.out.push(c),
            }
        }
        self.out
    }

    /// What follows a backslash outside a class.
    fn escape(&mut self) {
        match self.rest.next() {
            // Words' borders here, themselves in Go.
            Some((_, c @ ('<' | '>'))) => self.out.push(c),
            // Any byte.
            Some((_, 'C')) => self.out.push_str("(?s:.)"),
            Some((at, 'Q')) => {
                let quoted = &self.pattern[at + 1..];
                let end = quoted.find("\\E");
                let literal = &quoted[..end.unwrap_or(quoted.len())];
                self.out.push_str(&regex_syntax::escape(literal));
                let skip_to = at + 1 + literal.len() + if end.is_some() { 2 } else { 0 };
                while self.rest.next_if(|(at, _)| *at < skip_to).is_some() {}
            }
            Some((_, c)) => self.out.extend(['\\', c]),
            None => self.out.push('\\'),
        }
    }

    /// Groups lose their names: a rule speaks of them by number.
    fn group(&mut self, at: usize) {
        let rest = &self.pattern[at..];
        let name = rest.strip_prefix("(?P<").or_else(|| rest.strip_prefix("(?<"));
        let name = name.filter(|name| !name.starts_with(['=', '!']));
        self.out.push('(');
        if let Some(end) = name.and_then(|_| rest.find('>')) {
            while self.rest.next_if(|(next, _)| *next <= at + end).is_some() {}
        }
    }

    /// A class, whose `[`, `-`, `&` and `~` Go takes for themselves where this engine does not.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if(|(_, c)| *c == '^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        while let Some((at, c)) = self.rest.next() {
            match c {
                ']' if !first => {
                    self.out.push(']');
                    return;
                }
                '[' if self.pattern[at..].starts_with("[:") && self.pattern[at..].contains(":]") => {
                    let end = at + self.pattern[at..].find(":]").map_or(0, |end| end + 2);
                    self.out.push_str(&self.pattern[at..end]);
                    while self.rest.next_if(|(next, _)| *next < end).is_some() {}
                }
                _ => {
                    let is_single = self.member(c);
                    let rest = self.rest.peek().map_or("", |(at, _)| &self.pattern[*at..]);
                    if is_single && rest.starts_with('-') && !rest.starts_with("-]") && rest.len() > 1 {
                        self.rest.next();
                        self.out.push('-');
                        if let Some((_, to)) = self.rest.next() {
                            self.member(to);
                        }
                    }
                }
            }
            first = false;
        }
    }

    /// One member of a class; whether it is a single character, which may begin a range.
    fn member(&mut self, c: char) -> bool {
        match c {
            '\\' => match self.rest.next() {
                Some((_, c @ ('<' | '>'))) => self.out.push(c),
                Some((_, c @ ('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'))) => {
                    self.out.extend(['\\', c]);
                    return false;
                }
                Some((at, 'x')) => {
                    let digits = &self.pattern[at + 1..];
                    let length = match digits.strip_prefix('{') {
                        Some(braced) => braced.find('}').map_or(0, |end| end + 2),
                        None => 2.min(digits.len()),
                    };
                    self.out.push_str("\\x");
                    while let Some((_, c)) = self.rest.next_if(|(next, _)| *next <= at + length) {
                        self.out.push(c);
                    }
                }
                Some((_, c)) => self.out.extend(['\\', c]),
                None => self.out.push('\\'),
            },
            '<' | '>' => self.out.push(c),
            _ if c.is_ascii_punctuation() => self.out.extend(['\\', c]),
            _ => self.out.push(c),
        }
        true
    }
}

/// Whether a text begins with `{n}`, `{n,}` or `{n,m}`; anything else in braces is itself in Go.
fn is_repetition(text: &str) -> bool {
    let Some((inside, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match inside.split_once(',') {
        None => is_number(inside),
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(go: &str, text: &str) -> bool {
        detector::compile(&Pattern::of(go).unwrap().text).unwrap().is_match(text.as_bytes())
    }

    #[test]
    fn what_means_something_else_here_is_taken_as_go_takes_it() {
        for (go, yes, no) in [
            (r"a\<b\>", "a<b>", "ab"),
            (r"^\${(?:[A-Z_]+)}$", "${NAME}", "$NAME"),
            (r"^{\d{0,2}}$", "{12}", "123"),
            (r"x{,5}y", "x{,5}y", "xxy"),
            (r"^[[]$", "[", "]"),
            (r"^[^]]$", "[", "]"),
            (r"^[]]$", "]", "["),
            (r"^[\w-.]+$", "a-b.c", "a+b"),
            (r"^[a-z&&b]+$", "a&b", "a+b"),
            (r"^[0-9~~]+$", "1~2", "a"),
            (r"^[+--]+$", "+,-", "."),
            (r"^[[:alnum:]_]+$", "a_1", "a-1"),
            (r"^[\x60'\x{22}]+$", "`'\"", "x"),
            (r"^\Qa.b(\E+$", "a.b((", "axb("),
            (r"^(?P<key>a)(?<other>b)$", "ab", "a"),
            (r"^[<>\<]+$", "<>", "a"),
        ] {
            assert!(finds(go, yes), "{go} on {yes}");
            assert!(!finds(go, no), "{go} on {no}");
        }
        assert_eq!(Pattern::of(r"(?P<key>a)(?:b)(c)").unwrap().groups, 2);
    }

    #[test]
    fn what_cannot_be_expressed_says_why() {
        for (go, why) in [
            ("(?=a)", "look-around, including look-ahead and look-behind, is not supported"),
            ("(?<!a)b", "look-around, including look-ahead and look-behind, is not supported"),
            (r"(a)\1", "backreferences are not supported"),
            ("(a", "unclosed group"),
            (r"\pL", "classes of Unicode characters are not supported"),
            (r"(?:[a-z]{1000}){1000}", "it takes more than 1024 kB when compiled"),
        ] {
            let got = Pattern::of(go).unwrap_err();
            assert!(got.contains(why), "{go}: {got}");
        }
    }

    #[test]
    fn required_texts_stand_in_every_match() {
        for (go, texts) in [
            (r"\b(acme_[a-z]{20})\b", vec!["acme_"]),
            (
                r"(?i)[\w.-]{0,50}?(?:acme|widget)[ \t]*=[ ]*([a-z]{10})",
                vec!["acme\t", "acme ", "acme=", "widget\t", "widget ", "widget="],
            ),
            (r"[a-z]{2}(?:x-key)+", vec!["x-key"]),
            (r"[0-9a-f]{32}", vec![]),
            (r"(?:acme)?[a-z]{10}", vec![]),
            (r"ab|acme", vec![]),
            (r"-[0-9]{8}", vec![]),
        ] {
            assert_eq!(Pattern::of(go).unwrap().required(), texts, "{go}");
        }
    }
}
