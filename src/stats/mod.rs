//! Pure numbers: what the scores of several runs say about a difference, and how surely.
//!
//! Nothing in this room knows of experiments, steps or files. It takes slices of scores, or integer counts per run
//! and document, and returns summaries, intervals and p-values. Two questions are kept apart: a test over seeds
//! ([`sign_flip`], [`two_sample`]) speaks of a training procedure, a test over documents
//! ([`document_randomisation`]) of the trained models at hand. Every function refuses empty, mismatched or
//! non-finite input with a [`StatsError`], and nothing depends on the number of threads.

mod bootstrap;
mod budget;
mod check;
mod combinations;
mod contrast;
mod corrections;
mod counts;
mod documents;
mod draws;
mod effect;
mod error;
mod exchange;
mod floors;
mod jackknife;
mod jackknife_f1;
mod percentile;
mod permutation;
mod random;
mod ranks;
mod resampled_t;
mod run_counts;
mod sign_flip;
mod stochastic_order;
mod studentised_range;
mod summary;
mod two_sample;

pub use bootstrap::{
    Bootstrap, DifferenceBootstrap, Resample, bootstrap_difference, bootstrap_difference_given,
    bootstrap_mean_f1, bootstrap_mean_f1_given,
};
pub use budget::{Trials, expected_best};
pub use contrast::Contrast;
pub use corrections::{benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm};
pub use counts::{Counts, f1};
pub use documents::{Averaging, DocumentRandomisation, document_randomisation};
pub use effect::{cohen_d, probability_above};
pub use error::StatsError;
pub use floors::{
    document_floor, drawn_floor, holm_floor, noether_sample_size, runs_needed, seed_floor,
    sign_flip_floor, two_sample_floor,
};
pub use jackknife::{Jackknife, jackknife};
pub use jackknife_f1::{jackknife_difference, jackknife_mean_f1};
pub use percentile::{Convention, Interval, percentile_interval};
pub use permutation::{Assignments, PermutationTest, Tails};
pub use ranks::{Ranks, nemenyi_quantile};
pub use resampled_t::{TTest, corrected_resampled_t, paired_t};
pub use run_counts::RunCounts;
pub use sign_flip::sign_flip;
pub use stochastic_order::{
    Indexes, Quantiles, StochasticOrder, almost_stochastic_order, almost_stochastic_order_given,
    violation_ratio,
};
pub use studentised_range::{range_quantile, range_tail};
pub use summary::Summary;
pub use two_sample::two_sample;
