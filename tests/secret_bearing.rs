//! The questions of which it is known that their answers carry secrets: none of them is asked, or
//! the secrets are dropped. Providers that have no file yet are held to it when they get one.

mod common;

use common::catalogue;
use common::paths::{address, asked, is_open};
use overscope::detector::model::{Provider, Step};

enum Care {
    /// The answer is little else than secrets.
    NeverAsk,
    /// These members are dropped.
    Drop(&'static [&'static str]),
}
use Care::{Drop, NeverAsk};

/// How the provider's id begins, how the address ends, what its answer needs. Each from the provider's own
/// description of that answer.
const BEARING: &[(&str, &str, Care)] = &[
    ("algolia", "/1/keys", NeverAsk),
    ("auth0", "/clients", NeverAsk),
    ("datadog", "/api/v1/api_key", NeverAsk),
    ("figma", "/v2/webhooks", NeverAsk),
    ("supabase", "/v1/projects/{ref}/api-keys", NeverAsk),
    (
        "digitalocean",
        "/v2/databases",
        Drop(&["/databases/*/connection/uri", "/databases/*/connection/password", "/databases/*/users/*/password"]),
    ),
    ("discord", "/webhooks/{webhook}", Drop(&["/token", "/url"])),
    ("discord", "/webhooks/{webhook}/{token}", Drop(&["/token", "/url"])),
    ("", "/relyingparty/getProjectConfig", Drop(&["/idpConfig/*/secret"])),
    ("github", "/repos/{owner}/{repo}/hooks", Drop(&["/*/config/secret"])),
    ("github", "/user/repos", Drop(&["/*/temp_clone_token"])),
    ("github", "/installation/repositories", Drop(&["/repositories/*/temp_clone_token"])),
    ("gitlab", "/projects", Drop(&["/*/runners_token"])),
    ("heroku", "/oauth/authorizations", Drop(&["/*/access_token/token", "/*/refresh_token/token", "/*/grant/code"])),
    ("heroku", "/oauth/authorizations/{authorization}", Drop(&["/access_token/token", "/refresh_token/token"])),
    ("linode", "/profile/tokens", Drop(&["/data/*/token"])),
    ("netlify", "/sites", Drop(&["/*/password", "/*/deploy_hook"])),
    ("netlify", "/sites/{site}", Drop(&["/password", "/deploy_hook"])),
    ("netlify", "/accounts/{account}/env", Drop(&["/*/values/*/value"])),
    (
        "planetscale",
        "/organizations/{organization}/service-tokens",
        Drop(&["/data/*/token", "/data/*/plain_text_refresh_token"]),
    ),
    ("sentry", "/organizations/{organization}/sentry-apps/", Drop(&["/*/clientSecret"])),
    ("stripe", "/v1/webhook_endpoints", Drop(&["/data/*/secret"])),
    ("stripe", "/v1/events", Drop(&["/data/*/data"])),
    ("terraform", "/workspaces/{workspace}/vars", Drop(&["/data/*/attributes/value"])),
    ("twilio", "/Accounts.json", Drop(&["/accounts/*/auth_token"])),
    ("twilio", "/Accounts/{account}.json", Drop(&["/auth_token"])),
    ("vercel", "/projects", Drop(&["/projects/*/env/*/value"])),
];

/// Whether one of the step's questions ends in this address.
fn asks(step: &Step, wanted: &str) -> bool {
    let wanted = address(wanted).segments;
    asked(step).iter().any(|(_, template)| {
        let own = address(template).segments;
        own.len().checked_sub(wanted.len()).is_some_and(|from| {
            let same = |(own, wanted): (&&str, &&str)| is_open(wanted) || own == wanted;
            own[from..].iter().zip(&wanted).all(same)
        })
    })
}

/// What is wrong with a step: all of it, or the members that it does not drop.
fn wrong(step: &Step, care: &Care) -> Vec<String> {
    match care {
        NeverAsk => vec!["is asked".to_owned()],
        Drop(members) => {
            let dropped = |member: &&&str| {
                let covers = |place: &String| *member == place || member.starts_with(&format!("{place}/"));
                step.drops.iter().any(covers)
            };
            let kept = members.iter().filter(|member| !dropped(member));
            kept.map(|member| format!("does not drop {member}")).collect()
        }
    }
}

fn complaints(provider: &Provider) -> Vec<String> {
    let mut complaints = Vec::new();
    for (_, path, care) in BEARING.iter().filter(|(id, ..)| provider.id.starts_with(id)) {
        for (name, probe) in &provider.probes {
            for step in probe.steps.iter().filter(|step| asks(step, path)) {
                let about = format!("{}.{name}.{} ({path})", provider.id, step.id);
                complaints.extend(wrong(step, care).into_iter().map(|what| format!("{about} {what}")));
            }
        }
    }
    complaints
}

#[test]
fn no_answer_that_is_known_to_carry_secrets_keeps_them() {
    let complaints: Vec<String> = catalogue().providers().flat_map(complaints).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_step_that_keeps_them_is_named() {
    let detectors = catalogue();
    let mut github = detectors.provider("github").unwrap().clone();
    for step in github.probes.values_mut().flat_map(|probe| &mut probe.steps) {
        step.drops.clear();
    }
    let found = complaints(&github);
    for wanted in
        ["github.fine-grained.hooks (/repos/{owner}/{repo}/hooks) does not drop /*/config/secret", "/user/repos"]
    {
        assert!(found.iter().any(|complaint| complaint.contains(wanted)), "{found:?}");
    }
    let mut supabase = detectors.provider("supabase").unwrap().clone();
    supabase.probes.get_mut("account").unwrap().steps[0].get = Some("{base}/v1/projects/{each.id}/api-keys?x=1".into());
    assert!(complaints(&supabase).concat().ends_with("(/v1/projects/{ref}/api-keys) is asked"));
}
