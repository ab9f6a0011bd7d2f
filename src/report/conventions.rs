//! What counts as right in which cell: scores of two conventions are told apart and never compared.

use std::collections::BTreeSet;

use super::cells;
use super::grid::{Block, Grid, Row, Values};
use super::input::Input;
use crate::score::Convention;

/// The axis of scoring profiles.
const PROFILE: &str = "eval.profile";
/// The axis of ways to count relations without a direction.
const SYMMETRIC: &str = "eval.symmetric";
/// The axes whose values say what counts as right.
pub const CONVENTION_AXES: [&str; 2] = [PROFILE, SYMMETRIC];

impl Input {
    /// What counts as right in a cell. The configuration has read the values of the two axes before, so that what
    /// cannot be read here is an axis that there is not.
    pub(crate) fn convention_of(&self, values: &[(String, String)]) -> Convention {
        let profile = cells::value(values, PROFILE).parse();
        let symmetric = cells::value(values, SYMMETRIC).parse().ok();
        Convention::new(
            profile.unwrap_or(self.scoring_profile),
            symmetric.or(self.symmetric),
        )
    }

    /// What counts as right in `cells`, each convention once; that of the experiment where there are no cells.
    pub(crate) fn conventions<'a>(
        &self,
        cells: impl IntoIterator<Item = &'a [(String, String)]>,
    ) -> Vec<Convention> {
        let mut all: Vec<Convention> = Vec::new();
        for convention in cells.into_iter().map(|values| self.convention_of(values)) {
            if !all.contains(&convention) {
                all.push(convention);
            }
        }
        if all.is_empty() {
            all.push(self.convention_of(&[]));
        }
        all
    }
}

impl Grid {
    /// What counts as right in the cells of the table, each convention once.
    pub(crate) fn conventions(&self, input: &Input) -> Vec<Convention> {
        let cells = self.rows().flat_map(Row::cells);
        input.conventions(cells.map(|(values, _)| values.as_slice()))
    }

    /// Whether a column has cells of several conventions in one block.
    pub(crate) fn mixes_conventions(&self, input: &Input) -> bool {
        let in_group = |block: &Block, group: usize| {
            let cells = block
                .rows
                .iter()
                .map(|row| row.parts[group].cell.as_deref());
            input.conventions(cells.flatten()).len() > 1
        };
        let groups = 0..self.groups.len();
        let mut blocks = self.blocks.iter();
        blocks.any(|block| groups.clone().any(|group| in_group(block, group)))
    }
}

impl Grid {
    /// Whether a column has cells of several corpora, or of several splits of one, in one block.
    pub(crate) fn mixes_corpora(&self, input: &Input) -> bool {
        let scored_on = |values: &Values| {
            let (corpus, split) = (input.corpus_of(values), input.split_of(values));
            (corpus.to_owned(), split.to_owned())
        };
        let mut columns = self.blocks.iter().flat_map(|block| {
            (0..self.groups.len()).map(move |group| {
                let rows = block.rows.iter();
                rows.filter_map(move |row| row.parts[group].cell.as_ref())
            })
        });
        columns.any(|cells| cells.map(scored_on).collect::<BTreeSet<_>>().len() > 1)
    }
}

/// The names of conventions, `iter`, or `iter and spert`.
pub(crate) fn names(conventions: &[Convention]) -> String {
    let names: Vec<String> = conventions.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Conventions as they follow what was scored: `scoring profile iter`, `scoring profiles iter and spert`.
pub(crate) fn told(conventions: &[Convention]) -> String {
    let noun = if conventions.len() > 1 {
        "profiles"
    } else {
        "profile"
    };
    format!("scoring {noun} {}", names(conventions))
}
