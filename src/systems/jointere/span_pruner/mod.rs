//! The learned span pruner's network: a score for every span of a sentence, from a
//! bi-affine product of its end words and an attention over all its words (Yan et al.
//! 2022, §3.3).
//!
//! There are several spans to a word, and each part costs most where it depends on the
//! start word alone. So spans are taken by their start words throughout: what depends on
//! the start is computed once a word, and the ends follow it in a row.

mod biaffine;
mod host_biaffine;
mod network;
#[cfg(test)]
mod oracle;
mod pooling;
mod starts;

pub(crate) use network::SpanPruner;
