//! From where on a history is asked for: a day, a time, or a revision.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::error::SourceError;
use crate::source::git::{self, Repository};

/// Where to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Seconds since 1970.
    Time(i64),
    /// The id of a commit: what it does not lead to.
    Commit(String),
}

impl Since {
    pub(super) fn of(given: &str, repository: &Repository) -> Result<Since, SourceError> {
        time(given)
            .map(Since::Time)
            .or_else(|| git::shape::commit(repository, given).map(Since::Commit))
            .ok_or_else(|| SourceError::Since { given: given.to_owned() })
    }
}

/// `2024-05-01`, `2024-05-01T12:00`, `2024-05-01T12:00:00Z`; without a zone, in UTC.
fn time(given: &str) -> Option<i64> {
    if let Ok(time) = given.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    // `20240501` may as well be the beginning of an id.
    if !given.contains('-') {
        return None;
    }
    let civil = given.parse::<DateTime>().or_else(|_| given.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_day_or_a_time_is_told_from_a_revision() {
        assert_eq!(time("1970-01-02"), Some(86_400));
        assert_eq!(time("1970-01-02T01:00"), Some(90_000));
        assert_eq!(time("1970-01-01T01:00:00+01:00"), Some(0));
        for revision in ["v1.0", "main", "HEAD~20", "20240501", "deadbeef"] {
            assert_eq!(time(revision), None, "{revision}");
        }
    }
}
