//! overscope

pub mod assess;
pub mod capability;
pub mod finding;
pub mod inspect;
pub mod redact;
pub mod report;
pub mod secret;
