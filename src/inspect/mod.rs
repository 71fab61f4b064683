//! Asking the issuer.

pub mod answer;
