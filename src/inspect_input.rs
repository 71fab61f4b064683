//! What `inspect` takes from standard input: one bare value, dotenv lines, or a JSON object.
//! A bare value gets the name that its kind is usually kept in, and then goes the way of any text.

use crate::detector::Detectors;
use crate::error::{PlanError, nearest};
use crate::finding::Finding;
use crate::scan::scan_text;
use crate::secret::FingerprintKey;

/// The text to scan: what was given, under a name where it needs one.
pub fn text(given: &str, detector: Option<&str>, detectors: &Detectors) -> Result<String, PlanError> {
    let given = given.trim();
    if given.is_empty() {
        return Err(PlanError::Usage(
            "standard input is empty; give one credential, as in `overscope inspect < file`".to_owned(),
        ));
    }
    let wanted = detector.map(|id| number(id, detectors)).transpose()?;
    let mut candidates = vec![given.to_owned()];
    if !given.contains(char::is_whitespace)
        && let Some(number) = wanted
    {
        let names = &detectors.detector(number).env;
        candidates.extend(names.iter().map(|name| format!("{name}={given}")));
    }
    let fits = |found: &[Finding]| match wanted {
        Some(number) => found.iter().any(|finding| finding.detector == number),
        None => !found.is_empty(),
    };
    let scanned = |text: &String| scan_text("stdin", text, detectors, &FingerprintKey::fixed());
    match candidates.iter().find(|text| fits(&scanned(text))) {
        Some(text) => Ok(text.clone()),
        None => Err(PlanError::Usage(no_fit(given, detector, detectors))),
    }
}

fn number(id: &str, detectors: &Detectors) -> Result<usize, PlanError> {
    detectors.number_of(id).ok_or_else(|| {
        let ids = (0..detectors.len()).map(|number| detectors.id(number));
        PlanError::Usage(match nearest(id, ids) {
            Some(near) => format!("there is no detector `{id}`; did you mean `{near}`?"),
            // Whoever gives the credential as an argument must not see it printed.
            None => "there is no detector of that name; `overscope detectors list` shows all. The credential itself \
                     goes to standard input"
                .to_owned(),
        })
    })
}

/// Says which detectors come nearest, without showing the value.
fn no_fit(given: &str, detector: Option<&str>, detectors: &Detectors) -> String {
    if let Some(id) = detector {
        return format!(
            "what was given does not look like a `{id}`; `overscope detectors show {id}` says how that looks"
        );
    }
    let mut near: Vec<&str> = Vec::new();
    for number in 0..detectors.len() {
        let detector = detectors.detector(number);
        let shape = detectors.pattern(number).is_some_and(|pattern| pattern.is_match(given.as_bytes()));
        let start = detector.prefix.len() >= 3 && shares_start(given, &detector.prefix);
        if shape || start {
            near.push(&detector.id);
        }
    }
    match near.is_empty() {
        true => "what was given fits no detector; name one: `overscope detectors list` shows all".to_owned(),
        false => format!(
            "what was given fits no detector by itself; it looks like {}: name one, as in `overscope inspect {}`",
            near.join(", "),
            near[0]
        ),
    }
}

fn shares_start(given: &str, prefix: &str) -> bool {
    let given = given.rsplit(['=', '"', '\'', ' ']).next().unwrap_or(given);
    given.starts_with(prefix) || given.to_ascii_lowercase().starts_with(&prefix.to_ascii_lowercase())
}
