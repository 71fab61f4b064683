//! overscope

pub mod assess;
pub mod capability;
pub mod decode;
pub mod demo;
pub mod detector;
pub mod error;
pub mod finding;
pub mod glob;
pub mod inspect;
pub mod naming;
pub mod redact;
pub mod report;
pub mod scan;
pub mod secret;
pub mod source;
pub mod uses;
