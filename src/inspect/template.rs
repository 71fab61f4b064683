//! Fills the variables of a detector file's texts: `{secret}`, `{base}`, `{each.id}`, `{vars.x}`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;

/// All but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stands in for a secret where a text is shown.
const MASK: &str = "***";

/// The variables of one credential, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Put in as they are, before anything else: addresses that the detector file or the user
    /// names. A variable in one is filled like any other.
    bases: BTreeMap<String, String>,
    /// Never shown.
    secrets: BTreeMap<String, Secret>,
    plain: BTreeMap<String, String>,
}

/// A text cannot be filled, for want of this variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub String);

impl Variables {
    pub fn base(&mut self, name: &str, value: &str) {
        self.bases.insert(name.to_owned(), value.trim_end_matches('/').to_owned());
    }

    pub fn secret(&mut self, name: &str, value: &str) {
        self.secrets.insert(name.to_owned(), Secret::new(value));
    }

    pub fn forget(&mut self, name: &str) {
        self.secrets.remove(name);
        self.plain.remove(name);
    }

    /// A value that an answer told, where it is no secret.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.plain.get(name).map(String::as_str)
    }

    pub fn plain(&mut self, name: &str, value: &str) {
        self.plain.insert(name.to_owned(), value.to_owned());
    }

    /// As it stands: for headers and bodies.
    pub fn fill(&self, template: &str) -> Result<String, Missing> {
        self.fill_with(template, &|name| self.value(name).map(str::to_owned))
    }

    /// With every value escaped: for addresses and forms.
    pub fn fill_escaped(&self, template: &str) -> Result<String, Missing> {
        self.fill_with(template, &|name| self.value(name).map(escape))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let secret = self.secrets.get(name).map(Secret::expose);
        secret.or_else(|| self.plain.get(name).map(String::as_str))
    }

    /// For people: secrets masked, what is not known yet left in its braces.
    pub fn fill_shown(&self, template: &str) -> String {
        let shown = self.fill_with(template, &|name| {
            let known = self.plain.get(name).cloned();
            let secret = self.secrets.contains_key(name).then(|| MASK.to_owned());
            secret.or(known).or_else(|| Some(format!("{{{name}}}")))
        });
        shown.unwrap_or_default()
    }

    fn fill_with(&self, template: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, Missing> {
        let open = |text: String, (name, base): (&String, &String)| text.replace(&format!("{{{name}}}"), base);
        let template = self.bases.iter().fold(template.to_owned(), open);
        let mut text = String::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').ok_or_else(|| Missing(after.to_owned()))?;
            text.push_str(before);
            text.push_str(&value(name).ok_or_else(|| Missing(name.to_owned()))?);
            rest = tail;
        }
        Ok(text + rest)
    }
}

/// Percent-encodes everything that is not unreserved.
pub fn escape(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

/// The names in a text's braces.
pub fn names(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_escaped_and_shown() {
        let mut variables = Variables::default();
        variables.base("base", "https://api.example/");
        variables.secret("secret", "a/b");
        variables.plain("each.id", "x y");
        let template = "{base}/bot{secret}/{each.id}";
        assert_eq!(variables.fill(template).unwrap(), "https://api.example/bota/b/x y");
        assert_eq!(variables.fill_escaped(template).unwrap(), "https://api.example/bota%2Fb/x%20y");
        assert_eq!(variables.fill_shown("{base}/bot{secret}/{other}"), "https://api.example/bot***/{other}");
        variables.base("base.host", "https://{each.id}.example");
        assert_eq!(variables.fill_escaped("{base.host}/y").unwrap(), "https://x%20y.example/y");
        variables.base("base.other", "https://{none}.example");
        assert_eq!(variables.fill("{base.other}"), Err(Missing("none".to_owned())));
        assert_eq!(variables.fill("{nobody}"), Err(Missing("nobody".to_owned())));
        assert_eq!(names("{a}-{b.c}"), ["a", "b.c"]);
    }
}
