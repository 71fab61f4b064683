//! Literal calls of each provider's interface.

use super::*;

/// A script with one call that carries the credential `$TOKEN_X`.
fn calls(provider: &'static str, call: &str, expected: &str) {
    let text = format!("{call} -H \"Authorization: Bearer $TOKEN_X\"");
    check(provider, "TOKEN_X", "deploy.sh", &text, expected);
}

#[test]
fn calls_are_known_by_host_method_and_path() {
    for (provider, call, expected) in [
        (
            "vercel",
            "curl -X POST https://api.vercel.com/v10/projects/web/env?upsert=true -d @env.json",
            "write:secret curl POST api.vercel.com/v10/projects/{}/env @1",
        ),
        (
            "heroku",
            "curl -X DELETE https://api.heroku.com/apps/$APP",
            "delete:datastore curl DELETE api.heroku.com/apps/{} @1; delete:org curl DELETE api.heroku.com/apps/{} @1",
        ),
        (
            "hetzner",
            "curl https://api.hetzner.cloud/v1/servers",
            "list:compute curl GET api.hetzner.cloud/v1/servers @1",
        ),
        (
            "render",
            "curl -X POST https://api.render.com/v1/services/$ID/deploys",
            "publish:compute curl POST api.render.com/v1/services/{}/deploys @1",
        ),
        (
            "circleci",
            "curl -X POST https://circleci.com/api/v2/project/gh/acme/web/pipeline -d '{}'",
            "write:pipeline curl POST circleci.com/api/v2/project/{}/{}/{}/pipeline @1",
        ),
        (
            "terraform-cloud",
            "curl https://app.terraform.io/api/v2/workspaces/ws-1/runs",
            "read:telemetry curl GET app.terraform.io/api/v2/workspaces/{}/runs @1",
        ),
        (
            "gcp",
            "curl -X POST https://cloudresourcemanager.googleapis.com/v1/projects/$P:setIamPolicy -d @p.json",
            "grant:identity curl POST cloudresourcemanager.googleapis.com/v1/projects/{}:setIamPolicy @1",
        ),
        (
            "fly",
            "curl -X DELETE https://api.machines.dev/v1/apps/web/volumes/vol_1",
            "delete:datastore curl DELETE api.machines.dev/v1/apps/{}/volumes/{} @1",
        ),
        (
            "fly",
            "curl https://api.fly.io/graphql -d '{\"query\": \"mutation { setSecrets(input: {}) { release { id } } }\"}'",
            "write:secret curl mutation setSecrets @1",
        ),
        (
            "docker-hub",
            "curl -X DELETE https://hub.docker.com/v2/repositories/acme/app/tags/old/",
            "delete:artifact curl DELETE hub.docker.com/v2/repositories/{}/{}/tags/{} @1",
        ),
        (
            "npm",
            "curl -X PUT https://registry.npmjs.org/@acme%2fapp -d @app.json",
            "publish:artifact curl PUT registry.npmjs.org/{} @1",
        ),
        (
            "stripe",
            "curl https://api.stripe.com/v1/refunds -d charge=ch_1",
            "delete:money curl POST api.stripe.com/v1/refunds @1",
        ),
    ] {
        calls(provider, call, expected);
    }
}

#[test]
fn installations_of_ones_own_are_known_by_their_paths() {
    for (provider, call, expected) in [
        ("vault", "curl -X LIST $VAULT_ADDR/v1/team/metadata/app", "list:secret curl LIST /v1/{}/metadata/{*} @1"),
        ("vault", "curl $VAULT_ADDR/v1/team/data/app", "read:secret curl GET /v1/{}/data/{*} @1"),
        ("vault", "curl -X PUT $VAULT_ADDR/v1/sys/policy/app -d @p", "grant:identity curl PUT /v1/sys/policy/{} @1"),
        (
            "sonarqube",
            "curl -X POST https://sonar.acme.example/api/projects/delete?project=web",
            "delete:org curl POST sonarcloud.io/api/projects/delete @1",
        ),
        (
            "jfrog",
            "curl -X DELETE https://acme.jfrog.io/artifactory/api/repositories/libs",
            "delete:artifact curl DELETE *.jfrog.io/artifactory/api/repositories/{} @1",
        ),
        (
            "supabase",
            "curl https://$REF.supabase.co/rest/v1/users?select=id",
            "read:datastore curl GET *.supabase.co/rest/v1/{} @1",
        ),
        (
            "aws",
            "curl -T a.tgz https://builds.s3.eu-west-1.amazonaws.com/a.tgz",
            "write:datastore curl PUT s3.amazonaws.com/{*} @1",
        ),
        (
            "kubernetes",
            "curl -k -X DELETE https://$HOST:6443/api/v1/namespaces/web/persistentvolumeclaims/data",
            "delete:datastore curl DELETE kubernetes.default.svc/api/v1/namespaces/{}/persistentvolumeclaims/{} @1",
        ),
    ] {
        calls(provider, call, expected);
    }
}

#[test]
fn what_a_call_does_is_not_guessed() {
    for (provider, call) in [
        // What it does stands in the statement.
        ("snowflake", "curl -X POST https://acme.snowflakecomputing.com/api/v2/statements -d @drop.json"),
        ("supabase", "curl -X POST https://api.supabase.com/v1/projects/p/database/query -d @q.json"),
        // It hands out another credential, which is used elsewhere.
        ("docker-hub", "curl -X POST https://hub.docker.com/v2/users/login -d @login.json"),
        ("vercel", "curl https://api.vercel.example/v9/projects"),
        ("heroku", "curl -X DELETE https://api.heroku.com/apps/web/unheard-of"),
    ] {
        calls(provider, call, "? @1");
    }
}
