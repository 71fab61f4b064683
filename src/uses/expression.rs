//! Expressions of workflows: `${{ secrets.NAME }}`.

use super::splice;
use super::word::{Word, is_name};
use super::yaml::{self, Node};

/// Names and values of a mapping, expressions as the shell reader takes them.
pub fn variables<'y>(node: Option<&'y Node<'y>>) -> impl Iterator<Item = (String, Word)> + 'y {
    yaml::variables(node, as_shell)
}

/// A secret as a variable that says so, and an input; `${{ env.NAME }}` as that variable, every
/// other expression as unknown.
pub fn as_shell(text: &str) -> String {
    splice::fill(text, "${{", "}}", |expression| {
        let secrets = members(expression, "secrets").chain(members(expression, "vars")).map(splice::secret);
        let inputs = members(expression, "inputs").map(splice::input);
        let variables = members(expression, "env").map(splice::environment);
        let known: String = secrets.chain(inputs).chain(variables).collect();
        let own_token = expression.trim().eq_ignore_ascii_case("github.token");
        match known.is_empty() {
            true if own_token => splice::secret("GITHUB_TOKEN"),
            true => splice::UNKNOWN.to_owned(),
            false => known,
        }
    })
}

/// The secrets that a text names.
pub fn secrets(text: &str) -> impl Iterator<Item = &str> {
    members(text, "secrets")
}

/// The names behind `context.` or in `context['…']`.
fn members<'e>(expression: &'e str, context: &'e str) -> impl Iterator<Item = &'e str> {
    let whole_word = |at: usize| !expression[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let places = expression.match_indices(context).filter(move |(at, _)| whole_word(*at));
    places.filter_map(move |(at, _)| {
        let behind = &expression[at + context.len()..];
        let name = behind.strip_prefix('.').or(behind.strip_prefix("['")).or(behind.strip_prefix("[\""))?;
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(name.len());
        Some(&name[..end]).filter(|name| is_name(&name.replace('-', "_")))
    })
}
