//! What systems that decide about spans of words have in common: the words of a batch and
//! linear maps of the spans between them, perceptrons that score, first values of their
//! biases, and extractions as steps hand them on.

mod all_spans;
mod cross_entropy;
mod extractions;
mod prior;
mod rows;
mod scorer;
mod top_k;
mod words;

pub(crate) use all_spans::all_spans;
pub(crate) use cross_entropy::summed_cross_entropy;
pub(crate) use extractions::{by_document, read_extractions};
pub(crate) use prior::set_prior;
pub(crate) use rows::{Rows, argmax};
pub(crate) use scorer::{Scorer, add_bias, linear, unbiased};
pub(crate) use top_k::top_k;
pub(crate) use words::{Words, indices, side};
