//! Users and roles with policies of every kind.

use overscope::secret::Secret;
use serde_json::json;

use crate::moto::{Moto, Pair};

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
