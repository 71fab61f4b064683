//! Looking for credentials in bytes.

pub mod placeholder;
