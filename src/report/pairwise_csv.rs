//! `pairwise.csv`: one line for every two rows that the tables compare, with both tests.

use super::compare::Comparison;
use super::error::ReportError;
use super::grid::Grid;
use super::input::Input;

/// The comparisons of every two rows in all tables; none where no table asks for them.
pub(super) fn render<'a>(
    input: &Input,
    grids: impl Iterator<Item = &'a Grid>,
) -> Result<Option<Vec<u8>>, ReportError> {
    let comparisons: Vec<&Comparison> = grids
        .flat_map(|grid| &grid.pairwise.matrices)
        .flat_map(|matrix| &matrix.comparisons)
        .collect();
    if comparisons.is_empty() {
        return Ok(None);
    }
    let failed = |problem: String| ReportError::Format {
        file: "pairwise.csv".to_owned(),
        problem,
    };
    let mut head = vec!["table".to_owned(), "metric".to_owned()];
    for side in ["row", "column"] {
        head.extend(input.axes.iter().map(|axis| format!("{side} {}", axis.key)));
    }
    head.extend(
        [
            "difference",
            "row runs",
            "column runs",
            "p over seeds",
            "p over seeds after holm",
            "smallest p over seeds",
            "documents",
            "p over documents",
            "p over documents after holm",
        ]
        .map(ToOwned::to_owned),
    );
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(head)
        .map_err(|error| failed(error.to_string()))?;
    for one in comparisons {
        writer
            .write_record(line(one))
            .map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner();
    Ok(Some(bytes.map_err(|error| failed(error.to_string()))?))
}

fn line(one: &Comparison) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    let seeds = one.seeds.as_ref().ok();
    let documents = one.documents.as_ref().ok();
    let mut line = vec![one.table.to_string(), one.column.name()];
    let sides = one.cell.iter().chain(&one.baseline);
    line.extend(sides.map(|(_, value)| value.clone()));
    line.extend([
        number(Some(one.difference())),
        one.ours.count.to_string(),
        one.theirs.count.to_string(),
        number(seeds.map(|seeds| seeds.test.p().two_sided)),
        number(seeds.map(|seeds| seeds.corrected)),
        number(seeds.map(|seeds| seeds.floor)),
        documents.map_or_else(String::new, |test| test.documents.to_string()),
        number(documents.map(|documents| documents.test.p().two_sided)),
        number(documents.map(|documents| documents.corrected)),
    ]);
    line
}
