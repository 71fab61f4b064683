//! Sends the questions, within a limit, and keeps account of those that got no answer.

use roxmltree::Node;

use super::{CallResult, IamCalls, Service, xml};
use crate::inspect::answer::{Gap, Hides};

/// Questions per key pair. A probe may send forty requests, which leaves some for retries.
const MAX_CALLS: usize = 36;

/// Of these, what reading policies leaves for the simulation.
const KEPT_FOR_SIMULATION: usize = 4;

pub struct Asker<'a> {
    calls: &'a mut dyn IamCalls,
    sent: usize,
    limit: usize,
    /// What had no answer, and why.
    unanswered: Vec<(String, String)>,
    cut_off: bool,
}

/// What a list holds, as far as it was read.
pub struct Listed<T> {
    pub items: Vec<T>,
    pub complete: bool,
}

impl<'a> Asker<'a> {
    pub fn new(calls: &'a mut dyn IamCalls) -> Asker<'a> {
        Asker { calls, sent: 0, limit: MAX_CALLS - KEPT_FOR_SIMULATION, unanswered: Vec::new(), cut_off: false }
    }

    /// From here on the simulation's share may be used.
    pub fn open_reserve(&mut self) {
        self.limit = MAX_CALLS;
        self.cut_off = false;
    }

    pub fn note(&mut self, what: &str, why: impl Into<String>) {
        self.unanswered.push((what.to_owned(), why.into()));
    }

    pub fn into_gaps(self, hides: Hides) -> (Vec<Gap>, usize) {
        let gaps = self.unanswered.into_iter().map(|(what, why)| Gap { what, why, hides, of: None }).collect();
        (gaps, self.sent)
    }

    pub fn send(&mut self, service: Service, action: &str, parameters: &[(&str, &str)]) -> CallResult {
        self.sent += 1;
        let form = [("Action", action), ("Version", service.version())];
        self.calls.call(service, &[&form, parameters].concat())
    }

    /// Asks IAM; what has no answer is noted under `what`.
    pub fn ask<T>(
        &mut self,
        action: &str,
        parameters: &[(&str, &str)],
        what: &str,
        read: impl FnOnce(Node<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        if self.sent >= self.limit {
            // One note for all that is left out: there may be hundreds.
            if !self.cut_off {
                self.note(&format!("{what}, and all that follows"), format!("stopped after {} questions", self.sent));
            }
            self.cut_off = true;
            return None;
        }
        let why = match self.send(Service::Iam, action, parameters) {
            CallResult::Answer(answer) => match xml::result(&answer, action, read) {
                Ok(value) => return Some(value),
                Err(why) => why.to_owned(),
            },
            CallResult::Refused { code, status, .. } => format!("{code} (HTTP {status})"),
            CallResult::Failed(why) => why,
        };
        self.note(what, why);
        None
    }

    /// Asks IAM for a list, page by page.
    pub fn list<T>(
        &mut self,
        action: &str,
        parameters: &[(&str, &str)],
        what: &str,
        read: impl Fn(Node<'_, '_>) -> Option<Vec<T>>,
    ) -> Listed<T> {
        let mut listed = Listed { items: Vec::new(), complete: false };
        let mut marker: Option<String> = None;
        loop {
            let mut parameters = parameters.to_vec();
            parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page = self.ask(action, &parameters, what, |result| {
                let more = xml::text(result, "IsTruncated") == Some("true");
                Some((read(result)?, more, xml::text(result, "Marker").map(str::to_owned)))
            });
            let Some((items, more, next)) = page else { return listed };
            listed.items.extend(items);
            if !more {
                listed.complete = true;
                return listed;
            }
            if next.is_none() || next == marker {
                self.note(what, "the answer says that there is more, and not where");
                return listed;
            }
            marker = next;
        }
    }
}
