use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::*;

const USER: &str = "arn:aws:iam::123456789012:user/ci/deployer";
const ACTIONS: [&str; 3] = ["s3:DeleteObject", "s3:GetObject", "iam:CreateUser"];

/// Answers by question: the action and the values that go with it. What is not scripted is refused.
#[derive(Default)]
struct Script {
    answers: BTreeMap<String, CallResult>,
    asked: Vec<String>,
}

impl IamCalls for Script {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult {
        assert_eq!(form[0].0, "Action");
        let version = if service == Service::Sts { "2011-06-15" } else { "2010-05-08" };
        assert_eq!(form[1], ("Version", version));
        let question: Vec<&str> = [form[0].1].into_iter().chain(form[2..].iter().map(|(_, value)| *value)).collect();
        let question = question.join(" ");
        let answer = self.answers.get(&question).cloned().unwrap_or_else(|| refused("AccessDenied"));
        self.asked.push(question);
        answer
    }
}

fn refused(code: &str) -> CallResult {
    CallResult::Refused { code: code.to_owned(), message: String::new(), status: 403 }
}

fn answer(action: &str, result: &str) -> CallResult {
    CallResult::Answer(format!(
        r#"<?xml version="1.0"?><{action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
           <{action}Result>{result}</{action}Result><ResponseMetadata/></{action}Response>"#
    ))
}

fn encoded(statements: Value) -> String {
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    utf8_percent_encode(&document, NON_ALPHANUMERIC).to_string()
}

fn statement(effect: &str, action: &str) -> Value {
    json!({ "Effect": effect, "Action": action, "Resource": "*" })
}

impl Script {
    /// Somebody whose every list is empty.
    fn caller(arn: &str) -> Script {
        let identity = format!("<Arn>{arn}</Arn><UserId>id</UserId><Account>123456789012</Account>");
        Script::default().says("GetCallerIdentity", &identity)
    }

    fn user() -> Script {
        let user = "<User><UserName>deployer</UserName></User>";
        Script::caller(USER)
            .says("GetUser deployer", user)
            .empty("User", "deployer")
            .says("ListGroupsForUser deployer", "<IsTruncated>false</IsTruncated><Groups/>")
    }

    fn says(mut self, question: &str, result: &str) -> Script {
        let action = question.split(' ').next().unwrap();
        self.answers.insert(question.to_owned(), answer(action, result));
        self
    }

    fn gives(mut self, question: &str, result: CallResult) -> Script {
        self.answers.insert(question.to_owned(), result);
        self
    }

    fn refuses(self, question: &str) -> Script {
        self.gives(question, refused("AccessDenied"))
    }

    fn empty(self, kind: &str, name: &str) -> Script {
        self.attached(kind, name, &[]).inline(kind, name, &[])
    }

    fn attached(self, kind: &str, name: &str, arns: &[&str]) -> Script {
        let list: String = arns.iter().map(|arn| format!("<member><PolicyArn>{arn}</PolicyArn></member>")).collect();
        self.says(
            &format!("ListAttached{kind}Policies {name}"),
            &format!("<IsTruncated>false</IsTruncated><AttachedPolicies>{list}</AttachedPolicies>"),
        )
    }

    fn inline(self, kind: &str, name: &str, policies: &[(&str, Value)]) -> Script {
        let list: String = policies.iter().map(|(policy, _)| format!("<member>{policy}</member>")).collect();
        let listed = self.says(
            &format!("List{kind}Policies {name}"),
            &format!("<IsTruncated>false</IsTruncated><PolicyNames>{list}</PolicyNames>"),
        );
        policies.iter().fold(listed, |script, (policy, statements)| {
            let document = format!("<PolicyDocument>{}</PolicyDocument>", encoded(statements.clone()));
            script.says(&format!("Get{kind}Policy {name} {policy}"), &document)
        })
    }

    fn managed(self, arn: &str, statements: Value) -> Script {
        self.says(&format!("GetPolicy {arn}"), "<Policy><DefaultVersionId>v3</DefaultVersionId></Policy>").says(
            &format!("GetPolicyVersion {arn} v3"),
            &format!("<PolicyVersion><Document>{}</Document></PolicyVersion>", encoded(statements)),
        )
    }

    fn boundary(self, kind: &str, name: &str, arn: &str) -> Script {
        let boundary = format!(
            "<PermissionsBoundary><PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>"
        );
        let role = format!("arn:aws:iam::123456789012:role/service/{name}");
        self.says(&format!("Get{kind} {name}"), &format!("<{kind}><Arn>{role}</Arn>{boundary}</{kind}>"))
    }

    fn collect(&mut self) -> IamAnswer {
        let answer = collect(self, &ACTIONS);
        assert_eq!(answer.calls, self.asked.len());
        assert_eq!(answer.powers.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ACTIONS);
        answer
    }
}

fn everywhere() -> Decision {
    Decision::Allowed { breadth: Reach::All, conditional: false, narrowed: false }
}

fn simulated() -> Decision {
    Decision::Allowed { breadth: Reach::All, conditional: false, narrowed: true }
}

fn decisions(answer: &IamAnswer) -> Vec<Decision> {
    answer.powers.iter().map(|(_, decision)| decision.clone()).collect()
}

fn gaps(answer: &IamAnswer) -> Vec<String> {
    answer.gaps.iter().map(ToString::to_string).collect()
}

#[test]
fn a_user_without_policies_may_do_nothing() {
    let answer = Script::user().collect();
    assert_eq!(answer.liveness, Liveness::Live);
    assert_eq!(answer.account.as_deref(), Some("123456789012"));
    assert_eq!(answer.arn.as_deref(), Some(USER));
    assert_eq!(answer.principal, Some(Principal::User("deployer".to_owned())));
    assert!(answer.complete && answer.gaps.is_empty());
    assert_eq!(decisions(&answer), vec![Decision::NotAllowed; 3]);
}

#[test]
fn root_needs_no_policy() {
    let mut script = Script::caller("arn:aws:iam::123456789012:root");
    let answer = script.collect();
    assert_eq!(answer.principal, Some(Principal::Root));
    assert_eq!(decisions(&answer), vec![everywhere(); 3]);
    assert_eq!(script.asked, ["GetCallerIdentity"]);
}

#[test]
fn attached_inline_and_group_policies_add_up() {
    let mut script = Script::user()
        .attached("User", "deployer", &["arn:p/a"])
        .managed("arn:p/a", statement("Allow", "s3:DeleteObject"))
        .inline("User", "deployer", &[("own", statement("Allow", "s3:*"))])
        .says("ListGroupsForUser deployer", "<Groups><member><GroupName>ops</GroupName></member></Groups>")
        .attached("Group", "ops", &["arn:p/a"])
        .inline("Group", "ops", &[("team", json!([statement("Allow", "iam:*"), statement("Deny", "s3:GetObject")]))]);
    let answer = script.collect();
    assert!(answer.complete, "{:?}", answer.gaps);
    assert_eq!(decisions(&answer), [everywhere(), Decision::Denied, everywhere()]);
    assert_eq!(script.asked.iter().filter(|question| *question == "GetPolicy arn:p/a").count(), 1);
}

#[test]
fn the_boundary_caps_what_policies_allow() {
    let script = || Script::user().inline("User", "deployer", &[("all", statement("Allow", "*"))]);
    let capped = script().boundary("User", "deployer", "arn:p/cap");
    let mut known = capped.managed("arn:p/cap", statement("Allow", "s3:*"));
    let answer = known.collect();
    assert!(answer.complete);
    assert_eq!(decisions(&answer), [everywhere(), everywhere(), Decision::NotAllowed]);

    let answer = script().boundary("User", "deployer", "arn:p/cap").collect();
    assert!(!answer.complete);
    assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
    assert_eq!(
        gaps(&answer),
        ["policy arn:p/cap: AccessDenied (HTTP 403)", "simulation of the policies: AccessDenied (HTTP 403)"]
    );
    assert!(answer.gaps.iter().all(|gap| gap.hides == Hides::Powers));
}

#[test]
fn a_boundary_that_is_not_readable_is_not_taken_for_none() {
    let broken = "<User><PermissionsBoundary/></User>";
    let answer = Script::user()
        .inline("User", "deployer", &[("all", statement("Allow", "s3:*"))])
        .says("GetUser deployer", broken)
        .collect();
    // What no policy allows, no boundary can add.
    assert_eq!(decisions(&answer), [Decision::Unknown, Decision::Unknown, Decision::NotAllowed]);
}

#[test]
fn a_session_of_a_role_is_asked_about_as_its_role() {
    let mut script = Script::caller("arn:aws-cn:sts::123456789012:assumed-role/builder/session-1")
        .boundary("Role", "builder", "arn:p/cap")
        .managed("arn:p/cap", statement("Allow", "s3:*"))
        .attached("Role", "builder", &["arn:p/a"])
        .managed("arn:p/a", statement("Allow", "*"))
        .inline("Role", "builder", &[("less", statement("Deny", "s3:Delete*"))]);
    let answer = script.collect();
    assert_eq!(answer.principal, Some(Principal::Role("builder".to_owned())));
    assert!(answer.complete, "{:?}", answer.gaps);
    assert_eq!(decisions(&answer), [Decision::Denied, everywhere(), Decision::NotAllowed]);

    // The path of the role stands in GetRole alone.
    let source = "arn:aws:iam::123456789012:role/service/builder";
    script.answers.remove("ListRolePolicies builder");
    script.asked.clear();
    script.collect();
    assert!(script.asked.last().unwrap().starts_with(&format!("SimulatePrincipalPolicy {source} ")));
    script.answers.remove("GetRole builder");
    script.asked.clear();
    script.collect();
    assert!(script.asked.last().unwrap().contains(" arn:aws-cn:iam::123456789012:role/builder "));
}

#[test]
fn callers_of_other_kinds_stay_undecided() {
    for (arn, principal) in [
        ("arn:aws:sts::123456789012:federated-user/dana", Some(Principal::Federated("dana".to_owned()))),
        ("arn:aws:sts::123456789012:user/odd", None),
        ("arn:aws:iam::123456789012:root/odd", None),
        ("arn:aws:iam", None),
    ] {
        let answer = Script::caller(arn).collect();
        assert_eq!((answer.liveness.clone(), answer.principal.clone()), (Liveness::Live, principal));
        assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
        assert_eq!((answer.gaps.len(), answer.complete), (1, false));
    }
}

#[test]
fn lists_are_read_to_their_last_page() {
    let page = |name: &str, rest: &str| format!("<PolicyNames><member>{name}</member></PolicyNames>{rest}");
    let answer = Script::user()
        .inline("User", "deployer", &[("one", statement("Allow", "s3:*")), ("two", statement("Deny", "s3:Delete*"))])
        .says("ListUserPolicies deployer", &page("one", "<IsTruncated>true</IsTruncated><Marker>m1</Marker>"))
        .says("ListUserPolicies deployer m1", &page("two", "<IsTruncated>false</IsTruncated>"))
        .collect();
    assert!(answer.complete);
    assert_eq!(decisions(&answer), [Decision::Denied, everywhere(), Decision::NotAllowed]);
}

#[test]
fn a_list_that_breaks_off_is_incomplete() {
    let first = "<PolicyNames/><IsTruncated>true</IsTruncated>";
    for (rest, why) in [
        ("", "the answer says that there is more, and not where"),
        ("<Marker>refused</Marker>", "AccessDenied (HTTP 403)"),
    ] {
        let answer = Script::user().says("ListUserPolicies deployer", &format!("{first}{rest}")).collect();
        assert!(!answer.complete);
        assert_eq!(answer.gaps[0].to_string(), format!("inline policies of user deployer: {why}"));
        assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
    }
}

#[test]
fn endless_pages_stop() {
    struct Endless(usize);
    impl IamCalls for Endless {
        fn call(&mut self, _: Service, form: &[(&str, &str)]) -> CallResult {
            self.0 += 1;
            let next = format!("<IsTruncated>true</IsTruncated><Marker>{}</Marker>", self.0);
            match form[0].1 {
                "GetCallerIdentity" => {
                    answer("GetCallerIdentity", &format!("<Arn>{USER}</Arn><Account>123456789012</Account>"))
                }
                "GetUser" => answer("GetUser", "<User/>"),
                "ListAttachedUserPolicies" => answer("ListAttachedUserPolicies", &format!("<AttachedPolicies/>{next}")),
                action => answer(action, &format!("<EvaluationResults/>{next}")),
            }
        }
    }
    let mut calls = Endless(0);
    let answer = collect(&mut calls, &ACTIONS);
    assert_eq!((calls.0, answer.calls), (36, 36));
    assert_eq!(
        gaps(&answer),
        [
            "policies attached to user deployer, and all that follows: stopped after 32 questions",
            "simulation of the policies, and all that follows: stopped after 36 questions"
        ]
    );
    assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);

    let same = "<AttachedPolicies/><IsTruncated>true</IsTruncated><Marker>m</Marker>";
    let mut script = Script::user()
        .says("ListAttachedUserPolicies deployer", same)
        .says("ListAttachedUserPolicies deployer m", same);
    assert!(!script.collect().complete);
    assert!(script.asked.len() < 10);
}

#[test]
fn a_denial_that_was_seen_stands_when_other_lists_are_refused() {
    let policies = json!([statement("Deny", "s3:DeleteObject"), statement("Allow", "s3:*")]);
    let answer = Script::user()
        .inline("User", "deployer", &[("some", policies)])
        .refuses("ListGroupsForUser deployer")
        .collect();
    assert!(!answer.complete);
    assert_eq!(decisions(&answer), [Decision::Denied, Decision::Unknown, Decision::Unknown]);
    assert_eq!(
        gaps(&answer),
        ["groups of user deployer: AccessDenied (HTTP 403)", "simulation of the policies: AccessDenied (HTTP 403)"]
    );
}

#[test]
fn the_simulation_decides_what_policies_leave_open() {
    let evaluated = |action: &str, decision: &str, more: &str| {
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision>\
             <EvalResourceName>*</EvalResourceName>{more}</member>"
        )
    };
    let simulate = format!("SimulatePrincipalPolicy {USER} {}", ACTIONS.join(" "));
    let run = |results: String| {
        Script::caller(USER).says(&simulate, &format!("<EvaluationResults>{results}</EvaluationResults>")).collect()
    };
    let all = run(ACTIONS
        .iter()
        .map(|action| evaluated(&action.to_uppercase(), "allowed", "<MissingContextValues/>"))
        .collect());
    assert_eq!(decisions(&all), vec![simulated(); 3]);
    assert!(!all.complete && all.gaps.iter().all(|gap| gap.hides == Hides::Detail), "{:?}", all.gaps);

    // A denial for all resources at once does not speak about single ones.
    let mixed = run(evaluated(ACTIONS[0], "allowed", "")
        + &evaluated(ACTIONS[1], "implicitDeny", "")
        + &evaluated(ACTIONS[2], "explicitDeny", ""));
    assert_eq!(decisions(&mixed), [simulated(), Decision::Unknown, Decision::Unknown]);
    assert_eq!(
        gaps(&mixed).last().unwrap(),
        "powers over single resources: the simulation decides for all resources at once"
    );

    let details = [
        "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>",
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>",
        "<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>",
    ];
    let doubtful = run(ACTIONS.iter().zip(details).map(|(action, more)| evaluated(action, "allowed", more)).collect());
    assert_eq!(decisions(&doubtful), vec![Decision::Unknown; 3]);
}

#[test]
fn many_actions_are_simulated_in_batches() {
    let actions: Vec<String> = (0..120).map(|number| format!("s3:Action{number}")).collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let mut script = Script::caller(USER);
    for batch in actions.chunks(50) {
        let question = format!("SimulatePrincipalPolicy {USER} {}", batch.join(" "));
        let results: String = batch
            .iter()
            .map(|action| {
                format!(
                    "<member><EvalActionName>{action}</EvalActionName><EvalDecision>allowed</EvalDecision></member>"
                )
            })
            .collect();
        script = script.says(&question, &format!("<EvaluationResults>{results}</EvaluationResults>"));
    }
    let answer = collect(&mut script, &actions);
    assert_eq!(decisions(&answer), vec![simulated(); 120]);
    assert_eq!(script.asked.iter().filter(|question| question.starts_with("Simulate")).count(), 3);
}

#[test]
fn what_is_not_understood_is_never_taken_for_no_power() {
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    for broken in ["", "<html><body>sign in</body></html>", "{}", "<ListUserPoliciesResponse>", deep.as_str()] {
        let question = "ListUserPolicies deployer";
        let answer = Script::user().gives(question, CallResult::Answer(broken.to_owned())).collect();
        assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
        assert_eq!(answer.gaps[0].to_string(), "inline policies of user deployer: the answer is not of the known form");
    }
    let no_list = Script::user().says("ListUserPolicies deployer", "<IsTruncated>false</IsTruncated>").collect();
    assert_eq!(decisions(&no_list), vec![Decision::Unknown; 3]);

    for document in ["%7B%7D", "%FF", "", "%7B%22Statement%22%3A%5B%5D%2C%22New%22%3A1%7D"] {
        let answer = Script::user()
            .inline("User", "deployer", &[("odd", json!([]))])
            .says("GetUserPolicy deployer odd", &format!("<PolicyDocument>{document}</PolicyDocument>"))
            .collect();
        assert!(!answer.complete);
        assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
        assert_eq!(answer.gaps[0].what, "inline policy odd of user deployer");
    }
}

#[test]
fn a_failed_question_is_a_gap_with_its_reason() {
    let answer =
        Script::user().gives("ListGroupsForUser deployer", CallResult::Failed("timed out".to_owned())).collect();
    assert_eq!(answer.gaps[0].to_string(), "groups of user deployer: timed out");
    assert_eq!(decisions(&answer), vec![Decision::Unknown; 3]);
}

#[test]
fn liveness_follows_the_code_of_the_refusal() {
    let identity = |code: &str, message: &str| {
        let result = CallResult::Refused { code: code.to_owned(), message: message.to_owned(), status: 403 };
        let mut script = Script::default().gives("GetCallerIdentity", result);
        let answer = script.collect();
        assert_eq!((answer.calls, decisions(&answer)), (1, vec![Decision::Unknown; 3]));
        answer.liveness
    };
    assert!(
        matches!(identity("InvalidClientTokenId", ""), Liveness::Dead(why) if why.contains("InvalidClientTokenId"))
    );
    assert!(identity("ExpiredToken", "").is_dead());
    assert!(matches!(identity("SignatureDoesNotMatch", "The request signature we calculated does not match"),
        Liveness::Unknown(why) if why.contains("knows the key id")));
    for message in ["Signature expired: 1 is now earlier than 2", "Signature not yet current: 2 is still later than 1"]
    {
        assert!(matches!(identity("SignatureDoesNotMatch", message), Liveness::Unknown(why) if why.contains("clock")));
    }
    for code in ["Throttling", "AccessDenied", "InternalFailure", "RequestExpired"] {
        assert!(matches!(identity(code, ""), Liveness::Unknown(why) if why.contains(code)), "{code}");
    }
}

#[test]
fn an_odd_identity_is_unknown() {
    for odd in [
        CallResult::Failed("HTTP 502".to_owned()),
        CallResult::Answer("<html/>".to_owned()),
        answer("GetCallerIdentity", ""),
        answer("GetCallerIdentity", "<Arn>arn:aws:iam::1:root</Arn><Account>1</Account>"),
        answer("GetCallerIdentity", "<Arn>root</Arn><Account>123456789012</Account>"),
    ] {
        let answer = Script::default().gives("GetCallerIdentity", odd).collect();
        assert!(matches!(answer.liveness, Liveness::Unknown(_)));
        assert_eq!((answer.principal, answer.arn), (None, None));
    }
}

#[test]
fn responses_are_told_apart() {
    let error = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>";
    let refused = CallResult::Refused { code: "ExpiredToken".into(), message: "old".into(), status: 403 };
    assert_eq!(CallResult::of_response(403, error.to_owned()), refused);
    assert_eq!(CallResult::of_response(200, "x".to_owned()), CallResult::Answer("x".to_owned()));
    for body in ["", "<html/>", "<Error/>"] {
        assert_eq!(CallResult::of_response(503, body.to_owned()), CallResult::Failed("HTTP 503".to_owned()));
    }
}
