//! Recipes of just and of Task, processes of a Procfile.

use super::*;

fn railway(path: &str, text: &str, expected: &str) {
    check("railway", "RAILWAY_TOKEN", path, text, expected);
}

#[test]
fn justfiles() {
    for (text, expected) in [
        ("deploy:\n    railway up\n", "publish:compute railway up @2"),
        ("# railway down\n@deploy env='x': build\n\n    @-railway \\\n      up\n", "publish:compute railway up @4"),
        ("deploy:\n    #!/usr/bin/env bash\n    set -e\n    railway up\n", "publish:compute railway up @4"),
        ("deploy:\n    #!/usr/bin/env python3\n    print(os.environ['RAILWAY_TOKEN'])\n", "? @3"),
        ("set dotenv-load\ndeploy:\n    #!/usr/bin/env python3\n    print(len(os.environ))\n", ""),
        ("[script('bash')]\ndeploy:\n    if x; then\n    railway up\n    fi\n", "publish:compute railway up @4"),
        ("deploy command:\n    railway {{command}}\n", "? @2"),
        ("deploy *args: build\n  railway up {{args}}\n", "publish:compute railway up @2"),
        ("export RAILWAY_TOKEN := 'other'\ndeploy:\n    railway up\n", ""),
        ("RAILWAY_TOKEN := 'other'\ndeploy:\n    railway up\n", "publish:compute railway up @3"),
        ("set export\nRAILWAY_TOKEN := 'other'\ndeploy:\n    railway up\n", ""),
        ("deploy:\n    foo {{ t }} {{{{ x }}\nt := env_var('RAILWAY_TOKEN')\n", "? @2"),
        ("t := env('A') + \"x\"\ndeploy:\n    foo '{{t}}'\n", ""),
        ("t := `echo $RAILWAY_TOKEN`\ndeploy:\n    foo '{{t}}'\n", "? @3"),
        ("x := `railway variables`\n", "read:secret railway variables @1"),
        ("a $RAILWAY_TOKEN:\n    railway up\n", "publish:compute railway up @2"),
        ("t := env('RAILWAY_TOKEN')\na: (b t)\nb t:\n    foo {{t}}\n", "? @2"),
        ("alias d := deploy\nset shell := ['bash', '-c']\nmod x\n", ""),
    ] {
        for path in ["justfile", "web/.justfile", "deploy.just"] {
            railway(path, text, expected);
        }
    }
    // A name that says little binds where its file is read in.
    let generic = |text: &str, expected: &str| check("railway", "TOKEN", "justfile", text, expected);
    generic("deploy:\n    foo $TOKEN\n", "");
    generic("set dotenv-load\ndeploy:\n    foo $TOKEN\n", "? @3");
    generic("set dotenv-load := false\ndeploy:\n    foo $TOKEN\n", "");
    generic("set dotenv-filename := \".env\"\ndeploy:\n    foo $TOKEN\n", "? @3");
}

#[test]
fn taskfiles() {
    for (text, expected) in [
        ("tasks:\n  deploy:\n    cmds:\n      - railway up\n", "publish:compute railway up @4"),
        (
            "tasks:\n  deploy: railway up\n  a:\n    - railway domain x\n",
            "publish:compute railway up @2; write:domain railway domain @4",
        ),
        (
            "tasks:\n  deploy:\n    cmds:\n      - cmd: |\n          true\n          railway up\n      - defer: railway domain x\n",
            "publish:compute railway up @6; write:domain railway domain @7",
        ),
        ("tasks:\n  a:\n    cmd: foo {{.RAILWAY_TOKEN}}\n", "? @3"),
        ("vars: {T: '{{.RAILWAY_TOKEN}}'}\ntasks:\n  a:\n    cmd: foo '{{.T}}'\n", "? @4"),
        ("vars: {RAILWAY_TOKEN: other}\ntasks:\n  a:\n    cmd: railway up\n", "publish:compute railway up @4"),
        ("env: {RAILWAY_TOKEN: other}\ntasks:\n  a:\n    cmd: railway up\n", ""),
        (
            "tasks:\n  a:\n    env: {RAILWAY_TOKEN: other}\n    cmd: railway up\n  b:\n    cmd: railway up\n",
            "publish:compute railway up @6",
        ),
        (
            "tasks:\n  a:\n    vars:\n      V: {sh: railway variables}\n    cmds: []\n",
            "read:secret railway variables @4",
        ),
        ("tasks:\n  a:\n    cmd: railway {{.CLI_ARGS}}\n", "? @3"),
        ("tasks:\n  a:\n    cmds:\n      - task: b\n        vars: {T: $RAILWAY_TOKEN}\n", "? @5"),
        ("tasks:\n  a:\n    preconditions:\n      - sh: railway whoami\n", "read:identity railway whoami @4"),
        ("tasks: [\n  foo $RAILWAY_TOKEN\n", "? @2"),
    ] {
        railway("Taskfile.yml", text, expected);
    }
    let dotenv = "dotenv: ['.env']\ntasks:\n  a:\n    cmd: foo $TOKEN\n";
    check("railway", "TOKEN", "Taskfile.yml", dotenv, "? @4");
    check("railway", "TOKEN", "Taskfile.yml", &dotenv.replace(".env", ".other"), "");
}

#[test]
fn procfiles() {
    railway("Procfile", "# a: railway down\nweb: node a.js\nrelease: railway up\n", "publish:compute railway up @3");
}

#[test]
fn what_is_put_in_counts_inside_single_quotes() {
    railway("Makefile", "a:\n\tcurl -H 'Authorization: Bearer $(RAILWAY_TOKEN)' $(URL)\n", "? @2");
    railway("Makefile", "a:\n\tfoo '$$RAILWAY_TOKEN'\n", "");
    let workflow = "jobs:\n  a:\n    steps:\n      - run: foo 'x${{ secrets.RAILWAY_TOKEN }}' b\n";
    railway(".github/workflows/a.yml", workflow, "? @4");
}
