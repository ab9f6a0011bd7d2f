//! Every variant's forward pass, losses and gradients against values that an independent
//! program computed in float64. Shapes and cases are read from `layers/pmei.json`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod case;
mod checks;
mod fill;
