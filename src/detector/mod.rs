//! How a kind of secret looks, and examples of it.

pub mod checksum;
pub mod sample;
