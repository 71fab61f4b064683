//! Several values under one name, kept apart by the file and the environment that a use claims.

use super::*;

const FIRST: &str = ".env.staging";
const SECOND: &str = ".env.production";

/// The values of the files `.env.staging` and `.env.production` under one name, and one file; which
/// of both it uses: `s`, `p`.
fn users(key: &str, path: &str, text: &str) -> String {
    let credentials = [
        credential("railway", &"s7w-".repeat(9), &[&format!("{FIRST}:1={key}")]),
        credential("railway", &"p7w-".repeat(9), &[&format!("{SECOND}:1={key}")]),
    ];
    let uses = find_all(&credentials, &[(path, text)]);
    let used = uses.iter().zip(["s", "p"]).filter(|(uses, _)| uses.resolved.is_some());
    used.map(|(_, name)| name).collect()
}

#[test]
fn a_context_that_claims_an_environment_uses_its_value_only() {
    let job =
        |rest: &str| format!("jobs:\n  a:\n{rest}    steps:\n      - run: foo ${{{{ secrets.RAILWAY_TOKEN }}}}\n");
    let step = |name: &str| {
        format!("jobs:\n  a:\n    steps:\n      - name: {name}\n        run: foo ${{{{ secrets.RAILWAY_TOKEN }}}}\n")
    };
    let workflow = ".github/workflows/a.yml";
    for (path, text, expected) in [
        ("run.sh", "railway up".to_owned(), "sp"),
        ("run.sh", "foo $RAILWAY_TOKEN".to_owned(), "sp"),
        ("deploy-staging.sh", "railway up".to_owned(), "s"),
        ("deploy-prod.sh", "railway up".to_owned(), "p"),
        ("deploy-prod.sh", "foo $RAILWAY_TOKEN".to_owned(), "p"),
        ("deploy-prod-and-staging.sh", "railway up".to_owned(), "sp"),
        ("deploy/staging/run.sh", "railway up".to_owned(), "s"),
        ("run.sh", "railway up --environment staging".to_owned(), "s"),
        ("run.sh", "foo --env=production $RAILWAY_TOKEN; bar".to_owned(), "p"),
        ("run.sh", "foo --environment staging; railway up".to_owned(), "sp"),
        ("run.sh", "docker run --env APP=production x $RAILWAY_TOKEN".to_owned(), "sp"),
        ("deploy-prod.sh", "railway up --environment staging".to_owned(), "s"),
        ("run.sh", ". .env.staging\nrailway up".to_owned(), "s"),
        ("run.sh", "if a; then . .env.staging; else . .env.production; fi\nrailway up".to_owned(), "sp"),
        ("run.sh", ". .env.staging\n. .env.production\nrailway up".to_owned(), "p"),
        ("run.sh", ". .env.staging\n[ $1 = p ] && . .env.production\nrailway up".to_owned(), "sp"),
        ("run.sh", "case $1 in\np) . .env.production ;;\n*) . .env.staging ;;\nesac\nrailway up".to_owned(), "sp"),
        ("run.sh", "for i in 1; do true; done\n. .env.production; . .env.staging\nrailway up".to_owned(), "s"),
        ("run.sh", ". \".env.$1\"\nrailway up".to_owned(), "sp"),
        ("deploy-staging.sh", ". \".env.$1\"\nrailway up".to_owned(), "s"),
        ("run.sh", "RAILWAY_TOKEN=$RAILWAY_TOKEN_STAGING railway up".to_owned(), "s"),
        ("run.sh", "RAILWAY_TOKEN=$OTHER_TOKEN_STAGING railway up".to_owned(), ""),
        ("Makefile", "deploy-staging:\n\trailway up\n".to_owned(), "s"),
        ("Makefile", "deploy-staging:\n\ttrue\ndeploy:\n\trailway up\n".to_owned(), "sp"),
        ("Makefile", "deploy-prod: build ; railway up\n".to_owned(), "p"),
        ("package.json", "{\"scripts\": {\"deploy:prod\": \"railway up\"}}".to_owned(), "p"),
        (workflow, job(""), "sp"),
        (workflow, job("    environment: staging\n"), "s"),
        (workflow, job("    environment: {name: production, url: x}\n"), "p"),
        (workflow, job("    environment: ${{ inputs.environment }}\n"), "sp"),
        (workflow, job("    name: Deploy to staging\n"), "s"),
        (workflow, job("    environment: acme-prod\n    name: staging\n"), "p"),
        (workflow, step("Deploy to production"), "p"),
        (workflow, step("Run tests"), "sp"),
        (".github/workflows/deploy-prod.yml", job(""), "p"),
        (workflow, job("").replace("RAILWAY_TOKEN", "RAILWAY_TOKEN_STAGING"), "s"),
        (workflow, job("").replace("RAILWAY_TOKEN", "PROD_RAILWAY_TOKEN"), "p"),
        (workflow, "env:\n  T: ${{ secrets.RAILWAY_TOKEN }}\n".to_owned() + &job("    environment: prod\n"), "p"),
        (".gitlab-ci.yml", "a:\n  environment: staging\n  script: foo $RAILWAY_TOKEN\n".to_owned(), "s"),
        (".gitlab-ci.yml", "a:\n  environment:\n    name: production\n  script: railway up\n".to_owned(), "p"),
        (".gitlab-ci.yml", "deploy_staging:\n  script: railway up\n".to_owned(), "s"),
        (".gitlab-ci.yml", "variables: {T: $RAILWAY_TOKEN}\nprod:\n  script: foo $T\n".to_owned(), "p"),
    ] {
        assert_eq!(users("RAILWAY_TOKEN", path, &text), expected, "{path}:\n{text}");
    }
    assert_eq!(users("API_TOKEN", workflow, &job("").replace("RAILWAY_TOKEN", "API_TOKEN_PROD")), "p");
    assert_eq!(users("API_TOKEN", "run.sh", "foo $API_TOKEN_PROD"), "");
}

/// The values lie where `places` says; which of them a file uses, by their numbers.
fn users_of(places: &[&str], path: &str, text: &str) -> Vec<usize> {
    let secret = |at: usize| format!("{at}7w-").repeat(9);
    let credentials: Vec<Credential> =
        places.iter().enumerate().map(|(at, place)| credential("railway", &secret(at), &[place])).collect();
    let uses = find_all(&credentials, &[(path, text)]);
    (0..uses.len()).filter(|&at| uses[at].resolved.is_some()).collect()
}

#[test]
fn the_value_that_fits_best_is_used_and_never_none() {
    let (staging, prod) = (".env.staging:1=RAILWAY_TOKEN", ".env.production:1=RAILWAY_TOKEN");
    for (places, path, expected) in [
        // A file for the very environment, then one that is no production either, then any.
        (vec![staging, ".env.test:1=RAILWAY_TOKEN"], "deploy-staging.sh", vec![0]),
        (vec![".env.dev:1=RAILWAY_TOKEN", prod], "deploy-staging.sh", vec![0]),
        (vec![".env:1=RAILWAY_TOKEN", prod], "deploy-staging.sh", vec![0]),
        (vec![".env:1=RAILWAY_TOKEN", prod], "deploy-prod.sh", vec![1]),
        (vec![prod, "prod/.env:1=RAILWAY_TOKEN"], "deploy-staging.sh", vec![0, 1]),
        // Its own file wins.
        (vec!["deploy-staging.sh:1=RAILWAY_TOKEN", staging], "deploy-staging.sh", vec![0]),
        // Another name has one value only.
        (vec!["a/.env:1=RAILWAY_API_TOKEN", prod], "deploy-prod.sh", vec![0, 1]),
    ] {
        assert_eq!(users_of(&places, path, "railway up\n"), expected, "{places:?} {path}");
    }
    let old = {
        let mut old = credential("railway", &value(), &["run.sh:1=RAILWAY_TOKEN"]);
        old.locations[0].commit = Some("0".repeat(40));
        old.locations[0].tracked = false;
        old
    };
    let now = credential("railway", &"n7w-".repeat(9), &[".env:1=RAILWAY_TOKEN"]);
    let uses = find_all(&[old, now], &[("run.sh", "railway up")]);
    assert!(uses[1].resolved.is_some(), "what has left the file does not win over what is used now");
}

proptest! {
    #[test]
    fn a_context_changes_nothing_for_the_only_value(
        place in proptest::sample::select(&[".env", ".env.staging", ".env.production", "deploy/prod/.env"][..]),
        claimed in proptest::sample::select(&["acme", "staging", "production", "test", "qa"][..]),
        form in 0..6usize,
    ) {
        let write = |claimed: &str| match form {
            0 => (format!("deploy-{claimed}.sh"), "railway up\nfoo $RAILWAY_TOKEN\n".to_owned()),
            1 => (format!("deploy/{claimed}/run.sh"), "railway up\nfoo $RAILWAY_TOKEN\n".to_owned()),
            2 => ("a.sh".to_owned(), format!("railway up --environment {claimed}\nfoo --env={claimed} $RAILWAY_TOKEN\n")),
            3 => ("Makefile".to_owned(), format!("deploy-{claimed}:\n\trailway up\n\tfoo $(RAILWAY_TOKEN)\n")),
            4 => (
                ".github/workflows/a.yml".to_owned(),
                format!("jobs:\n  a:\n    environment: {claimed}\n    steps:\n      - run: railway up\n        env: {{RAILWAY_TOKEN: \"${{{{ secrets.RAILWAY_TOKEN }}}}\"}}\n"),
            ),
            _ => (".gitlab-ci.yml".to_owned(), format!("a:\n  environment: {claimed}\n  script: [railway up, foo $RAILWAY_TOKEN]\n")),
        };
        let said_of = |claimed: &str| {
            let (path, text) = write(claimed);
            let credentials = [credential("railway", &value(), &[&format!("{place}:1=RAILWAY_TOKEN")])];
            said(&find_all(&credentials, &[(&path, &text)])[0])
        };
        prop_assert!(!said_of(claimed).is_empty());
        prop_assert_eq!(said_of(claimed), said_of("elsewhere"));
    }
}
