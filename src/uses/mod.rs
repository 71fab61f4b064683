//! stub
mod shell;
mod tools;
mod word;

use crate::capability::{Can, Environment};
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    pub path: String,
    pub line: usize,
}
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub can: Can,
    pub site: Option<Site>,
    pub why: String,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    Environment(Environment),
    Only(Can),
    ReadOnly,
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub claimed: Claimed,
    pub site: Option<Site>,
    pub words: String,
}
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub needs: Vec<Need>,
    pub unresolved: Vec<Site>,
    pub resolved: Option<bool>,
    pub claims: Vec<Claim>,
}
pub fn claims_of_label(_label: &str) -> Vec<Claimed> {
    Vec::new()
}
pub struct Wanted<'a> {
    pub provider: &'a str,
    pub secret: &'a crate::secret::Secret,
    pub locations: &'a [crate::finding::Location],
}
pub fn find(wanted: &[Wanted<'_>], _texts: &mut dyn Iterator<Item = (String, String)>) -> Vec<Uses> {
    wanted.iter().map(|_| Uses::default()).collect()
}
