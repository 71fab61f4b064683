//! What the replica remembers of a request, without any token, and what it holds against it.

use serde_json::Value;

use super::document::Document;
use super::http::Request;
use crate::demo::world::World;

/// A request as it came. Wherever a token stood in it, stars stand here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    /// Path and query string.
    pub path: String,
    pub auth: Auth,
    pub user_agent: Option<String>,
    pub document: String,
    /// Their names, not their aliases.
    pub root_fields: Vec<String>,
}

/// The header in which a credential came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    None,
    Bearer,
    ProjectAccessToken,
    Both,
}

pub fn seen(request: &Request, body: &Value, document: &Document, world: &World) -> Seen {
    let masked = |text: &str| {
        let tokens = tokens(request, world);
        tokens.into_iter().fold(text.to_owned(), |text, token| text.replace(token, "****"))
    };
    Seen {
        method: request.method.clone(),
        path: masked(&request.target),
        auth: match (&request.credentials.bearer, &request.credentials.project) {
            (None, None) => Auth::None,
            (Some(_), None) => Auth::Bearer,
            (None, Some(_)) => Auth::ProjectAccessToken,
            (Some(_), Some(_)) => Auth::Both,
        },
        user_agent: request.user_agent.as_deref().map(masked),
        document: masked(body["query"].as_str().unwrap_or_default()),
        root_fields: document.root_fields(),
    }
}

pub fn violations(request: &Request, document: &Document, world: &World, path: &str) -> Vec<String> {
    let mut violations = Vec::new();
    let asked = request.target.split(['?', '#']).next().unwrap_or_default();
    if request.method != "POST" || asked != path {
        violations.push("a request that is not a POST to the API's one path".to_owned());
    }
    if tokens(request, world).into_iter().any(|token| request.target.contains(token)) {
        violations.push("a token in the URL".to_owned());
    }
    for kind in document.operations().filter(|kind| *kind != "query") {
        violations.push(format!("a {kind}"));
    }
    for (name, arguments) in document.all_fields() {
        if is_forbidden(&name) {
            violations.push(format!("the field {name}, which gives secrets away"));
        } else if arguments.contains("decryptVariables") {
            violations.push(format!("the field {name} with secrets decrypted"));
        }
    }
    violations
}

/// Queries that answer with secrets or with what users wrote to their logs, or that may create
/// something although they are queries.
fn is_forbidden(field: &str) -> bool {
    let named = [
        "bucketInstanceDetails",
        "bucketS3Credentials",
        "config",
        "environmentPreviewChangeSet",
        "projectInviteCode",
        "variables",
        "variablesForServiceDeployment",
    ];
    named.contains(&field) || field.starts_with("twoFactorInfo") || field.ends_with("Logs")
}

/// Every token of the world, and what this request passes as one.
fn tokens<'r>(request: &'r Request, world: &'r World) -> Vec<&'r str> {
    let sent = [&request.credentials.bearer, &request.credentials.project];
    let known = world.tokens.iter().map(|token| &token.value);
    let all = sent.into_iter().flatten().chain(known).map(|secret| secret.expose());
    all.filter(|token| !token.is_empty()).collect()
}
