//! Integration tests: the library against oracles and public corpora, and the binary
//! as its users call it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    unused_crate_dependencies
)]

mod cli_errors;
mod cli_plan;
mod cli_run;
mod cli_score;
mod conventions;
mod corpora;
mod corpora_folds;
mod corpora_genia;
mod corpora_triples;
mod crone;
mod hub;
mod hub_server;
mod iter;
mod jointere;
mod oracle;
mod oracle_encoders;
mod oracle_metrics;
mod oracle_recurrent;
mod oracle_stats;
mod oracle_words;
mod pmei;
mod pretrained;
mod pure;
mod pure_joint;
mod run;
mod sandbox;
mod schema;
mod speed;
mod store;
mod toy;
mod verbs;
mod weights;
