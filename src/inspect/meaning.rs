//! What a reply means: the detector file's rules first, then what holds for every API.

use serde_json::Value;

use super::transport::{Failure, Reply};
use super::xml;
use crate::detector::model::{AnswerRule, Meaning};
use crate::detector::pointer;

/// What came of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Answered(Value),
    /// Answered, but not with everything; what is missing, in words.
    Partial(Value, String),
    /// The issuer does not accept the credential for this question.
    Refused(String),
    /// The credential is alive and may not ask this.
    Forbidden(String),
    Dead(String),
    /// Nothing can be concluded.
    Unclear(String),
}

/// What came of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Answered,
    Refused,
    Forbidden,
    Dead(String),
    Unclear,
    /// Nothing was sent, on purpose.
    Unasked,
}

/// The body as JSON, or what [`xml`] makes of it.
fn document(reply: &Reply) -> Option<Value> {
    serde_json::from_slice(&reply.body).ok().or_else(|| {
        let is_said = reply.header("content-type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            ["application/xml", "text/xml"].iter().any(|known| kind.eq_ignore_ascii_case(known))
        });
        let body = reply.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&reply.body);
        (is_said || body.starts_with(b"<?xml")).then(|| xml::to_json(&reply.body)).flatten()
    })
}

/// Decides what a reply means. `graphql`: answered only without errors and with data.
pub fn outcome(reply: Result<Reply, Failure>, rules: &[&AnswerRule], graphql: bool) -> (Outcome, Option<Reply>) {
    let reply = match reply {
        Ok(reply) => reply,
        Err(why) => return (Outcome::Unclear(why.to_string()), None),
    };
    let body = document(&reply);
    let outcome = match rules.iter().find(|rule| fits(rule, &reply, body.as_ref())) {
        Some(rule) => {
            let why = rule.why.clone().unwrap_or_else(|| default_why(rule.means).to_owned());
            match rule.means {
                Meaning::Answered => Outcome::Answered(body.unwrap_or(Value::Null)),
                Meaning::Partial => Outcome::Partial(body.unwrap_or(Value::Null), why),
                Meaning::Refused => Outcome::Refused(why),
                Meaning::Forbidden => Outcome::Forbidden(why),
                Meaning::Dead => Outcome::Dead(why),
            }
        }
        None => by_custom(&reply, body, graphql),
    };
    (outcome, Some(reply))
}

fn by_custom(reply: &Reply, body: Option<Value>, graphql: bool) -> Outcome {
    let status = reply.status;
    match body {
        Some(body) if graphql && status == 200 => {
            let failed = body.get("errors").is_some_and(|errors| !errors.as_array().is_some_and(Vec::is_empty));
            // A null where a value was asked for is no answer, even if it comes without an error.
            let data = body.get("data").and_then(Value::as_object);
            let data = data.is_some_and(|fields| fields.values().any(|value| !value.is_null()));
            match (failed, data) {
                (false, true) => Outcome::Answered(body),
                (true, _) => {
                    Outcome::Unclear("answered with an error that says nothing about the credential".to_owned())
                }
                (false, false) => Outcome::Unclear("HTTP 200, but not the API's answer".to_owned()),
            }
        }
        Some(body) if !graphql && (200..300).contains(&status) => Outcome::Answered(body),
        None if (200..300).contains(&status) => Outcome::Unclear(format!("HTTP {status}, but not the API's answer")),
        Some(_) if graphql && status == 400 => {
            Outcome::Unclear("HTTP 400: the provider does not know this query any more".to_owned())
        }
        _ => Outcome::Unclear(format!("HTTP {status}")),
    }
}

fn default_why(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Answered => "answered",
        Meaning::Partial => "answered, but not with everything",
        Meaning::Refused => "refused",
        Meaning::Forbidden => "refused: the credential may not ask this",
        Meaning::Dead => "the issuer does not know it (any more)",
    }
}

fn fits(rule: &AnswerRule, reply: &Reply, body: Option<&Value>) -> bool {
    if !rule.status.is_empty() && !rule.status.contains(&reply.status) {
        return false;
    }
    let any_text = rule.is.is_empty() && rule.contains.is_empty();
    let texts: Vec<String> = match (&rule.header, &rule.json) {
        (Some(name), _) => reply.header(name).map(str::to_owned).into_iter().collect(),
        (None, Some(place)) => {
            let Some(body) = body else { return false };
            pointer::values(&[body], place).into_iter().filter_map(pointer::text).collect()
        }
        (None, None) if any_text => return true,
        (None, None) => vec![String::from_utf8_lossy(&reply.body).trim().to_owned()],
    };
    if any_text {
        return !texts.is_empty();
    }
    texts.iter().any(|text| {
        rule.is.iter().any(|word| word == text) || rule.contains.iter().any(|word| text.contains(word.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Result<Reply, Failure> {
        Ok(Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    fn rule(text: &str) -> AnswerRule {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn rules_come_first_and_need_the_body_that_they_name() {
        let dead = rule("means = 'dead'\nstatus = [401]\njson = '/message'\nis = ['Bad credentials']");
        let judge = |status, body| outcome(reply(status, body), &[&dead], false).0;
        assert!(matches!(judge(401, r#"{"message":"Bad credentials"}"#), Outcome::Dead(_)));
        assert!(matches!(judge(401, "<html>please sign in</html>"), Outcome::Unclear(_)));
        assert!(matches!(judge(401, r#"{"message":"Proxy login"}"#), Outcome::Unclear(_)));
        assert!(matches!(judge(200, r#"{"login":"x"}"#), Outcome::Answered(_)));
        assert!(matches!(judge(200, "<html>"), Outcome::Unclear(_)));
    }

    #[test]
    fn xml_is_read_like_json_and_a_page_is_none() {
        let dead = rule("means = 'dead'\nstatus = [403]\njson = '/Error/Code/0'\nis = ['Gone']");
        let judge = |reply| outcome(Ok(reply), &[&dead], false).0;
        let said = |kind: &str, body: &str| Reply {
            status: 403,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        let error = "<Error><Code>Gone</Code></Error>";
        assert!(matches!(judge(said("application/xml; charset=utf-8", error)), Outcome::Dead(_)));
        assert!(matches!(judge(said("", &format!("\u{feff}<?xml version='1.0'?>{error}"))), Outcome::Dead(_)));
        assert!(matches!(judge(said("text/html", error)), Outcome::Unclear(_)));
    }

    #[test]
    fn words_are_looked_for_in_a_text_and_in_a_header_too() {
        let dead = rule("means = 'dead'\nstatus = [401]\ncontains = ['Access Denied.']");
        let judge = |status, body| outcome(reply(status, body), &[&dead], false).0;
        assert!(matches!(judge(401, "Access Denied. Please sign up"), Outcome::Dead(_)));
        assert!(matches!(judge(401, "<html>please sign in</html>"), Outcome::Unclear(_)));
        let partial = rule("means = 'partial'\nheader = 'x-sso'\ncontains = ['partial']\nwhy = 'some are left out'");
        let with = |value: &str| {
            let headers = vec![("x-sso".to_owned(), value.to_owned())];
            outcome(Ok(Reply { status: 200, headers, body: b"[1]".to_vec() }), &[&partial], false).0
        };
        assert_eq!(with("partial-results"), Outcome::Partial(serde_json::json!([1]), "some are left out".to_owned()));
        assert!(matches!(with("none"), Outcome::Answered(_)));
        assert!(matches!(judge(200, "[1]"), Outcome::Answered(_)));
    }

    #[test]
    fn graphql_is_answered_by_data_without_errors() {
        let judge = |status, body| outcome(reply(status, body), &[], true).0;
        assert!(matches!(judge(200, r#"{"data":{"me":1}}"#), Outcome::Answered(_)));
        for (status, body) in [
            (200, r#"{"data":{"me":1},"errors":[{"message":"x"}]}"#),
            (200, r#"{"data":null}"#),
            (200, r#"{"data":{"me":null}}"#),
            (200, r#"{"data":{}}"#),
            (200, r#"{"data":{"me":"#),
            (400, r#"{"errors":[]}"#),
            (500, "{}"),
        ] {
            assert!(matches!(judge(status, body), Outcome::Unclear(_)), "{status} {body}");
        }
    }

    #[test]
    fn a_failure_concludes_nothing() {
        assert_eq!(
            outcome(Err(Failure::Timeout), &[], true),
            (Outcome::Unclear("no answer within the time limit".to_owned()), None)
        );
    }
}
