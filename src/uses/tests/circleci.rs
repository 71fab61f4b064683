//! Configurations of CircleCI.

use super::*;

fn railway(text: &str, expected: &str) {
    check("railway", "RAILWAY_TOKEN", ".circleci/config.yml", text, expected);
}

#[test]
fn jobs_run_their_steps_with_what_they_see() {
    for (text, expected) in [
        ("jobs:\n  a:\n    steps:\n      - checkout\n      - run: railway up\n", "publish:compute railway up @5"),
        (
            "jobs:\n  a:\n    steps:\n      - run:\n          name: x\n          command: |\n            true\n            railway up\n",
            "publish:compute railway up @8",
        ),
        ("jobs:\n  a:\n    environment: {RAILWAY_TOKEN: x}\n    steps: [run: railway up]\n", ""),
        ("jobs:\n  a:\n    docker: [{image: x, environment: {RAILWAY_TOKEN: x}}]\n    steps: [run: railway up]\n", ""),
        (
            "executors:\n  e: {environment: {RAILWAY_TOKEN: x}}\njobs:\n  a:\n    executor: {name: e}\n    steps: [run: railway up]\n",
            "",
        ),
        (
            "jobs:\n  a:\n    steps:\n      - run: {command: railway up, environment: {RAILWAY_TOKEN: x}}\n      - run: railway whoami\n",
            "read:identity railway whoami @5",
        ),
        (
            "jobs:\n  a:\n    steps:\n      - when:\n          condition: true\n          steps: [run: railway up]\n",
            "publish:compute railway up @6",
        ),
        ("jobs:\n  a:\n    steps: [run: railway << parameters.x >> ]\n", "? @3"),
        (
            "jobs:\n  a:\n    steps:\n      - run: |\n          railway up \\<<EOF\n          a >> b\n          EOF\n          railway whoami\n",
            "publish:compute railway up @5; read:identity railway whoami @8",
        ),
        (
            "jobs:\n  a:\n    steps:\n      - run: echo 'export T=\"$RAILWAY_TOKEN\"' >> \"$BASH_ENV\"\n      - run: foo $T\n",
            "? @5",
        ),
        ("jobs:\n  a:\n    docker: [{image: x, auth: {password: $RAILWAY_TOKEN}}]\n    steps: []\n", "? @3"),
        (
            "workflows:\n  w:\n    jobs:\n      - a:\n          pre-steps: [run: railway whoami]\njobs:\n  a:\n    steps: []\n",
            "read:identity railway whoami @5",
        ),
        ("jobs: [\n  x $RAILWAY_TOKEN", "? @2"),
    ] {
        railway(text, expected);
    }
}

#[test]
fn commands_run_in_the_jobs_that_name_them() {
    let config = |command: &str, step: &str| {
        format!(
            "commands:\n  c:\n    steps:\n      - run: {command}\njobs:\n  a:\n    environment: {{RAILWAY_TOKEN: x}}\n    steps:\n      - {step}\n"
        )
    };
    railway(&config("railway up", "c"), "");
    railway(&config("railway up", "checkout"), "publish:compute railway up @4");
    railway("commands:\n  c:\n    steps: [c]\njobs:\n  a:\n    steps: [c, {c: {t: RAILWAY_TOKEN}}]\n", "? @6");
    let inline =
        "orbs:\n  o:\n    commands:\n      c:\n        steps: [run: railway up]\njobs:\n  a:\n    steps: [o/c]\n";
    railway(inline, "publish:compute railway up @5");
}

#[test]
fn steps_of_orbs() {
    let orb = |orb: &str, step: &str| format!("orbs:\n  o: {orb}\njobs:\n  a:\n    steps:\n      - {step}\n");
    railway(&orb("acme/x@1", "o/deploy: {token: RAILWAY_TOKEN}"), "? @6");
    railway(&orb("acme/x@1", "o/deploy: {token: $RAILWAY_TOKEN}"), "? @6");
    railway(&orb("acme/x@1", "o/deploy: {token: OTHER}"), "");
    railway("orbs: {o: a/b@1}\nworkflows:\n  w:\n    jobs:\n      - o/push:\n          token: RAILWAY_TOKEN\n", "? @5");
    let check = |provider, key, orb: &str, expected| check(provider, key, ".circleci/config.yml", orb, expected);
    let slack = orb("circleci/slack@4.13", "o/notify: {event: fail}");
    check("slack", "SLACK_ACCESS_TOKEN", &slack, "send:message circleci/slack/notify @6");
    check("slack", "OTHER", &slack, "");
    let s3 = |from: &str, to: &str| orb("circleci/aws-s3@4", &format!("o/copy: {{from: '{from}', to: '{to}'}}"));
    check("aws", "AWS_ACCESS_KEY_ID", &s3("a b", "s3://c"), "write:datastore aws s3 cp @6");
    check("aws", "AWS_ACCESS_KEY_ID", &s3("s3://c", "."), "read:datastore aws s3 cp @6");
    check("aws", "AWS_ACCESS_KEY_ID", &s3("<< parameters.x >>", "."), "? @6");
}

#[test]
fn a_context_of_a_job_claims_its_environment() {
    let credentials = [
        credential("railway", &"s7w-".repeat(9), &[".env.staging:1=RAILWAY_TOKEN"]),
        credential("railway", &"p7w-".repeat(9), &[".env.production:1=RAILWAY_TOKEN"]),
    ];
    let text = |call: &str| {
        format!("jobs:\n  a:\n    steps: [run: railway up]\nworkflows:\n  w:\n    jobs:\n      - {call}\n")
    };
    for (call, expected) in [
        ("a", [true, true]),
        ("a: {context: prod-secrets}", [false, true]),
        ("a: {context: [org, staging]}", [true, false]),
        ("a: {environment: production}", [false, true]),
        ("a: {name: deploy-staging}", [true, false]),
    ] {
        let uses = find_all(&credentials, &[(".circleci/config.yml", &text(call))]);
        let used: Vec<bool> = uses.iter().map(|uses| uses.resolved.is_some()).collect();
        assert_eq!(used, expected, "{call}");
    }
}
