//! A day as TOML writes it: `2027-01-31`, without quotes.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Day, D::Error> {
        use serde::de::Error;
        match toml::value::Datetime::deserialize(d)? {
            toml::value::Datetime { date: Some(day), time: None, offset: None } => {
                let year = i16::try_from(day.year).map_err(D::Error::custom)?;
                let narrow = |number: u8| i8::try_from(number).map_err(D::Error::custom);
                Date::new(year, narrow(day.month)?, narrow(day.day)?).map(Day).map_err(D::Error::custom)
            }
            _ => Err(D::Error::custom("a day alone is meant, without quotes and without a time: 2027-01-31")),
        }
    }
}
