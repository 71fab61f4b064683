//! overscope

pub mod assess;
pub mod capability;
pub mod check;
pub mod cli;
pub mod config;
pub mod decode;
pub mod demo;
pub mod detector;
pub mod error;
pub mod finding;
pub mod glob;
pub mod inspect;
pub mod inspect_input;
pub mod naming;
pub mod plan;
pub mod redact;
pub mod report;
pub mod run;
pub mod scan;
pub mod secret;
pub mod source;
pub mod teller;
pub mod uses;
pub mod wording;
