//! Where in a reply the answers stand.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::OneOrMany;
use crate::capability::{Breadth, Evidence};

/// Where in a reply the answers stand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    pub identity: Option<Select>,
    pub account: Option<Select>,
    pub label: Option<Select>,
    pub kind: Option<Select>,
    pub expires: Option<Select>,
    pub scopes: Option<OneOrMany<Select>>,
    #[serde(default)]
    pub resources: Vec<ResourceRead>,
    /// A short-lived token that stands for the credential from then on, as `{token}`.
    pub token: Option<Select>,
    /// Values for later steps, as `{vars.NAME}`.
    #[serde(default)]
    pub vars: BTreeMap<String, Select>,
}

/// Where one value, or a list of them, stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    pub header: Option<String>,
    /// A JSON pointer; `*` for every item of a list or member of an object.
    pub json: Option<String>,
    /// The members' names instead of their values.
    #[serde(default)]
    pub keys: bool,
    /// The members as `name:value`.
    #[serde(default)]
    pub pairs: bool,
    /// The names of the members that are `true`.
    #[serde(default)]
    pub held: bool,
    /// With `pairs`: where in each member its values stand; one pair for each of them.
    pub values: Option<String>,
    /// The items to look at, before `json` is applied to each.
    pub each: Option<String>,
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
    /// Only the item whose masked text here fits the secret.
    pub masked: Option<String>,
    pub split: Option<String>,
    /// How the value is written down: `role:{}`.
    #[serde(rename = "as")]
    pub written: Option<String>,
    /// For `scopes`: these words reach no further, whatever they mean elsewhere.
    pub reach: Option<Breadth>,
    /// The same for one kind alone, by the kind that the issuer named.
    #[serde(default)]
    pub reach_of: BTreeMap<String, Breadth>,
    /// For `scopes`: each item's words are about a thing of their own.
    pub on: Option<Place>,
    /// For `scopes`: how these words are known, where the issuer does not state them.
    pub evidence: Option<Evidence>,
    /// For `expires`: a missing value means that there is no end.
    #[serde(default)]
    pub absent_is_never: bool,
}

/// The thing that an item's words are about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub kind: String,
    /// Where its id stands in the item.
    pub id: String,
}

/// A kind of thing that a reply lists.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRead {
    pub kind: String,
    pub each: String,
    /// Where its id stands; pointers in braces where only several values together tell it apart.
    pub id: String,
    /// As people know it; pointers in braces: `{^/name}/{/name}`.
    pub name: String,
    /// Kind → where the id of a thing of that kind stands, in which this one lies.
    #[serde(default)]
    pub inside: BTreeMap<String, String>,
    /// The provider's own signs of production, and of its opposite.
    #[serde(default)]
    pub production: Vec<Condition>,
    #[serde(default)]
    pub nonprod: Vec<Condition>,
    /// Whether its name says which environment it is.
    #[serde(default)]
    pub named_environment: bool,
    /// Rows that are passed over.
    #[serde(default)]
    pub drop: Vec<Condition>,
    /// Rows that are named but not reached.
    #[serde(default)]
    pub unreached: Vec<Condition>,
    /// None of them is reached: they are only named.
    #[serde(default)]
    pub only_named: bool,
    /// Things listed inside each of them.
    #[serde(default)]
    pub inner: Vec<ResourceRead>,
}

/// A test of one value of a JSON document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where the value stands. `^` in front steps out to the item around.
    pub json: String,
    #[serde(default)]
    pub is: OneOrMany<String>,
    /// Forms that the value may have, with `*` for any text.
    #[serde(default)]
    pub like: OneOrMany<String>,
    /// It must not hold.
    #[serde(default)]
    pub not: bool,
    /// Another place whose value must be the same.
    pub same_as: Option<String>,
    /// Whether it must be there (and not null), or must not.
    pub present: Option<bool>,
}
