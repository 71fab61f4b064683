//! An IAM policy document as it is read. Whatever is not understood is an error: a policy that
//! was half understood would be taken for one that allows little.

use serde::{Deserialize, Deserializer};

use super::pattern::{self, covers};

/// AWS's largest policies have some 100 kB; what is far beyond that is no policy.
const MAX_LENGTH: usize = 512 * 1024;

/// Twice what a resource name can have.
const MAX_PATTERN: usize = 4096;

/// One policy: managed, inline or a permissions boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub allow: bool,
    pub actions: Selection,
    pub resources: Selection,
    /// Whether it holds only under a condition, which nobody here can evaluate.
    pub conditional: bool,
}

/// What an element and its negated twin select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    These(Vec<String>),
    AllBut(Vec<String>),
}

/// A policy document that cannot be relied upon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not a document of the known form: {0}")]
    Malformed(String),
    #[error("the policy has {0} bytes, more than a policy can have")]
    TooLong(usize),
    #[error("a statement needs exactly one of {0} and Not{0}, with at least one entry of usual length")]
    Element(&'static str),
    #[error("a policy variable stands in an action")]
    VariableInAction,
}

impl Policy {
    /// Reads a document, as JSON text.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        if text.len() > MAX_LENGTH {
            return Err(PolicyError::TooLong(text.len()));
        }
        let document: Document =
            serde_json::from_str(text).map_err(|error| PolicyError::Malformed(error.to_string()))?;
        let statements = document.statement.into_vec().into_iter().map(Statement::read).collect::<Result<_, _>>()?;
        Ok(Policy { statements })
    }
}

impl Statement {
    fn read(raw: RawStatement) -> Result<Statement, PolicyError> {
        let mut actions = Selection::read("Action", raw.action, raw.not_action)?;
        if actions.patterns().iter().any(|action| action.contains("${")) {
            return Err(PolicyError::VariableInAction);
        }
        actions.patterns_mut().iter_mut().for_each(|action| action.make_ascii_lowercase());
        Ok(Statement {
            allow: matches!(raw.effect, Effect::Allow),
            actions,
            resources: Selection::read("Resource", raw.resource, raw.not_resource)?,
            conditional: !raw.condition.is_empty(),
        })
    }

    /// Whether it is about an action, on some resource at least. Actions have no case.
    pub fn concerns(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let about = match &self.actions {
            Selection::These(patterns) => patterns.iter().any(|pattern| covers(pattern, &action)),
            Selection::AllBut(patterns) => !patterns.iter().any(|pattern| covers(pattern, &action)),
        };
        about && !matches!(&self.resources, Selection::AllBut(spared) if spared.iter().any(|one| pattern::is_all(one)))
    }

    /// Whether it is about every action that a pattern matches, which is in lower case.
    pub fn takes_in(&self, pattern: &str) -> bool {
        match &self.actions {
            Selection::These(patterns) => patterns.iter().any(|outer| covers(outer, pattern)),
            // Two patterns may share actions without either covering the other.
            Selection::AllBut(patterns) => {
                let head = |text: &str| text.split(['*', '?']).next().unwrap_or_default().to_owned();
                let pattern = head(pattern);
                !patterns.iter().map(|one| head(one)).any(|one| one.starts_with(&pattern) || pattern.starts_with(&one))
            }
        }
    }

    /// Whether it holds for every resource and in every situation.
    pub fn is_unlimited(&self) -> bool {
        let everywhere =
            matches!(&self.resources, Selection::These(patterns) if patterns.iter().any(|one| pattern::is_all(one)));
        everywhere && !self.conditional
    }
}

impl Selection {
    fn read(
        name: &'static str,
        these: Option<OneOrMany<String>>,
        all_but: Option<OneOrMany<String>>,
    ) -> Result<Selection, PolicyError> {
        let selection = match (these, all_but) {
            (Some(these), None) => Selection::These(these.into_vec()),
            (None, Some(all_but)) => Selection::AllBut(all_but.into_vec()),
            _ => return Err(PolicyError::Element(name)),
        };
        let usual = |pattern: &String| (1..=MAX_PATTERN).contains(&pattern.len());
        let readable = !selection.patterns().is_empty() && selection.patterns().iter().all(usual);
        if readable { Ok(selection) } else { Err(PolicyError::Element(name)) }
    }

    pub fn patterns(&self) -> &[String] {
        let (Selection::These(patterns) | Selection::AllBut(patterns)) = self;
        patterns
    }

    fn patterns_mut(&mut self) -> &mut [String] {
        let (Selection::These(patterns) | Selection::AllBut(patterns)) = self;
        patterns
    }
}

/// The document as it stands. An unknown or repeated member is an error: `Principal`, for one,
/// makes it another kind of policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version", default)]
    _version: Version,
    #[serde(rename = "Id", default)]
    _id: String,
    statement: OneOrMany<RawStatement>,
}

#[derive(Default, Deserialize)]
enum Version {
    #[default]
    #[serde(rename = "2008-10-17")]
    Of2008,
    #[serde(rename = "2012-10-17")]
    Of2012,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    #[serde(rename = "Sid", default)]
    _sid: String,
    effect: Effect,
    #[serde(default, deserialize_with = "present")]
    action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    not_action: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    condition: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

/// A member that may be missing, but is not `null` when it stands there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
