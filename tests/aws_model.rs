//! What AWS is asked, and what the recorded replies answer, stands in AWS's own service models:
//! operations, parameters, and the members of each answer.
//!
//! The models are not part of this repository: `OVERSCOPE_SPECS` names their folder; without it the
//! test says that it was skipped.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use common::catalogue;
use common::replies::{Recorded, cases, found_in};
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::inspect::{self, Asking};
use overscope::scan::Scanner;
use roxmltree::{Document, Node};
use serde_json::Value;

/// The models of the services that are asked.
struct Models(Vec<Value>);

impl Models {
    fn read() -> Option<Models> {
        let Some(folder) = std::env::var_os("OVERSCOPE_SPECS") else {
            println!("skipped: OVERSCOPE_SPECS does not name the folder with AWS's service models");
            return None;
        };
        let read = |name: &str| {
            let text = std::fs::read_to_string(Path::new(&folder).join(name)).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        Some(Models(["aws-sts.json", "aws-iam.json"].map(read).into()))
    }

    fn of_host(&self, host: &str) -> Option<&Value> {
        self.0.iter().find(|model| model["metadata"]["globalEndpoint"] == host)
    }

    /// What is wrong with one question and its answer.
    fn complaints(&self, host: &str, form: &[(String, String)], answer: &str) -> Vec<String> {
        let value = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let action = value("Action");
        let Some(model) = self.of_host(host) else { return vec![format!("{host} has no model")] };
        let Some(operation) = model["operations"].get(action) else { return vec![format!("{host} knows no {action}")] };
        let mut wrong = Vec::new();
        if model["metadata"]["apiVersion"] != value("Version") {
            wrong.push(format!("{action}: version {}", value("Version")));
        }
        let input = shape(model, &operation["input"]);
        let sent: BTreeSet<&str> = form.iter().map(|(name, _)| name.split('.').next().unwrap_or(name)).collect();
        let unknown =
            sent.iter().filter(|name| !["Action", "Version"].contains(name) && input["members"][**name].is_null());
        wrong.extend(unknown.map(|name| format!("{action} takes no {name}")));
        let needed = input["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        wrong.extend(needed.filter(|name| !sent.contains(name)).map(|name| format!("{action} needs {name}")));
        // A refusal, or no XML at all, is no answer.
        if let Ok(document) = Document::parse(answer)
            && let Some(result) =
                document.descendants().find(|node| operation["output"]["resultWrapper"] == node.tag_name().name())
        {
            members(model, &operation["output"], result, action, &mut wrong);
        }
        wrong
    }
}

fn shape<'m>(model: &'m Value, reference: &Value) -> &'m Value {
    &model["shapes"][reference["shape"].as_str().unwrap_or_default()]
}

/// Every element must be a member of its shape, all the way down.
fn members(model: &Value, reference: &Value, node: Node<'_, '_>, path: &str, wrong: &mut Vec<String>) {
    let shape = shape(model, reference);
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let path = format!("{path}/{name}");
        let inner = match shape["type"].as_str() {
            Some("list") if name == "member" => &shape["member"],
            Some("structure") => &shape["members"][name],
            _ => &Value::Null,
        };
        match inner {
            Value::Null => wrong.push(format!("{path} is no member")),
            inner => members(model, inner, child, &path, wrong),
        }
    }
}

/// Looks at each question and its recorded answer on their way.
struct Watching<'c> {
    recorded: Recorded<'c>,
    models: &'c Models,
    wrong: Mutex<BTreeSet<String>>,
    asked: Mutex<BTreeSet<String>>,
}

impl Transport for Watching<'_> {
    fn send(&self, request: &Request, allowed: &Allowed, patience: Duration) -> Result<Reply, Failure> {
        let reply = self.recorded.send(request, allowed, patience)?;
        let body = request.body().unwrap_or_default().as_bytes();
        let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
        let answer = String::from_utf8_lossy(&reply.body);
        self.wrong.lock().unwrap().extend(self.models.complaints(request.host(), &form, &answer));
        let action = form.iter().find(|(name, _)| name == "Action").map(|(_, action)| action.clone());
        self.asked.lock().unwrap().extend(action);
        Ok(reply)
    }
}

#[test]
fn every_question_and_recorded_answer_stands_in_the_service_models() {
    let Some(models) = Models::read() else { return };
    let detectors = catalogue();
    let scanner = Scanner::new(&detectors);
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for (name, case) in cases().iter().filter(|(name, _)| name.starts_with("aws/")) {
        let (recorded, models) = (Recorded::new(case, None), &models);
        let watching = Watching { recorded, models, wrong: Mutex::default(), asked: Mutex::default() };
        inspect::inspect(found_in(&detectors, &scanner, case), &detectors, &Asking::default(), Some(&watching), None);
        wrong.extend(watching.wrong.into_inner().unwrap().into_iter().map(|what| format!("{name}: {what}")));
        asked.extend(watching.asked.into_inner().unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let steps = detectors.provider("aws").unwrap().probes.values().flat_map(|probe| &probe.steps);
    let listed: BTreeSet<String> =
        steps.flat_map(|step| &step.asks).filter_map(|asks| Some(asks.split_once("Action=")?.1.to_owned())).collect();
    println!("checked: {} of {} operations that AWS may be asked", asked.len(), listed.len());
    assert_eq!(asked, listed, "every operation of the file is asked in some recorded case");
}

#[test]
fn what_is_in_no_model_is_seen() {
    let Some(models) = Models::read() else { return };
    let complaints = |host: &str, form: &[(&str, &str)], answer: &str| {
        let form: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        models.complaints(host, &form, answer)
    };
    let version = ("Version", "2010-05-08");
    let iam = |form: &[(&str, &str)], answer: &str| complaints("iam.amazonaws.com", form, answer);
    assert_eq!(iam(&[("Action", "GetUser"), version], ""), [""; 0]);
    assert_eq!(iam(&[("Action", "GetMoney"), version], ""), ["iam.amazonaws.com knows no GetMoney"]);
    assert_eq!(iam(&[("Action", "GetUser"), ("Version", "1")], ""), ["GetUser: version 1"]);
    assert_eq!(
        iam(&[("Action", "SimulatePrincipalPolicy"), version, ("Colour", "red"), ("ActionNames.member.1", "s3:*")], ""),
        ["SimulatePrincipalPolicy takes no Colour", "SimulatePrincipalPolicy needs PolicySourceArn"]
    );
    let answer = "<R><GetUserResult><User><Arn/><Colour/></User></GetUserResult></R>";
    assert_eq!(iam(&[("Action", "GetUser"), version], answer), ["GetUser/User/Colour is no member"]);
}
