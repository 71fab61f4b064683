//! What workflows and pipelines hand on: to called workflows, to actions, to other jobs, to
//! containers.

use super::*;

fn found(provider: &'static str, key: &str, files: &[(&str, &str)]) -> String {
    let credentials = [credential(provider, &value(), &[&format!(".env:1={key}")])];
    let uses = &find_all(&credentials, files)[0];
    let site = |site: &Site| format!("{}:{}", site.path.rsplit('/').next().unwrap(), site.line);
    let needs = uses.needs.iter().map(|need| format!("{} {}", need.can, need.site.as_ref().map(site).unwrap()));
    let open = uses.unresolved.iter().map(|at| format!("? {}", site(at)));
    needs.chain(open).collect::<Vec<_>>().join("; ")
}

fn railway(files: &[(&str, &str)]) -> String {
    found("railway", "RAILWAY_TOKEN", files)
}

#[test]
fn a_called_workflow_knows_its_secrets_by_the_names_of_its_own() {
    let caller =
        "jobs:\n  a:\n    uses: ./.github/workflows/x.yml\n    secrets:\n      token: ${{ secrets.RAILWAY_TOKEN }}\n";
    let called = "on: workflow_call\njobs:\n  x:\n    steps:\n      - run: railway up\n        env:\n          RAILWAY_TOKEN: ${{ secrets.token }}\n      - run: foo ${{ secrets.other }}\n";
    let files = [(".github/workflows/a.yml", caller), (".github/workflows/x.yml", called)];
    assert_eq!(railway(&files), "publish:compute x.yml:5");
    // Nobody knows what one does that is not here.
    assert_eq!(railway(&files[..1]), "? a.yml:3");
    let input = caller.replace("secrets:\n", "with:\n").replace("token:", "api-token:");
    let by_input = called.replace("secrets.token", "inputs.api-token");
    let files = [(".github/workflows/a.yml", &*input), (".github/workflows/x.yml", &*by_input)];
    assert_eq!(railway(&files), "publish:compute x.yml:5");
    let inherited = called.replace("secrets.token", "secrets.RAILWAY_TOKEN");
    assert_eq!(railway(&[(".github/workflows/x.yml", &inherited)]), "publish:compute x.yml:5");
    // Whoever else is called so elsewhere.
    let files = [(".github/workflows/a.yml", caller), (".github/workflows/y.yml", called)];
    assert_eq!(railway(&files), "? a.yml:3");
}

#[test]
fn a_local_action_knows_its_inputs() {
    let step = "jobs:\n  a:\n    steps:\n      - uses: ./.github/actions/deploy\n        with: {token: \"${{ secrets.RAILWAY_TOKEN }}\"}\n";
    let composite = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: railway up\n      env: {RAILWAY_TOKEN: \"${{ inputs.token }}\"}\n    - shell: bash\n      run: foo --token='${{ inputs.token }}'\n";
    let workflow = (".github/workflows/a.yml", step);
    assert_eq!(
        railway(&[workflow, (".github/actions/deploy/action.yml", composite)]),
        "publish:compute action.yml:5; ? action.yml:8"
    );
    assert_eq!(railway(&[workflow, (".github/actions/other/action.yml", composite)]), "? a.yml:4");
    let program = "runs:\n  using: node20\n  main: index.js\n";
    assert_eq!(railway(&[workflow, (".github/actions/deploy/action.yaml", program)]), "? a.yml:4");
    let nested = "runs:\n  using: composite\n  steps:\n    - uses: ./.github/actions/inner\n      with: {t: \"${{ inputs.token }}\"}\n";
    let inner = "runs:\n  using: composite\n  steps:\n    - run: foo ${{ inputs.t }}\n";
    assert_eq!(
        railway(&[
            workflow,
            (".github/actions/deploy/action.yml", nested),
            (".github/actions/inner/action.yml", inner)
        ]),
        "? action.yml:4"
    );
}

#[test]
fn what_a_job_is_given() {
    let job = |rest: &str| format!("jobs:\n  a:\n    {rest}\n    steps:\n      - run: railway up\n");
    let image = |image: &str| {
        job(&format!(
            "container:\n      image: {image}\n      credentials:\n        username: me\n        password: ${{{{ secrets.PULL }}}}"
        ))
    };
    for (provider, text, expected) in [
        ("railway", job("env: {RAILWAY_TOKEN: \"${{ secrets.OTHER }}\"}"), ""),
        ("railway", job("container:\n      env: {RAILWAY_TOKEN: \"${{ secrets.OTHER }}\"}"), ""),
        ("railway", job("services:\n      a:\n        env:\n          T: ${{ secrets.PULL }}"), "? a.yml:6"),
        ("railway", job("if: ${{ secrets.PULL != '' }}"), ""),
        ("github", image("ghcr.io/a/b"), "read:artifact a.yml:7"),
        ("github", image("a/b"), "? a.yml:7"),
        ("github", image("${{ inputs.image }}"), "? a.yml:7"),
        ("docker-hub", image("a/b:1"), "read:artifact a.yml:7"),
    ] {
        assert_eq!(found(provider, "PULL", &[(".github/workflows/a.yml", &text)]), expected, "{text}");
    }
}

#[test]
fn steps_in_other_shells_and_steps_that_hand_on() {
    let steps = |rest: &str| format!("jobs:\n  a:\n    steps:\n{rest}");
    for (text, expected) in [
        ("      - run: foo %RAILWAY_TOKEN%\n        shell: cmd\n", "? a.yml:4"),
        ("      - run: foo ${env:RAILWAY_TOKEN}\n        shell: pwsh\n", "? a.yml:4"),
        ("      - run: echo \"RAILWAY_TOKEN=${{ secrets.OTHER }}\" >> $GITHUB_ENV\n      - run: railway up\n", ""),
        ("      - run: echo \"T=${{ secrets.RAILWAY_TOKEN }}\" >> \"$GITHUB_ENV\"\n      - run: foo $T\n", "? a.yml:5"),
        (
            "      - run: |\n          cat <<EOF >> $GITHUB_ENV\n          T=$RAILWAY_TOKEN\n          EOF\n      - run: foo ${{ env.T }}\n",
            "? a.yml:8",
        ),
        ("      - run: echo \"t=$RAILWAY_TOKEN\" >> $GITHUB_OUTPUT\n", "? a.yml:4"),
        ("      - run: echo \"t=1\" >> $GITHUB_OUTPUT\n", ""),
        (
            "      - uses: actions/github-script@v7\n        with: {github-token: \"${{ secrets.RAILWAY_TOKEN }}\", script: x}\n",
            "? a.yml:4",
        ),
        ("      - run: railway up\n        env: {RAILWAY_TOKEN: \"${{ steps.a.outputs.t }}\"}\n", ""),
        ("      - run: foo ${{ vars.RAILWAY_TOKEN }}\n", "? a.yml:4"),
    ] {
        assert_eq!(railway(&[(".github/workflows/a.yml", &steps(text))]), expected, "{text}");
    }
    let default = "defaults: {run: {shell: python}}\njobs:\n  a:\n    steps:\n      - run: print(1)\n        env: {T: \"${{ secrets.RAILWAY_TOKEN }}\"}\n";
    assert_eq!(railway(&[(".github/workflows/a.yml", default)]), "? a.yml:5");
    let named = "jobs:\n  a:\n    env: {T: \"${{ secrets.RAILWAY_TOKEN }}\"}\n    steps:\n      - shell: python\n        run: |\n          import os\n          os.environ['T']\n      - shell: python\n        run: print(1)\n";
    assert_eq!(railway(&[(".github/workflows/a.yml", named)]), "? a.yml:8");
}

#[test]
fn gitlab_jobs_inherit() {
    for (text, expected) in [
        (".d:\n  script: railway up\na:\n  extends: .d\n", "publish:compute a.yml:2"),
        (".d:\n  variables: {RAILWAY_TOKEN: $OTHER}\na:\n  extends: [.d]\n  script: railway up\n", ""),
        (
            ".e:\n  variables: {T: $RAILWAY_TOKEN}\n.d:\n  extends: .e\na:\n  extends: .d\n  script: foo $T\n",
            "? a.yml:7",
        ),
        (".d: &d\n  variables: {RAILWAY_TOKEN: $OTHER}\na:\n  <<: *d\n  script: railway up\n", ""),
        (
            ".d:\n  script:\n    - railway up\na:\n  script:\n    - !reference [.d, script]\n    - railway domain\n",
            "publish:compute a.yml:3; write:domain a.yml:7",
        ),
        (
            ".d:\n  variables: {T: $RAILWAY_TOKEN}\na:\n  variables: !reference [.d, variables]\n  script: foo $T\n",
            "? a.yml:5",
        ),
        (
            ".d:\n  variables: {T: $RAILWAY_TOKEN}\na:\n  variables:\n    X: !reference [.d, variables, T]\n  script: foo $X\n",
            "? a.yml:6",
        ),
        ("a:\n  rules:\n    - if: $X\n      variables: {T: $RAILWAY_TOKEN}\n  script: foo $T\n", "? a.yml:5"),
        ("a:\n  parallel:\n    matrix:\n      - T: [$RAILWAY_TOKEN, x]\n  script: foo $T\n", "? a.yml:5"),
        ("a:\n  trigger: group/project\n  variables:\n    T: $RAILWAY_TOKEN\n", "? a.yml:4"),
        ("a:\n  trigger: {include: x.yml}\n  variables:\n    T: $RAILWAY_TOKEN\n", ""),
        ("a:\n  services:\n    - name: x\n      variables:\n        T: $RAILWAY_TOKEN\n  script: x\n", "? a.yml:5"),
        ("a:\n  hooks:\n    pre_get_sources_script:\n      - railway whoami\n  script: x\n", "read:identity a.yml:4"),
        ("a:\n  id_tokens: {RAILWAY_TOKEN: {aud: x}}\n  release: {tag_name: $X}\n  script: x\n", ""),
        ("a:\n  script: railway $[[ inputs.command ]]\n", "? a.yml:2"),
        ("before_script: [railway whoami]\na:\n  script: x\n", "read:identity a.yml:1"),
        ("a:\n  extends: a\n  script: !reference [a, script]\n", ""),
    ] {
        assert_eq!(railway(&[(".gitlab/ci/a.yml", text)]), expected, "{text}");
    }
    // A part that is included is known by what is in it.
    assert_eq!(railway(&[("build/a.yml", "a:\n  script: [railway up]\n")]), "publish:compute a.yml:2");
    assert_eq!(railway(&[("build/a.yml", "a:\n  text: [railway up, $RAILWAY_TOKEN]\n")]), "");
}

#[test]
fn a_template_is_used_where_it_is_extended() {
    let credentials = [
        credential("railway", &"s7w-".repeat(9), &[".env.staging:1=RAILWAY_TOKEN"]),
        credential("railway", &"p7w-".repeat(9), &[".env.production:1=RAILWAY_TOKEN"]),
    ];
    let text =
        "before_script: [railway whoami]\n.d:\n  environment: production\n  script: [railway up]\na:\n  extends: .d\n";
    let uses = find_all(&credentials, &[(".gitlab-ci.yml", text)]);
    let used: Vec<usize> = uses.iter().map(|uses| uses.needs.len()).collect();
    assert_eq!(used, [0, 2]);
}
