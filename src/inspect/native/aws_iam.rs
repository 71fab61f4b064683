//! What an AWS key pair may do: who it is, which policies are bound to it, and what these allow.
//!
//! Only questions are asked (`Get…`, `List…`, `Simulate…`), through a value that the caller hands
//! in and that signs and sends them. What was not answered is a gap, and a power that the
//! answers do not decide stays [`Decision::Unknown`]: it is never taken for a power that is not
//! there.

mod asking;
mod grants;
mod simulation;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeSet;

use super::iam_policy::{Decision, Reach};
use crate::inspect::answer::{Gap, Hides, Liveness};
use asking::Asker;

/// Where a question goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Sts,
    Iam,
}

impl Service {
    /// The name that requests to it are signed for.
    pub fn signing_name(self) -> &'static str {
        match self {
            Service::Sts => "sts",
            Service::Iam => "iam",
        }
    }

    /// The value of `Version` in every form that is sent to it.
    fn version(self) -> &'static str {
        match self {
            Service::Sts => "2011-06-15",
            Service::Iam => "2010-05-08",
        }
    }
}

/// What came back for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// The XML of a successful answer.
    Answer(String),
    /// The service itself said no, with its error code.
    Refused { code: String, message: String, status: u16 },
    /// No answer of the service, and why.
    Failed(String),
}

impl CallResult {
    /// Reads an HTTP answer of an AWS service.
    pub fn of_response(status: u16, body: String) -> CallResult {
        if (200..300).contains(&status) {
            return CallResult::Answer(body);
        }
        match xml::error(&body) {
            Some((code, message)) => CallResult::Refused { code, message, status },
            None => CallResult::Failed(format!("HTTP {status}")),
        }
    }
}

/// Asks one question: `form` holds everything that is to be posted, in order and not yet encoded.
pub trait IamCalls {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult;
}

/// Who a key pair acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The owner of the account, whom no policy of the account limits.
    Root,
    User(String),
    /// A role, by way of a session of it.
    Role(String),
    Federated(String),
}

/// What was learnt about a key pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamAnswer {
    pub liveness: Liveness,
    /// The 12 digits.
    pub account: Option<String>,
    pub arn: Option<String>,
    /// `None` also where the name is of a kind that is not known here.
    pub principal: Option<Principal>,
    /// What was decided on each action that was asked about, in the same order.
    pub powers: Vec<(String, Decision)>,
    /// Patterns of actions that the policies allow beyond these, in lower case.
    pub others: BTreeSet<String>,
    /// Questions without an answer; they hide powers as long as one of them is undecided.
    pub gaps: Vec<Gap>,
    /// Whether every policy that is bound to the principal was read.
    pub complete: bool,
    /// Questions that were sent, 36 at most.
    pub calls: usize,
}

/// Finds out who the caller is and what it may do of `actions` (`s3:DeleteObject` …).
///
/// A session may have been given less than its role or user holds; nobody can be asked about that.
pub fn collect(calls: &mut dyn IamCalls, actions: &[&str]) -> IamAnswer {
    let mut asker = Asker::new(calls);
    let mut answer = IamAnswer {
        liveness: Liveness::Live,
        account: None,
        arn: None,
        principal: None,
        powers: Vec::new(),
        others: BTreeSet::new(),
        gaps: Vec::new(),
        complete: false,
        calls: 0,
    };
    let mut decided = vec![Decision::Unknown; actions.len()];
    match identify(&mut asker) {
        Err(liveness) => answer.liveness = liveness,
        Ok(caller) => {
            (decided, answer.others, answer.complete) = decide(&mut asker, &caller, actions);
            answer.account = Some(caller.account);
            answer.arn = Some(caller.arn);
            answer.principal = caller.principal;
        }
    }
    let hides = if decided.contains(&Decision::Unknown) { Hides::Powers } else { Hides::Detail };
    answer.powers = actions.iter().map(ToString::to_string).zip(decided).collect();
    (answer.gaps, answer.calls) = asker.into_gaps(hides);
    answer
}

struct Caller {
    account: String,
    arn: String,
    principal: Option<Principal>,
}

/// The one question that needs no permission.
fn identify(asker: &mut Asker<'_>) -> Result<Caller, Liveness> {
    let xml = match asker.send(Service::Sts, "GetCallerIdentity", &[]) {
        CallResult::Answer(xml) => xml,
        CallResult::Refused { code, message, .. } => return Err(refused_identity(&code, &message)),
        CallResult::Failed(why) => return Err(Liveness::Unknown(why)),
    };
    let caller = xml::result(&xml, "GetCallerIdentity", |result| {
        let (account, arn) = (xml::text(result, "Account")?, xml::text(result, "Arn")?);
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (digits && arn.starts_with("arn:")).then(|| Caller {
            account: account.to_owned(),
            arn: arn.to_owned(),
            principal: principal(arn),
        })
    });
    caller.map_err(|why| Liveness::Unknown(format!("GetCallerIdentity: {why}")))
}

/// What AWS's codes say about the pair: the general reference, "Common error types".
fn refused_identity(code: &str, message: &str) -> Liveness {
    let why = match code {
        "InvalidClientTokenId" => "AWS knows no active key with this id",
        "ExpiredToken" | "ExpiredTokenException" => "the session has ended",
        // The same code is sent when the sender's clock is wrong, which says nothing about the pair.
        "SignatureDoesNotMatch" if message.contains("expired") || message.contains("not yet current") => {
            return Liveness::Unknown(format!("{code}: this machine's clock and AWS's differ"));
        }
        // What is refused is the pair: a secret that was found beside the wrong id may work with its own.
        "SignatureDoesNotMatch" => {
            return Liveness::Unknown(format!("{code}: AWS knows the key id, and this secret is not the one of it"));
        }
        _ => return Liveness::Unknown(format!("{code} on asking who it is")),
    };
    Liveness::Dead(format!("{code}: {why}"))
}

fn principal(arn: &str) -> Option<Principal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &[_, _, service, _, _, resource] = parts.as_slice() else { return None };
    match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => Some(Principal::Root),
        // A user's name stands behind its path.
        ("iam", Some(("user", path))) => path.rsplit('/').next().map(|name| Principal::User(name.to_owned())),
        ("sts", Some(("assumed-role", session))) => {
            session.split_once('/').map(|(role, _)| Principal::Role(role.to_owned()))
        }
        ("sts", Some(("federated-user", name))) => Some(Principal::Federated(name.to_owned())),
        _ => None,
    }
}

/// A decision on each action, what else is allowed, and whether all policies were read.
fn decide(asker: &mut Asker<'_>, caller: &Caller, actions: &[&str]) -> (Vec<Decision>, BTreeSet<String>, bool) {
    let (bound, source) = match &caller.principal {
        Some(Principal::Root) => {
            let everything = Decision::Allowed { breadth: Reach::All, conditional: false, narrowed: false };
            return (vec![everything; actions.len()], BTreeSet::new(), true);
        }
        Some(Principal::User(name)) => grants::of_user(asker, name, &caller.arn),
        Some(Principal::Role(name)) => {
            let partition = caller.arn.split(':').nth(1).unwrap_or("aws");
            grants::of_role(asker, name, &format!("arn:{partition}:iam::{}:role/{name}", caller.account))
        }
        Some(Principal::Federated(_)) | None => {
            asker.note("policies of the caller", "AWS has no question for this kind of caller");
            return (vec![Decision::Unknown; actions.len()], BTreeSet::new(), false);
        }
    };
    let mut decided: Vec<Decision> = actions.iter().map(|action| bound.decide(action)).collect();
    let open: Vec<&str> =
        actions.iter().zip(&decided).filter(|(_, one)| **one == Decision::Unknown).map(|(action, _)| *action).collect();
    if !open.is_empty() {
        let allowed = simulation::allowed(asker, &source, &open);
        for (action, decision) in actions.iter().zip(&mut decided) {
            if *decision == Decision::Unknown && allowed.contains(&action.to_ascii_lowercase()) {
                *decision = Decision::Allowed { breadth: Reach::All, conditional: false, narrowed: true };
            }
        }
    }
    (decided, bound.allowed_beyond(actions), bound.is_complete())
}
