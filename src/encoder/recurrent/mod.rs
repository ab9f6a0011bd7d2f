//! Recurrent layers, the words' characters through them, and a linear-chain CRF.
//!
//! On the CPU a layer is one node of the gradient graph with its own way back
//! (`host`); elsewhere it is tensor operations step by step (`stepwise`).

mod bio;
mod birnn;
mod chain;
mod characters;
mod crf;
mod direction;
mod gru;
mod gru_cell;
mod gru_step;
mod kernel;
mod layer;
mod lstm;
mod ragged;
mod squash;
mod stepwise;
#[cfg(test)]
mod tiny;
mod viterbi;
mod weights;

use super::host;

pub use bio::BioRules;
pub use birnn::{BiRnn, BiRnnConfig, BiRnnStates};
pub use characters::{CharacterRnn, CharacterRnnConfig};
pub use crf::Crf;
pub use gru_cell::{GruCell, GruForm, PrintedGru};
pub use layer::BiRnnLayer;
pub(crate) use squash::tanh_of_all as tanh;
pub use weights::{Cell, CellWeights};
