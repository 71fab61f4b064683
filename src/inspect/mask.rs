//! Masked secrets in answers: whether one can stand for the credential that was found.

/// Characters that a mask must show: more than the longest common prefix of a kind, `npm_`.
const LEAST_SHOWN: usize = 6;

/// Whether a masked text (`abcd****wxyz`) can stand for this secret: what it shows at both ends
/// must be there, and show something. Some providers show the beginning alone, without a mask.
pub(super) fn fits_mask(masked: &str, secret: &str) -> bool {
    let shown = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    let head: String = masked.chars().take_while(shown).collect();
    let tail: String = masked.chars().rev().take_while(shown).collect::<String>().chars().rev().collect();
    if head.len() == masked.len() {
        return head.len() >= LEAST_SHOWN && secret.starts_with(masked);
    }
    let visible = head.trim_matches('-').len() + tail.trim_matches('-').len();
    visible >= LEAST_SHOWN
        && head.len() + tail.len() <= secret.len()
        && secret.starts_with(&head)
        && secret.ends_with(&tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_fits_when_both_shown_ends_do() {
        let value = "9f0c1e52-77aa-4c3b-8d1e-5b6a7c8d9e0f";
        for masked in ["9f0c****9e0f", "9f0c1e52-****", "****7c8d9e0f", "9f0c1e", value] {
            assert!(fits_mask(masked, value), "{masked}");
        }
        for masked in [
            "9f0c****0000",
            "****",
            "9f****0f0f",
            "",
            "9f*",
            "9f0c…",
            "9f0c",
            "9f0c1f",
            "9f0c1e52-77aa-4c3b-8d1e-5b6a7c8d9e0e",
        ] {
            assert!(!fits_mask(masked, value), "{masked}");
        }
    }
}
