//! What the answers mean: grants, blast radius, needs, excess, remedy.

pub mod model;
