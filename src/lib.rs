//! overscope

pub mod assess;
pub mod capability;
pub mod detector;
pub mod finding;
pub mod inspect;
pub mod scan;
pub mod secret;
