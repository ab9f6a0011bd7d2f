//! `sweep compare`: two systems by files of their predictions, with the statistics of a report.

mod arguments;
mod json;
mod legend;
mod render;
mod sides;
mod statistics;
#[cfg(test)]
mod tests;
mod verb;

pub(super) use arguments::CompareArguments;
pub(super) use verb::compare;
