//! The smaller thing that would do in the place of a credential, as its provider's file lists
//! them, and what to say where none does.

use super::model::Need;
use crate::capability::{Can, Capability, Verb};
use crate::detector::model::{Detector, Narrower, Provider};

/// What is offered in the place of one credential.
#[derive(Clone, Copy)]
pub struct Offers<'c> {
    pub provider: &'c Provider,
    pub detector: &'c Detector,
    /// As the provider answers it.
    pub kind: Option<&'c str>,
    pub powers: &'c [Capability],
    pub needed: &'c [Need],
    /// What the provider's file says to use instead.
    pub replace: &'c str,
}

impl<'c> Offers<'c> {
    /// The first that allows all that is needed and takes something away, with what it takes away.
    pub fn fitting(&self, wanted: impl Fn(&Narrower) -> bool) -> Option<(&'c Narrower, Vec<Capability>)> {
        let offered = self.provider.narrower.iter().filter(|narrower| self.is_offered(narrower) && wanted(narrower));
        offered
            .filter(|narrower| self.needed.iter().all(|need| allows(narrower, need.can)))
            .map(|narrower| (narrower, self.taken_away(narrower)))
            .find(|(_, taken)| taken.iter().any(|power| power.can.verb != Verb::List))
    }

    fn is_offered(&self, narrower: &Narrower) -> bool {
        let names = [Some(self.detector.id.as_str()), self.detector.kind.as_deref(), self.kind];
        let is_named = |list: &[String]| names.iter().flatten().any(|name| list.iter().any(|known| known == name));
        !is_named(&narrower.not) && (narrower.instead_of.is_empty() || is_named(&narrower.instead_of))
    }

    /// The powers that it would not have. What is picked is made to fit the needs.
    fn taken_away(&self, narrower: &Narrower) -> Vec<Capability> {
        let keeps = |can: Can| match narrower.picked {
            true => self.needed.iter().any(|need| need.can.brings(can)),
            false => allows(narrower, can),
        };
        self.powers.iter().filter(|power| !keeps(power.can)).cloned().collect()
    }

    /// What to use instead, in a sentence or more.
    pub fn instead(&self) -> String {
        self.instead_by(|_| true)
    }

    /// The same, for what only reads.
    pub fn instead_reading(&self) -> String {
        self.instead_by(Narrower::only_reads)
    }

    fn instead_by(&self, wanted: impl Fn(&Narrower) -> bool) -> String {
        match self.fitting(wanted) {
            // Nothing says what it has to allow.
            _ if self.needed.is_empty() => self.replace.to_owned(),
            Some((narrower, _)) => use_it(narrower),
            None => format!("{} {}", none_known(&self.provider.name), self.replace),
        }
    }
}

/// What is said where no smaller thing is known.
pub fn none_known(provider: &str) -> String {
    format!("No smaller credential of {provider} is known that allows just what is needed.")
}

pub fn use_it(narrower: &Narrower) -> String {
    format!("Use {} instead ({}).", narrower.name, narrower.source)
}

fn allows(narrower: &Narrower, can: Can) -> bool {
    narrower.can.iter().any(|form| form.allows(can))
}
