//! What is said of credentials that a comment keeps out of the report: one that works and can do the
//! worst is not made safe by that.

use super::model::{Assessment, Note};
use crate::capability::Band;
use crate::inspect::answer::Liveness;

/// A note for each that is live and critical.
pub fn notes(silenced: &[Assessment]) -> Vec<Note> {
    let works = |one: &&Assessment| one.band == Some(Band::Critical) && one.liveness == Liveness::Live;
    let note = |one: &Assessment| Note {
        kind: "live",
        about: one.locations.first().map(|at| format!("{}:{}", at.path, at.line)).unwrap_or_default(),
        message: format!("suppressed by a comment, and live and critical all the same: {}", one.title),
        incomplete: false,
    };
    silenced.iter().filter(works).map(note).collect()
}
