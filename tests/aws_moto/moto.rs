//! The emulator: requests that are signed for a key pair, and what is prepared before the comparison.

use jiff::Timestamp;
use overscope::inspect::sigv4::{Keys, Unsigned, form, sign};
use overscope::secret::Secret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
pub const IAM_VERSION: (&str, &str) = ("Version", "2010-05-08");

pub struct Moto {
    pub client: reqwest::blocking::Client,
    pub url: String,
}

pub struct Pair {
    pub id: String,
    pub secret: Secret,
    pub session: Option<Secret>,
}

/// One request, before it is signed.
pub struct Request<'a> {
    pub service: &'a str,
    pub method: &'a str,
    pub path: String,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: String,
}

impl<'a> Request<'a> {
    pub fn form(service: &'a str, pairs: &[(&str, &str)]) -> Request<'a> {
        Request { service, method: "POST", path: "/".into(), headers: vec![("content-type", FORM)], body: form(pairs) }
    }

    pub fn json(service: &'a str, target: &'a str, body: &Value) -> Request<'a> {
        let headers = vec![("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        Request { service, method: "POST", path: "/".into(), headers, body: body.to_string() }
    }

    pub fn s3(method: &'a str, path: String) -> Request<'a> {
        Request { service: "s3", method, path, headers: vec![], body: String::new() }
    }
}

impl Moto {
    pub fn send(&self, pair: &Pair, request: &Request<'_>) -> (u16, String) {
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
    pub fn prepare<const N: usize>(&self, service: &str, pairs: &[(&str, &str)], read: [&str; N]) -> [String; N] {
        let anybody = Pair { id: "nobody".into(), secret: Secret::new("nothing"), session: None };
        let (status, body) = self.send(&anybody, &Request::form(service, pairs));
        assert_eq!(status, 200, "{pairs:?}: {body}");
        let document = roxmltree::Document::parse(&body).unwrap();
        read.map(|name| {
            let element = document.descendants().find(|node| node.tag_name().name() == name);
            element.and_then(|node| node.text()).unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
        })
    }

    pub fn iam(&self, pairs: &[(&str, &str)]) {
        self.prepare("iam", &[pairs, &[IAM_VERSION]].concat(), []);
    }

    pub fn user(&self, name: &str) -> Pair {
        self.iam(&[("Action", "CreateUser"), ("UserName", name)]);
        let pairs = [("Action", "CreateAccessKey"), IAM_VERSION, ("UserName", name)];
        let [id, secret] = self.prepare("iam", &pairs, ["AccessKeyId", "SecretAccessKey"]);
        Pair { id, secret: Secret::new(secret), session: None }
    }

    pub fn user_with_inline(&self, name: &str, statements: &Value) -> Pair {
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

    pub fn user_with_managed(&self, name: &str, policy: &str) -> Pair {
        let pair = self.user(name);
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        self.iam(&[("Action", "AttachUserPolicy"), ("UserName", name), ("PolicyArn", &arn)]);
        pair
    }

    /// Binds policies to a user, group or role: `kind` is IAM's word for it.
    fn bind(&self, kind: &str, name: &str, inline: &[Value], managed: &[&str]) {
        let (put, attach, called) = (format!("Put{kind}Policy"), format!("Attach{kind}Policy"), format!("{kind}Name"));
        for (at, statements) in inline.iter().enumerate() {
            let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
            let policy = format!("own-{at}");
            self.iam(&[("Action", &put), (&called, name), ("PolicyName", &policy), ("PolicyDocument", &document)]);
        }
        for policy in managed {
            let arn = format!("arn:aws:iam::aws:policy/{policy}");
            self.iam(&[("Action", &attach), (&called, name), ("PolicyArn", &arn)]);
        }
    }

    pub fn group(&self, name: &str, inline: &[Value], managed: &[&str]) {
        self.iam(&[("Action", "CreateGroup"), ("GroupName", name)]);
        self.bind("Group", name, inline, managed);
    }

    pub fn join(&self, user: &str, group: &str) {
        self.iam(&[("Action", "AddUserToGroup"), ("GroupName", group), ("UserName", user)]);
    }

    /// The temporary keys of a session of a new role, as STS hands them out.
    pub fn role(&self, name: &str, path: &str, inline: &[Value], managed: &[&str]) -> Pair {
        let trust = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "*" } }] })
        .to_string();
        let made = [("Action", "CreateRole"), ("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", &trust)];
        self.iam(&made);
        self.bind("Role", name, inline, managed);
        let arn = format!("arn:aws:iam::123456789012:role{path}{name}");
        let assume =
            [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", &arn), ("RoleSessionName", "session")];
        let [id, secret, token] = self.prepare("sts", &assume, ["AccessKeyId", "SecretAccessKey", "SessionToken"]);
        assert!(id.starts_with("ASIA"), "{id}");
        Pair { id, secret: Secret::new(secret), session: Some(Secret::new(token)) }
    }

    /// Whether policies are enforced.
    pub fn enforce(&self, on: bool) {
        let unchecked = if on { "0" } else { "inf" };
        let response = self.client.post(format!("{}/moto-api/reset-auth", self.url)).body(unchecked).send().unwrap();
        assert!(response.status().is_success());
    }
}
