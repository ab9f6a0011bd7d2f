//! Writes the whole report into its folder.

use std::path::{Path, PathBuf};

use super::cells::{self, Cell};
use super::claims::{self, Judged};
use super::error::ReportError;
use super::figure::{self, Figure};
use super::file::{make_folder, remove, remove_others, replace, write_atomically};
use super::frame;
use super::grid::{self, Grid};
use super::input::Input;
use super::intervals;
use super::{claims_formats, latex, markdown, page, pairwise_csv, plot, stats_json, table_csv};
use crate::spec::Table;

/// The file of every two rows compared.
const PAIRWISE: &str = "pairwise.csv";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page to open.
    pub index: PathBuf,
    /// All files, the page last.
    pub files: Vec<PathBuf>,
}

/// Writes tables, plots, scores, tests and the page into `folder`, each file atomically.
///
/// The order of the runs in the input does not matter, and equal input gives equal bytes. Numbered files
/// of tables that the experiment no longer has are removed.
///
/// # Errors
/// Where a file cannot be written, or a table names an axis or a metric that does not exist.
pub fn write(input: &Input, folder: &Path) -> Result<Written, ReportError> {
    let Contents {
        grids,
        scores,
        cells,
        figures,
        claims,
    } = contents(input)?;
    let tables: Vec<_> = grids
        .into_iter()
        .map(|grid| {
            let intervals = intervals::intervals(grid.rows(), &grid.columns, &cells);
            (grid, intervals)
        })
        .collect();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut plots = Vec::new();
    for (grid, intervals) in &tables {
        let number = grid.number;
        files.push((
            format!("tables/{number}.md"),
            markdown::render(grid).into_bytes(),
        ));
        files.push((format!("tables/{number}.csv"), table_csv::render(grid)?));
        files.push((
            format!("tables/{number}.tex"),
            latex::render(grid).into_bytes(),
        ));
        let picture = plot::svg(grid, intervals)?;
        if let Some(picture) = &picture {
            files.push((format!("plots/{number}.svg"), picture.clone().into_bytes()));
        }
        plots.push(picture);
    }
    let mut drawn = Vec::new();
    for one in &figures {
        drawn.push((one, add_plot(input, one, &mut files)?));
    }
    files.push(("scores.csv".to_owned(), scores));
    files.push((
        "stats.json".to_owned(),
        stats_json::render(input, &tables, &claims)?,
    ));
    if !claims.is_empty() {
        let table = claims_formats::markdown(input, &claims);
        files.push(("tables/claims.md".to_owned(), table.into_bytes()));
        files.push(("claims.csv".to_owned(), claims_formats::csv(&claims)?));
    }
    let pairwise = pairwise_csv::render(input, tables.iter().map(|(grid, _)| grid))?;
    let compares_pairs = pairwise.is_some();
    files.extend(pairwise.map(|bytes| (PAIRWISE.to_owned(), bytes)));
    let grids: Vec<&Grid> = tables.iter().map(|(grid, _)| grid).collect();
    let page = page::render(
        input,
        &grids,
        &plots,
        &drawn,
        &cells,
        claims_formats::page(input, &claims).as_ref(),
    )?;

    make_folder(&folder.join("tables"))?;
    make_folder(&folder.join("plots"))?;
    let mut written = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        write_atomically(&path, &bytes)?;
        written.push(path);
    }
    if !compares_pairs {
        remove(&folder.join(PAIRWISE))?;
    }
    for (grid, intervals) in tables.iter().filter(|(_, intervals)| !intervals.is_empty()) {
        let path = folder.join(format!("plots/{}.png", grid.number));
        replace(&path, |temporary| plot::png(grid, intervals, temporary))?;
        written.push(path);
    }
    for one in figures.iter().filter(|one| !one.is_empty()) {
        let path = folder.join(format!("plots/plot-{}.png", one.number()));
        replace(&path, |temporary| one.png(temporary))?;
        written.push(path);
    }
    for part in ["tables", "plots"] {
        let kept = written
            .iter()
            .filter(|path| path.parent().is_some_and(|parent| parent.ends_with(part)));
        let names = kept.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        remove_others(&folder.join(part), &names.collect::<Vec<_>>())?;
    }
    if claims.is_empty() {
        for name in ["tables/claims.md", "claims.csv"] {
            remove(&folder.join(name))?;
        }
    }
    let index = folder.join("index.html");
    write_atomically(&index, page.as_bytes())?;
    written.push(index.clone());
    Ok(Written {
        index,
        files: written,
    })
}

/// Adds the files of one plot that the experiment asks for, and returns its picture, if it has one.
fn add_plot(
    input: &Input,
    figure: &Figure,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Option<String>, ReportError> {
    let name = format!("plots/plot-{}", figure.number());
    files.push((format!("{name}.md"), figure.markdown().into_bytes()));
    files.push((format!("{name}.csv"), figure.csv(input)?));
    let picture = figure.svg()?;
    if let Some(picture) = &picture {
        files.push((format!("{name}.svg"), picture.clone().into_bytes()));
    }
    Ok(picture)
}

/// What the formats are made from.
pub(super) struct Contents<'a> {
    /// The tables.
    pub(super) grids: Vec<Grid>,
    /// The long table of scores as CSV.
    pub(super) scores: Vec<u8>,
    /// The cells behind both.
    pub(super) cells: Vec<Cell<'a>>,
    /// The plots that the experiment asks for.
    pub(super) figures: Vec<Figure>,
    /// The verdicts on the claims.
    pub(super) claims: Vec<Judged<'a>>,
}

/// Arranges the scores and makes all tests.
pub(super) fn contents(input: &Input) -> Result<Contents<'_>, ReportError> {
    let cells = cells::collect(input);
    let long = frame::long(input, &cells)?;
    let scores = frame::to_csv(&long)?;
    let spreads = frame::spreads(input, &long)?;
    // An experiment with neither tables nor plots still shows what it found.
    let fallback = [Table::default()];
    let tables = if input.tables.is_empty() && input.plots.is_empty() {
        fallback.as_slice()
    } else {
        &input.tables
    };
    let grids = tables
        .iter()
        .enumerate()
        .map(|(index, table)| grid::build(input, index + 1, table, &cells, &spreads))
        .collect::<Result<_, _>>()?;
    let figures = input
        .plots
        .iter()
        .enumerate()
        .map(|(index, plot)| figure::build(input, index + 1, plot, &cells, &spreads))
        .collect::<Result<_, _>>()?;
    Ok(Contents {
        grids,
        figures,
        scores,
        claims: claims::judge(input, &cells),
        cells,
    })
}
