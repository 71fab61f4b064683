//! Pipelines of Bitbucket, Azure, Buildkite, Drone, Woodpecker and Travis.

use super::*;

fn railway(path: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        check("railway", "RAILWAY_TOKEN", path, text, expected);
    }
}

#[test]
fn bitbucket() {
    railway(
        "bitbucket-pipelines.yml",
        &[
            (
                "pipelines:\n  default:\n    - step:\n        script:\n          - npm ci\n          - railway up\n        after-script: [railway whoami]\n",
                "publish:compute railway up @6; read:identity railway whoami @7",
            ),
            (
                "pipelines:\n  branches:\n    main:\n      - parallel:\n          - step: {script: [railway up]}\n",
                "publish:compute railway up @5",
            ),
            (
                "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: acme/deploy:1\n            variables:\n              TOKEN: $RAILWAY_TOKEN\n",
                "? @7",
            ),
            ("image: {name: x, password: $RAILWAY_TOKEN}\n", "? @1"),
            ("pipelines: [\n $RAILWAY_TOKEN", "? @2"),
        ],
    );
}

#[test]
fn azure() {
    railway(
        "ci/azure-pipelines.yml",
        &[
            (
                "steps:\n  - script: railway up\n    env: {RAILWAY_TOKEN: $(RAILWAY_TOKEN)}\n",
                "publish:compute railway up @2",
            ),
            ("steps:\n  - script: railway up\n    env: {RAILWAY_TOKEN: $(OTHER)}\n", ""),
            (
                "stages:\n  - stage: a\n    jobs:\n      - deployment: b\n        strategy: {runOnce: {deploy: {steps: [bash: railway up]}}}\n",
                "publish:compute railway up @5",
            ),
            ("steps:\n  - bash: foo '$(RAILWAY_TOKEN)' $(date) $(Build.BuildId)\n", "? @2"),
            ("variables:\n  - name: T\n    value: $(RAILWAY_TOKEN)\nsteps:\n  - pwsh: foo $(T)\n", "? @5"),
            ("variables: {T: '${{ variables.RAILWAY_TOKEN }}'}\nsteps:\n  - script: foo $(T)\n", "? @3"),
            (
                "steps:\n  - task: Bash@3\n    inputs:\n      targetType: inline\n      script: |\n        true\n        railway up\n",
                "publish:compute railway up @7",
            ),
            ("steps:\n  - task: Other@1\n    inputs:\n      token: $(RAILWAY_TOKEN)\n", "? @4"),
            ("steps:\n  - task: Other@1\n    env:\n      T: $(RAILWAY_TOKEN)\n", "? @4"),
            ("steps:\n  - script: railway ${{ parameters.x }}\n", "? @2"),
            ("parameters:\n  - name: x\n    default: $(RAILWAY_TOKEN)\n", ""),
        ],
    );
}

#[test]
fn buildkite_drone_and_woodpecker() {
    railway(
        ".buildkite/deploy.yml",
        &[
            ("steps:\n  - label: x\n    command: railway up\n", "publish:compute railway up @3"),
            (
                "steps:\n  - group: x\n    steps:\n      - commands:\n          - railway up\n          - foo $$RAILWAY_TOKEN\n",
                "publish:compute railway up @5; ? @6",
            ),
            ("env: {RAILWAY_TOKEN: x}\nsteps:\n  - command: railway up\n", ""),
            ("steps:\n  - plugins:\n      - a/b#v1:\n          token: $RAILWAY_TOKEN\n", "? @4"),
        ],
    );
    for path in [".drone.yml", ".woodpecker/a.yaml"] {
        railway(
            path,
            &[
                (
                    "steps:\n  - name: x\n    environment: {RAILWAY_TOKEN: {from_secret: railway_token}}\n    commands: [railway up]\n",
                    "publish:compute railway up @4",
                ),
                ("steps:\n  - environment: {RAILWAY_TOKEN: {from_secret: other}}\n    commands: [railway up]\n", ""),
                ("steps:\n  - settings:\n      token: {from_secret: railway_token}\n", "? @3"),
                ("steps:\n  x:\n    commands:\n      - railway up\n", "publish:compute railway up @4"),
            ],
        );
    }
}

#[test]
fn travis() {
    railway(
        ".travis.yml",
        &[
            ("script: railway up\n", "publish:compute railway up @1"),
            ("script:\n  - npm test\nafter_success:\n  - railway up\n", "publish:compute railway up @4"),
            ("env: RAILWAY_TOKEN=x A=b\nscript: railway up\n", ""),
            ("env:\n  global:\n    - T=$RAILWAY_TOKEN\n    - secure: x\nscript: foo $T\n", "? @5"),
            ("jobs:\n  include:\n    - stage: x\n      script: railway up\n", "publish:compute railway up @4"),
            ("deploy:\n  provider: script\n  script: railway up\n", "publish:compute railway up @3"),
            ("deploy:\n  - provider: other\n    token: $RAILWAY_TOKEN\n", "? @3"),
        ],
    );
    let npm = "deploy:\n  provider: npm\n  api_token: $NPM_TOKEN\n  email: x\n";
    check("npm", "NPM_TOKEN", ".travis.yml", npm, "publish:artifact travis/npm @2");
    check("npm", "OTHER", ".travis.yml", npm, "");
}

#[test]
fn a_step_claims_its_environment() {
    let credentials = [
        credential("railway", &"s7w-".repeat(9), &[".env.staging:1=RAILWAY_TOKEN"]),
        credential("railway", &"p7w-".repeat(9), &[".env.production:1=RAILWAY_TOKEN"]),
    ];
    for (path, text, expected) in [
        ("bitbucket-pipelines.yml", "a:\n  - step: {deployment: staging, script: [railway up]}\n", [true, false]),
        (
            "azure-pipelines.yml",
            "jobs:\n  - deployment: a\n    environment: {name: production}\n    steps: [script: railway up]\n",
            [false, true],
        ),
        ("azure-pipelines-staging.yml", "steps: [script: railway up]\n", [true, false]),
        (
            ".buildkite/p.yml",
            "steps:\n  - {label: Deploy to prod, command: railway up}\n  - command: foo\n",
            [false, true],
        ),
        (".travis.yml", "script: railway up\n", [true, true]),
    ] {
        let uses = find_all(&credentials, &[(path, text)]);
        let used: Vec<bool> = uses.iter().map(|uses| uses.resolved.is_some()).collect();
        assert_eq!(used, expected, "{path}");
    }
}
