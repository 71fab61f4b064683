//! Compares what is said of AWS key pairs with what an emulated AWS really lets them do.
//!
//! `OVERSCOPE_MOTO` names the emulator (`.ci/moto.sh` starts one); without it nothing is tested.
//! The emulator ignores conditions, permissions boundaries and NotResource: these are held by
//! worked documents beside the code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use jiff::Timestamp;
use overscope::inspect::answer::Liveness;
use overscope::inspect::native::aws_iam::{CallResult, IamAnswer, IamCalls, Principal, Service, collect};
use overscope::inspect::native::iam_policy::{Decision, Reach};
use overscope::inspect::sigv4::{Keys, Unsigned, form, sign};
use overscope::secret::Secret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const IAM_VERSION: (&str, &str) = ("Version", "2010-05-08");

struct Moto {
    client: reqwest::blocking::Client,
    url: String,
}

struct Pair {
    id: String,
    secret: Secret,
    session: Option<Secret>,
}

/// One request, before it is signed.
struct Request<'a> {
    service: &'a str,
    method: &'a str,
    path: String,
    headers: Vec<(&'a str, &'a str)>,
    body: String,
}

impl<'a> Request<'a> {
    fn form(service: &'a str, pairs: &[(&str, &str)]) -> Request<'a> {
        Request { service, method: "POST", path: "/".into(), headers: vec![("content-type", FORM)], body: form(pairs) }
    }

    fn json(service: &'a str, target: &'a str, body: &Value) -> Request<'a> {
        let headers = vec![("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        Request { service, method: "POST", path: "/".into(), headers, body: body.to_string() }
    }

    fn s3(method: &'a str, path: String) -> Request<'a> {
        Request { service: "s3", method, path, headers: vec![], body: String::new() }
    }
}

impl Moto {
    fn send(&self, pair: &Pair, request: &Request<'_>) -> (u16, String) {
        let host = self.url.strip_prefix("http://").expect("moto is reached over plain http");
        let content: String = Sha256::digest(&request.body).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut headers = request.headers.clone();
        if request.service == "s3" {
            headers.push(("x-amz-content-sha256", &content));
        }
        let unsigned = Unsigned {
            method: request.method,
            host,
            path: &request.path,
            query: &[],
            headers: &headers,
            body: request.body.as_bytes(),
            region: "us-east-1",
            service: request.service,
        };
        let keys = Keys { id: &pair.id, secret: &pair.secret, session_token: pair.session.as_ref() };
        let added = sign(&unsigned, &keys, Timestamp::now());
        let method = request.method.parse().unwrap();
        let mut sending = self.client.request(method, format!("{}{}", self.url, request.path));
        for (name, value) in headers.iter().copied().chain(added.iter().map(|(name, value)| (&**name, &**value))) {
            sending = sending.header(name, value);
        }
        let response = sending.body(request.body.clone()).send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    }

    /// A step of the preparation, which must succeed. Gives the texts of the named elements.
    fn prepare<const N: usize>(&self, service: &str, pairs: &[(&str, &str)], read: [&str; N]) -> [String; N] {
        let anybody = Pair { id: "nobody".into(), secret: Secret::new("nothing"), session: None };
        let (status, body) = self.send(&anybody, &Request::form(service, pairs));
        assert_eq!(status, 200, "{pairs:?}: {body}");
        let document = roxmltree::Document::parse(&body).unwrap();
        read.map(|name| {
            let element = document.descendants().find(|node| node.tag_name().name() == name);
            element.and_then(|node| node.text()).unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
        })
    }

    fn iam(&self, pairs: &[(&str, &str)]) {
        self.prepare("iam", &[pairs, &[IAM_VERSION]].concat(), []);
    }

    fn user(&self, name: &str) -> Pair {
        self.iam(&[("Action", "CreateUser"), ("UserName", name)]);
        let pairs = [("Action", "CreateAccessKey"), IAM_VERSION, ("UserName", name)];
        let [id, secret] = self.prepare("iam", &pairs, ["AccessKeyId", "SecretAccessKey"]);
        Pair { id, secret: Secret::new(secret), session: None }
    }

    fn user_with_inline(&self, name: &str, statements: &Value) -> Pair {
        let pair = self.user(name);
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        self.iam(&[
            ("Action", "PutUserPolicy"),
            ("UserName", name),
            ("PolicyName", "own"),
            ("PolicyDocument", &document),
        ]);
        pair
    }

    fn user_with_managed(&self, name: &str, policy: &str) -> Pair {
        let pair = self.user(name);
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        self.iam(&[("Action", "AttachUserPolicy"), ("UserName", name), ("PolicyArn", &arn)]);
        pair
    }

    /// Whether policies are enforced.
    fn enforce(&self, on: bool) {
        let unchecked = if on { "0" } else { "inf" };
        let response = self.client.post(format!("{}/moto-api/reset-auth", self.url)).body(unchecked).send().unwrap();
        assert!(response.status().is_success());
    }
}

struct Asking<'a>(&'a Moto, &'a Pair);

impl IamCalls for Asking<'_> {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult {
        let (status, body) = self.0.send(self.1, &Request::form(service.signing_name(), form));
        CallResult::of_response(status, body)
    }
}

/// An action, the resource that it is tried on, and the request that needs it and nothing else.
fn tries(who: &str) -> Vec<(&'static str, String, Request<'static>)> {
    let query = |service, pairs: &[(&str, &str)]| Request::form(service, pairs);
    let fresh = format!("try-{who}");
    let bucket = format!("arn:aws:s3:::{fresh}");
    let object = "arn:aws:s3:::try-objects/kept".to_owned();
    let any = || "*".to_owned();
    let table = json!({ "TableName": fresh, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "k", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }] });
    vec![
        ("s3:ListAllMyBuckets", any(), Request::s3("GET", "/".into())),
        ("s3:CreateBucket", bucket, Request::s3("PUT", format!("/{fresh}"))),
        ("s3:PutObject", object.clone(), Request::s3("PUT", "/try-objects/kept".into())),
        ("s3:GetObject", object.clone(), Request::s3("GET", "/try-objects/kept".into())),
        ("s3:DeleteObject", object, Request::s3("DELETE", "/try-objects/other".into())),
        ("iam:ListUsers", any(), query("iam", &[("Action", "ListUsers"), IAM_VERSION])),
        ("iam:CreateUser", any(), query("iam", &[("Action", "CreateUser"), IAM_VERSION, ("UserName", &fresh)])),
        ("ec2:DescribeInstances", any(), query("ec2", &[("Action", "DescribeInstances"), ("Version", "2016-11-15")])),
        (
            "ec2:CreateKeyPair",
            any(),
            query("ec2", &[("Action", "CreateKeyPair"), ("Version", "2016-11-15"), ("KeyName", &fresh)]),
        ),
        ("dynamodb:ListTables", any(), Request::json("dynamodb", "DynamoDB_20120810.ListTables", &json!({}))),
        ("dynamodb:CreateTable", any(), Request::json("dynamodb", "DynamoDB_20120810.CreateTable", &table)),
        ("sqs:ListQueues", any(), query("sqs", &[("Action", "ListQueues"), ("Version", "2012-11-05")])),
        (
            "sqs:CreateQueue",
            any(),
            query("sqs", &[("Action", "CreateQueue"), ("Version", "2012-11-05"), ("QueueName", &fresh)]),
        ),
        ("sns:ListTopics", any(), query("sns", &[("Action", "ListTopics"), ("Version", "2010-03-31")])),
        (
            "sns:CreateTopic",
            any(),
            query("sns", &[("Action", "CreateTopic"), ("Version", "2010-03-31"), ("Name", &fresh)]),
        ),
        (
            "secretsmanager:ListSecrets",
            any(),
            Request::json("secretsmanager", "secretsmanager.ListSecrets", &json!({})),
        ),
        ("kms:ListKeys", any(), Request::json("kms", "TrentService.ListKeys", &json!({}))),
        ("kms:CreateKey", any(), Request::json("kms", "TrentService.CreateKey", &json!({}))),
    ]
}

/// What the answer says of an action on a resource; `None` where it decides nothing.
fn said(answer: &IamAnswer, action: &str, resource: &str) -> Option<bool> {
    let (_, decision) = answer.powers.iter().find(|(name, _)| name == action).unwrap();
    match decision {
        Decision::Allowed { breadth: Reach::All, .. } => Some(true),
        Decision::Allowed { breadth: Reach::Some(patterns), .. } => Some(
            patterns.iter().any(|pattern| pattern.strip_suffix('*').is_some_and(|start| resource.starts_with(start))),
        ),
        Decision::NotAllowed | Decision::Denied => Some(false),
        Decision::Unknown => None,
    }
}

/// Whether the emulator let it happen. Anything but success and a plain refusal is a broken try.
fn really_allowed(moto: &Moto, pair: &Pair, action: &str, request: &Request<'_>) -> bool {
    let (status, body) = moto.send(pair, request);
    let refused = status == 403 && ["AccessDenied", "UnauthorizedOperation"].iter().any(|code| body.contains(code));
    assert!(refused || (200..300).contains(&status), "{action}: HTTP {status} {body}");
    !refused
}

fn people(moto: &Moto) -> Vec<(&'static str, Pair)> {
    let look = json!({ "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*" });
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let but = json!({ "Effect": "Deny", "Action": ["s3:Create*", "s3:DeleteObject", "ec2:*", "iam:CreateUser"], "Resource": "*" });
    let blind = json!({ "Effect": "Deny", "Action": ["iam:*", "kms:*"], "Resource": "*" });
    let not_these = json!({ "Effect": "Allow", "NotAction": ["iam:*", "s3:*", "sqs:Create*"], "Resource": "*" });
    let only_these = json!({ "Effect": "Deny", "NotAction": ["iam:*", "sns:*"], "Resource": "*" });
    let one_bucket = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::try-one*", "arn:aws:s3:::try-objects/*"] });
    let mut people = vec![
        ("administrator", moto.user_with_managed("administrator", "AdministratorAccess")),
        ("reader", moto.user_with_managed("reader", "ReadOnlyAccess")),
        ("power-user", moto.user_with_managed("power-user", "PowerUserAccess")),
        ("denied", moto.user_with_inline("denied", &json!([all, but]))),
        ("blind", moto.user_with_inline("blind", &json!([all, blind]))),
        ("not-action", moto.user_with_inline("not-action", &json!([not_these, look]))),
        ("deny-not-action", moto.user_with_inline("deny-not-action", &json!([all, only_these]))),
        ("one-bucket", moto.user_with_inline("one-bucket", &json!([one_bucket, look]))),
        ("member", moto.user("member")),
        ("nobody", moto.user("nobody")),
    ];
    let document = json!({ "Version": "2012-10-17", "Statement": [look,
        { "Effect": "Allow", "Action": ["sns:*", "dynamodb:List*"], "Resource": "*" },
        { "Effect": "Deny", "Action": "sqs:CreateQueue", "Resource": "*" }] })
    .to_string();
    moto.iam(&[("Action", "CreateGroup"), ("GroupName", "team")]);
    moto.iam(&[("Action", "AddUserToGroup"), ("GroupName", "team"), ("UserName", "member")]);
    moto.iam(&[
        ("Action", "PutGroupPolicy"),
        ("GroupName", "team"),
        ("PolicyName", "p"),
        ("PolicyDocument", &document),
    ]);
    let sqs = "arn:aws:iam::aws:policy/AmazonSQSFullAccess";
    moto.iam(&[("Action", "AttachGroupPolicy"), ("GroupName", "team"), ("PolicyArn", sqs)]);

    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "*" } }] })
    .to_string();
    let own = json!({ "Version": "2012-10-17", "Statement": [look,
        { "Effect": "Allow", "Action": ["ec2:Describe*", "kms:*"], "Resource": "*" }] })
    .to_string();
    moto.iam(&[("Action", "CreateRole"), ("RoleName", "builder"), ("AssumeRolePolicyDocument", &trust)]);
    moto.iam(&[("Action", "PutRolePolicy"), ("RoleName", "builder"), ("PolicyName", "p"), ("PolicyDocument", &own)]);
    let assume = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", "arn:aws:iam::123456789012:role/builder"),
        ("RoleSessionName", "session"),
    ];
    let [id, secret, token] = moto.prepare("sts", &assume, ["AccessKeyId", "SecretAccessKey", "SessionToken"]);
    people.push(("builder", Pair { id, secret: Secret::new(secret), session: Some(Secret::new(token)) }));
    people
}

#[test]
fn no_claimed_power_is_refused_and_no_denied_one_allowed() {
    let Ok(url) = std::env::var("OVERSCOPE_MOTO") else {
        eprintln!("skipped: OVERSCOPE_MOTO does not name an emulator");
        return;
    };
    rustls::crypto::ring::default_provider().install_default().expect("nobody else installs one");
    let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
    let moto = Moto { client, url: url.trim().trim_end_matches('/').to_owned() };
    let reset = moto.client.post(format!("{}/moto-api/reset", moto.url)).send().unwrap();
    assert!(reset.status().is_success());
    moto.enforce(false);

    let people = people(&moto);
    let anybody = &people[0].1;
    for path in ["/try-objects", "/try-objects/kept"] {
        assert_eq!(moto.send(anybody, &Request::s3("PUT", path.into())).0, 200);
    }
    let actions: Vec<&str> = tries("").iter().map(|(action, ..)| *action).collect();
    let read_all: Vec<IamAnswer> = people.iter().map(|(_, pair)| collect(&mut Asking(&moto, pair), &actions)).collect();

    moto.enforce(true);
    let (mut rows, mut wrong, mut decided) = (Vec::new(), Vec::new(), [0, 0]);
    for ((who, pair), whole) in people.iter().zip(&read_all) {
        assert_eq!(whole.liveness, Liveness::Live, "{who}");
        assert!(whole.complete, "{who}: {:?}", whole.gaps);
        let expected = match *who {
            "builder" => Principal::Role("builder".into()),
            _ => Principal::User((*who).into()),
        };
        assert_eq!(whole.principal, Some(expected));
        assert_eq!(whole.account.as_deref(), Some("123456789012"));
        // The same again, with only what the pair itself may read.
        let own = collect(&mut Asking(&moto, pair), &actions);
        assert_eq!(own.liveness, Liveness::Live, "{who}");

        for (action, resource, request) in tries(who) {
            let real = really_allowed(&moto, pair, action, &request);
            let (whole, own) = (said(whole, action, &resource), said(&own, action, &resource));
            decided[usize::from(real)] += 1;
            rows.push(format!("{who:16} {action:28} {:8} {:8} {}", word(whole), word(own), word(Some(real))));
            if whole != Some(real) || own.is_some_and(|own| own != real) {
                wrong.push(rows.len() - 1);
            }
        }
    }
    println!("{:16} {:28} {:8} {:8} really", "who", "action", "all read", "own");
    println!("{}", rows.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.into_iter().map(|at| rows[at].as_str()).collect::<Vec<_>>().join("\n"));
    assert!(decided.iter().all(|&count| count > 50), "too few of each kind to prove anything: {decided:?}");

    let (_, administrator) = &people[0];
    let wrong_secret = Pair { id: administrator.id.clone(), secret: Secret::new("wrong"), session: None };
    let wrong_id = Pair { id: "AKIAnobody".into(), secret: administrator.secret.clone(), session: None };
    for (pair, code) in [(wrong_secret, "SignatureDoesNotMatch"), (wrong_id, "InvalidClientTokenId")] {
        let answer = collect(&mut Asking(&moto, &pair), &actions);
        assert!(matches!(&answer.liveness, Liveness::Dead(why) if why.starts_with(code)), "{:?}", answer.liveness);
    }
    moto.enforce(false);
}

fn word(said: Option<bool>) -> &'static str {
    match said {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}
