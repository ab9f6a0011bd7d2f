//! High-order inference of the cross-task modules (Yan et al. 2022): the scores of spans
//! and of pairs inform each other through ternary scores of a pair and its two spans, by
//! a few iterations of mean-field inference.
//!
//! F_i(a)  = Σ_{j≠i} Σ_b Q_j(b) Σ_r [Q_ij(r) f_ij(a, b, r) + Q_ji(r) f_ji(b, a, r)],
//! F_ij(r) = Σ_a Σ_b Q_i(a) Q_j(b) f_ij(a, b, r),
//! Q_i = softmax(g_i + F_i), Q_ij = softmax(g_ij + F_ij).
//!
//! On the CPU all iterations are one node of the gradient graph with its own way back,
//! sentence by sentence without padding (`node`, `sentence`); elsewhere they are tensor
//! operations on padded batches (`padded`).

mod config;
mod infer;
mod kernels;
mod marginals;
mod node;
#[cfg(test)]
mod oracle;
mod padded;
mod pass;
#[cfg(test)]
mod properties;
mod sentence;

pub use config::{MeanFieldConfig, Schedule, Start};
pub(crate) use infer::{Scores, mean_field};
