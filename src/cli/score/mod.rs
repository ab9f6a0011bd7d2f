//! `sweep score`: predictions in a file, whoever made them, against gold annotation. What it shares with `sweep
//! compare`, reading files and saying what counts as right, is here too.

mod arguments;
mod counting;
mod files;
mod json;
mod render;
mod table;
#[cfg(test)]
mod tests;
mod verb;
mod words;

pub(super) use arguments::{CountArguments, ScoreArguments};
pub(super) use counting::Counting;
pub(super) use files::{Gold, Scored, own_gold, read_gold, score_file};
pub(super) use json::{ConventionJson, FileJson, GoldJson, UNIT};
pub(super) use table::lines;
pub(super) use verb::score;
pub(super) use words::{convention, gold_line};
