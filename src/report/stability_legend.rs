//! The sentences under a table on how firm its differences are: what another test over folds says, and whose sign
//! hangs on a single run.

use super::cells;
use super::compare::Comparison;
use super::correction;
use super::grid::Grid;
use super::input::Input;
use super::text::{counted, joined, p_value};

/// So many comparisons are named; `stats.json` has them all.
const NAMED: usize = 3;

/// What there is to say, a sentence each.
pub(super) fn lines(input: &Input, grid: &Grid) -> Vec<String> {
    let resampled = resampled(input, grid);
    resampled.into_iter().chain(unstable(input, grid)).collect()
}

/// How the marks of the corrected resampled t test differ from those of the table.
fn resampled(input: &Input, grid: &Grid) -> Option<String> {
    let alpha = input.statistics.alpha;
    let (mut tested, mut lost, mut won) = (None, Vec::new(), Vec::new());
    for one in &grid.comparisons {
        let (Ok(seeds), Some(Ok(resampled))) = (&one.seeds, &one.resampled) else {
            continue;
        };
        tested = Some(resampled.ratio);
        let found = format!("{} ({})", named(one), p_value(resampled.corrected));
        match (seeds.corrected < alpha, resampled.corrected < alpha) {
            (true, false) => lost.push(found),
            (false, true) => won.push(found),
            _ => {}
        }
    }
    let says = match (lost.is_empty(), won.is_empty()) {
        (true, true) => "would mark the same".to_owned(),
        (false, true) => format!("would not mark {}", some(&lost)),
        (true, false) => format!("would also mark {}", some(&won)),
        (false, false) => format!("would not mark {}, but {}", some(&lost), some(&won)),
    };
    Some(format!(
        "The corrected resampled t test, which allows for shared training documents (Nadeau and Bengio 2003; a test \
         part of {:.2} times the training part; {}), {says} over folds.",
        tested?,
        correction::words(input.statistics.correct)
    ))
}

/// The differences that change their sign without one of the runs or folds.
fn unstable(input: &Input, grid: &Grid) -> Option<String> {
    let all = grid.comparisons.iter().filter_map(|one| {
        let runs = one.runs.as_ref()?;
        Some((one, runs))
    });
    let all: Vec<_> = all.collect();
    let unstable = all.iter().filter(|(_, runs)| !runs.is_stable());
    let unstable: Vec<String> = unstable.map(|(one, _)| named(one)).collect();
    let noun = if cells::has_folds(input) {
        "fold"
    } else {
        "seed"
    };
    (!unstable.is_empty()).then(|| {
        format!(
            "The sign of {} of {} hangs on a single {noun}: {}.",
            unstable.len(),
            counted(all.len(), "difference"),
            some(&unstable)
        )
    })
}

fn named(one: &Comparison) -> String {
    format!("{} in {}", joined(&one.cell), one.column.title(false))
}

fn some(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if names.len() > NAMED {
        shown.push(format!("{} more", names.len() - NAMED));
    }
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
