//! Tools of code hosts, of continuous integration and of services.

use super::*;

#[test]
fn subcommands_in_all_their_spellings() {
    for (provider, key, text, expected) in [
        ("github", "GH_TOKEN", "gh release new v1 && gh ext install a/b", "publish:artifact gh release new @1"),
        ("github", "GH_TOKEN", "gh cs ssh -c x; gh teleport", "execute:compute gh cs ssh @1; ? @1"),
        ("github", "GH_TOKEN", "gh repo delete a/b --yes", "delete:code gh repo delete @1"),
        (
            "github",
            "GITHUB_TOKEN",
            "hub release create -a x v1; hub api user",
            "read:identity hub api GET api.github.com/user @1; publish:artifact hub release create @1",
        ),
        (
            "github",
            "PAT_X",
            "git -c http.extraheader=\"AUTHORIZATION: bearer $PAT_X\" push origin HEAD:main",
            "write:code git push @1",
        ),
        (
            "github",
            "PAT_X",
            "git push \"https://x:${PAT_X}@github.com/a/b.git\" --delete gone",
            "write:code git push @1",
        ),
        (
            "github",
            "PAT_X",
            "git submodule foreach git status\ngit clone https://$PAT_X@github.com/a/b",
            "read:code git clone @2",
        ),
        (
            "gitlab",
            "GITLAB_TOKEN",
            "glab var set A b; glab mr accept 1",
            "write:secret glab var set @1; write:code glab mr accept @1",
        ),
        (
            "gitlab",
            "GITLAB_TOKEN",
            "glab project members add --username x",
            "grant:identity glab project members add @1",
        ),
        (
            "circleci",
            "CIRCLE_TOKEN",
            "circleci config validate && circleci orb publish promote a/b@dev:x patch",
            "publish:artifact circleci orb publish promote @1",
        ),
        (
            "circleci",
            "CC",
            "circleci context store-secret gh acme ctx NAME --token $CC",
            "write:secret circleci context store-secret @1",
        ),
        (
            "buildkite",
            "BUILDKITE_AGENT_TOKEN",
            "buildkite-agent artifact upload 'dist/*'",
            "publish:artifact buildkite-agent artifact upload @1",
        ),
        ("buildkite", "BK", "bk configure --org x --token $BK; bk build new", "write:pipeline bk build new @1"),
        (
            "travis",
            "T_TOKEN",
            "travis login --pro --github-token $T_TOKEN; travis restart 1",
            "write:pipeline travis restart @1",
        ),
        (
            "sentry",
            "SENTRY_AUTH_TOKEN",
            "npx @sentry/cli sourcemaps inject dist && sentry-cli sourcemaps upload dist",
            "write:telemetry sentry-cli sourcemaps upload @1",
        ),
        (
            "snyk",
            "SNYK_TOKEN",
            "npx snyk test --severity-threshold=high; snyk monitor",
            "read:telemetry snyk test @1; write:config snyk monitor @1",
        ),
        (
            "sonarqube",
            "SONAR_TOKEN",
            "sonar-scanner -Dsonar.token=$SONAR_TOKEN",
            "read:config sonar-scanner @1; write:telemetry sonar-scanner @1",
        ),
        (
            "datadog",
            "DATADOG_API_KEY",
            "npx @datadog/datadog-ci junit upload --service x report.xml",
            "write:telemetry datadog-ci junit upload @1",
        ),
    ] {
        check(provider, key, "a.sh", text, expected);
    }
}
