//! Users and roles with policies of every kind.

use serde_json::json;

use crate::moto::{IAM_VERSION, Moto, Pair};

pub fn people(moto: &Moto) -> Vec<(&'static str, Pair)> {
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
    let sns = json!({ "Effect": "Allow", "Action": ["sns:*", "dynamodb:List*"], "Resource": "*" });
    let no_queues = json!({ "Effect": "Deny", "Action": "sqs:CreateQueue", "Resource": "*" });
    moto.group("team", &[json!([look, sns, no_queues])], &["AmazonSQSFullAccess"]);
    moto.join("member", "team");

    // Several policies of either kind, and by two groups at once.
    let kms = json!([{ "Effect": "Allow", "Action": "kms:*", "Resource": "*" }]);
    let no_keys = json!([{ "Effect": "Deny", "Action": "kms:CreateKey", "Resource": "*" }]);
    people.push(("two-groups", moto.user_with_inline("two-groups", &json!([look]))));
    moto.group("left", &[json!([sns]), kms], &["AmazonSQSFullAccess", "AmazonDynamoDBReadOnlyAccess"]);
    moto.group("right", &[no_keys, json!([no_queues])], &["AmazonEC2ReadOnlyAccess"]);
    moto.join("two-groups", "left");
    moto.join("two-groups", "right");

    let ec2 = json!({ "Effect": "Allow", "Action": ["ec2:Describe*", "kms:*"], "Resource": "*" });
    people.push(("builder", moto.role("builder", "/", &[json!([look, ec2])], &[])));
    let managed = ["AmazonSNSFullAccess", "AmazonSQSFullAccess", "IAMReadOnlyAccess"];
    people.push(("deployer", moto.role("deployer", "/ci/", &[json!([ec2]), json!([no_queues])], &managed)));
    people
}

/// An administrator within a permissions boundary, which the emulator keeps for roles alone and does
/// not enforce.
pub fn bounded(moto: &Moto) -> Pair {
    let pair = moto.role("bounded", "/", &[], &["AdministratorAccess"]);
    let boundary = "arn:aws:iam::aws:policy/AmazonSQSFullAccess";
    let put = [("Action", "PutRolePermissionsBoundary"), ("RoleName", "bounded"), ("PermissionsBoundary", boundary)];
    moto.iam(&put);
    pair
}

/// Somebody with more attached policies than one answer lists, the last of which allows most.
pub fn many(moto: &Moto) -> Pair {
    let look = json!({ "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*" });
    let pair = moto.user_with_inline("many", &json!([look]));
    for at in 0..=PAGE {
        let action = if at == PAGE { "s3:*" } else { "sns:ListTopics" };
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        let name = format!("policy-{at:03}");
        let made = [("Action", "CreatePolicy"), IAM_VERSION, ("PolicyName", &name), ("PolicyDocument", &document)];
        let [arn] = moto.prepare("iam", &made, ["Arn"]);
        moto.iam(&[("Action", "AttachUserPolicy"), ("UserName", "many"), ("PolicyArn", &arn)]);
    }
    pair
}

/// How many policies one answer lists when nobody says how many.
const PAGE: usize = 100;
