//! Asking the issuer.

pub mod answer;
pub mod decode;
