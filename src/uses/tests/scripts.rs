//! Bindings and commands in shell scripts.

use super::*;

#[test]
fn shell_scripts() {
    for (text, expected) in [
        ("railway up\n", "publish:compute railway up @1"),
        ("a\nb && \\\n  railway up -d\n", "publish:compute railway up @3"),
        ("if x; then railway up; fi", "publish:compute railway up @1"),
        ("echo $(railway variables --kv)", "read:secret railway variables @1"),
        ("railway variables --set A=b", "write:secret railway variables @1"),
        ("railway variables --set \"A=$B\" --service \"$S\"", "write:secret railway variables @1"),
        ("RAILWAY_TOKEN=$RAILWAY_TOKEN railway up", "publish:compute railway up @1"),
        ("RAILWAY_TOKEN=VALUE railway up", "publish:compute railway up @1"),
        ("railway up | tee log", "publish:compute railway up @1"),
        ("bash -c 'railway up'", "publish:compute railway up @1"),
        ("bash -lc \"railway up\"", "publish:compute railway up @1"),
        ("bash <<'EOF'\nset -e\nrailway up\nEOF\n", "publish:compute railway up @3"),
        ("cat > x.sh <<'EOF'\nrailway up\nEOF\n", ""),
        ("# railway up", ""),
        ("echo 'railway up'", ""),
        ("RAILWAY_TOKEN=$OTHER railway up", ""),
        ("export RAILWAY_TOKEN=other-value\nrailway up", ""),
        ("export RAILWAY_TOKEN=$(vault read x)\nrailway up", "publish:compute railway up @2"),
        ("export RAILWAY_TOKEN\nrailway up", "publish:compute railway up @2"),
        ("railway --version && railway login && railway link x", ""),
        ("railway frobnicate", "? @1"),
        ("railway $SUB", "? @1"),
        ("railway \"$@\"", "? @1"),
        ("case $1 in\n railway) railway up;;\nesac", "publish:compute railway up @2"),
        ("railway() { command railway \"$@\"; }\nrailway up", "publish:compute railway up @2; ? @1"),
        ("export RAILWAY_TOKEN=VALUE\neval \"$CMD\"", "? @2"),
        ("export RAILWAY_TOKEN=VALUE\n\"$@\"", "? @2"),
        ("export RAILWAY_TOKEN=VALUE\n$CMD domain", "? @2"),
        ("eval \"$CMD\"", ""),
        ("eval \"railway $CMD\"", "? @1"),
        ("bash -c \"railway domain $D\"", "write:domain railway domain @1"),
        ("command -v railway || exit 1\nwhich railway\nrailway", ""),
        (
            "retry 3 railway up\nfind . -exec railway domain {} \\;",
            "publish:compute railway up @1; write:domain railway domain @2",
        ),
        ("brew install railway git", ""),
        ("yarn railway up", "publish:compute railway up @1"),
        ("npm run deploy -- --token $RAILWAY_TOKEN", "? @1"),
        ("docker run --rm -e RAILWAY_TOKEN image railway-up", "? @1"),
        ("docker run --env-file .env image", "? @1"),
        ("for e in a b; do railway up -e $e; done", "publish:compute railway up @1"),
        ("x=VALUE\ny=$x\nfoo --token $y", "? @3"),
        ("foo VALUE", "? @1"),
        ("foo \"$RAILWAY_TOKEN\"", "? @1"),
        ("foo $(echo \"$RAILWAY_TOKEN\" | base64)", "? @1"),
        ("echo \"$RAILWAY_TOKEN\" | foo --stdin", "? @1"),
        ("foo <<< \"$RAILWAY_TOKEN\"", "? @1"),
        ("foo <<EOF\n$RAILWAY_TOKEN\nEOF", "? @1"),
        ("RAILWAY_TOKEN=VALUE ./deploy.py", "? @1"),
        (
            "test -n \"$RAILWAY_TOKEN\" || exit 1\n[ -z \"${RAILWAY_TOKEN:-}\" ] && die\n[[ -n $RAILWAY_TOKEN && -n x ]]",
            "",
        ),
        ("echo \"RAILWAY_TOKEN=$RAILWAY_TOKEN\" > .env", ""),
        ("echo $RAILWAY_TOKEN | docker login --password-stdin", ""),
        ("foo \"unclosed $RAILWAY_TOKEN\nbar", "? @1"),
        ("foo `x\nrailway up\nbar", "publish:compute railway up @2"),
    ] {
        check("railway", "RAILWAY_TOKEN", "run.sh", text, expected);
        check("railway", "RAILWAY_TOKEN", "bin/run", &format!("#!/bin/sh -e\n{text}"), &lower(expected));
    }
    check("railway", "RAILWAY_TOKEN", "bin/run", "#!/usr/bin/env python3\nrailway up", "");
    check("railway", "RAILWAY_TOKEN", "notes.txt", "railway up", "");
}

#[test]
fn a_variable_holds_what_was_set_last() {
    let bound = "publish:compute railway up @2";
    for (text, expected) in [
        ("unset RAILWAY_TOKEN\nrailway up", ""),
        ("[ -n \"$CI\" ] && unset RAILWAY_TOKEN\nrailway up", bound),
        ("if x; then unset RAILWAY_TOKEN; fi\nrailway up", bound),
        ("(unset RAILWAY_TOKEN; foo)\nrailway up", bound),
        ("x=$(unset RAILWAY_TOKEN; foo)\nrailway up", bound),
        ("sh -c 'unset RAILWAY_TOKEN; foo'\nrailway up", bound),
        ("clean() { unset RAILWAY_TOKEN; }\nrailway up", bound),
        ("function clean { unset RAILWAY_TOKEN; }\nrailway up", bound),
        ("RAILWAY_TOKEN=\nrailway up", ""),
        ("RAILWAY_TOKEN=; read -r RAILWAY_TOKEN\nrailway up", bound),
        ("while x; do RAILWAY_TOKEN=$OTHER; done\nrailway up", bound),
        ("x || RAILWAY_TOKEN=$OTHER\nrailway up", bound),
        ("case $x in a) RAILWAY_TOKEN=$OTHER;; esac\nrailway up", bound),
        ("(RAILWAY_TOKEN=$OTHER)\nrailway up", bound),
        ("RAILWAY_TOKEN=VALUE; RAILWAY_TOKEN=$(op read op://ci/railway)\nrailway up", ""),
        ("RAILWAY_TOKEN=VALUE; x && RAILWAY_TOKEN=$(op read op://ci/railway)\nrailway up", bound),
        ("RAILWAY_TOKEN=$(op read op://ci/railway)\nrailway up", bound),
        ("RAILWAY_TOKEN=VALUE; RAILWAY_TOKEN=$(echo $RAILWAY_TOKEN | tr -d x)\nrailway up", bound),
        ("RAILWAY_TOKEN=$OTHER; RAILWAY_TOKEN=VALUE\nrailway up", bound),
    ] {
        check("railway", "RAILWAY_TOKEN", "run.sh", text, expected);
    }
    let text = ". ./.env.staging\n. ./.env.production\nrailway up\n";
    let either = "if x; then . ./.env.staging; else . ./.env.production; fi\n\nrailway up\n";
    for (text, staging, production) in [
        (text, "", "publish:compute railway up @3"),
        (either, "publish:compute railway up @3", "publish:compute railway up @3"),
    ] {
        let credentials = [
            credential("railway", &"a1b-".repeat(9), &[".env.staging:1=RAILWAY_TOKEN"]),
            credential("railway", &"c2d-".repeat(9), &[".env.production:1=RAILWAY_TOKEN"]),
        ];
        let uses = find_all(&credentials, &[("run.sh", text)]);
        assert_eq!([said(&uses[0]), said(&uses[1])], [staging, production], "{text}");
    }
}

/// The same expectation one line further down.
fn lower(expected: &str) -> String {
    let down = |part: &str| match part.rsplit_once('@') {
        Some((what, line)) => format!("{what}@{}", line.parse::<usize>().unwrap() + 1),
        None => part.to_owned(),
    };
    expected.split("; ").map(down).collect::<Vec<_>>().join("; ")
}

#[test]
fn wrappers_are_looked_through() {
    for wrapper in [
        "env",
        "env -i RAILWAY_TOKEN=\"$RAILWAY_TOKEN\"",
        "env -u X",
        "sudo",
        "sudo -u deploy -E",
        "time",
        "exec",
        "nohup",
        "command",
        "timeout 30",
        "timeout -k 5 30",
        "xargs -n 1",
        "npx -y",
        "npx",
        "npx --yes --",
        "pnpm dlx",
        "yarn dlx",
        "pnpm exec",
        "dotenv --",
        "dotenv -e .env --",
        "doppler run --",
        "doppler run -p a -c b --",
        "op run --env-file=.env --",
        "sudo env A=b nohup",
        "uvx",
        "/usr/bin/env",
        "!",
        "nice -n 5",
        "env $(cat .env)",
        "npm exec --",
        "aws-vault exec",
    ] {
        let expected = if wrapper == "aws-vault exec" { "? @1" } else { "publish:compute railway up @1" };
        let profile = if wrapper == "aws-vault exec" { " \"$RAILWAY_TOKEN\"" } else { "" };
        check("railway", "RAILWAY_TOKEN", "a.sh", &format!("{wrapper}{profile} railway up"), expected);
    }
    for wrapper in
        ["env -i A=b", "env -u RAILWAY_TOKEN", "env --unset=RAILWAY_TOKEN", "RAILWAY_TOKEN= ", "env RAILWAY_TOKEN="]
    {
        check("railway", "RAILWAY_TOKEN", "a.sh", &format!("{wrapper} railway up"), "");
    }
    for (text, expected) in [
        ("xargs -L1 railway < tasks", "? @1"),
        ("xargs -I{} railway up --service {}", "publish:compute railway up @1"),
        ("xargs -I{} railway {}", "? @1"),
        ("cross-env A=b railway up", "publish:compute railway up @1"),
    ] {
        check("railway", "RAILWAY_TOKEN", "a.sh", text, expected);
    }
    for runner in
        ["npx -y @railway/cli@latest", "npx @railway/cli", "pnpm dlx @railway/cli@3.1.0", "./node_modules/.bin/railway"]
    {
        check("railway", "RAILWAY_TOKEN", "a.sh", &format!("{runner} up"), "publish:compute railway up @1");
    }
    check("railway", "RAILWAY_TOKEN", "a.sh", "env RAILWAY_TOKEN=$OTHER railway up", "");
    check("railway", "OTHER_NAME", "a.sh", "env RAILWAY_TOKEN=$OTHER_NAME railway up", "publish:compute railway up @1");
    check(
        "pypi",
        "TWINE_PASSWORD",
        "a.sh",
        "python -m twine upload dist/*\nuvx twine@5 upload dist/*",
        "publish:artifact twine upload @1; publish:artifact twine upload @2",
    );
}

#[test]
fn the_environment_of_one_script_is_known_from_another() {
    let credentials = [credential("railway", &value(), &[".env:1=RW"])];
    let deploy = ("deploy.sh", "railway up\n");
    assert_eq!(find_all(&credentials, &[deploy])[0].resolved, None);
    for binding in [
        (
            ".github/workflows/a.yml",
            "env:\n  RAILWAY_TOKEN: ${{ secrets.RW }}\njobs: {a: {steps: [{run: ./deploy.sh}]}}\n",
        ),
        ("ci.sh", "export RAILWAY_TOKEN=\"$RW\"\n./deploy.sh\n"),
        (".env.local", "RAILWAY_TOKEN=${RW}\n"),
        ("Makefile", "export RAILWAY_TOKEN := $(RW)\na:\n\tsh deploy.sh\n"),
        ("ci.sh", "echo \"RAILWAY_TOKEN=$RW\" >> \"$GITHUB_ENV\"\n./deploy.sh\n"),
    ] {
        for files in [[deploy, binding], [binding, deploy]] {
            assert_eq!(said(&find_all(&credentials, &files)[0]), "publish:compute railway up @1", "{binding:?}");
        }
    }
    // What starts neither gives it to neither.
    let stranger = (".github/workflows/a.yml", "env:\n  RAILWAY_TOKEN: ${{ secrets.RW }}\njobs: {}\n");
    assert_eq!(find_all(&credentials, &[deploy, stranger])[0].resolved, None);
    let other = (".github/workflows/b.yml", "jobs: {a: {steps: [{run: railway up}]}}\n");
    assert_eq!(find_all(&credentials, &[stranger, other])[0].resolved, None);
}

#[test]
fn scripts_that_are_handed_a_credential_are_read_on_their_own() {
    let call = ("ci.sh", "RAILWAY_TOKEN=$RW ./scripts/deploy.sh\n");
    let credentials = [credential("railway", &value(), &[".env:1=RW"])];
    assert_eq!(said(&find_all(&credentials, &[call])[0]), "? @1");
    let deploy = ("scripts/deploy.sh", "railway domain\n");
    let argument = ("ci.sh", "./scripts/deploy.sh $RW\n");
    assert_eq!(said(&find_all(&credentials, &[argument, deploy])[0]), "? @1");
    let both = find_all(&credentials, &[call, deploy]);
    assert_eq!(said(&both[0]), "write:domain railway domain @1");
}

#[test]
fn two_credentials_of_one_name_are_told_apart_by_the_file_that_is_sourced() {
    let credentials = [
        credential("railway", &"staging-".repeat(4), &[".env.staging:1=RAILWAY_TOKEN"]),
        credential("railway", &"product-".repeat(4), &["cfg/.env.production:1=RAILWAY_TOKEN"]),
    ];
    for source in [
        "source .env.staging",
        ". ./.env.staging",
        "set -a; . \"$DIR/.env.staging\"",
        "export $(grep -v '^#' .env.staging | xargs)",
    ] {
        let text = format!("{source}\nrailway up\n");
        let uses = find_all(&credentials, &[("a.sh", &text)]);
        assert_eq!(said(&uses[0]), "publish:compute railway up @2", "{source}");
        assert_eq!(said(&uses[1]), "", "{source}");
    }
    let uses = find_all(&credentials, &[("a.sh", "dotenv -e cfg/.env.production -- railway up; railway domain")]);
    assert_eq!(said(&uses[0]), "write:domain railway domain @1");
    assert_eq!(said(&uses[1]), "write:domain railway domain @1; publish:compute railway up @1");
}

#[test]
fn a_name_that_says_nothing_binds_only_where_the_value_lies() {
    check("railway", "TOKEN", "a.sh", "foo $TOKEN", "");
    check("railway", "TOKEN", "a.sh", ". .env\nfoo $TOKEN", "? @2");
    let credentials = [credential("railway", &value(), &["a.sh:1=TOKEN"])];
    let text = format!("TOKEN={}\nRAILWAY_TOKEN=$TOKEN railway up\n", value());
    assert_eq!(said(&find_all(&credentials, &[("a.sh", &text)])[0]), "publish:compute railway up @2");
}

#[test]
fn a_name_that_one_file_exports_is_understood_in_another() {
    let credentials = [credential("github", &value(), &[".env:1=GH_PAT"])];
    let call = ("scripts/b.sh", "curl -H \"Authorization: Bearer $RELEASE_BOT\" https://api.github.com/user\n");
    assert_eq!(find_all(&credentials, &[call])[0].resolved, None);
    let workflow = "env:\n  RELEASE_BOT: ${{ secrets.GH_PAT }}\njobs:\n  a:\n    steps:\n      - run: ./scripts/b.sh\n";
    let files = [call, (".github/workflows/a.yml", workflow)];
    assert_eq!(said(&find_all(&credentials, &files)[0]), "read:identity curl GET api.github.com/user @1");
}
