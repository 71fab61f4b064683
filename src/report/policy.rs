//! What the policy says of a credential, in the words of a line.

use super::terminal::escape_controls;
use crate::assess::model::{Accepted, Stated};
use crate::wording::{actions, place};

/// What it is for, whose task it is, and what is accepted for a while.
pub fn said(stated: &Stated) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(stated.purpose.as_deref().map(|purpose| format!("meant for {}", escape_controls(purpose))));
    said.extend(stated.owner.as_deref().map(|owner| format!("looked after by {}", escape_controls(owner))));
    said.extend(stated.accepted.iter().map(accepted));
    said
}

fn accepted(accepted: &Accepted) -> String {
    let Accepted { can, environment, reason, until, expired } = accepted;
    let place = environment.map(|environment| format!(" {}", place(environment))).unwrap_or_default();
    let standing = if *expired { "was accepted until" } else { "accepted until" };
    format!("{standing} {until}: to {}{place} ({})", actions([*can]), escape_controls(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_has_passed_is_told_as_such() {
        let waiver = |expired| Accepted {
            can: "delete:datastore".parse().unwrap(),
            environment: Some(crate::capability::Environment::Prod),
            reason: "moves in\u{1b} January".to_owned(),
            until: "2027-01-31".parse().unwrap(),
            expired,
        };
        let stated = Stated {
            name: "RAILWAY_TOKEN".to_owned(),
            passed_over: Vec::new(),
            purpose: Some("custom domains".to_owned()),
            owner: Some("platform".to_owned()),
            allow: None,
            environments: None,
            max_lifetime: None,
            accepted: vec![waiver(false), waiver(true)],
        };
        assert_eq!(
            said(&stated),
            [
                "meant for custom domains",
                "looked after by platform",
                "accepted until 2027-01-31: to delete data stores in production (moves in\\u{1b} January)",
                "was accepted until 2027-01-31: to delete data stores in production (moves in\\u{1b} January)",
            ]
        );
    }
}
