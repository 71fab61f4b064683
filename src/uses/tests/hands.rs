//! Whose credential a command is handed: by options, files, and commands in variables.

use super::*;

#[test]
fn an_option_names_another_credential_or_registry() {
    for (provider, key, text, expected) in [
        ("aws", "AWS_ACCESS_KEY_ID", "aws --profile production s3 rm s3://a", ""),
        ("aws", "AWS_ACCESS_KEY_ID", "aws s3 rm s3://a", "delete:datastore aws s3 rm @1"),
        ("vercel", "VERCEL_TOKEN", "vercel deploy --token $OTHER", ""),
        ("vercel", "VERCEL_TOKEN", "vercel deploy --token=$OTHER", ""),
        ("vercel", "VERCEL_TOKEN", "vercel deploy --token $1", "publish:compute vercel deploy @1"),
        ("vercel", "VERCEL_TOKEN", "vercel deploy --token $VERCEL_TOKEN", "publish:compute vercel deploy @1"),
        ("npm", "NPM_TOKEN", "npm publish", "publish:artifact npm publish @1"),
        ("npm", "NPM_TOKEN", "npm publish --registry https://registry.npmjs.org/", "publish:artifact npm publish @1"),
        ("npm", "NPM_TOKEN", "npm publish --registry https://npm.pkg.github.com", ""),
        ("npm", "NPM_TOKEN", "npm publish --registry=https://npm.example.com", ""),
        ("npm", "NPM_TOKEN", "npm publish --registry $REGISTRY", "publish:artifact npm publish @1"),
        ("npm", "NPM_TOKEN", "npm publish --registry https://$HOST/", "publish:artifact npm publish @1"),
    ] {
        check(provider, key, "a.sh", text, expected);
    }
    let own = [credential("aws", &value(), &[".aws/credentials:2=aws_access_key_id"])];
    let uses = find_all(&own, &[("a.sh", "aws --profile production s3 rm s3://a")]);
    assert_eq!(said(&uses[0]), "delete:datastore aws s3 rm @1");
}

#[test]
fn a_file_that_was_written_hands_on_what_stands_in_it() {
    let used = "delete:org gcloud projects delete @3";
    for (text, expected) in [
        ("echo $KEY_JSON > k\ngcloud auth activate-service-account --key-file=k\ngcloud projects delete a", used),
        ("echo $KEY_JSON > $F\ngcloud auth activate-service-account --key-file $F\ngcloud projects delete a", used),
        ("echo $KEY_JSON | tee k\ngcloud auth activate-service-account --key-file=k\ngcloud projects delete a", used),
        ("\ngcloud auth activate-service-account --key-file <(echo $KEY_JSON)\ngcloud projects delete a", used),
        ("echo $KEY_JSON > k\ngcloud auth activate-service-account --key-file=other\ngcloud projects delete a", ""),
        ("echo $KEY_JSON > k\nexport K=k\nfoo $K", "? @3"),
    ] {
        check("gcp", "KEY_JSON", "a.sh", text, expected);
    }
}

#[test]
fn commands_stand_in_variables_and_traps() {
    for (path, text, expected) in [
        ("a.sh", "RW='npx -y @railway/cli'\n$RW up", "publish:compute railway up @2"),
        ("a.sh", "RW=railway\nenv A=b $RW up", "publish:compute railway up @2"),
        ("a.sh", "trap 'railway down' EXIT", "delete:compute railway down @1"),
        ("a.sh", "trap - EXIT", ""),
        ("Makefile", "RW := npx @railway/cli\na:\n\t$(RW) up", "publish:compute railway up @3"),
        ("Makefile", "a: ; @railway up", "publish:compute railway up @1"),
        ("a.sh", "T=$(grep '^RAILWAY_TOKEN=' .env | cut -d= -f2)\nfoo $T", "? @2"),
        ("a.sh", "T=$(grep '^OTHER=' .env | cut -d= -f2)\nfoo $T", ""),
    ] {
        check("railway", "RAILWAY_TOKEN", path, text, expected);
    }
}
