//! Upload tokens of PyPI: macaroons in the binary format of version 2
//! (github.com/rescrv/libmacaroons, doc/format.txt) whose caveats are JSON as PyPI writes it
//! (warehouse, `macaroons/caveats`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{NotDecodable, at_most};

mod caveats;

use caveats::Restrictions;

const LONGEST: usize = 64 * 1024;
const PREFIX: &str = "pypi-";
const VERSION: u8 = 2;
const END: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const VERIFICATION_ID: u64 = 4;
const SIGNATURE: u64 = 6;

/// `{"location", "identifier", "caveats": […], "scopes": […], "projects": […], "publisher": id | null,
/// "expires": unix seconds | null, "not_before": unix seconds | null, "unknown": […]}`.
///
/// Scopes: `user` is the whole account, `project:NAME` and `project-id:UUID` one project,
/// `publisher` the projects of the trusted publisher that the token was minted for; `projects` are
/// the names, or else the ids, of the projects that it is limited to. Every caveat
/// narrows the token, so one that is not understood (it stands under `unknown`) is left out: the
/// scopes are what the token can do at most.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let value = value.trim();
    let bytes = URL_SAFE_NO_PAD
        .decode(value.strip_prefix(PREFIX).unwrap_or(value).trim_end_matches('='))
        .map_err(|_| NotDecodable("it is not base64url"))?;
    let macaroon = Macaroon::parse(&bytes).ok_or(NotDecodable("it is no macaroon of version 2"))?;
    let mut restrictions = Restrictions::default();
    for caveat in &macaroon.caveats {
        restrictions.add(caveat);
    }
    Ok(json!({
        "location": macaroon.location,
        "identifier": macaroon.identifier,
        "caveats": macaroon.caveats,
        "scopes": restrictions.scopes(),
        "projects": restrictions.projects(),
        "publisher": restrictions.publisher,
        "expires": restrictions.expires,
        "not_before": restrictions.not_before,
        "unknown": restrictions.unknown,
    }))
}

struct Macaroon {
    location: String,
    identifier: String,
    /// As JSON; a caveat that is none, or that a third party has to discharge, is a string.
    caveats: Vec<Value>,
}

impl Macaroon {
    fn parse(bytes: &[u8]) -> Option<Macaroon> {
        let (&version, rest) = bytes.split_first()?;
        if version != VERSION {
            return None;
        }
        let mut fields = Fields { rest };
        let (mut location, mut identifier) = (String::new(), None);
        loop {
            match fields.next()? {
                (END, _) => break,
                (LOCATION, text) => location = String::from_utf8_lossy(text).into_owned(),
                (IDENTIFIER, text) => identifier = Some(String::from_utf8_lossy(text).into_owned()),
                _ => return None,
            }
        }
        let mut caveats = Vec::new();
        loop {
            match fields.next()? {
                (END, _) => {}
                (LOCATION | VERIFICATION_ID, _) => {}
                (IDENTIFIER, text) => caveats
                    .push(serde_json::from_slice(text).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(text)))),
                (SIGNATURE, _) => break,
                _ => return None,
            }
        }
        Some(Macaroon { location, identifier: identifier?, caveats })
    }
}

/// Tag, length and content, one after the other; the tag zero stands alone.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<(u64, &'a [u8])> {
        let tag = self.number()?;
        if tag == END {
            return Some((END, &[]));
        }
        let length = usize::try_from(self.number()?).ok()?;
        let (content, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some((tag, content))
    }

    /// Seven bits a byte, lowest first; the highest bit says that another byte follows.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
