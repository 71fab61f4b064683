//! Tools and calls of each provider.

use super::*;

#[test]
fn tools_and_calls_of_other_providers() {
    for (provider, key, text, expected) in [
        ("github", "GH_TOKEN", "gh release create v1 --notes x", "publish:artifact gh release create @1"),
        ("github", "GH_TOKEN", "gh -R a/b pr list", "read:code gh pr list @1"),
        (
            "github",
            "GH_TOKEN",
            "gh api repos/{owner}/{repo}/issues -f title=x",
            "send:message gh api POST api.github.com/repos/{}/{}/issues @1",
        ),
        (
            "github",
            "GH_TOKEN",
            "gh api -X DELETE /repos/a/b",
            "delete:code gh api DELETE api.github.com/repos/{}/{} @1",
        ),
        (
            "github",
            "GH_TOKEN",
            "gh api graphql -f query='query { viewer { login } }'",
            "read:identity gh api query viewer @1",
        ),
        ("github", "GH_TOKEN", "gh api \"$URL\"", "? @1"),
        (
            "github",
            "PAT_X",
            "echo $PAT_X | gh auth login --with-token\ngh repo clone a/b",
            "read:code gh repo clone @2",
        ),
        ("github", "PAT_X", "git clone https://x:$PAT_X@github.com/a/b", "read:code git clone @1"),
        (
            "github",
            "PAT_X",
            "git remote set-url origin https://x:${PAT_X}@github.com/a/b\ngit add . && git push",
            "write:code git push @2",
        ),
        (
            "github",
            "PAT_X",
            "curl -sSf -H \"Authorization: Bearer $PAT_X\" https://api.github.com/user",
            "read:identity curl GET api.github.com/user @1",
        ),
        (
            "github",
            "PAT_X",
            "B=https://api.github.com/repos/a/b\nA=\"Authorization: token $PAT_X\"\ncurl -XPUT -H \"$A\" $B/contents/x -d @-",
            "write:code curl PUT api.github.com/repos/{}/{}/contents/{*} @3",
        ),
        ("github", "PAT_X", "curl -H \"Authorization: $PAT_X\" \"$URL\"", "? @1"),
        ("github", "PAT_X", "curl -H \"Authorization: $PAT_X\" $OPTS https://api.github.com/user", "? @1"),
        ("github", "PAT_X", "curl -X $M -u x:$PAT_X https://api.github.com/user", "? @1"),
        ("github", "PAT_X", "curl -u x:$PAT_X https://example.com/user", "? @1"),
        (
            "github",
            "PAT_X",
            "ID=$(curl -u x:$PAT_X https://api.github.com/user)\nfoo $ID",
            "read:identity curl GET api.github.com/user @1",
        ),
        (
            "github",
            "PAT_X",
            "wget --header=\"Authorization: token $PAT_X\" https://api.github.com/repos/a/b/tarball/main",
            "read:code wget GET api.github.com/repos/{}/{}/tarball/{*} @1",
        ),
        (
            "github",
            "PAT_X",
            "http POST https://api.github.com/repos/a/b/issues \"Authorization:token $PAT_X\" title=x",
            "send:message http POST api.github.com/repos/{}/{}/issues @1",
        ),
        ("gitlab", "GL_PAT", "glab mr create --fill", ""),
        ("gitlab", "GITLAB_TOKEN", "glab mr create --fill", "send:message glab mr create @1"),
        ("gitlab", "GL_PAT", "git push https://oauth2:$GL_PAT@gitlab.com/a/b.git main", "write:code git push @1"),
        ("aws", "AWS_SECRET_ACCESS_KEY", "aws s3 cp s3://a/b . --recursive", "read:datastore aws s3 cp @1"),
        (
            "aws",
            "AWS_SECRET_ACCESS_KEY",
            "aws --region x s3 sync dist \"s3://$B/\" --delete",
            "write:datastore aws s3 sync @1; delete:datastore aws s3 sync @1",
        ),
        (
            "aws",
            "AWS_SECRET_ACCESS_KEY",
            "aws s3 cp s3://a/b s3://c/d",
            "read:datastore aws s3 cp @1; write:datastore aws s3 cp @1",
        ),
        ("aws", "AWS_SECRET_ACCESS_KEY", "aws s3 cp $A $B", "? @1"),
        ("aws", "AWS_SECRET_ACCESS_KEY", "aws quantum teleport", "? @1"),
        (
            "slack",
            "SLACK_TOKEN",
            "curl -X POST -H \"Authorization: Bearer $SLACK_TOKEN\" -d text=hi https://slack.com/api/chat.postMessage",
            "send:message curl POST slack.com/api/chat.postMessage @1",
        ),
        (
            "stripe",
            "STRIPE_KEY",
            "curl https://api.stripe.com/v1/refunds -u \"$STRIPE_KEY:\" -d charge=x",
            "delete:money curl POST api.stripe.com/v1/refunds @1",
        ),
        (
            "stripe",
            "STRIPE_KEY",
            "curl https://api.stripe.com/v1/customers/$ID -u $STRIPE_KEY: -G -d limit=1",
            "read:identity curl GET api.stripe.com/v1/customers/{} @1",
        ),
        (
            "npm",
            "NPM_TOKEN",
            "echo \"//registry.npmjs.org/:_authToken=$NPM_TOKEN\" > .npmrc\nnpm publish --access public\nnpm test",
            "publish:artifact npm publish @2",
        ),
        ("npm", "MY_NPM", "npm config set //registry.npmjs.org/:_authToken $MY_NPM\nyarn publish", ""),
        (
            "npm",
            "MY_NPM",
            "npm config set //registry.npmjs.org/:_authToken $MY_NPM\nnpm publish",
            "publish:artifact npm publish @2",
        ),
        ("npm", "NPM_TOKEN", "yarn build && pnpm lint && pnpm publish -r", "publish:artifact pnpm publish @1"),
        ("pypi", "PYPI", "twine upload -u __token__ -p \"$PYPI\" dist/*", "publish:artifact twine upload @1"),
        ("pypi", "PYPI", "UV_PUBLISH_TOKEN=$PYPI uv publish", "publish:artifact uv publish @1"),
        (
            "pypi",
            "PYPI",
            "poetry config pypi-token.pypi \"$PYPI\"\npoetry publish --build",
            "publish:artifact poetry publish @2",
        ),
        (
            "digitalocean",
            "DO",
            "doctl auth init -t $DO\ndoctl compute domain records create x",
            "write:domain doctl compute domain records create @2",
        ),
        (
            "cloudflare",
            "CLOUDFLARE_API_TOKEN",
            "npx wrangler@3 pages deploy dist --project-name x",
            "publish:compute wrangler pages deploy @1",
        ),
        (
            "cloudflare",
            "CF",
            "curl -X DELETE https://api.cloudflare.com/client/v4/zones/$Z/dns_records/$R -H \"Authorization: Bearer $CF\"",
            "write:domain curl DELETE api.cloudflare.com/client/v4/zones/{}/dns_records/{} @1",
        ),
        (
            "supabase",
            "SUPABASE_ACCESS_TOKEN",
            "supabase functions deploy --project-ref x && supabase start",
            "publish:compute supabase functions deploy @1",
        ),
        (
            "azure",
            "KEY_AZ",
            "az storage blob upload-batch -s a -d b --account-key $KEY_AZ",
            "write:datastore az storage blob upload-batch @1",
        ),
        (
            "azure",
            "SAS",
            "azcopy copy ./a \"https://x.blob.core.windows.net/c?$SAS\" --recursive",
            "write:datastore azcopy copy @1",
        ),
        (
            "azure",
            "KEY_AZ",
            "az --subscription=$S storage blob list --account-key=$KEY_AZ",
            "list:datastore az storage blob list @1",
        ),
        ("doppler", "DT", "doppler run --token=$DT -- npm start", "read:secret doppler run @1"),
        ("doppler", "DOPPLER_TOKEN", "doppler run --command 'npm start'", "read:secret doppler run @1"),
        ("vercel", "VT", "vercel --token=$VT --prod", "publish:compute vercel @1"),
        ("vercel", "VT", "vercel --token $VT redirects", "? @1"),
        ("vercel", "VT", "vercel domains --token $VT", "read:domain vercel domains @1"),
        ("fly", "FT", "fly vol rm x -t $FT", "delete:datastore fly vol rm @1"),
        (
            "gcp",
            "SA",
            "echo $SA | gcloud auth activate-service-account --key-file=-\ngcloud beta run deploy x\nkubectl get po",
            "publish:compute gcloud beta run deploy @2; read:compute kubectl get po @3",
        ),
        (
            "kubernetes",
            "KUBE_CONFIG",
            "echo $KUBE_CONFIG | base64 -d > ~/.kube/config\nkubectl get secret x -o yaml\nkubectl get $KIND",
            "read:secret kubectl get secret @2; ? @3",
        ),
        ("aws", "AWS_SECRET_ACCESS_KEY", "aws cloudformation deploy --template-file t.yml", "? @1"),
        ("aws", "AWS_SECRET_ACCESS_KEY", "pulumi up", "? @1"),
        ("cloudflare", "CLOUDFLARE_API_TOKEN", "wrangler deploy --dry-run\nwrangler d1 execute x --command y", ""),
        ("digitalocean", "DO", "doctl -t$DO apps list", "read:compute doctl apps list @1"),
        ("digitalocean", "DO", "doctl -t $DO $MORE apps list", "? @1"),
        ("github", "PAT_X", "railway variables --set T=$PAT_X", ""),
        ("github", "PAT_X", "railway up --token $PAT_X", "? @1"),
    ] {
        check(provider, key, "a.sh", text, expected);
    }
}

#[test]
fn graphql_calls() {
    for (data, expected) in [
        (
            "'{\"query\":\"mutation { customDomainCreate(input: {domain: \\\"a\\\"}) { id } }\"}'",
            "write:domain curl mutation customDomainCreate @1",
        ),
        (
            "\"{\\\"query\\\":\\\"mutation { volumeDelete(volumeId: \\\\\\\"$ID\\\\\\\") }\\\"}\"",
            "delete:datastore curl mutation volumeDelete @1",
        ),
        (
            "'{\"query\":\"{ me { id } projects { id } }\"}'",
            "list:org curl query projects @1; read:identity curl query me @1",
        ),
        ("'{\"query\":\"query X { somethingNew }\"}'", "read:config curl query @1"),
        ("'{\"query\":\"mutation { somethingNew }\"}'", "? @1"),
        ("'{\"query\":\"subscription { x }\"}'", "? @1"),
        ("\"{\\\"query\\\":\\\"$Q\\\"}\"", "? @1"),
        ("@query.json", "? @1"),
    ] {
        let text = format!(
            "curl -H \"Authorization: Bearer $RAILWAY_TOKEN\" https://backboard.railway.com/graphql/v2 -d {data}"
        );
        check("railway", "RAILWAY_TOKEN", "a.sh", &text, expected);
    }
}

#[test]
fn an_address_that_is_the_credential_is_called() {
    let address = format!("https://hooks.slack.com/{}/T0/B0/{}", "services", "k3".repeat(12));
    let credentials = [credential("slack", &address, &[".env:1=SLACK_WEBHOOK"])];
    for text in ["curl -d '{}' \"$SLACK_WEBHOOK\"".to_owned(), format!("curl -d '{{}}' {address}")] {
        let uses = find_all(&credentials, &[("a.sh", &text)]);
        assert_eq!(said(&uses[0]), "send:message curl POST hooks.slack.com/services/{*} @1");
    }
}

#[test]
fn files_that_tools_read_by_themselves_bind() {
    let credentials = [credential("npm", &value(), &["web/.npmrc:1=_authToken"])];
    assert_eq!(said(&find_all(&credentials, &[("a.sh", "npm publish")])[0]), "publish:artifact npm publish @1");
}
