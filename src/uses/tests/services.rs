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
        ("sonarqube", "SONAR_TOKEN", "sonar-scanner -Dsonar.token=$SONAR_TOKEN", "write:telemetry sonar-scanner @1"),
        (
            "datadog",
            "DATADOG_API_KEY",
            "npx @datadog/datadog-ci junit upload --service x report.xml",
            "write:telemetry datadog-ci junit upload @1",
        ),
        (
            "huggingface",
            "HF_TOKEN",
            "huggingface-cli upload a/b . && hf repo delete a/c",
            "write:model hf upload @1; delete:model hf repo delete @1",
        ),
        ("huggingface", "MY_HF", "hf auth login --token $MY_HF; hf download a/b", "read:model hf download @1"),
        (
            "openai",
            "OPENAI_API_KEY",
            "openai api chat.completions.create -m x -g user hi",
            "spend:model openai api chat.completions.create @1",
        ),
        ("replicate", "REPLICATE_API_TOKEN", "replicate run a/b prompt=x", "spend:model replicate run @1"),
        ("algolia", "ALGOLIA_API_KEY", "algolia index clear x --confirm", "delete:datastore algolia index clear @1"),
        (
            "contentful",
            "CTF",
            "contentful space import --mt $CTF --content-file x.json",
            "write:datastore contentful space import @1",
        ),
        (
            "shopify",
            "SHOPIFY_CLI_THEME_TOKEN",
            "shopify theme check; npx @shopify/cli theme push --allow-live",
            "write:code shopify theme push @1",
        ),
        (
            "auth0",
            "A0",
            "auth0 login --client-secret $A0; auth0 users delete x",
            "delete:identity auth0 users delete @1",
        ),
        (
            "jfrog",
            "JF",
            "jf c add --access-token $JF; jf rt u 'dist/*' repo/; jf rt del x",
            "delete:artifact jf rt del @1; publish:artifact jf rt u @1",
        ),
        (
            "postman",
            "PM",
            "postman login --with-api-key $PM; postman collection run 1",
            "read:config postman collection run @1",
        ),
        ("tailscale", "TS", "tailscale up --authkey=$TS", "grant:identity tailscale up @1"),
        (
            "twilio",
            "TWILIO_AUTH_TOKEN",
            "twilio api:core:messages:create --body x",
            "send:message twilio api:core:messages:create @1",
        ),
        ("slack", "SL", "slack deploy --token $SL", "publish:compute slack deploy @1"),
        (
            "stripe",
            "STRIPE_API_KEY",
            "stripe subscriptions cancel sub_1; stripe trigger x",
            "delete:money stripe subscriptions cancel @1; ? @1",
        ),
    ] {
        check(provider, key, "a.sh", text, expected);
    }
}
