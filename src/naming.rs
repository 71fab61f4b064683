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
        let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
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
/// case changes.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut previous_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && previous_lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("never empty").extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
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
        assert_eq!(words_of("RAILWAY_API_TOKEN"), ["railway", "api", "token"]);
        assert_eq!(words_of("railwayProjectId"), ["railway", "project", "id"]);
        assert_eq!(words_of("--api-key"), ["api", "key"]);
    }
}
