//! The network: one encoder below the three heads, read once for all of them.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::IterConfig;
use super::heads::{Heads, Shape};
use super::input::Input;
use crate::corpus::Labels;
use crate::encoder::{Architecture, Encoder, Noise, TokenBatch, Transformer};

/// An encoder with the heads over its states.
#[derive(Module, Debug)]
pub(crate) struct Iter {
    pub(crate) encoder: Encoder,
    pub(crate) heads: Heads,
    #[module(skip)]
    padding: u32,
}

/// States of a batch.
pub(crate) struct States {
    /// One row a position, (sentences · columns) × H.
    pub(crate) rows: Tensor<2>,
    /// Positions of the longest sentence.
    pub(crate) columns: usize,
}

impl Iter {
    /// A network around an encoder; the new weights are zero until they are drawn.
    pub(crate) fn new(
        encoder: Encoder,
        (architecture, padding): (&Architecture, u32),
        labels: &Labels,
        (config, nesting): (&IterConfig, usize),
        device: &Device,
    ) -> Self {
        let shape = Shape::over(architecture, nesting);
        Self {
            encoder,
            heads: Heads::new(shape, labels, config, device),
            padding,
        }
    }

    /// The device that the network lies on.
    pub(crate) fn device(&self) -> Device {
        self.heads.is_left.gate.weight.val().device()
    }

    /// Reads a batch.
    pub(crate) fn read(&self, batch: &[&Input], noise: Option<&Noise>) -> States {
        let ids: Vec<&[u32]> = batch.iter().map(|input| input.ids()).collect();
        let tokens = TokenBatch::new(&ids, self.padding, &self.device());
        let states = self.encoder.forward(&tokens, noise);
        let [sentences, columns, hidden] = states.dims();
        States {
            rows: states.reshape([sentences * columns, hidden]),
            columns,
        }
    }
}
