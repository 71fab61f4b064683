//! What programs that are built with libedit keep of what was typed (`.mysql_history` on many systems):
//! a line that says so, and lines in which all that is white is written in octal.

use super::Stated;
use crate::escape::{Escaping, View};

/// With which such a file begins: `history_save` in <https://www.thrysoee.dk/editline/>.
const FIRST: &str = "_HiStOrY_V2_";

/// Such a history, and what was typed.
pub struct History<'t> {
    written: &'t str,
    pub text: String,
    /// Where each byte of the text, and its end, is written.
    origins: Vec<usize>,
}

impl History<'_> {
    pub fn of(written: &str) -> Option<History<'_>> {
        written.lines().next().filter(|first| first.trim_start_matches('\u{feff}') == FIRST)?;
        let (text, origins) = View::of(written.as_bytes()).resolved(Escaping::Octal)?.into_parts();
        Some(History { written, text: String::from_utf8(text).ok()?, origins })
    }

    /// What the text states, where it is written.
    pub fn place(&self, mut found: Vec<Stated>) -> Vec<Stated> {
        for Stated { span, value, .. } in &mut found {
            let typed = &self.text[span.clone()];
            let place = self.origins[span.start]..self.origins[span.end];
            if self.written[place.clone()] != *typed {
                value.get_or_insert_with(|| typed.to_owned());
            }
            *span = place;
        }
        found
    }
}
