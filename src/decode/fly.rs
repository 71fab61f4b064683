//! API tokens of Fly.io: macaroons as MessagePack arrays (github.com/superfly/macaroon), several of
//! them joined by commas. What each allows follows from its caveats, all of which must hold.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rmpv::Value as Packed;
use serde_json::{Value, json};

use super::{NotDecodable, at_most};

mod caveats;
mod reach;

use caveats::Caveat;
use reach::Reach;

const LONGEST: usize = 64 * 1024;
/// Caveats are nested once or twice.
const DEEPEST: usize = 32;
const SCHEME: &str = "FlyV1 ";
const LABELS: [&str; 3] = ["fm2", "fm1r", "fm1a"];
/// Tokens of other places discharge the caveats of one from here, and grant nothing.
const PERMISSION: &str = "https://api.fly.io/v1";

/// `{"kind": "organization" | "limited", "organizations": [id…], "apps": [id…], "machines": […], "volumes": […], "commands": […],
/// "mutations": […], "user": id | null, "from_machine": id | null, "scopes": […],
/// "expires": unix seconds | null, "not_before": unix seconds | null, "unknown": [caveat type…]}`.
///
/// A scope is a place and what may be done there: `r`ead, `w`rite, `c`reate, `d`elete, `C`ontrol, or
/// `all` of them. `app:`, `machine:` and `volume:` are of one app, or one thing, that is named;
/// `apps:`, `machines:` and `volumes:` of several or any. `command` and `commands` stand for running
/// any command, `listed-command(s)` for the listed ones; `features:` and `feature:NAME:` for parts of
/// the organization, `app(s)-feature…` and `machine(s)-feature…` for parts of those; `mutation:NAME`
/// for one call, `app-mutation:NAME` where it is about one app.
/// Every caveat narrows the token, so one that is not understood (its type stands under `unknown`)
/// is left out: the scopes are what the token can do at most.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let value = value.trim();
    let mut all = Reach::default();
    let mut granting = 0;
    for token in value.strip_prefix(SCHEME).unwrap_or(value).split(',') {
        let (label, body) = token.trim().split_once('_').unwrap_or_default();
        if !LABELS.contains(&label) {
            return Err(NotDecodable("it is no list of Fly.io's tokens"));
        }
        let bytes = STANDARD.decode(body).map_err(|_| NotDecodable("it is not base64"))?;
        if let Some((location, caveats)) = parse(&bytes)
            && location == PERMISSION
        {
            all.join(Reach::of(&caveats), granting == 0);
            granting += 1;
        }
    }
    if granting == 0 {
        return Err(NotDecodable("none of its tokens grants anything"));
    }
    Ok(json!({
        "kind": if all.is_wide { "organization" } else { "limited" },
        "organizations": all.organizations,
        "apps": all.apps,
        "machines": all.machines,
        "volumes": all.volumes,
        "commands": all.commands,
        "mutations": all.mutations,
        "user": all.user,
        "from_machine": all.from_machine,
        "scopes": all.scopes,
        "expires": all.expires,
        "not_before": all.not_before,
        "unknown": all.unknown,
    }))
}

/// Nonce, location, caveats, tail. The nonce and the tail, which is the secret part, are passed over.
fn parse(bytes: &[u8]) -> Option<(String, Vec<Caveat>)> {
    let mut rest = bytes;
    let packed = rmpv::decode::read_value_with_max_depth(&mut rest, DEEPEST).ok()?;
    let [_nonce, location, caveats, Packed::Binary(_tail)] = &packed.as_array()?[..] else { return None };
    Some((location.as_str()?.to_owned(), caveats::read(caveats)?)).filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests;
