//! Gathers the policies that are bound to a user or a role.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use roxmltree::Node;

use super::asking::Asker;
use super::xml;
use crate::inspect::native::iam_policy::{Boundary, Grants, Policy};

/// IAM's questions about one kind of thing that policies are bound to.
struct Kind {
    word: &'static str,
    name: &'static str,
    attached: &'static str,
    inline: &'static str,
    document: &'static str,
}

const USER: Kind = Kind {
    word: "user",
    name: "UserName",
    attached: "ListAttachedUserPolicies",
    inline: "ListUserPolicies",
    document: "GetUserPolicy",
};
const GROUP: Kind = Kind {
    word: "group",
    name: "GroupName",
    attached: "ListAttachedGroupPolicies",
    inline: "ListGroupPolicies",
    document: "GetGroupPolicy",
};
const ROLE: Kind = Kind {
    word: "role",
    name: "RoleName",
    attached: "ListAttachedRolePolicies",
    inline: "ListRolePolicies",
    document: "GetRolePolicy",
};

/// What a user holds, itself and through its groups; and the name to simulate it by.
pub fn of_user(asker: &mut Asker<'_>, name: &str, arn: &str) -> (Grants, String) {
    let mut gathering = Gathering::new();
    let what = format!("permissions boundary of user {name}");
    let user = asker.ask("GetUser", &[("UserName", name)], &what, |result| boundary(xml::child(result, "User")?));
    gathering.read_all(asker, &USER, name);
    let groups = asker.list("ListGroupsForUser", &[("UserName", name)], &format!("groups of user {name}"), |result| {
        texts(result, "Groups", "GroupName")
    });
    gathering.all_known &= groups.complete;
    for group in &groups.items {
        gathering.read_all(asker, &GROUP, group);
    }
    (gathering.finish(asker, user), arn.to_owned())
}

/// What a role holds. Its name lacks its path in the name of a session, so that `fallback` is
/// right for roles without a path only.
pub fn of_role(asker: &mut Asker<'_>, name: &str, fallback: &str) -> (Grants, String) {
    let mut gathering = Gathering::new();
    let what = format!("permissions boundary of role {name}");
    let role = asker.ask("GetRole", &[("RoleName", name)], &what, |result| {
        let role = xml::child(result, "Role")?;
        Some((boundary(role)?, xml::text(role, "Arn")?.to_owned()))
    });
    gathering.read_all(asker, &ROLE, name);
    let (boundary, arn) = role.unzip();
    (gathering.finish(asker, boundary), arn.unwrap_or_else(|| fallback.to_owned()))
}

/// The boundary's policy, if the user or role has one; the outer `None` is a broken answer.
fn boundary(owner: Node<'_, '_>) -> Option<Option<String>> {
    match xml::child(owner, "PermissionsBoundary") {
        None => Some(None),
        Some(boundary) => xml::text(boundary, "PermissionsBoundaryArn").map(|arn| Some(arn.to_owned())),
    }
}

fn texts(result: Node<'_, '_>, list: &str, name: &str) -> Option<Vec<String>> {
    xml::members(result, list)?.into_iter().map(|member| xml::text(member, name).map(str::to_owned)).collect()
}

struct Gathering {
    policies: Vec<Policy>,
    all_known: bool,
    /// Managed policies that were asked for: a user may hold one twice.
    asked: BTreeSet<String>,
}

impl Gathering {
    fn new() -> Gathering {
        Gathering { policies: Vec::new(), all_known: true, asked: BTreeSet::new() }
    }

    fn finish(self, asker: &mut Asker<'_>, boundary: Option<Option<String>>) -> Grants {
        let boundary = match boundary {
            None => Boundary::Unknown,
            Some(None) => Boundary::None,
            Some(Some(arn)) => managed(asker, &arn).map_or(Boundary::Unknown, Boundary::Known),
        };
        Grants { policies: self.policies, all_known: self.all_known, boundary }
    }

    /// Reads the policies that are attached to, or stand in, a user, group or role.
    fn read_all(&mut self, asker: &mut Asker<'_>, kind: &Kind, name: &str) {
        let owner = format!("{} {name}", kind.word);
        let attached =
            asker.list(kind.attached, &[(kind.name, name)], &format!("policies attached to {owner}"), |result| {
                texts(result, "AttachedPolicies", "PolicyArn")
            });
        self.all_known &= attached.complete;
        for arn in attached.items {
            if self.asked.insert(arn.clone()) {
                let policy = managed(asker, &arn);
                self.keep(policy);
            }
        }
        let inline = asker.list(kind.inline, &[(kind.name, name)], &format!("inline policies of {owner}"), |result| {
            let names = xml::members(result, "PolicyNames")?;
            names.into_iter().map(|member| member.text().map(|text| text.trim().to_owned())).collect()
        });
        self.all_known &= inline.complete;
        for policy in &inline.items {
            let what = format!("inline policy {policy} of {owner}");
            let parameters = [(kind.name, name), ("PolicyName", policy)];
            let document = asker.ask(kind.document, &parameters, &what, |result| {
                xml::text(result, "PolicyDocument").map(str::to_owned)
            });
            let policy = document.and_then(|document| parse(asker, &document, &what));
            self.keep(policy);
        }
    }

    fn keep(&mut self, policy: Option<Policy>) {
        self.all_known &= policy.is_some();
        self.policies.extend(policy);
    }
}

/// The version of a managed policy that is in force.
fn managed(asker: &mut Asker<'_>, arn: &str) -> Option<Policy> {
    let what = format!("policy {arn}");
    let version = asker.ask("GetPolicy", &[("PolicyArn", arn)], &what, |result| {
        xml::text(xml::child(result, "Policy")?, "DefaultVersionId").map(str::to_owned)
    })?;
    let parameters = [("PolicyArn", arn), ("VersionId", version.as_str())];
    let document = asker.ask("GetPolicyVersion", &parameters, &what, |result| {
        xml::text(xml::child(result, "PolicyVersion")?, "Document").map(str::to_owned)
    })?;
    parse(asker, &document, &what)
}

/// Documents come percent-encoded.
fn parse(asker: &mut Asker<'_>, document: &str, what: &str) -> Option<Policy> {
    let policy = percent_decode_str(document)
        .decode_utf8()
        .map_err(|error| error.to_string())
        .and_then(|text| Policy::parse(&text).map_err(|error| error.to_string()));
    policy.map_err(|why| asker.note(what, why)).ok()
}
