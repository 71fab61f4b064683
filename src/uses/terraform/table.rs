//! What the table says of Terraform's providers: how each is given its credential, and what its
//! resources need of it.

use serde::Deserialize;

use crate::capability::{Can, Verb};

/// A provider of Terraform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Whose credentials it takes.
    #[serde(skip)]
    pub provider: String,
    /// What it is called in the files: `aws`.
    pub providers: Vec<String>,
    /// Its arguments that take the credential.
    pub arguments: Vec<String>,
    /// Variables that it reads where no such argument is given.
    pub env: Vec<String>,
    /// Files that it reads there.
    #[serde(default)]
    pub files: Vec<String>,
    /// Backends that keep the state with the same credential.
    #[serde(default)]
    pub backends: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read the table; a test asks for it"))]
    pub source: String,
    pub resources: Vec<Class>,
    /// What is only read, where that is not the class of the resource of the same name.
    #[serde(default)]
    pub data: Vec<Class>,
}

/// Types that need the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// A type; a `*` in it stands for any text.
    pub like: Vec<String>,
    pub needs: Vec<Can>,
}

impl Provider {
    /// What managing a resource of this type needs; none where that is not known.
    pub fn manages(&self, kind: &str) -> Option<Vec<Can>> {
        closest(&self.resources, kind).map(|class| class.needs.clone())
    }

    /// What reading it needs.
    pub fn reads(&self, kind: &str) -> Option<Vec<Can>> {
        if let Some(class) = closest(&self.data, kind) {
            return Some(class.needs.clone());
        }
        let mut needs: Vec<Can> =
            closest(&self.resources, kind)?.needs.iter().map(|need| Can { verb: Verb::Read, ..*need }).collect();
        needs.dedup();
        Some(needs)
    }
}

/// The class whose name says most about the type.
fn closest<'c>(classes: &'c [Class], kind: &str) -> Option<&'c Class> {
    // An end says more than a beginning: `google_*_iam_member` is no storage.
    let fit = |like: &String| match like.split_once('*') {
        Some((start, end)) => {
            let rest = kind.strip_prefix(start).is_some_and(|rest| rest.ends_with(end));
            rest.then_some((usize::from(!end.is_empty()), start.len() + end.len()))
        }
        None => (kind == like).then_some((2, 0)),
    };
    let fits = classes.iter().filter_map(|class| Some((class.like.iter().filter_map(fit).max()?, class)));
    fits.max_by_key(|(fit, _)| *fit).map(|(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::super::super::tools::table;
    use super::*;

    #[test]
    fn every_row_has_a_source_and_says_each_type_once() {
        assert!(table().terraform.len() >= 20);
        for row in &table().terraform {
            assert!(row.source.starts_with("https://"), "{:?}", row.providers);
            assert!(!row.providers.is_empty() && !row.resources.is_empty(), "{:?}", row.providers);
            for classes in [&row.resources, &row.data] {
                let mut types: Vec<&String> = classes.iter().flat_map(|class| &class.like).collect();
                types.sort();
                let count = types.len();
                types.dedup();
                assert_eq!(types.len(), count, "{:?}", row.providers);
                for kind in types {
                    let known = row.providers.iter().any(|name| kind.starts_with(&format!("{name}_")));
                    assert!(known, "{kind} belongs to another provider");
                }
            }
        }
    }

    #[test]
    fn the_closest_name_counts() {
        let row: Provider = toml::from_str(
            "providers = ['a']\narguments = []\nenv = []\nsource = ''\nresources = [\n{ like = ['a_b*'], needs = ['write:config'] },\n{ like = ['a_b_c'], needs = ['write:secret', 'delete:secret'] },\n{ like = ['a_*_e'], needs = ['grant:identity'] },\n]\ndata = [{ like = ['a_b_d'], needs = [] }]",
        )
        .unwrap();
        let said = |needs: Option<Vec<Can>>| needs.map(|needs| needs.iter().map(Can::to_string).collect::<Vec<_>>());
        assert_eq!(said(row.manages("a_b_d")), Some(vec!["write:config".to_owned()]));
        assert_eq!(said(row.manages("a_b_c")), Some(vec!["write:secret".to_owned(), "delete:secret".to_owned()]));
        assert_eq!(said(row.manages("a_b_d_e")), Some(vec!["grant:identity".to_owned()]));
        assert_eq!(said(row.manages("a_c")), None);
        assert_eq!(said(row.reads("a_b_c")), Some(vec!["read:secret".to_owned()]));
        assert_eq!(said(row.reads("a_b_d")), Some(vec![]));
    }
}
