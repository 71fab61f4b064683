//! The step `aws-iam`: signs the questions about a key pair, and puts what was decided into a
//! document. Asked about are the actions that `[grants]` gives a meaning to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::aws_iam::{self, CallResult, IamAnswer, IamCalls, Principal, Service};
use super::iam_policy::{Decision, Reach, one_thing};
use super::{Came, Questions};
use crate::capability::Can;
use crate::decode::aws_key_id::needs_session_token;
use crate::detector::model::Provider;
use crate::glob;
use crate::inspect::answer::Liveness;
use crate::inspect::sigv4::{self, Keys, Unsigned};
use crate::secret::Secret;

/// STS's and IAM's global endpoints are signed for this region.
const REGION: &str = "us-east-1";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

pub fn run<'r>(questions: &mut dyn Questions<'r>) -> Came {
    let (Some(id), Some(secret)) = (questions.part("key_id"), questions.part("secret")) else {
        return Came::Unasked("the key id is not known".to_owned());
    };
    let session_token = questions.part("session_token");
    if session_token.is_none() && needs_session_token(id.expose()) {
        return Came::Unasked(
            "its session token was not found beside it, and without that AWS calls every temporary key unknown"
                .to_owned(),
        );
    }
    let provider = questions.provider();
    let actions: Vec<&str> = provider.grants.keys().map(String::as_str).filter(|word| is_action(word)).collect();
    let answer = aws_iam::collect(&mut Signed { questions, id, secret, session_token }, &actions);
    match &answer.liveness {
        Liveness::Live => Came::Answered { document: document(&answer, provider), gaps: answer.gaps },
        Liveness::Dead(why) if questions.part("partition").is_some() => Came::Unclear(format!(
            "{why}, but it may be one of AWS China or GovCloud, of which something stands beside it"
        )),
        Liveness::Dead(why) => Came::Dead(why.clone()),
        Liveness::Unknown(why) => Came::Unclear(why.clone()),
        Liveness::NotAsked => Came::Unclear("nothing was asked".to_owned()),
    }
}

/// `s3:GetObject`, and not a form such as `*:get*` or another word.
fn is_action(word: &str) -> bool {
    word.split_once(':').is_some_and(|(service, action)| {
        !service.is_empty()
            && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && action.starts_with(|first: char| first.is_ascii_uppercase())
            && action.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

struct Signed<'q, 'r> {
    questions: &'q mut dyn Questions<'r>,
    id: &'q Secret,
    secret: &'q Secret,
    session_token: Option<&'q Secret>,
}

impl IamCalls for Signed<'_, '_> {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult {
        let base = match service {
            Service::Sts => "base",
            Service::Iam => "base.iam",
        };
        let action = form.iter().find(|(name, _)| *name == "Action").map_or("", |(_, action)| action);
        let body = sigv4::form(form);
        let request = match self.questions.post(base, &format!("Action={action}"), FORM, body.clone()) {
            Ok(request) => request,
            Err(why) => return CallResult::Failed(why),
        };
        let port = request.url().port().map_or_else(String::new, |port| format!(":{port}"));
        let host = format!("{}{port}", request.host());
        let unsigned = Unsigned {
            method: request.method().word(),
            host: &host,
            path: request.url().path(),
            query: &[],
            headers: &[("content-type", FORM)],
            body: body.as_bytes(),
            region: REGION,
            service: service.signing_name(),
        };
        let keys = Keys { id: self.id.expose(), secret: self.secret, session_token: self.session_token };
        let signature = sigv4::sign(&unsigned, &keys, Timestamp::now());
        let signed = signature.iter().fold(request, |request, (name, value)| request.header(name, value));
        match self.questions.send(&signed) {
            Ok(reply) => match String::from_utf8(reply.body) {
                Ok(body) => CallResult::of_response(reply.status, body),
                Err(_) => CallResult::Failed(format!("HTTP {}, but not AWS's answer", reply.status)),
            },
            Err(why) => CallResult::Failed(why.to_string()),
        }
    }
}

/// What was learnt, as `read` finds it: who the pair acts as, each power that it holds or may hold,
/// and what its policies allow beyond the actions that were asked about.
fn document(answer: &IamAnswer, provider: &Provider) -> Value {
    let (principal, name) = match &answer.principal {
        Some(Principal::Root) => (Some("root"), None),
        Some(Principal::User(name)) => (Some("user"), Some(name)),
        Some(Principal::Role(name)) => (Some("role"), Some(name)),
        Some(Principal::Federated(name)) => (Some("federated"), Some(name)),
        None => (None, None),
    };
    let several = on_several(answer, provider);
    let powers = answer.powers.iter().filter_map(|(action, decision)| {
        let (decided, on) = match decision {
            Decision::Allowed { breadth, conditional, .. } => {
                let one = thing(breadth).is_some() && !several.contains(action.as_str());
                (if *conditional { "conditional" } else { "allowed" }, if one { "one" } else { "more" })
            }
            Decision::Unknown => ("unknown", "more"),
            Decision::NotAllowed | Decision::Denied => return None,
        };
        Some(json!({ "action": action, "decided": decided, "on": on }))
    });
    json!({
        "account": answer.account,
        "arn": answer.arn,
        "principal": principal,
        "name": name,
        "powers": powers.collect::<Vec<_>>(),
        "others": others(&answer.others, provider),
    })
}

fn thing(breadth: &Reach) -> Option<String> {
    match breadth {
        Reach::All => None,
        Reach::Some(patterns) => one_thing(patterns),
    }
}

/// The actions that are confined to one thing each, while together they give the same power over
/// several.
fn on_several<'a>(answer: &'a IamAnswer, provider: &Provider) -> BTreeSet<&'a str> {
    let mut things: BTreeMap<Can, BTreeSet<String>> = BTreeMap::new();
    let cans = |action: &str| provider.grants.get(action).into_iter().flat_map(|grants| grants.as_slice());
    let confined: Vec<(&str, String)> = answer
        .powers
        .iter()
        .filter_map(|(action, decision)| match decision {
            Decision::Allowed { breadth, .. } => Some((action.as_str(), thing(breadth)?)),
            _ => None,
        })
        .collect();
    for (action, thing) in &confined {
        for can in cans(action).flat_map(|grant| &grant.can) {
            things.entry(*can).or_default().insert(thing.clone());
        }
    }
    let shares = |action: &str| cans(action).flat_map(|grant| &grant.can).any(|can| things[can].len() > 1);
    confined.into_iter().map(|(action, _)| action).filter(|action| shares(action)).collect()
}

/// The patterns of actions without a question. The many that one form of `[grants]` takes in
/// (`*:list*`) are named once, by that form.
fn others<'a>(patterns: &'a BTreeSet<String>, provider: &'a Provider) -> BTreeSet<&'a str> {
    let form_of = |pattern: &str| {
        let forms = provider.grants.keys().filter(|form| form.len() > 1 && form.contains('*'));
        forms.filter(|form| glob::matches(form, pattern)).max_by_key(|form| form.len())
    };
    patterns.iter().map(|pattern| form_of(pattern).unwrap_or(pattern).as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_actions_are_asked_about() {
        for word in ["s3:GetObject", "bedrock-runtime:Invoke2", "ec2:RunInstances"] {
            assert!(is_action(word), "{word}");
        }
        for word in ["*:get*", "s3:*", "s3:getobject", "kind:root", "S3:GetObject", ":Get", "s3", "arn:aws:s3"] {
            assert!(!is_action(word), "{word}");
        }
    }
}
