//! Patterns of IAM policies: `*` stands for any text, `?` for one character, `${…}` for a value
//! that only AWS knows. The questions are about all texts that a pattern matches, and each
//! answer errs to the side that leaves a power standing.

use std::borrow::Cow;

/// Whether the pattern is nothing but `*`.
pub fn is_all(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
}

/// Whether every text that `inner` matches is matched by `outer` too; `inner` may be a plain text.
/// Wildcards of `inner` count as characters that only a wildcard of `outer` takes in.
pub fn covers(outer: &str, inner: &str) -> bool {
    let (outer, inner): (Vec<char>, Vec<char>) = (outer.chars().collect(), inner.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and how far into `inner` it has been stretched.
    let mut star: Option<(usize, usize)> = None;
    while from < inner.len() {
        match outer.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&one) if (one == '?' && inner[from] != '*') || one == inner[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((position, stretched)) => {
                    star = Some((position, stretched + 1));
                    at = position + 1;
                    from = stretched + 1;
                }
                None => return false,
            },
        }
    }
    outer[at..].iter().all(|&rest| rest == '*')
}

/// [`covers`] for resource names, part by part as AWS compares them. A variable in `outer` may
/// stand for anything, so that nothing can be said about what it covers.
pub fn resource_covers(outer: &str, inner: &str) -> bool {
    if is_all(outer) || outer == inner {
        return true;
    }
    if outer.contains("${") {
        return false;
    }
    let inner = without_variables(inner);
    let (outer, inner): (Vec<&str>, Vec<&str>) = (outer.splitn(6, ':').collect(), inner.splitn(6, ':').collect());
    outer.len() == 6 && inner.len() == 6 && outer.iter().zip(&inner).all(|(outer, inner)| covers(outer, inner))
}

/// Whether `one` can stand for what both match: it begins with all that `other` begins with before
/// its first wildcard, and `other` is not the narrower of the two.
pub fn narrows(one: &str, other: &str) -> bool {
    let (head, other_head) = (literal_head(one), literal_head(other));
    let other_is_narrower = || resource_covers(one, other) && !resource_covers(other, one);
    head.starts_with(other_head) && (head.len() > other_head.len() || !other_is_narrower())
}

fn literal_head(pattern: &str) -> &str {
    let wildcard = pattern.find(['*', '?']).unwrap_or(pattern.len());
    let end = pattern.find("${").map_or(wildcard, |variable| variable.min(wildcard));
    &pattern[..end]
}

/// Whether the pattern takes in every resource of a service or of one of its types, in some
/// region at least: `arn:aws:s3:::*`, `arn:aws:dynamodb:*:*:table/*`.
pub fn is_account_wide(pattern: &str) -> bool {
    let pattern = without_variables(pattern);
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    // AWS fills the missing parts of a short name with stars.
    let Some(&name) = parts.get(5) else {
        return true;
    };
    let wild = |text: &str| text.contains('*') && text.bytes().all(|byte| matches!(byte, b'*' | b'/' | b':' | b'?'));
    // A bucket's name is followed by a slash as well, and is no type.
    let of_a_type = |name: &str| parts[2] != "s3" && name.split_once(['/', ':']).is_some_and(|(_, rest)| wild(rest));
    wild(name) || of_a_type(name)
}

fn without_variables(pattern: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = behind.split_once('}').map_or("", |(_, rest)| rest);
    }
    if plain.is_empty() && rest.len() == pattern.len() { Cow::Borrowed(pattern) } else { Cow::Owned(plain + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Matching by the definition: slow, and plainly right.
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some(b'*'), _) => matches(&pattern[1..], text) || (!text.is_empty() && matches(pattern, &text[1..])),
            (Some(b'?'), Some(_)) => matches(&pattern[1..], &text[1..]),
            (Some(one), Some(other)) => one == other && matches(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_plain_text_is_covered_as_the_definition_says(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            prop_assert_eq!(covers(&pattern, &text), matches(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn what_the_covered_pattern_matches_the_outer_matches(
            outer in "[ab*?]{0,6}", inner in "[ab*?]{0,6}", text in "[ab]{0,6}",
        ) {
            if covers(&outer, &inner) && matches(inner.as_bytes(), text.as_bytes()) {
                prop_assert!(matches(outer.as_bytes(), text.as_bytes()));
            }
        }

        #[test]
        fn of_two_patterns_that_share_a_text_one_narrows(
            one in "[ab*?]{0,5}", other in "[ab*?]{0,5}", text in "[ab]{0,6}",
        ) {
            if matches(one.as_bytes(), text.as_bytes()) && matches(other.as_bytes(), text.as_bytes()) {
                prop_assert!(narrows(&one, &other) || narrows(&other, &one));
            }
        }

        #[test]
        fn no_pattern_panics(one: String, other in "[a$é{}*?:/]{0,12}") {
            for (outer, inner) in [(&one, &other), (&other, &one)] {
                resource_covers(outer, inner);
                narrows(outer, inner);
                is_account_wide(inner);
            }
        }
    }

    #[test]
    fn a_variable_covers_nothing_and_is_covered_by_a_star_alone() {
        let own = "arn:aws:s3:::homes/${aws:username}/*";
        assert!(resource_covers("arn:aws:s3:::homes/*", own));
        assert!(!resource_covers(own, "arn:aws:s3:::homes/dana/*"));
        assert!(!resource_covers("arn:aws:s3:::homes/dana/*", own));
        assert!(resource_covers(own, own));
        assert!(narrows("arn:aws:s3:::homes/dana/x", own) && !narrows(own, "arn:aws:s3:::homes/dana/x"));
        assert!(!narrows("arn:aws:s3:::logs/*", own) && !narrows(own, "arn:aws:s3:::logs/*"));
    }

    #[test]
    fn account_wide_is_a_whole_service_or_type() {
        for wide in [
            "*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::*/*",
            "arn:aws:sqs:*",
            "arn:aws:sqs",
            "arn:aws:dynamodb:*:*:table/*",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*",
            "arn:aws:s3:::${bucket}",
        ] {
            assert!(is_account_wide(wide), "{wide}");
        }
        for narrow in [
            "arn:aws:s3:::logs/*",
            "arn:aws:s3:::logs",
            "arn:aws:s3:::logs-*",
            "arn:aws:dynamodb:*:*:table/users",
            "arn:aws:ecr:us-east-1:123456789012:repository/team/*",
        ] {
            assert!(!is_account_wide(narrow), "{narrow}");
        }
    }
}
