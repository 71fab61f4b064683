//! Requests that need one action and nothing else.

use std::collections::BTreeMap;

use serde_json::json;

use crate::moto::{IAM_VERSION, Moto, Pair, Request};

/// An action, the resource that it is tried on, and the request that needs it and nothing else.
pub fn tries(who: &str) -> Vec<(&'static str, String, Request<'static>)> {
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

/// Services that take a form, with the version of their API.
const FORMS: &[(&str, &str)] = &[
    ("autoscaling", "2011-01-01"),
    ("cloudformation", "2010-05-15"),
    ("ec2", "2016-11-15"),
    ("iam", IAM_VERSION.1),
    ("rds", "2014-10-31"),
    ("redshift", "2012-12-01"),
    ("ses", "2010-12-01"),
    ("sns", "2010-03-31"),
    ("sqs", "2012-11-05"),
];

/// Services that take JSON, with the prefix of their targets.
const DOCUMENTS: &[(&str, &str)] = &[
    ("codebuild", "CodeBuild_20161006"),
    ("codecommit", "CodeCommit_20150413"),
    ("codepipeline", "CodePipeline_20150709"),
    ("dynamodb", "DynamoDB_20120810"),
    ("ecr", "AmazonEC2ContainerRegistry_V20150921"),
    ("ecs", "AmazonEC2ContainerServiceV20141113"),
    ("kms", "TrentService"),
    ("logs", "Logs_20140328"),
    ("organizations", "AWSOrganizationsV20161128"),
    ("secretsmanager", "secretsmanager"),
    ("ssm", "AmazonSSM"),
];

/// Whether the emulator lets a pair pass with these actions. They are tried without parameters,
/// which is judged only after the permission: any complaint but a refusal means yes.
pub fn bare(moto: &Moto, pair: &Pair, actions: &[&str]) -> BTreeMap<String, bool> {
    let mut allowed = BTreeMap::new();
    for action in actions {
        let (service, name) = action.split_once(':').unwrap();
        let target;
        let request = if let Some((service, version)) = FORMS.iter().find(|(known, _)| *known == service) {
            Request::form(service, &[("Action", name), ("Version", version)])
        } else if let Some((service, prefix)) = DOCUMENTS.iter().find(|(known, _)| *known == service) {
            target = format!("{prefix}.{name}");
            Request::json(service, &target, &json!({}))
        } else {
            continue;
        };
        let (status, body) = moto.send(pair, &request);
        // The emulator does not get as far as the permission with every request.
        if status < 500 {
            allowed.insert((*action).to_owned(), !is_refused(status, &body));
        }
    }
    allowed
}

pub fn is_refused(status: u16, body: &str) -> bool {
    status == 403 && ["AccessDenied", "UnauthorizedOperation"].iter().any(|code| body.contains(code))
}
