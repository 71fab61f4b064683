//! What names claim: the variable that holds a credential, the file in which it lies, the label
//! that its owner gave it. Whole words of a closed list count, and nothing else.

use super::tools::{Claims, table};
use super::{Claim, Claimed, Site, Wanted};
use crate::capability::Environment;
use crate::finding::Location;

/// The claims of every place in which a credential lies.
pub fn of(wanted: &Wanted<'_>) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for location in wanted.locations {
        let site = Site { path: location.path.clone(), line: location.line };
        let key = location.key.as_deref().unwrap_or("");
        let by_key = said(key).into_iter().map(|claimed| (claimed, key.to_owned()));
        let by_path = of_path(&location.path);
        for (claimed, words) in by_key.chain(by_path) {
            let claim = Claim { claimed, site: Some(site.clone()), words };
            let known = |other: &Claim| {
                let same_file = other.site.as_ref().is_some_and(|site| site.path == location.path);
                other.claimed == claim.claimed && other.words == claim.words && same_file
            };
            if !claims.iter().any(known) {
                claims.push(claim);
            }
        }
    }
    claims
}

/// What the policy calls production's is that, whatever its name says otherwise: in a variable, a
/// label or the name of a dotenv file, by whole words.
pub fn take_for_production(claims: &mut Vec<Claim>, locations: &[Location], label: Option<&str>, names: &[String]) {
    let names: Vec<Vec<String>> = names.iter().map(|name| tokens(name)).filter(|name| !name.is_empty()).collect();
    let says = |text: &str| {
        let tokens = tokens(text);
        names.iter().any(|name| tokens.windows(name.len()).any(|words| words == name.as_slice()))
    };
    let mut taken: Vec<(Option<Site>, String)> = Vec::new();
    for location in locations {
        let file = location.path.rsplit('/').next().unwrap_or_default();
        let dotenv = Some(file).filter(|file| is_dotenv(file));
        for words in location.key.as_deref().into_iter().chain(dotenv).filter(|words| says(words)) {
            taken.push((Some(Site { path: location.path.clone(), line: location.line }), words.to_owned()));
        }
    }
    taken.extend(label.filter(|label| says(label)).map(|label| (None, label_words(label))));
    for (site, words) in taken {
        let claimed = Claimed::Environment(Environment::Prod);
        let path = |site: &Option<Site>| site.as_ref().map(|site| site.path.clone());
        claims.retain(|claim| {
            let same = claim.words == words && path(&claim.site) == path(&site);
            !same || !matches!(claim.claimed, Claimed::Environment(_))
        });
        claims.push(Claim { claimed, site, words });
    }
}

/// How a claim names the label that makes it.
pub fn label_words(label: &str) -> String {
    format!("Its label `{label}`")
}

fn is_dotenv(file: &str) -> bool {
    file.starts_with(".env") || file.ends_with(".env")
}

/// The claims of a variable's name or of a label.
pub fn said(name: &str) -> Vec<Claimed> {
    let words = &table().common.claims;
    let tokens = tokens(name);
    let mut claims: Vec<Claimed> = Vec::new();
    let mut add = |claim: Claimed| {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    };
    environments(words, &tokens).into_iter().for_each(|word| add(Claimed::Environment(words.environments[word])));
    let writes = tokens.iter().any(|token| matches!(token.as_str(), "write" | "rw" | "admin"));
    if !writes && phrases(&tokens).any(|phrase| words.read_only.contains(&phrase)) {
        add(Claimed::ReadOnly);
    }
    phrases(&tokens).filter_map(|phrase| words.only.get(&phrase)).for_each(|&can| add(Claimed::Only(can)));
    claims
}

fn of_path(path: &str) -> Vec<(Claimed, String)> {
    let environments = &table().common.claims.environments;
    places(path).into_iter().map(|(word, at)| (Claimed::Environment(environments[word]), at)).collect()
}

/// A file claims an environment, and so does a folder that it lies in: the words with what says
/// them. A dotenv file is named after its environment; of other files only the plainer words count.
pub fn places(path: &str) -> Vec<(&'static str, String)> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let dotenv = is_dotenv(file);
    let said = if dotenv { environment_words(file) } else { plain_environments(file) };
    let mut places: Vec<(&str, String)> = said.into_iter().map(|word| (word, file.to_owned())).collect();
    for folder in folders.split('/') {
        places.extend(plain_environments(folder).into_iter().map(|word| (word, format!("{folder}/"))));
    }
    places
}

/// The environments that a name claims which is chosen for other reasons as well: of a folder, of
/// a job. One of the plainer words has to be among them.
pub fn plain_environments(name: &str) -> Vec<&'static str> {
    let words = &table().common.claims;
    let tokens = tokens(name);
    let plain = phrases(&tokens).any(|phrase| words.in_paths.contains(&phrase));
    if plain { environments(words, &tokens) } else { Vec::new() }
}

/// The environments that a name is said to be about.
pub fn environment_words(name: &str) -> Vec<&'static str> {
    environments(&table().common.claims, &tokens(name))
}

/// A pair that is listed takes its words with it: `non-prod` is not `prod`.
fn environments(words: &'static Claims, tokens: &[String]) -> Vec<&'static str> {
    let listed = |word: &str| words.environments.get_key_value(word).map(|(word, _)| word.as_str());
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let pair = tokens.get(at + 1).and_then(|next| listed(&format!("{} {next}", tokens[at])));
        if let Some(word) = pair {
            found.push(word);
            at += 1;
        } else if let Some(word) = listed(&tokens[at]) {
            found.push(word);
        }
        at += 1;
    }
    found
}

/// A name without its words for environments, in one spelling.
pub fn without_environments(name: &str) -> String {
    let claims = &table().common.claims;
    let mut tokens = tokens(name);
    tokens.retain(|token| !claims.environments.contains_key(token));
    tokens.join("_")
}

/// Each word, and each two words in a row.
fn phrases(tokens: &[String]) -> impl Iterator<Item = String> + '_ {
    let pairs = tokens.windows(2).map(|pair| pair.join(" "));
    tokens.iter().cloned().chain(pairs)
}

/// Cuts a name at changes of case and at everything that is no letter or digit, in lower case.
fn tokens(name: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let begins = c.is_uppercase() && at > 0 && {
            let next_is_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
            chars[at - 1].is_lowercase()
                || chars[at - 1].is_ascii_digit()
                || (chars[at - 1].is_uppercase() && next_is_lower)
        };
        if begins || !c.is_alphanumeric() {
            tokens.push(String::new());
        }
        if c.is_alphanumeric() {
            tokens.last_mut().expect("there is always one token").extend(c.to_lowercase());
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(claims: &[Claimed]) -> String {
        let word = |claim: &Claimed| match claim {
            Claimed::Environment(environment) => environment.to_string(),
            Claimed::Only(can) => can.to_string(),
            Claimed::ReadOnly => "read-only".to_owned(),
        };
        claims.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_claim_by_whole_words() {
        for (name, expected) in [
            ("custom-domains", "write:domain"),
            ("RAILWAY_DOMAINS_TOKEN", "write:domain"),
            ("GH_TOKEN_READONLY", "read-only"),
            ("readOnlyKey", "read-only"),
            ("DB_READ_WRITE", ""),
            ("STAGING_TOKEN", "nonprod"),
            ("stripeLiveKey", "prod"),
            ("NON_PROD_KEY", "nonprod"),
            ("preprodToken", "nonprod"),
            ("PRODUCT_KEY", ""),
            ("REPRODUCTION", ""),
            ("DELIVERY_TOKEN", ""),
            ("subdomainless", ""),
            ("SandboxKey", "sandbox"),
            ("", ""),
        ] {
            assert_eq!(words(&said(name)), expected, "{name}");
        }
    }

    #[test]
    fn what_the_policy_calls_production_is_that() {
        let names = ["Blue".to_owned(), "eu 1".to_owned()];
        let mut place = crate::uses::tests::place(".env.blue", "STAGING_TOKEN");
        let claimed = |place: &Location, label: Option<&str>| {
            let wanted = Wanted {
                provider: "railway",
                secret: &crate::secret::Secret::new(""),
                locations: std::slice::from_ref(place),
            };
            let mut claims = of(&wanted);
            take_for_production(&mut claims, std::slice::from_ref(place), label, &names);
            let shown = |claim: &Claim| format!("{} {}", claim.words, words(std::slice::from_ref(&claim.claimed)));
            claims.iter().map(shown).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(claimed(&place, None), "STAGING_TOKEN nonprod, .env.blue prod");
        place.key = Some("BLUE_STAGING_TOKEN".to_owned());
        place.path = "src/blue.rs".to_owned();
        assert_eq!(claimed(&place, Some("eu-1")), "BLUE_STAGING_TOKEN prod, Its label `eu-1` prod");
        place.key = Some("BLUEPRINT".to_owned());
        assert_eq!(claimed(&place, Some("eu")), "");
    }

    #[test]
    fn paths_claim_environments_only() {
        for (path, expected) in [
            (".env.staging", "nonprod"),
            (".env.production", "prod"),
            (".env.test", "nonprod"),
            ("config/prod.env", "prod"),
            ("deploy/staging/key.json", "nonprod"),
            ("scripts/test.sh", ""),
            ("docs/development.md", ""),
            ("src/main.rs", ""),
            ("live/app.rs", ""),
            ("products/a.txt", ""),
            ("scripts/add-domain.sh", ""),
        ] {
            let claims: Vec<Claimed> = of_path(path).into_iter().map(|(claimed, _)| claimed).collect();
            assert_eq!(words(&claims), expected, "{path}");
        }
    }
}
