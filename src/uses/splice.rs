//! What other languages put into a script before the shell reads it: `${{ secrets.NAME }}`,
//! `$(NAME)` of make, `{{NAME}}`. It is written as a variable with a name of its own, which holds
//! inside single quotes too.

/// How every name begins that the shell itself does not put in.
const SPLICED: &str = "__spliced_";
/// A secret of the pipeline.
pub const SECRET: &str = "__spliced_secret_";
/// An input of the action or the workflow.
const INPUT: &str = "__spliced_input_";
/// A variable of the file's own language, which commands do not see.
pub const LOCAL: &str = "__spliced_local_";
/// A variable of the environment.
const ENVIRONMENT: &str = "__spliced_env_";
/// What is known only when it runs.
pub const UNKNOWN: &str = "${__spliced_unknown}";

/// Replaces everything between `open` and `close`. Lines stay where they are.
pub fn fill(text: &str, open: &str, close: &str, expand: impl Fn(&str) -> String) -> String {
    let mut shell = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(open) {
        let (expression, after) = behind.split_once(close).unwrap_or((behind, ""));
        shell.push_str(before);
        shell.push_str(&expand(expression));
        shell.extend(std::iter::repeat_n('\n', expression.matches('\n').count()));
        rest = after;
    }
    shell + rest
}

pub fn secret(name: &str) -> String {
    format!("${{{SECRET}{name}}}")
}

/// The variable of a secret that a called workflow knows by this name.
pub fn secret_name(name: &str) -> String {
    format!("{SECRET}{}", name.to_ascii_lowercase())
}

/// Inputs are written with hyphens too, and their case does not count.
pub fn input(name: &str) -> String {
    format!("${{{}}}", input_name(name))
}

pub fn input_name(name: &str) -> String {
    format!("{INPUT}{}", name.to_ascii_lowercase().replace('-', "_"))
}

pub fn local(name: &str) -> String {
    format!("${{{LOCAL}{name}}}")
}

pub fn environment(name: &str) -> String {
    format!("${{{ENVIRONMENT}{name}}}")
}

/// The name that a variable has in the environment.
pub fn bare(name: &str) -> &str {
    name.strip_prefix(ENVIRONMENT).unwrap_or(name)
}

/// Whether this variable, where nobody is known to be in it, may still hold anybody.
pub fn may_hold_anybody(name: &str) -> bool {
    name.starts_with(SPLICED) && !name.starts_with(SECRET) && !name.starts_with(ENVIRONMENT)
}

/// The text up to the next thing that is spliced in, its name, and the rest.
pub fn next(text: &str) -> Option<(&str, &str, &str)> {
    let at = text.match_indices("${").map(|(at, _)| at).find(|at| text[at + 2..].starts_with(SPLICED))?;
    let (name, rest) = text[at + 2..].split_once('}')?;
    Some((&text[..at], name, rest))
}
