//! The two systems with the counts of all their files.

use std::path::PathBuf;

use crate::score::{Column, macro_average, total};
use crate::stats::{Counts, RunCounts};

use super::super::exit::Problem;
use super::super::score::{Counting, Gold, Scored, own_gold, read_gold, score_file};
use super::CompareArguments;

/// One system.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) files: Vec<Scored>,
}

/// Both systems on the same documents.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) gold: Gold,
    pub(super) ours: Side,
    pub(super) theirs: Side,
}

/// Why averages over types are not tested over documents.
const NO_SUM: &str = "an average over types is no sum over documents";

impl Side {
    /// The scores of the files in percent; a reason where a file has none.
    pub(super) fn scores(&self, column: Column) -> Result<Vec<f64>, String> {
        let score = |file: &Scored| match column {
            Column::Counted(metric, measure) => Ok(100.0 * measure.of(total(&file.counts, metric))),
            Column::Macro(metric, measure) => macro_average(&file.counts, metric)
                .map(|average| 100.0 * average.measure(measure))
                .ok_or_else(|| format!("{} has no types", column.name())),
            Column::Speed | Column::Parameters => {
                Err(format!("`{}` is not read from predictions", column.name()))
            }
        };
        self.files.iter().map(score).collect()
    }

    /// The counts of every file and document, whose F1 is the measure of the column.
    pub(super) fn counts(&self, column: Column) -> Result<RunCounts, String> {
        let Column::Counted(metric, measure) = column else {
            return Err(NO_SUM.to_owned());
        };
        let documents = self.files.first().into_iter();
        let documents = documents.flat_map(|file| &file.counts);
        let names = documents.map(|one| one.document.clone()).collect();
        let rows = self.files.iter().map(|file| {
            let counts = file.counts.iter();
            let counts = counts.map(|one| {
                let counts = one.counts.get(&metric).copied().unwrap_or_default();
                let counts = measure.as_f1(counts);
                Counts::new(counts.correct, counts.predicted, counts.gold)
            });
            counts.collect()
        });
        RunCounts::new(names, rows.collect()).map_err(|error| error.to_string())
    }
}

impl Sides {
    /// How many files the two have.
    pub(super) fn files(&self) -> (usize, usize) {
        (self.ours.files.len(), self.theirs.files.len())
    }
}

/// Reads and scores everything.
pub(super) fn read(arguments: &CompareArguments, counting: &Counting) -> Result<Sides, Problem> {
    let [first, second] = names(&arguments.names)?;
    let gold = match (&arguments.gold, arguments.ours.first()) {
        (Some(path), _) => read_gold(path, counting)?,
        (None, Some(path)) => own_gold(path, counting)?,
        (None, None) => return Err(Problem::set_up("there is no file of predictions")),
    };
    let all = || arguments.ours.iter().chain(&arguments.theirs);
    for (place, path) in all().enumerate() {
        if let Some(twice) = all().take(place).find(|other| *other == path) {
            return Err(Problem::set_up(format!(
                "{} is named twice: a file counts as one run of one system",
                twice.display()
            )));
        }
    }
    if arguments.gold.is_none() {
        for path in all().skip(1) {
            same_gold(&gold, &own_gold(path, counting)?)?;
        }
    }
    let side = |name: String, paths: &[PathBuf]| -> Result<Side, Problem> {
        let files = paths.iter().map(|path| score_file(path, &gold, counting));
        Ok(Side {
            name,
            files: files.collect::<Result<_, _>>()?,
        })
    };
    let (ours, theirs) = (
        side(first, &arguments.ours)?,
        side(second, &arguments.theirs)?,
    );
    Ok(Sides { gold, ours, theirs })
}

/// What the two are called.
fn names(given: &[String]) -> Result<[String; 2], Problem> {
    match given {
        [] => Ok(["A", "B"].map(str::to_owned)),
        [one, other] if one != other && !one.trim().is_empty() && !other.trim().is_empty() => {
            Ok([one.clone(), other.clone()])
        }
        _ => Err(Problem::set_up(
            "--names takes two different names, as in --names ours,theirs",
        )),
    }
}

/// Fails unless two files hold the same gold annotation.
fn same_gold(first: &Gold, other: &Gold) -> Result<(), Problem> {
    let (one, another) = (&first.file, &other.file);
    let differs = |message: String| {
        Problem::set_up(format!(
            "{} was scored on other documents than {}: {message}; only what was scored on the same documents can be \
             compared",
            another.path.display(),
            one.path.display()
        ))
    };
    for document in &one.documents {
        let found = another.documents.iter().find(|own| own.key == document.key);
        let Some(found) = found else {
            return Err(differs(format!("it lacks document `{}`", document.key)));
        };
        if found != document {
            return Err(differs(format!(
                "document `{}` has other words or other gold annotation",
                document.key
            )));
        }
    }
    let known = |key: &String| one.documents.iter().any(|document| document.key == *key);
    match another.documents.iter().find(|own| !known(&own.key)) {
        None => Ok(()),
        Some(more) => Err(differs(format!("it has document `{}` too", more.key))),
    }
}
