//! An encoder of whichever architecture.

use burn::module::Module;
use burn::tensor::Tensor;

use super::albert::Albert;
use super::bart::Bart;
use super::bert::Bert;
use super::deberta::Deberta;
use super::interface::Transformer;
use super::post_norm::PostNorm;
use super::t5::T5;
use crate::encoder::batch::TokenBatch;
use crate::encoder::dropout::Noise;

/// An encoder of any of the architectures: piece ids in, one hidden state a piece out.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one of them")]
pub enum Encoder {
    /// BERT and all that share its architecture.
    Bert(Bert),
    /// ALBERT.
    Albert(Albert),
    /// DeBERTa-v2 and -v3.
    Deberta(Deberta),
    /// The encoder of T5.
    T5(T5),
    /// The encoder of BART.
    Bart(Bart),
}

impl Encoder {
    /// The encoder over the pieces of a batch as rows, whose attention is then the
    /// caller's; none where scores depend on more than queries and keys.
    pub(crate) fn post_norm(&self, batch: &TokenBatch) -> Option<PostNorm<'_>> {
        match self {
            Self::Bert(encoder) => Some(encoder.post_norm(batch)),
            Self::Albert(encoder) => Some(encoder.post_norm(batch)),
            Self::Bart(encoder) => Some(encoder.post_norm(batch)),
            Self::Deberta(_) | Self::T5(_) => None,
        }
    }
}

impl Transformer for Encoder {
    fn forward(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<3> {
        match self {
            Self::Bert(encoder) => encoder.forward(batch, noise),
            Self::Albert(encoder) => encoder.forward(batch, noise),
            Self::Deberta(encoder) => encoder.forward(batch, noise),
            Self::T5(encoder) => encoder.forward(batch, noise),
            Self::Bart(encoder) => encoder.forward(batch, noise),
        }
    }
}
