//! What an AWS access key id says by itself: the account that it belongs to, without asking
//! anybody. An account that is known as a canary must never be asked about, since asking alarms
//! its owner.

use serde_json::Value;

use super::NotDecodable;

/// Prefixes of ids that stand for a credential: long-lived, temporary, bearer and context keys.
const PREFIXES: [&str; 4] = ["AKIA", "ASIA", "ABIA", "ACCA"];

/// AWS's documentation ends its key ids so.
const SAMPLE: &str = "EXAMPLE";

/// `account`, but for an id of the old kind; and `expires`, null, where it is a long-lived one.
pub fn decode(key_id: &str) -> Result<Value, NotDecodable> {
    let coded = PREFIXES.iter().find_map(|prefix| key_id.strip_prefix(prefix)).unwrap_or_default();
    if coded.len() != 16 || !coded.bytes().all(|byte| base32_digit(byte).is_some()) {
        return Err(NotDecodable("it is no AWS access key id"));
    }
    if coded.ends_with(SAMPLE) {
        return Err(NotDecodable("it is a key id of AWS's documentation"));
    }
    let account = account_of_key_id(key_id).map(|account| ("account".to_owned(), Value::String(account)));
    let never = key_id.starts_with("AKIA").then(|| ("expires".to_owned(), Value::Null));
    Ok(Value::Object(account.into_iter().chain(never).collect()))
}

/// The 12-digit account of an access key id; `None` for what is no such id, and for ids of the
/// old kind (fifth character I or J), which do not carry their account.
///
/// The sixteen characters behind the prefix are base32; the account is bits 1 to 40 of them.
pub fn account_of_key_id(key_id: &str) -> Option<String> {
    let coded = PREFIXES.iter().find_map(|prefix| key_id.strip_prefix(prefix))?;
    if coded.len() != 16 || coded.starts_with(['I', 'J']) {
        return None;
    }
    let digits = coded.bytes().map(base32_digit).collect::<Option<Vec<u64>>>()?;
    // Nine characters hold 45 bits: one unused, forty of the account, four of what follows it.
    let bits = digits[..9].iter().fold(0, |bits, digit| bits << 5 | digit);
    let account = bits >> 4 & 0xff_ffff_ffff;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

/// Whether a key id is a temporary one. Without its session token AWS calls such a key unknown,
/// which says nothing about whether it works.
pub fn needs_session_token(key_id: &str) -> bool {
    key_id.starts_with("ASIA")
}

fn base32_digit(character: u8) -> Option<u64> {
    match character {
        b'A'..=b'Z' => Some(u64::from(character - b'A')),
        b'2'..=b'7' => Some(u64::from(character - b'2') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An id as AWS would make it for this account: the first bit set, the rest arbitrary.
    fn key_id(prefix: &str, account: u64, rest: u64) -> String {
        let bits = 1_u128 << 79 | u128::from(account) << 39 | u128::from(rest) & ((1 << 39) - 1);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let coded = (0..16).rev().map(|at| char::from(alphabet[(bits >> (5 * at) & 31) as usize]));
        prefix.chars().chain(coded).collect()
    }

    proptest! {
        #[test]
        fn the_account_comes_back(account in 0..1_000_000_000_000_u64, rest: u64, prefix in 0..4_usize) {
            let id = key_id(PREFIXES[prefix], account, rest);
            prop_assert_eq!(account_of_key_id(&id), Some(format!("{account:012}")));
        }

        #[test]
        fn no_text_panics(text: String, tail in "[A-Z0-9é]{0,20}") {
            account_of_key_id(&text);
            account_of_key_id(&format!("AKIA{tail}"));
        }
    }

    /// A published worked example of the decoding.
    #[test]
    fn a_published_example_gives_its_known_account() {
        let id = ["ASIA", "Y34F", "ZKBO", "KMUT", "VV7A"].concat();
        assert_eq!(account_of_key_id(&id).as_deref(), Some("609629065308"));
        assert!(needs_session_token(&id));
    }

    #[test]
    fn an_id_decodes_to_its_account_and_a_sample_to_nothing() {
        let id = key_id("AKIA", 123_456_789_012, 7);
        assert_eq!(decode(&id).unwrap(), serde_json::json!({ "account": "123456789012", "expires": null }));
        let temporary = decode(&key_id("ASIA", 123_456_789_012, 7)).unwrap();
        assert_eq!(temporary, serde_json::json!({ "account": "123456789012" }));
        assert_eq!(decode(&format!("AKIAI{}", &id[5..])).unwrap(), serde_json::json!({ "expires": null }));
        assert!(decode(&format!("{}{SAMPLE}", &id[..13])).is_err());
        assert!(decode(&id[1..]).is_err());
    }

    #[test]
    fn what_carries_no_account_gives_none() {
        let good = key_id("AKIA", 123_456_789_012, 7);
        assert!(account_of_key_id(&good).is_some() && !needs_session_token(&good));
        for (bad, why) in [
            (good.replace("AKIA", "AIDA"), "a user's id is no key"),
            (good[..19].to_owned(), "too short"),
            (format!("{good}A"), "too long"),
            (good.to_ascii_lowercase(), "lower case"),
            (format!("AKIAI{}", &good[5..]), "the old kind"),
            (format!("AKIAJ{}", &good[5..]), "the old kind"),
            (format!("{}0", &good[..19]), "0 is not in base32"),
            (key_id("AKIA", 1_000_000_000_000, 7), "thirteen digits"),
            (String::new(), "nothing"),
        ] {
            assert_eq!(account_of_key_id(&bad), None, "{why}");
        }
    }
}
