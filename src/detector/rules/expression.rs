//! betterleaks' `filter` and `prefilter`: expressions that say what is no find. Those that are made
//! of its own tests on the value, the match, the line and the path say what an allowance says, and
//! are kept; a language of its own is not run here.

mod token;

use crate::detector::model::{Allow, Target, When};
use token::{Token, tokens, unknown};

/// What an expression leaves out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Values of less entropy, in bits a character.
    pub entropy: Option<f64>,
    pub allow: Vec<Allow>,
}

impl Filter {
    /// The part that cannot be kept, where there is one.
    pub(super) fn of(text: &str) -> Result<Filter, String> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, depth: 0 };
        let terms = parser.any_of()?;
        match parser.tokens.first() {
            Some(token) => Err(unknown(token)),
            None => collect(terms),
        }
    }
}

/// One test on a find.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Entropy(f64),
    Fits(Allow),
    Not(Allow),
}

/// Tests that must all hold.
type Term = Vec<Test>;

fn collect(terms: Vec<Term>) -> Result<Filter, String> {
    let mut filter = Filter::default();
    for term in terms {
        match term.as_slice() {
            [Test::Entropy(least)] => filter.entropy = Some(filter.entropy.map_or(*least, |known| known.max(*least))),
            [Test::Fits(allow)] => filter.allow.push(allow.clone()),
            [Test::Not(allow)] => filter.allow.push(Allow { when: When::None, ..allow.clone() }),
            several => filter.allow.push(together(several)?),
        }
    }
    Ok(filter)
}

/// Several tests as one allowance, which has one place for each thing that is looked at.
fn together(tests: &[Test]) -> Result<Allow, String> {
    let mut all = Allow { when: When::All, ..Allow::default() };
    for test in tests {
        let Test::Fits(one) = test else {
            return Err("`!` or an entropy beside `&&`".to_owned());
        };
        let places = [
            (&mut all.patterns, &one.patterns),
            (&mut all.paths, &one.paths),
            (&mut all.words, &one.words),
            (&mut all.commits, &one.commits),
        ];
        for (place, given) in places.into_iter().filter(|(_, given)| !given.is_empty()) {
            if !place.is_empty() {
                return Err("two tests on one thing beside `&&`".to_owned());
            }
            place.clone_from(given);
        }
        if !one.patterns.is_empty() {
            all.target = one.target;
        }
    }
    Ok(all)
}

/// So deep may parentheses stand in one another, and so many alternatives may there be.
const DEPTH: usize = 32;
const TERMS: usize = 256;

struct Parser<'t> {
    tokens: &'t [Token],
    depth: usize,
}

impl Parser<'_> {
    fn any_of(&mut self) -> Result<Vec<Term>, String> {
        let mut terms = self.all_of()?;
        while self.takes("||") || self.takes_word("or") {
            terms.extend(self.all_of()?);
        }
        Ok(terms)
    }

    fn all_of(&mut self) -> Result<Vec<Term>, String> {
        let mut terms = self.one()?;
        while self.takes("&&") || self.takes_word("and") {
            let more = self.one()?;
            // (a or b) and (c or d): each with each.
            if terms.len() * more.len() > TERMS {
                return Err(format!("more than {TERMS} alternatives"));
            }
            terms = terms.iter().flat_map(|left| more.iter().map(|right| [&left[..], right].concat())).collect();
        }
        Ok(terms)
    }

    fn one(&mut self) -> Result<Vec<Term>, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("more than {DEPTH} levels of parentheses"));
        }
        let terms = self.one_of_this_level();
        self.depth -= 1;
        terms
    }

    fn one_of_this_level(&mut self) -> Result<Vec<Term>, String> {
        if self.takes("!") || self.takes_word("not") {
            return match self.one()?.as_slice() {
                [term] => match term.as_slice() {
                    [Test::Fits(allow)] => Ok(vec![vec![Test::Not(allow.clone())]]),
                    _ => Err("`!` before more than one test".to_owned()),
                },
                _ => Err("`!` before more than one test".to_owned()),
            };
        }
        if self.takes("(") {
            let terms = self.any_of()?;
            self.needs(")")?;
            return Ok(terms);
        }
        self.test().map(|test| vec![vec![test]])
    }

    fn test(&mut self) -> Result<Test, String> {
        let Some(Token::Word(word)) = self.tokens.first() else { return Err(self.unknown()) };
        let name = word.strip_prefix("filter.").unwrap_or(word).to_owned();
        match name.as_str() {
            "entropy" => self.entropy(),
            "matchesAny" | "containsAny" => {
                self.tokens = &self.tokens[1..];
                self.needs("(")?;
                let subject = self.subject()?;
                self.needs(",")?;
                let texts = self.texts()?;
                self.needs(")")?;
                Ok(Test::Fits(allow(subject, texts, name == "matchesAny")))
            }
            "get" | "attributes" => match self.subject()? {
                Subject::Commit if self.takes_word("in") => {
                    Ok(Test::Fits(Allow { commits: self.texts()?, ..Allow::default() }))
                }
                _ => Err(self.unknown()),
            },
            _ => Err(format!("`{word}`")),
        }
    }

    fn entropy(&mut self) -> Result<Test, String> {
        self.tokens = &self.tokens[1..];
        self.needs("(")?;
        if self.subject()? != Subject::Find(Target::Secret) {
            return Err("the entropy of something else than the value".to_owned());
        }
        self.needs(")")?;
        let with = self.takes("<=");
        if !with {
            self.needs("<")?;
        }
        let Some((Token::Number(number), rest)) = self.tokens.split_first() else { return Err(self.unknown()) };
        self.tokens = rest;
        Ok(Test::Entropy(if with { number.next_up() } else { *number }))
    }

    /// `finding["secret"]`, `get(attributes, "path", "")`, `(attributes["path"] ?? "")`.
    fn subject(&mut self) -> Result<Subject, String> {
        if self.takes("(") {
            let subject = self.plain_subject()?;
            self.needs(")")?;
            return Ok(subject);
        }
        self.plain_subject()
    }

    fn plain_subject(&mut self) -> Result<Subject, String> {
        let of_finding = self.takes_word("finding");
        if of_finding || self.takes_word("attributes") {
            self.needs("[")?;
            let key = self.text()?;
            self.needs("]")?;
            if self.takes("??") {
                self.text()?;
            }
            return subject(of_finding, &key);
        }
        if self.takes_word("get") {
            self.needs("(")?;
            let of_finding = self.takes_word("finding");
            if !of_finding && !self.takes_word("attributes") {
                return Err(self.unknown());
            }
            self.needs(",")?;
            let key = self.text()?;
            if self.takes(",") {
                self.text()?;
            }
            self.needs(")")?;
            return subject(of_finding, &key);
        }
        Err(self.unknown())
    }

    fn texts(&mut self) -> Result<Vec<String>, String> {
        self.needs("[")?;
        let mut texts = Vec::new();
        while !self.takes("]") {
            texts.push(self.text()?);
            if !self.takes(",") {
                self.needs("]")?;
                break;
            }
        }
        if texts.is_empty() { Err("an empty list".to_owned()) } else { Ok(texts) }
    }

    fn text(&mut self) -> Result<String, String> {
        let Some((Token::Text(text), rest)) = self.tokens.split_first() else { return Err(self.unknown()) };
        self.tokens = rest;
        Ok(text.clone())
    }

    fn takes(&mut self, sign: &str) -> bool {
        let takes = matches!(self.tokens.first(), Some(Token::Sign(next)) if *next == sign);
        self.tokens = &self.tokens[usize::from(takes)..];
        takes
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let takes = matches!(self.tokens.first(), Some(Token::Word(next)) if next == word);
        self.tokens = &self.tokens[usize::from(takes)..];
        takes
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(self.unknown()) }
    }

    fn unknown(&self) -> String {
        self.tokens.first().map_or_else(|| "an expression that ends too early".to_owned(), unknown)
    }
}

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Subject {
    Find(Target),
    Path,
    Commit,
}

fn subject(of_finding: bool, key: &str) -> Result<Subject, String> {
    match (of_finding, key) {
        (true, "secret") => Ok(Subject::Find(Target::Secret)),
        (true, "match") => Ok(Subject::Find(Target::Match)),
        (true, "line") => Ok(Subject::Find(Target::Line)),
        (false, "path") => Ok(Subject::Path),
        (false, "git.sha") => Ok(Subject::Commit),
        (true, _) => Err(format!("`finding[\"{key}\"]`")),
        (false, _) => Err(format!("`attributes[\"{key}\"]`")),
    }
}

fn allow(subject: Subject, texts: Vec<String>, are_patterns: bool) -> Allow {
    let patterns = |texts: Vec<String>| match are_patterns {
        true => texts,
        false => texts.iter().map(|text| format!("(?i){}", regex_syntax::escape(text))).collect(),
    };
    match subject {
        Subject::Find(Target::Secret) if !are_patterns => Allow { words: texts, ..Allow::default() },
        Subject::Find(target) => Allow { target, patterns: patterns(texts), ..Allow::default() },
        Subject::Path => Allow { paths: patterns(texts), ..Allow::default() },
        Subject::Commit => Allow { commits: texts, ..Allow::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn tests_on_the_find_become_an_entropy_and_allowances() {
        let filter = Filter::of(
            "// the usual\nfilter.entropy(finding[\"secret\"]) <= 3.0\n || !matchesAny(finding[\"secret\"], [`[0-9]`])\
             \n|| (filter.matchesAny(get(attributes, \"path\", \"\"), [`^docs/`, '''']) && containsAny(finding[\"secret\"], [\"demo\"]))",
        );
        assert_eq!(filter, Err("a text in this place".to_owned()));
        let filter = Filter::of(
            "// the usual\nfilter.entropy(finding[\"secret\"]) <= 3.0\n || !matchesAny(finding[\"secret\"], [`[0-9]`])\
             \n|| (filter.matchesAny((attributes[\"path\"] ?? \"\"), [`^docs/`, \"\\\\.md$\",]) and containsAny(finding[\"secret\"], ['demo']))\
             || containsAny(finding[\"line\"], [\"a.b\"])",
        )
        .unwrap();
        assert_eq!(filter.entropy, Some(3.0_f64.next_up()));
        assert_eq!(
            filter.allow,
            [
                Allow { when: When::None, patterns: texts(&["[0-9]"]), ..Allow::default() },
                Allow {
                    when: When::All,
                    paths: texts(&["^docs/", "\\.md$"]),
                    words: texts(&["demo"]),
                    ..Allow::default()
                },
                Allow { target: Target::Line, patterns: texts(&["(?i)a\\.b"]), ..Allow::default() },
            ]
        );
        assert_eq!(Filter::of("entropy(finding[\"secret\"]) < 2.5").unwrap().entropy, Some(2.5));
    }

    #[test]
    fn what_is_not_kept_is_named() {
        let test = "matchesAny(finding[\"secret\"], [`a`])";
        let pairs = vec![format!("({test} || {test})"); 30].join(" && ");
        for (text, part) in [
            ("failsTokenEfficiency(finding[\"secret\"])", "`failsTokenEfficiency`"),
            ("let x = 1; x", "`let`"),
            ("entropy(finding[\"line\"]) <= 3.0", "the entropy of something else than the value"),
            ("entropy(finding[\"secret\"]) > 3.0", "`>`"),
            ("matchesAny(finding[\"fragment_raw\"], [`a`])", "`finding[\"fragment_raw\"]`"),
            ("matchesAny(get(attributes, \"git.author_name\", \"\"), [`a`])", "`attributes[\"git.author_name\"]`"),
            ("matchesAny(finding[\"secret\"], [])", "an empty list"),
            (
                "matchesAny(finding[\"secret\"], [`a`]) && matchesAny(finding[\"line\"], [`b`])",
                "two tests on one thing beside `&&`",
            ),
            (
                "entropy(finding[\"secret\"]) < 3 && containsAny(finding[\"secret\"], [\"a\"])",
                "`!` or an entropy beside `&&`",
            ),
            ("matchesAny(finding[\"secret\"], [`a`", "an expression that ends too early"),
            ("", "an expression that ends too early"),
            (&"(".repeat(100_000), "more than 32 levels of parentheses"),
            (&"!".repeat(100_000), "more than 32 levels of parentheses"),
            (&pairs, "more than 256 alternatives"),
        ] {
            assert_eq!(Filter::of(text).unwrap_err(), part, "{text}");
        }
    }
}
