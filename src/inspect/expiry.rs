//! Until when a credential works, in the forms that providers write times in.

use jiff::Timestamp;

use super::answer::Expiry;

/// A time in one of the forms that providers write.
pub fn parse(text: &str) -> Expiry {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return match number {
            ..=0 => Expiry::Never,
            // Milliseconds, from the year 2001 on; seconds before the year 5138.
            100_000_000_000.. => Timestamp::from_millisecond(number).map_or(Expiry::Unknown, Expiry::At),
            _ => Timestamp::from_second(number).map_or(Expiry::Unknown, Expiry::At),
        };
    }
    // `2027-01-31 10:00:00 UTC`, a date alone, RFC 3339.
    let plain = text.strip_suffix(" UTC").map(|time| format!("{}Z", time.replacen(' ', "T", 1)));
    let candidates = [text.to_owned(), plain.unwrap_or_default(), format!("{text}T23:59:59Z")];
    candidates.iter().find_map(|form| form.parse::<Timestamp>().ok()).map_or(Expiry::Unknown, Expiry::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_of_providers() {
        let at = |text: &str| text.parse::<Timestamp>().map(Expiry::At).unwrap();
        assert_eq!(parse("2027-01-31 10:00:00 UTC"), at("2027-01-31T10:00:00Z"));
        assert_eq!(parse("2027-01-31T10:00:00.000Z"), at("2027-01-31T10:00:00Z"));
        assert_eq!(parse("2027-01-31"), at("2027-01-31T23:59:59Z"));
        assert_eq!(parse("1800000000"), at("2027-01-15T08:00:00Z"));
        assert_eq!(parse("1800000000000"), at("2027-01-15T08:00:00Z"));
        assert_eq!(parse("-1"), Expiry::Never);
        assert_eq!(parse("soon"), Expiry::Unknown);
    }
}
