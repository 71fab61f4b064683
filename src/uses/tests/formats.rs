//! Commands in other files than scripts.

use super::*;

#[test]
fn makefiles() {
    for (text, expected) in [
        ("deploy:\n\trailway up\n", "publish:compute railway up @2"),
        ("deploy:\n\t@-railway \\\n\t  up\n", "publish:compute railway up @2"),
        ("deploy: build ; railway up\n", "publish:compute railway up @1"),
        ("a:\n\tRAILWAY_TOKEN=$(OTHER) railway up\n", ""),
        ("a:\n\tRAILWAY_TOKEN=$${RAILWAY_TOKEN} railway up\n", "publish:compute railway up @2"),
        ("a:\n\tfoo $(RAILWAY_TOKEN)\n\tbar $@ $(call x,y)\n", "? @2"),
        ("X := $(shell railway variables)\n", "read:secret railway variables @1"),
        ("include .env\na: export A = b\nrailway up\n", ""),
        ("RAILWAY_TOKEN = other\na:\n\trailway up\n", ""),
    ] {
        check("railway", "RAILWAY_TOKEN", "Makefile", text, expected);
    }
}

#[test]
fn package_scripts() {
    let text = "{\n \"files\": [\"scripts\", \"deploy\"],\n \"scripts\": {\n  \"build\": \"tsc\",\n  \"deploy\": \"npm run build && railway up\",\n  \"x:y\": \"dotenv -e .env -- railway run \\\"$CMD\\\"\"\n }\n}";
    check(
        "railway",
        "RAILWAY_TOKEN",
        "web/package.json",
        text,
        "publish:compute railway up @5; read:secret railway run @6",
    );
    check("railway", "RAILWAY_TOKEN", "package.json", "{ broken \"a\": \"$RAILWAY_TOKEN\"", "? @1");
    check("railway", "RAILWAY_TOKEN", "package.json", "[1]", "");
}

#[test]
fn dockerfiles() {
    for (text, expected) in [
        ("FROM a\nRUN railway up\n", "publish:compute railway up @2"),
        ("FROM a\nRUN --mount=type=secret,id=x set -e; \\\n  # why\n\n  railway up\n", "publish:compute railway up @5"),
        ("RUN [\"railway\", \"up\"]", "publish:compute railway up @1"),
        ("RUN [\"sh\", \"-c\", \"railway up\"]", "publish:compute railway up @1"),
        (
            "RUN <<EOF\nset -e\nrailway up\nEOF\nRUN railway domain\n",
            "publish:compute railway up @3; write:domain railway domain @5",
        ),
        ("ENV RAILWAY_TOKEN=other\nRUN railway up", ""),
        ("ENV RAILWAY_TOKEN other\nRUN railway up", ""),
        ("ARG RAILWAY_TOKEN\nRUN railway up", "publish:compute railway up @2"),
        ("# RUN railway up\nCOPY railway up\n", ""),
        ("FROM a\nCMD railway up", "publish:compute railway up @2"),
        ("FROM a\nCMD [\"railway\", \"up\"]", "publish:compute railway up @2"),
        ("FROM a\nENTRYPOINT [\"railway\"]\nCMD [\"up\"]", "publish:compute railway up @2"),
        ("FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"railway\", \"up\"]", "publish:compute railway up @2"),
        ("FROM a\nENTRYPOINT [\"/entry.sh\"]\nCMD [\"railway\", \"up\"]", "publish:compute railway up @3"),
        ("FROM a\nENTRYPOINT railway up\nCMD [\"railway\", \"domain\"]", "publish:compute railway up @2"),
        ("FROM a\nCMD [\"up\"]\nENTRYPOINT [\"railway\"]", "publish:compute railway up @3"),
        ("FROM a\nENTRYPOINT [\"railway\"]\nFROM b\nCMD [\"up\"]", ""),
        ("FROM a\nCMD railway up\nCMD railway domain", "write:domain railway domain @3"),
        ("HEALTHCHECK --interval=5m \\\n  CMD railway status", "read:config railway status @2"),
        ("HEALTHCHECK NONE", ""),
        ("ONBUILD RUN railway up", "publish:compute railway up @1"),
        ("RUN --mount=type=secret,id=RAILWAY_TOKEN,env=X RAILWAY_TOKEN=$X railway up", "publish:compute railway up @1"),
        ("RUN --mount=type=secret,id=x,env=RAILWAY_TOKEN railway up", "publish:compute railway up @1"),
        ("ARG RAILWAY_TOKEN\nENV A=b T=$RAILWAY_TOKEN\nCMD [\"node\", \"a.js\"]", "? @2"),
        ("ARG RAILWAY_TOKEN\nENV T $RAILWAY_TOKEN\n", "? @2"),
        ("ARG RAILWAY_TOKEN\nENV RAILWAY_TOKEN=$RAILWAY_TOKEN\nRUN railway up", "publish:compute railway up @3"),
        ("COPY <<EOF /a\nRUN railway up\nEOF\nRUN railway domain", "write:domain railway domain @4"),
    ] {
        check("railway", "RAILWAY_TOKEN", "deploy/Dockerfile", text, expected);
    }
}

#[test]
fn workflows() {
    let steps = |rest: &str| format!("jobs:\n  a:\n    steps:\n{rest}");
    for (text, expected) in [
        (
            "      - run: railway up\n        env:\n          RAILWAY_TOKEN: ${{ secrets.RAILWAY_TOKEN }}\n",
            "publish:compute railway up @4",
        ),
        ("      - run: railway up\n        env: {RAILWAY_TOKEN: \"${{ secrets.OTHER }}\"}\n", ""),
        ("      - run: foo ${{ secrets.railway_token }}\n", "? @4"),
        ("      - run: foo ${{ secrets['RAILWAY_TOKEN'] || 'x' }}\n", "? @4"),
        ("      - run: foo ${{ secrets.NOT_RAILWAY_TOKEN }} ${{ matrix.x }}\n", ""),
        (
            "      - run: ${{ inputs.command }}\n        env:\n          RAILWAY_TOKEN: ${{ secrets.RAILWAY_TOKEN }}\n",
            "? @4",
        ),
        (
            "      - shell: python\n        run: print(1)\n        env:\n          RAILWAY_TOKEN: ${{ secrets.RAILWAY_TOKEN }}\n",
            "? @5",
        ),
        ("      - uses: someone/deploy@v1\n        with:\n          token: ${{ secrets.RAILWAY_TOKEN }}\n", "? @4"),
        ("      - uses: someone/deploy@v1\n        env:\n          X: ${{ secrets.RAILWAY_TOKEN }}\n", "? @4"),
        ("      - shell: pwsh\n        run: foo $env:RAILWAY_TOKEN\n", "? @5"),
        ("      - uses: actions/checkout@v4\n", ""),
    ] {
        check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", &steps(text), expected);
    }
    // What runs there has what the file gives it, and nothing else.
    let bare = |rest: &str| format!("jobs:\n  a:\n    steps:\n{rest}");
    let given = "env: {RAILWAY_TOKEN: \"${{ secrets.RAILWAY_TOKEN }}\"}\n";
    for (text, expected) in [
        ("      - run: |\n          echo a\n\n          railway up\n", "publish:compute railway up @7"),
        ("      - run: |\n\n          railway up\n", "publish:compute railway up @6"),
        ("      - run: >-\n          echo a &&\n          railway\n          up\n", "publish:compute railway up @6"),
        (
            "      - run: 'railway up'\n      - run: railway domain\n",
            "publish:compute railway up @4; write:domain railway domain @5",
        ),
        ("      - run: railway ${{ inputs.command }}\n", "? @4"),
    ] {
        check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", &bare(text), "");
        check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", &(bare(text) + given), expected);
    }
    let called = "jobs:\n  a:\n    uses: org/repo/.github/workflows/x.yml@main\n    secrets:\n      token: ${{ secrets.RAILWAY_TOKEN }}\n";
    check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", called, "? @3");
    let called = "on: [push]\njobs:\n  deploy:\n    uses: acme/workflows/.github/workflows/fly.yml@v3\n    secrets:\n      fly: ${{ secrets.FLY_API_TOKEN }}\n";
    check("fly", "FLY_API_TOKEN", ".github/workflows/deploy.yml", called, "? @4");
    let inherits = "jobs:\n  a:\n    uses: org/repo/.github/workflows/x.yml@main\n    secrets: inherit\n";
    check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", inherits, "");
    let named = format!("{inherits}  b:\n    if: ${{{{ secrets.RAILWAY_TOKEN }}}}\n");
    check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", &named, "? @3");
    let bare = "jobs:\n  a:\n    steps:\n      - run: railway up\n";
    check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", bare, "");
    check("railway", "RAILWAY_TOKEN", ".github/workflows/a.yml", "a: [\n  x: ${{ secrets.RAILWAY_TOKEN }}\n", "? @2");
    let composite = "runs:\n  using: composite\n  steps:\n    - run: railway up\n      shell: bash\n";
    check("railway", "RAILWAY_TOKEN", ".github/actions/a/action.yml", composite, "");
}

#[test]
fn actions() {
    for (provider, key, step, expected) in [
        (
            "github",
            "GH_PAT",
            "uses: softprops/action-gh-release@v2\n        with: {token: '${{ secrets.GH_PAT }}'}",
            "publish:artifact softprops/action-gh-release @4",
        ),
        (
            "github",
            "GH_PAT",
            "uses: actions/checkout@v4\n        with: {token: '${{ secrets.GH_PAT }}'}\n      - run: git push",
            "read:code actions/checkout @4; write:code git push @6",
        ),
        (
            "github",
            "GITHUB_TOKEN",
            "uses: softprops/action-gh-release@v2\n        with: {token: '${{ secrets.GITHUB_TOKEN }}'}",
            "",
        ),
        ("github", "GITHUB_TOKEN", "run: gh release create v1\n        env: {GH_TOKEN: '${{ github.token }}'}", ""),
        (
            "github",
            "GITHUB_TOKEN",
            "run: gh release create v1\n        env: {GH_TOKEN: '${{ secrets.GITHUB_TOKEN }}'}",
            "",
        ),
        (
            "cloudflare",
            "CF",
            "uses: cloudflare/wrangler-action@v3\n        with: {apiToken: '${{ secrets.CF }}'}",
            "publish:compute wrangler deploy @4",
        ),
        (
            "cloudflare",
            "CF",
            "uses: cloudflare/wrangler-action@v3\n        with: {apiToken: '${{ secrets.CF }}', command: 'secret put X'}",
            "write:secret wrangler secret put @4",
        ),
        (
            "aws",
            "AWS_SECRET_ACCESS_KEY",
            "uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-secret-access-key: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}\n      - run: aws s3 cp a s3://b/c",
            "write:datastore aws s3 cp @6",
        ),
        (
            "npm",
            "NPM_TOKEN",
            "run: npm ci && npm publish\n        env: {NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}'}",
            "read:artifact npm ci @4; publish:artifact npm publish @4",
        ),
        (
            "slack",
            "HOOK",
            "uses: slackapi/slack-github-action@v2\n        with: {webhook: '${{ secrets.HOOK }}', x: y}",
            "send:message slackapi/slack-github-action @4",
        ),
    ] {
        let text = format!("jobs:\n  a:\n    steps:\n      - {step}\n");
        check(provider, key, ".github/workflows/a.yml", &text, expected);
    }
}

#[test]
fn gitlab_pipelines() {
    let text = "variables:\n  A: b\ndefault:\n  before_script:\n    - railway whoami\ndeploy:\n  variables:\n    RAILWAY_TOKEN: $OTHER\n  script:\n    - railway up\nprod:\n  script:\n    - |\n      echo a\n      railway up\n    - [railway domain]\n";
    check(
        "railway",
        "RAILWAY_TOKEN",
        ".gitlab-ci.yml",
        text,
        "read:identity railway whoami @5; publish:compute railway up @15; write:domain railway domain @16",
    );
    let text = "a:\n  script: 'curl -H \"PRIVATE-TOKEN: $GL_TOKEN\" \"$CI_API_V4_URL/projects/$CI_PROJECT_ID/releases\" -d x'\n";
    check(
        "gitlab",
        "GL_TOKEN",
        ".gitlab-ci.yml",
        text,
        "publish:artifact curl POST gitlab.com/api/v4/projects/{}/releases @2",
    );
}

#[test]
fn what_an_action_does_follows_from_its_inputs() {
    for (provider, key, steps, expected) in [
        (
            "github",
            "GH_PAT",
            "uses: actions/checkout@v4\n        with: {TOKEN: '${{ secrets.GH_PAT }}'}\n      - uses: stefanzweifel/git-auto-commit-action@v5",
            "read:code actions/checkout @4; write:code git push @6",
        ),
        (
            "github",
            "GH_PAT",
            "uses: actions/checkout@v4\n        with: {token: '${{ secrets.GH_PAT }}'}\n      - uses: EndBug/add-and-commit@v9\n        with: {push: false}",
            "read:code actions/checkout @4",
        ),
        (
            "github",
            "GH_PAT",
            "uses: actions/stale@v9\n        with: {repo-token: '${{ secrets.GH_PAT }}', delete-branch: true}",
            "read:message actions/stale @4; write:code actions/stale @4; send:message actions/stale @4",
        ),
        (
            "digitalocean",
            "DO",
            "uses: digitalocean/app_action/delete@v2\n        with: {token: '${{ secrets.DO }}'}",
            "delete:compute digitalocean/app_action/delete @4",
        ),
        (
            "azure",
            "SWA",
            "uses: Azure/static-web-apps-deploy@v1\n        with: {azure_static_web_apps_api_token: '${{ secrets.SWA }}', action: '${{ inputs.action }}'}",
            "delete:compute Azure/static-web-apps-deploy @4; publish:compute Azure/static-web-apps-deploy @4",
        ),
        (
            "github",
            "GH_PAT",
            "uses: amondnet/vercel-action@v25\n        with: {vercel-token: x, github-token: '${{ secrets.GH_PAT }}'}",
            "send:message amondnet/vercel-action @4",
        ),
        (
            "npm",
            "PUBLISH",
            "uses: cycjimmy/semantic-release-action@v4\n        env: {NPM_TOKEN: '${{ secrets.PUBLISH }}'}",
            "publish:artifact cycjimmy/semantic-release-action @4",
        ),
        (
            "npm",
            "PUBLISH",
            "uses: cycjimmy/semantic-release-action@v4\n        env: {OTHER: '${{ secrets.PUBLISH }}'}",
            "? @4",
        ),
    ] {
        let text = format!("jobs:\n  a:\n    steps:\n      - {steps}\n");
        check(provider, key, ".github/workflows/a.yml", &text, expected);
    }
}

#[test]
fn actions_hand_on_what_they_are_given() {
    for (provider, key, steps, expected) in [
        (
            "aws",
            "DEPLOY_SECRET",
            "uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-secret-access-key: '${{ secrets.DEPLOY_SECRET }}'}\n      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2",
            "publish:compute aws-actions/amazon-ecs-deploy-task-definition @6",
        ),
        (
            "aws",
            "DEPLOY_SECRET",
            "uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-secret-access-key: '${{ secrets.DEPLOY_SECRET }}'}\n      - uses: someone/deploy@v1\n        env: {X: '${{ env.AWS_SECRET_ACCESS_KEY }}'}",
            "? @6",
        ),
        (
            "azure",
            "AZURE_CREDENTIALS",
            "uses: azure/login@v2\n        with: {creds: '${{ secrets.AZURE_CREDENTIALS }}'}\n      - uses: azure/webapps-deploy@v3\n        with: {app-name: a}",
            "publish:compute Azure/webapps-deploy @6",
        ),
        (
            "azure",
            "AZURE_CREDENTIALS",
            "uses: azure/login@v2\n        with: {creds: '${{ secrets.AZURE_CREDENTIALS }}'}\n      - uses: azure/cli@v2\n        with:\n          inlineScript: |\n            echo a\n            az storage blob list",
            "list:datastore az storage blob list @10",
        ),
        (
            "aws",
            "AWS_SECRET_ACCESS_KEY",
            "uses: jakejarvis/s3-sync-action@master\n        with: {args: --acl public-read --delete}\n        env: {AWS_SECRET_ACCESS_KEY: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}",
            "write:datastore aws s3 sync @4; delete:datastore aws s3 sync @4",
        ),
        (
            "docker-hub",
            "HUB",
            "uses: docker/login-action@v3\n        with: {username: a, password: '${{ secrets.HUB }}'}\n      - uses: docker/build-push-action@v6\n        with: {push: true, tags: a/b}",
            "publish:artifact docker push @6",
        ),
        (
            "docker-hub",
            "HUB",
            "uses: docker/login-action@v3\n        with: {username: a, password: '${{ secrets.HUB }}'}\n      - uses: docker/build-push-action@v6\n        with: {push: '${{ github.ref_type }}'}",
            "publish:artifact docker push @6",
        ),
        (
            "docker-hub",
            "HUB",
            "uses: docker/login-action@v3\n        with: {username: a, password: '${{ secrets.HUB }}'}\n      - uses: docker/build-push-action@v6\n        with: {load: true}",
            "",
        ),
        (
            "aws",
            "DEPLOY_SECRET",
            "uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-secret-access-key: '${{ secrets.DEPLOY_SECRET }}'}\n      - uses: aws-actions/amazon-ecr-login@v2\n      - run: docker push 1.dkr.ecr.eu-west-1.amazonaws.com/app",
            "publish:artifact docker push @7",
        ),
        (
            "aws",
            "AWS_SECRET_ACCESS_KEY",
            "uses: aws-actions/configure-aws-credentials@v4\n        with: {role-to-assume: 'arn:aws:iam::1:role/a'}\n      - run: aws s3 rm s3://a --recursive",
            "",
        ),
        (
            "cloudflare",
            "CLOUDFLARE_API_TOKEN",
            "uses: cloudflare/wrangler-action@v3\n        with: {apiToken: '${{ secrets.OTHER }}', command: tail web}",
            "",
        ),
        (
            "gcp",
            "GCP_KEY",
            "uses: google-github-actions/auth@v2\n        with: {credentials_json: '${{ secrets.GCP_KEY }}'}\n      - uses: google-github-actions/deploy-cloudrun@v2\n        with: {service: web}",
            "publish:compute google-github-actions/deploy-cloudrun @6",
        ),
        (
            "crates-io",
            "CARGO_REGISTRY_TOKEN",
            "uses: actions-rs/cargo@v1\n        with: {command: publish, args: --token x}\n        env: {CARGO_REGISTRY_TOKEN: '${{ secrets.CARGO_REGISTRY_TOKEN }}'}",
            "publish:artifact cargo publish @4",
        ),
        (
            "railway",
            "RAILWAY_TOKEN",
            "uses: nick-fields/retry@v3\n        env: {RAILWAY_TOKEN: '${{ secrets.RAILWAY_TOKEN }}'}\n        with:\n          max_attempts: 3\n          command: railway up",
            "publish:compute railway up @8",
        ),
    ] {
        let text = format!("jobs:\n  a:\n    steps:\n      - {steps}\n");
        check(provider, key, ".github/workflows/a.yml", &text, expected);
    }
}

#[test]
fn what_cannot_be_read_is_a_mention() {
    let padding = format!("  \"a\": \"{}\",\n", "x".repeat(1 << 20)).repeat(10);
    let large = format!("{{\n{padding}  \"scripts\": {{\"a\": \"railway up --token $RAILWAY_TOKEN\"}}\n}}\n");
    check("railway", "RAILWAY_TOKEN", "package.json", &large, "? @12");
    check("railway", "RAILWAY_TOKEN", "package.json", &large.replace("$RAILWAY_TOKEN", "x"), "");
    let perl = "my %h = (a => `b);\nprint qq{$RAILWAY_TOKEN `};\nsystem(`x, $RAILWAY_TOKEN);\n";
    check("railway", "RAILWAY_TOKEN", "deploy.sh", perl, "? @2; ? @3");
    for path in
        [".gitlab-ci.yml", ".circleci/config.yml", "bitbucket-pipelines.yml", "azure-pipelines.yml", "Taskfile.yml"]
    {
        check("railway", "RAILWAY_TOKEN", path, "a: [\n b: $RAILWAY_TOKEN\n", "? @2");
    }
}
