//! overscope finds checked-in credentials, asks their issuer (read-only) what each can really do,
//! and reports the dangerous ones. Data flows one way, and [`run::run`] shows all of it:
//!
//! [`plan`] (what was typed means this) → [`source`] (what is to be read) → [`scan`] (findings,
//! one for each distinct secret) → [`suppress`] (what somebody said may stay) → [`uses`] (where they are used) → [`inspect`] (what their issuer
//! says; the only stage that can touch the network, and only when it is handed a transport) →
//! [`assess`] (blast radius, excess, remedy) → [`report`].
//!
//! What is known of a provider is data: one TOML file in `detectors/`, read by [`detector`].

#![warn(clippy::unwrap_used)]

pub mod assess;
pub mod capability;
pub mod carrier;
pub mod check;
pub mod cli;
pub mod config;
pub mod decode;
pub mod demo;
pub mod detector;
pub mod error;
pub mod escape;
pub mod finding;
pub mod glob;
pub mod inspect;
pub mod inspect_input;
pub mod manual;
pub mod naming;
pub mod plan;
pub mod redact;
pub mod replace;
pub mod report;
pub mod run;
pub mod scan;
pub mod secret;
pub mod settings;
pub mod source;
pub mod suppress;
pub mod teller;
pub mod textfile;
pub mod uses;
pub mod wording;
