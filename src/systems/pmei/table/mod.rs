//! Tables of word pairs × relations.
//!
//! They are what PMEI costs: a sentence of 24 words has 576 pairs, and WebNLG 172 outputs for
//! each. Three things make them affordable. The pair layer is linear before its activation,
//! so L [x; y] is a term per word on either side, and a pair costs an addition instead of a
//! matrix product. Nothing is computed for padding. And the table is never held: a tile of
//! pairs goes through scores, loss, gradient and back while it lies in a core's cache
//! (`host`), so that a batch takes the memory of a few tiles. Devices without that path, and
//! the tests as a second opinion, compute whole padded tables (`apart`).

mod apart;
mod grid;
mod host;
mod likely;
mod score;
mod tile;
mod way_back;

pub(crate) use apart::apart;
pub(crate) use grid::Grid;
pub(crate) use host::{TableLoss, table_loss};
pub(crate) use likely::{likely, pooled};

/// A cell that holds a relation: rows of both words in the batch, and the relation's output.
pub(crate) type GoldCell = (usize, usize, usize);
