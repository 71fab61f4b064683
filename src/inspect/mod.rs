//! Asking the issuer.

pub mod answer;
pub mod native;
pub mod sigv4;
