//! What another tool has found out to be needed in AWS, as a policy document: IAM Access Analyzer
//! reads it off the audit log, Pike off Terraform, IAM Policy Autopilot off source code.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::model::{Need, Note, Site};
use crate::detector::Detectors;
use crate::detector::model::Provider;
use crate::error::{FileError, shown};
use crate::finding::Finding;
use crate::glob;
use crate::inspect::native::iam_policy::{Boundary, Decision, Grants, Policy};
use crate::textfile;
use crate::uses::Uses;
use crate::wording::count;

/// Whose actions the documents name.
const PROVIDER: &str = "aws";
/// So many actions without a meaning are named.
const NAMED: usize = 6;

/// A policy document and where it stands.
#[derive(Debug)]
pub struct Document {
    path: String,
    text: String,
    grants: Grants,
}

impl Document {
    /// Reads a bare policy document, or what one of the tools prints around it.
    pub fn read(path: &Path) -> Result<Document, FileError> {
        let text = textfile::read(path)?;
        let content = |message: String| FileError::Content { path: shown(path), message };
        let document: Value =
            serde_json::from_str(&text).map_err(|why| content(format!("not JSON, as a policy document is: {why}")))?;
        let policies = policies(&document);
        if policies.is_empty() {
            return Err(content(
                "no policy document: neither a `Statement`, nor the `generatedPolicies` of IAM Access Analyzer, nor \
                 the `Policies` of IAM Policy Autopilot stand in it"
                    .to_owned(),
            ));
        }
        let policies: Result<Vec<Policy>, _> = policies.iter().map(|policy| Policy::parse(policy)).collect();
        let policies = policies.map_err(|why| content(why.to_string()))?;
        let name = match path.is_absolute() {
            true => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            false => shown(path).trim_start_matches("./").replace('\\', "/"),
        };
        Ok(Document { path: name, text, grants: Grants { policies, all_known: true, boundary: Boundary::None } })
    }

    /// Adds what it says to the uses of every AWS credential. The document is taken for the whole
    /// of what is needed, so that what could not be read here counts as covered by it.
    pub fn add_to(&self, uses: &mut [Uses], findings: &[Finding], detectors: &Detectors) -> Vec<Note> {
        let note = |message: String| Note { kind: "needed", about: self.path.clone(), message, incomplete: false };
        let mut notes = Vec::new();
        let is_aws = |finding: &Finding| detectors.provider_of(finding.detector).id == PROVIDER;
        let Some(provider) = findings.iter().find(|one| is_aws(one)).map(|one| detectors.provider_of(one.detector))
        else {
            return vec![note("it says what AWS credentials need, and none was found".to_owned())];
        };
        let needs = self.needs(provider);
        for (uses, _) in uses.iter_mut().zip(findings).filter(|(_, finding)| is_aws(finding)) {
            if !uses.unresolved.is_empty() {
                let unread = count(uses.unresolved.len(), "use");
                notes
                    .push(note(format!("{unread} of an AWS credential could not be read and counts as covered by it")));
            }
            uses.unresolved.clear();
            uses.resolved = Some(true);
            uses.needs.extend(needs.iter().cloned());
        }
        let known: Vec<&str> = provider.grants.keys().map(String::as_str).collect();
        let strange: Vec<String> = self.grants.allowed_beyond(&known).into_iter().collect();
        if !strange.is_empty() {
            let more = strange.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let named = strange[..strange.len().min(NAMED)].join(", ");
            notes.push(note(format!("actions that have no meaning here, so that nothing follows: {named}{more}")));
        }
        notes
    }

    fn needs(&self, provider: &Provider) -> Vec<Need> {
        let mut needs = BTreeSet::new();
        for (action, grants) in provider.grants.iter().filter(|(action, _)| !action.contains('*')) {
            if matches!(self.grants.decide(action), Decision::Allowed { .. }) {
                let site = Some(Site { path: self.path.clone(), line: self.line(action) });
                let cans = grants.as_slice().iter().flat_map(|grant| &grant.can);
                needs.extend(cans.map(|&can| Need { can, site: site.clone(), why: action.clone() }));
            }
        }
        needs.into_iter().collect()
    }

    /// The first line with a pattern that takes the action in.
    fn line(&self, action: &str) -> usize {
        let action = action.to_ascii_lowercase();
        let names = |line: &str| {
            line.to_ascii_lowercase()
                .split('"')
                .any(|part| part.contains(':') && glob::matches(part.trim_end_matches('\\'), &action))
        };
        self.text.lines().position(names).map_or(1, |at| at + 1)
    }
}

/// The policy documents in what a tool has printed, each as JSON text.
fn policies(document: &Value) -> Vec<String> {
    let all = |list: &Value, member: &str| -> Vec<String> {
        let policies = list.as_array().into_iter().flatten().filter_map(|one| one.get(member));
        policies.map(|policy| policy.as_str().map_or_else(|| policy.to_string(), str::to_owned)).collect()
    };
    if document.get("Statement").is_some() {
        return vec![document.to_string()];
    }
    if let Some(list) = document.pointer("/generatedPolicyResult/generatedPolicies") {
        return all(list, "policy");
    }
    document.get("Policies").map(|list| all(list, "Policy")).unwrap_or_default()
}
