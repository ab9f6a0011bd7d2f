//! Rows of an embedding table for every piece of a batch.

use burn::nn::Embedding;
use burn::tensor::{Int, Tensor};

/// The rows that `ids` (batch × pieces) name, batch × pieces × width; without `ids`, the
/// `count` rows from row `first` on, 1 × count × width, which broadcasts over a batch
/// and costs no gather.
pub(crate) fn rows(
    table: &Embedding,
    ids: Option<Tensor<2, Int>>,
    first: usize,
    count: usize,
) -> Tensor<3> {
    match ids {
        Some(ids) => table.forward(ids),
        None => table.weight.val().narrow(0, first, count).unsqueeze(),
    }
}
