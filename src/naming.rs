//! What names say: which environment a word stands for, by whole tokens and never by substring.

pub mod secrets;

use crate::capability::Environment;

const PRODUCTION: &[&str] = &["prod", "production", "live", "prd", "main", "master"];
const NONPROD: &[&str] = &[
    "staging",
    "stage",
    "stg",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "tests",
    "qa",
    "uat",
    "preview",
    "sandbox",
    "nonprod",
    "preprod",
    "demo",
    "ci",
    "review",
    "playground",
    "pr",
];

/// What counts as production here, beside the closed list: the policy file's names.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    pub production: Vec<String>,
}

impl Naming {
    /// The environment that a name stands for; unknown when it says nothing, or both things.
    pub fn environment(&self, name: &str) -> Environment {
        if self.production.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Environment::Prod;
        }
        let words = words_of(name);
        let says = |list: &[&str]| words.iter().any(|word| list.contains(&word));
        match (says(PRODUCTION), says(NONPROD)) {
            (true, false) => Environment::Prod,
            // `non-prod` and `pre-prod` hold the word, and mean the opposite.
            (false, true) => Environment::Nonprod,
            (true, true) => Environment::Unknown,
            (false, false) => Environment::Unknown,
        }
    }
}

/// The lower-case words of a name: split at everything that is no letter or digit and where the
/// case changes. Names are met by the million, so all stand in one text.
pub struct Words {
    text: String,
    ends: Vec<usize>,
}

pub fn words_of(name: &str) -> Words {
    let (mut text, mut ends) = (String::with_capacity(name.len()), Vec::new());
    let mut end = |text: &String| {
        if text.len() > ends.last().copied().unwrap_or(0) {
            ends.push(text.len());
        }
    };
    let mut previous_lower = false;
    for c in name.chars() {
        // As nearly all are.
        if matches!(c, 'a'..='z' | '0'..='9') {
            text.push(c);
            previous_lower = true;
            continue;
        }
        if !c.is_alphanumeric() || (c.is_uppercase() && previous_lower) {
            end(&text);
        }
        match c {
            _ if c.is_ascii_alphanumeric() => text.push(c.to_ascii_lowercase()),
            _ if c.is_alphanumeric() => text.extend(c.to_lowercase()),
            _ => {}
        }
        previous_lower = c.is_lowercase() || c.is_numeric();
    }
    end(&text);
    Words { text, ends }
}

impl Words {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_told_by_whole_words() {
        let naming = Naming::default();
        for name in ["production", "prod", "eu-prod-1", "Live", "shopProd", "main"] {
            assert_eq!(naming.environment(name), Environment::Prod, "{name}");
        }
        for name in ["staging", "dev", "nonprod", "preprod", "pr-42", "qa2-test"] {
            assert_eq!(naming.environment(name), Environment::Nonprod, "{name}");
        }
        for name in ["product", "reproduction", "delivery", "shop", "", "prod-test", "maintenance"] {
            assert_eq!(naming.environment(name), Environment::Unknown, "{name}");
        }
        assert_eq!(Naming { production: vec!["blue".into()] }.environment("Blue"), Environment::Prod);
    }

    #[test]
    fn names_are_split_into_words() {
        for (name, expected) in [
            ("RAILWAY_API_TOKEN", vec!["railway", "api", "token"]),
            ("railwayProjectId", vec!["railway", "project", "id"]),
            ("--api-key", vec!["api", "key"]),
            ("größeÄndern", vec!["größe", "ändern"]),
            ("İx_y", vec!["i\u{307}x", "y"]),
            ("__", vec![]),
        ] {
            assert_eq!(words_of(name).iter().collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
