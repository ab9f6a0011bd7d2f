//! Tables in CSV: one line per cell, percentages with six decimals, marks in columns of their own.

use super::error::ReportError;
use super::grid::{Grid, Row};

/// The table with every axis as a column and, per metric and measure, mean, sd, n, whether it is bold, marks and what
/// was published. Also what never varies, since a program does not read captions.
pub(crate) fn render(grid: &Grid) -> Result<Vec<u8>, ReportError> {
    let published = grid.rows().any(Row::has_published);
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (values, part) in grid.rows().flat_map(Row::cells) {
        if lines.is_empty() {
            let mut head: Vec<String> = values.iter().map(|(key, _)| key.clone()).collect();
            for metric in grid.columns.iter().map(|column| column.name()) {
                head.extend(
                    ["mean", "sd", "n", "bold", "marks"].map(|what| format!("{metric} {what}")),
                );
                if published {
                    head.extend(["published", "difference"].map(|what| format!("{metric} {what}")));
                }
            }
            lines.push(head);
        }
        let mut line: Vec<String> = values.iter().map(|(_, value)| value.clone()).collect();
        for entry in &part.entries {
            let number =
                |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
            line.push(number(entry.spread.map(|spread| spread.mean)));
            line.push(number(entry.spread.and_then(|spread| spread.sd)));
            line.push(entry.spread.map_or(0, |spread| spread.n).to_string());
            let bold = match (entry.best, entry.tied) {
                (true, _) => "best",
                (false, true) => "not worse",
                (false, false) => "",
            };
            line.push(bold.to_owned());
            line.push(entry.marks.clone());
            if published {
                line.push(number(entry.published));
                line.push(number(entry.published_difference()));
            }
        }
        lines.push(line);
    }
    let failed = |problem: String| ReportError::Format {
        file: format!("tables/{}.csv", grid.number),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(line)
            .map_err(|error| failed(error.to_string()))?;
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))
}
