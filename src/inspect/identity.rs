//! The questions that tell live from dead, and of look-alike kinds which one it is.

use super::answer::{Gap, Hides, Liveness, Scope};
use super::courier::Courier;
use super::meaning::Asked;
use super::probe::Run;
use crate::capability::Evidence;
use crate::detector::model::Step;

impl Run<'_> {
    /// Live or dead, and of which kind.
    pub(super) fn ask_identity(&mut self, courier: &Courier<'_>) -> Liveness {
        let mut steps: Vec<&Step> =
            self.probe.steps.iter().filter(|step| step.identity && self.is_for_its_kind(step)).collect();
        steps.sort_by_key(|step| !self.is_first(step));
        let (mut live, mut unasked) = (false, steps.is_empty());
        for step in steps {
            match self.ask_step(step, None, courier) {
                Asked::Answered => {
                    self.answered.push(step.id.clone());
                    live = true;
                }
                Asked::Forbidden => live = true,
                Asked::Refused => self.refused.push(step.id.clone()),
                Asked::Dead(why) if !live => return Liveness::Dead(why),
                Asked::Dead(_) | Asked::Unclear => {}
                Asked::Unasked => unasked = true,
            }
            if self.decide_kind() {
                break;
            }
        }
        if live {
            let decided = self.probe.kinds.is_empty() || self.learnt.kind.is_some();
            for mut gap in std::mem::take(&mut self.unclear) {
                if decided && !self.probe.kinds.is_empty() {
                    gap.hides = Hides::Detail;
                }
                self.learnt.gaps.push(gap);
            }
            if !decided && self.learnt.gaps.is_empty() {
                self.learnt.gaps.push(Gap {
                    what: "its kind".to_owned(),
                    why: "the answers fit none that is known".to_owned(),
                    hides: Hides::Powers,
                    of: None,
                });
            }
            return Liveness::Live;
        }
        let must_refuse = &self.probe.dead_when_refused;
        if !must_refuse.is_empty() && must_refuse.iter().all(|id| self.refused.contains(id)) {
            return Liveness::Dead("the issuer refuses it in every form".to_owned());
        }
        let mut why: Vec<String> = self.unclear.iter().map(ToString::to_string).collect();
        why.extend(self.refused.iter().map(|id| format!("{id}: refused")));
        self.learnt.gaps.append(&mut self.unclear);
        if unasked && self.learnt.requests == 0 {
            return Liveness::NotAsked;
        }
        Liveness::Unknown(if why.is_empty() { "nothing could be asked".to_owned() } else { why.join("; ") })
    }

    /// Whether the step is asked for credentials of this kind.
    pub(super) fn is_for_its_kind(&self, step: &Step) -> bool {
        step.only.is_empty() || self.learnt.kind.as_ref().is_some_and(|kind| step.only.contains(kind))
    }

    /// Whether a variable's name says that this identity question is the likely one.
    fn is_first(&self, step: &Step) -> bool {
        let keys = self.finding.locations.iter().filter_map(|location| location.key.as_deref());
        keys.into_iter().any(|key| step.first_for.iter().any(|form| crate::glob::matches(form, key)))
    }

    fn decide_kind(&mut self) -> bool {
        let probe = self.probe;
        let fits = |ids: &[String], known: &[String]| ids.iter().all(|id| known.contains(id));
        let rule =
            probe.kinds.iter().find(|rule| fits(&rule.answered, &self.answered) && fits(&rule.refused, &self.refused));
        let Some(rule) = rule else { return false };
        self.learnt.kind = Some(rule.name.clone());
        self.auth = rule.auth.as_ref().unwrap_or(&probe.auth);
        for word in &rule.scopes {
            self.scope(Scope::of(word, Evidence::Observed));
        }
        true
    }
}
