//! Which environment a context claims: a file, a job, a recipe, an option of a command. Where
//! several values go by one name, it tells which of them a use belongs to.

use super::Wanted;
use super::claims;
use super::tools::table;
use super::word::Word;

/// Options that name an environment.
const OPTIONS: [&str; 3] = ["--environment", "--env", "--stage"];

/// The environments that are claimed, one word for each; none where nothing is claimed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(Vec<&'static str>);

impl Context {
    /// What a path claims by its folders and its name.
    pub fn of_path(path: &str) -> Context {
        Context::new(claims::places(path).into_iter().map(|(word, _)| word))
    }

    /// What the name of a job, a step or a recipe claims.
    pub fn of_name(name: &str) -> Context {
        Context::new(claims::plain_environments(name))
    }

    /// What stands where an environment is named, or a variable that is named after one.
    pub fn stated(text: &str) -> Context {
        Context::new(claims::environment_words(text))
    }

    /// What the options of a command name: `--environment staging`.
    pub fn of_options(words: &[Word]) -> Context {
        let mut found = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let Some(word) = word.literal().filter(|word| word.starts_with("--")) else { continue };
            let (option, attached) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            let value = attached.or_else(|| words.get(at + 1).and_then(Word::literal)).unwrap_or_default();
            if OPTIONS.contains(&option) && !value.contains('=') {
                found.extend(claims::environment_words(value));
            }
        }
        Context::new(found)
    }

    /// What the names and places of a credential claim.
    pub fn of_credential(wanted: &Wanted<'_>) -> Context {
        let places = wanted.locations.iter().map(|location| {
            let key = location.key.as_deref().unwrap_or("");
            claims::places(&location.path).into_iter().map(|(word, _)| word).chain(claims::environment_words(key))
        });
        Context::new(places.flatten())
    }

    fn new(words: impl IntoIterator<Item = &'static str>) -> Context {
        let same = |word: &'static str| table().common.claims.same.get(word).map_or(word, String::as_str);
        let mut words: Vec<&'static str> = words.into_iter().map(same).collect();
        words.sort_unstable();
        words.dedup();
        Context(words)
    }

    /// This claim, or else another one.
    pub fn or(self, other: Context) -> Context {
        if self.is_empty() { other } else { self }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well a credential's claims fit to what is claimed here.
    pub fn fit(&self, credential: &Context) -> Fit {
        let environment = |word: &&str| table().common.claims.environments.get(*word);
        let kind = |word| self.0.iter().any(|own| environment(own) == environment(word));
        match &credential.0 {
            _ if self.is_empty() => Fit::Unsaid,
            others if others.iter().any(|word| self.0.contains(word)) => Fit::Same,
            others if others.iter().any(kind) => Fit::Alike,
            others if others.is_empty() => Fit::Unsaid,
            _ => Fit::Other,
        }
    }
}

/// From the worst to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It claims something else.
    Other,
    /// One of both claims nothing.
    Unsaid,
    /// Both are production, or neither is.
    Alike,
    Same,
    /// It lies in this very file.
    Here,
}
