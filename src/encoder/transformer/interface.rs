//! What every pretrained architecture offers a system.

use burn::tensor::Tensor;

use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::Noise;

/// A stack of attention layers that reads pieces.
pub trait Transformer {
    /// Hidden states of the last layer, batch × pieces × H. With `noise` the dropout of
    /// training applies. States at padding mean nothing.
    ///
    /// Explicit positions and attention permissions of the batch are obeyed whatever
    /// way an architecture tells positions.
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3>;
}
