//! Learning curves before they are drawn: what a training came to after every epoch, a panel for each kind of
//! training and measure, a line for each cell.
//!
//! Cells that share a training share its line: two variants that name the same entity model do not learn it twice.

use std::collections::BTreeMap;

use super::cells::{self, Cell};
use super::error::ReportError;
use super::input::Input;
use super::learning_text;
use super::text;
use super::training::TrainedEpoch;
use crate::spec::Plot;

/// The measures of a learning curve by their names in specifications.
pub(super) const MEASURES: [&str; 2] = ["dev", "loss"];

/// Learning curves in numbers.
#[derive(Debug)]
pub(crate) struct Learning {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) number: usize,
    /// What the plot shows.
    pub(crate) caption: String,
    /// What tells the lines apart; empty where there is only one.
    pub(crate) head: String,
    /// The names of all lines, which give them their colours.
    pub(crate) names: Vec<String>,
    /// One for each kind of training and measure.
    pub(crate) panels: Vec<Panel>,
    /// What the lines are, in words.
    pub(crate) note: String,
    /// The cells that cannot be shown, in one sentence.
    pub(crate) missing: Option<String>,
}

/// The trainings of one kind in one measure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    /// What was trained, such as `Re`.
    pub(crate) what: String,
    /// `loss`, or the metric on dev.
    pub(crate) measure: String,
    /// The lines, in the order of the cells.
    pub(crate) lines: Vec<Curve>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// The cells that it stands for.
    pub(crate) name: String,
    /// Epochs and values of each training, by its seed as its label says.
    pub(crate) runs: Vec<(String, Vec<(f64, f64)>)>,
    /// The mean over the trainings, where all of them were evaluated.
    pub(crate) mean: Vec<(f64, f64)>,
}

/// Arranges the trainings into the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
) -> Result<Learning, ReportError> {
    let failed = |problem: String| ReportError::Plot {
        plot: number,
        problem,
    };
    for key in &plot.lines {
        if !input.axes.iter().any(|axis| axis.key == *key) {
            return Err(failed(format!("{key:?} is not an axis of this experiment")));
        }
    }
    let mut measures: Vec<&str> = plot.y.iter().map(String::as_str).collect();
    if let Some(name) = measures.iter().find(|name| !MEASURES.contains(name)) {
        return Err(failed(format!(
            "{name:?} is not what a learning curve shows: {}",
            MEASURES.join(" or ")
        )));
    }
    if measures.is_empty() {
        measures.push(MEASURES[0]);
    }
    let several = input.axes.iter().filter(|axis| axis.values.len() > 1);
    let keys: Vec<String> = if plot.lines.is_empty() {
        several.map(|axis| axis.key.clone()).collect()
    } else {
        plot.lines.clone()
    };
    let kinds = kinds(input, cells, &keys);
    let mut names: Vec<String> = Vec::new();
    let mut panels = Vec::new();
    for (what, lines) in &kinds {
        for &measure in &measures {
            panels.extend(panel(input, what, lines, measure));
        }
    }
    for line in panels.iter().flat_map(|panel: &Panel| &panel.lines) {
        if !names.contains(&line.name) {
            names.push(line.name.clone());
        }
    }
    let heads: Vec<&str> = keys.iter().map(|key| text::short_key(key)).collect();
    let mut learning = Learning {
        number,
        caption: plot.caption.clone().unwrap_or_else(|| input.title.clone()),
        head: if names.len() > 1 {
            heads.join(" / ")
        } else {
            String::new()
        },
        names,
        panels,
        note: String::new(),
        missing: learning_text::missing(cells),
    };
    learning.note = learning_text::note(input, &learning);
    Ok(learning)
}

/// The cells of a line with its trainings.
type Line = (Vec<String>, Vec<usize>);

/// Trainings by what they train, in the order of the pipelines, and in each the lines: cells that have all trainings
/// in common are one.
fn kinds(input: &Input, cells: &[Cell<'_>], keys: &[String]) -> Vec<(String, Vec<Line>)> {
    let mut kinds: Vec<(String, Vec<Line>)> = Vec::new();
    for cell in cells {
        let values: Vec<&str> = keys
            .iter()
            .map(|key| cells::value(&cell.values, key))
            .collect();
        let name = if values.is_empty() {
            input.name.clone()
        } else {
            values.join(" / ")
        };
        let mut own: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        for &at in cell.runs.iter().flat_map(|run| &run.trainings) {
            let Some(training) = input.trainings.get(at) else {
                continue;
            };
            let what = training.what().to_owned();
            if !order.contains(&what) {
                order.push(what.clone());
            }
            let trainings = own.entry(what).or_default();
            if !trainings.contains(&at) {
                trainings.push(at);
            }
        }
        for what in order {
            let trainings = own.remove(&what).unwrap_or_default();
            let place = kinds.iter().position(|(known, _)| *known == what);
            let place = place.unwrap_or_else(|| {
                kinds.push((what, Vec::new()));
                kinds.len() - 1
            });
            let lines = &mut kinds[place].1;
            match lines.iter_mut().find(|(_, known)| *known == trainings) {
                Some((names, _)) if names.contains(&name) => {}
                Some((names, _)) => names.push(name.clone()),
                None => lines.push((vec![name.clone()], trainings)),
            }
        }
    }
    kinds
}

fn panel(input: &Input, what: &str, lines: &[Line], measure: &str) -> Option<Panel> {
    let value = |epoch: &TrainedEpoch| {
        if measure == "loss" {
            epoch.loss
        } else {
            epoch.dev
        }
    };
    let mut metric = String::new();
    let mut curves = Vec::new();
    for (names, trainings) in lines {
        let trainings = trainings.iter().map(|at| &input.trainings[*at]);
        let runs: Vec<(String, Vec<(f64, f64)>)> = trainings
            .map(|training| {
                if metric.is_empty() {
                    metric.clone_from(&training.metric);
                }
                let points = training
                    .epochs
                    .iter()
                    .map(|epoch| (epoch.epochs, value(epoch)));
                let points = points.filter(|(_, value)| value.is_finite());
                (training.label.clone(), points.collect())
            })
            .filter(|(_, points): &(String, Vec<_>)| points.len() > 1)
            .collect();
        if !runs.is_empty() {
            let mean = mean(&runs);
            curves.push(Curve {
                name: names.join(", "),
                runs,
                mean,
            });
        }
    }
    let measure = if measure == "loss" {
        "loss".to_owned()
    } else {
        metric
    };
    (!curves.is_empty()).then(|| Panel {
        what: what.to_owned(),
        measure,
        lines: curves,
    })
}

/// The mean at every evaluation that all trainings have, so that it never jumps because one of them ended.
fn mean(runs: &[(String, Vec<(f64, f64)>)]) -> Vec<(f64, f64)> {
    let Some((_, first)) = runs.first() else {
        return Vec::new();
    };
    let at = |points: &[(f64, f64)], epochs: f64| {
        let found = points.iter().find(|(own, _)| (own - epochs).abs() < 1e-9);
        found.map(|(_, value)| *value)
    };
    let means = first.iter().filter_map(|(epochs, _)| {
        let values: Option<Vec<f64>> = runs.iter().map(|(_, points)| at(points, *epochs)).collect();
        let values = values?;
        Some((*epochs, values.iter().sum::<f64>() / values.len() as f64))
    });
    means.collect()
}

impl Learning {
    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.panels.is_empty()
    }

    /// Whether any line has several trainings.
    pub(super) fn has_several_runs(&self) -> bool {
        let mut lines = self.panels.iter().flat_map(|panel| &panel.lines);
        lines.any(|line| line.runs.len() > 1)
    }
}
