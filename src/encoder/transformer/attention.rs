//! Multi-head attention (Vaswani et al. 2017, §3.2) between projected pieces.

use burn::tensor::{Tensor, activation};

use super::host_attention;
use super::terms::Term;
use crate::encoder::dropout::{Mask, Noise};

/// The sizes of an attention.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    /// Padded length of the sequences.
    pub(crate) length: usize,
    pub(crate) heads: usize,
    /// Width of a head.
    pub(crate) depth: usize,
}

/// Queries, keys and values, each (batch · pieces) × (heads · depth).
#[derive(Debug, Clone)]
pub(crate) struct Projected {
    pub(crate) query: Tensor<2>,
    pub(crate) key: Tensor<2>,
    pub(crate) value: Tensor<2>,
}

/// How scores come about.
#[derive(Debug)]
pub(crate) struct Scores<'a> {
    /// What Q·K is multiplied by.
    pub(crate) scale: f64,
    /// At most two summands.
    pub(crate) terms: Vec<Term>,
    /// Added because of padding and permissions, batch × 1 × (1 or from) × to.
    pub(crate) mask: Option<&'a Tensor<4>>,
    /// Dropout on the weights that scores become.
    pub(crate) dropout: f64,
}

/// softmax(scale · Q Kᵀ + terms + mask) V of every head (Vaswani et al. 2017, eq. 1), with
/// the heads side by side again: (batch · pieces) × (heads · depth). `dims` is batch and
/// pieces.
pub(crate) fn attend(
    projected: Projected,
    [batch, length]: [usize; 2],
    heads: usize,
    scores: Scores,
    noise: Option<&Noise>,
) -> Tensor<2> {
    let [_, width] = projected.value.dims();
    let sizes = Sizes {
        batch,
        length,
        heads,
        depth: width / heads,
    };
    let dropped = Mask::draw(scores.dropout, noise);
    host_attention::attend(&projected, sizes, &scores, dropped)
        .unwrap_or_else(|| by_operations(projected, sizes, scores, dropped))
}

/// The same by the device's own operations.
fn by_operations(
    projected: Projected,
    sizes: Sizes,
    scores: Scores,
    dropped: Option<Mask>,
) -> Tensor<2> {
    let Sizes {
        batch,
        length,
        heads,
        depth,
    } = sizes;
    let split = |rows: Tensor<2>| rows.reshape([batch, length, heads, depth]).swap_dims(1, 2);
    let mut sum =
        (split(projected.query) * scores.scale).matmul(split(projected.key).swap_dims(2, 3));
    for term in scores.terms {
        sum = sum + term.whole([batch, length], scores.scale);
    }
    if let Some(mask) = scores.mask {
        sum = sum + mask.clone();
    }
    let mut weights = activation::softmax(sum, 3);
    if let Some(dropped) = dropped {
        let mask = dropped.tensor(weights.dims(), &weights.device());
        weights = weights * mask;
    }
    weights
        .matmul(split(projected.value))
        .swap_dims(1, 2)
        .reshape([batch * length, heads * depth])
}
