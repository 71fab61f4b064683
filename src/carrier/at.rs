//! Places in a tree: `auths/*/auth`. A step is the name of a key without regard to case, with `*` for
//! any text, alternatives with `|` between them, or `**` for any number of steps. `{secret}` is any name
//! that says itself that it is one of a secret, `{sensitive}` any number of steps that a list beside them
//! says to lead to one. What stands beside a value is asked for in the same way, as
//! `{secret}`, `{password}` or by a glob.
//!
//! What stands beside a value is named from there: `user` is its neighbour, `../name` one of the thing
//! around, `<` the item before it, and `*` what the first star of the place stood for (`*2` the second).

use serde::Deserialize;

use super::sensitive::is_listed;
use super::tree::{Id, Tree};
use crate::naming::secrets::{Kind, kind, states_a_secret};

/// Neighbours beyond this many are not looked at.
const NEAR: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub struct At {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    /// `**`
    Through,
    /// `{secret}`
    Secret,
    /// `{sensitive}`
    Sensitive,
    /// One of these globs; whether it is the bare star, which can be named.
    Key(Vec<String>, bool),
}

impl From<String> for At {
    fn from(text: String) -> At {
        let step = |step: &str| match step {
            "**" => Step::Through,
            "{secret}" => Step::Secret,
            "{sensitive}" => Step::Sensitive,
            step => Step::Key(step.split('|').map(str::to_owned).collect(), step == "*"),
        };
        At { steps: text.split('/').map(step).collect() }
    }
}

impl At {
    /// The names that its last step may have, in small letters. None: it may have any.
    pub fn last_names(&self) -> Option<Vec<String>> {
        names(self.steps.last()?)
    }

    /// The same of its first step.
    pub fn first_names(&self) -> Option<Vec<String>> {
        names(self.steps.first()?)
    }

    /// What the bare stars stand for where `leaf` is at this place.
    pub fn stars(&self, tree: &Tree<'_>, leaf: Id) -> Option<Vec<Id>> {
        let mut stars = Vec::new();
        climb(&self.steps, tree, leaf, &mut stars).then_some(stars)
    }
}

/// The names that stand for a step, in small letters, if no other do.
fn names(step: &Step) -> Option<Vec<String>> {
    match step {
        Step::Key(globs, _) if !globs.iter().any(|glob| glob.contains('*')) => {
            Some(globs.iter().map(|glob| glob.to_ascii_lowercase()).collect())
        }
        _ => None,
    }
}

/// Whether the steps lead from the top to `id`. Looked at from the end, where most differ.
fn climb(steps: &[Step], tree: &Tree<'_>, id: Id, stars: &mut Vec<Id>) -> bool {
    let Some((last, rest)) = steps.split_last() else { return tree.is_top(id) };
    let mut around = std::iter::successors(Some(id), |&id| tree.parent(id));
    match last {
        Step::Through => around.any(|around| climb(rest, tree, around, stars)),
        Step::Sensitive => around.any(|top| climb(rest, tree, top, stars) && is_listed(tree, top, id)),
        Step::Secret => {
            tree.parent(id).is_some_and(|parent| states_a_secret(tree.key(id)) && climb(rest, tree, parent, stars))
        }
        Step::Key(globs, is_star) => {
            let Some(parent) = tree.parent(id) else { return false };
            if !globs.iter().any(|glob| fits(glob, tree.key(id))) {
                return false;
            }
            let leads = climb(rest, tree, parent, stars);
            if leads && *is_star {
                stars.push(id);
            }
            leads
        }
    }
}

/// What `reference` names for `leaf`; with `|` between several, the first that is there.
pub fn resolve(reference: &str, tree: &Tree<'_>, leaf: Id, stars: &[Id]) -> Option<String> {
    reference.split('|').find_map(|reference| resolve_one(reference, tree, leaf, stars))
}

fn resolve_one(reference: &str, tree: &Tree<'_>, leaf: Id, stars: &[Id]) -> Option<String> {
    if let Some(number) = reference.strip_prefix('*') {
        let number = number.parse().unwrap_or(1);
        return stars.get(usize::checked_sub(number, 1)?).map(|&id| tree.key(id).to_owned());
    }
    let text = |id: Id| tree.value(id).map(|value| value.text.to_string());
    if reference == "<" {
        return text(tree.previous(leaf)?);
    }
    let mut from = tree.parent(leaf)?;
    for step in reference.split('/') {
        from = match step {
            ".." => tree.parent(from)?,
            key => tree.children(from).take(NEAR).find(|&child| fits(key, tree.key(child)))?,
        };
    }
    text(from)
}

/// Whether a text beside a value is as asked for: it fits a glob, or is the name of a secret (`{secret}`) or of
/// a password (`{password}`).
pub fn is_as_asked(asked: &str, text: &str) -> bool {
    match asked {
        "{secret}" => states_a_secret(text),
        "{password}" => states_a_secret(text) && kind(text) == Some(Kind::Password),
        glob => fits(glob, text),
    }
}

/// Whether the whole text fits a glob, without regard to the case of letters.
pub fn fits(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut g, mut t) = (0, 0);
    // Where to go on when the text after the last star turns out not to fit.
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                back = Some((g + 1, t));
                g += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[t]) => (g, t) = (g + 1, t + 1),
            _ => match &mut back {
                Some((after_star, start)) => {
                    *start += 1;
                    (g, t) = (*after_star, *start);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::tree::ROOT;

    #[test]
    fn places_are_found_and_what_stands_beside_is_named() {
        let mut tree = Tree::new("");
        let auths = tree.add(ROOT, "auths");
        let host = tree.add(auths, "https://ghcr.io/v2");
        tree.leaf(host, "Email", "");
        let auth = tree.leaf(host, "AUTH", "");
        let stars = At::from("auths/*/auth".to_owned()).stars(&tree, auth).unwrap();
        assert_eq!(resolve("*", &tree, auth, &stars).as_deref(), Some("https://ghcr.io/v2"));
        assert_eq!(resolve("name|email", &tree, auth, &stars).as_deref(), Some(""));
        assert_eq!(resolve("<", &tree, auth, &stars).as_deref(), Some(""));
        assert_eq!(resolve("../email", &tree, auth, &stars), None);
        for at in ["**/auth", "**/auths/**/auth", "auths/**", "*/*/a*|b", "**"] {
            assert!(At::from(at.to_owned()).stars(&tree, auth).is_some(), "{at}");
        }
        for at in ["*/auth", "auths/auth", "auths/*/auth/*", "b/*/auth", "**/b/**/auth"] {
            assert!(At::from(at.to_owned()).stars(&tree, auth).is_none(), "{at}");
        }
    }

    #[test]
    fn globs_take_no_notice_of_case() {
        for (glob, text) in [("a*c", "AbbC"), ("*pass*", "db_PASSWORD"), ("*", ""), ("a*a*", "aba"), ("*ab", "aab")] {
            assert!(fits(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("a*c", "abd"), ("a", "ab"), ("a*a", "a"), ("*x*y", "yx"), ("", "a")] {
            assert!(!fits(glob, text), "{glob} {text}");
        }
    }
}
