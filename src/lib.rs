//! overscope

pub mod assess;
pub mod capability;
pub mod decode;
pub mod detector;
pub mod error;
pub mod finding;
pub mod inspect;
pub mod scan;
pub mod secret;
pub mod source;
