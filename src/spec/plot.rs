//! `[[plot]]`: what a plot of the report shows, beside the one that every table gets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::configuration::Vocabulary;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
use crate::spec::source::Place;
use crate::spec::suggest::advice;
use crate::spec::table::{candidates, one_or_many, one_or_many_schema};
use crate::spec::tree::{Table, Value};

/// A plot of the report: scores over the values of an axis, or over another score, a speed or a size; or what tests say
/// of every two cells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plot {
    /// How it is drawn.
    pub kind: PlotKind,
    /// The line above the plot; without one, the title of the experiment.
    pub caption: Option<String>,
    /// The axis that runs from left to right: numbers at their distances, other values at equal ones. Of precision
    /// over recall, the axis along each curve, such as a threshold; of a scatter plot the metric, `speed` or
    /// `parameters`. Learning curves have none, since they run over epochs, nor have p-values and average ranks.
    pub x: String,
    /// The metrics, a panel each, alone for their F1 or with a measure (`rel+-c.precision`), `speed` or `parameters`;
    /// without any, the F1 of all. Of precision over recall, metrics alone; of learning curves `dev`, which is the
    /// default, and `loss`.
    pub y: Vec<String>,
    /// The axis or axes whose values are a line or a curve each, or in a scatter plot a sign each; without any, there
    /// is one. Of p-values and average ranks, the axes whose values are compared; without any, all that vary.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub lines: Vec<String>,
}

/// Ways to draw a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlotKind {
    /// A point with its interval for each cell, joined by lines.
    #[default]
    Line,
    /// Precision over recall: the cells along `x` are joined to a curve.
    PrecisionRecall,
    /// A point with its intervals for each cell, by what it has on both sides.
    Scatter,
    /// What trainings came to after every epoch, a panel for each module that is trained; without `x`.
    LearningCurve,
    /// A map of the corrected p-values over seeds of every two cells.
    PValues,
    /// Average ranks over corpora or folds, and which of them do not differ (Demšar 2006).
    CriticalDifference,
}

impl PlotKind {
    /// Whether something runs from left to right.
    fn has_x(self) -> bool {
        !matches!(self, Self::PValues | Self::CriticalDifference)
    }
}

/// What a learning curve can show.
const LEARNT: [&str; 2] = ["dev", "loss"];

impl Plot {
    /// Checks plot number `index` against the axes and the metrics.
    pub(crate) fn check(
        &self,
        index: usize,
        layers: &Layers,
        axes: &[&str],
        vocabulary: &Vocabulary<'_>,
        faults: &mut Vec<Fault>,
    ) {
        let place = |keys: &[&str]| {
            let index = index.to_string();
            let path: Vec<String> = ["plot", &index]
                .iter()
                .chain(keys)
                .map(ToString::to_string)
                .collect();
            let whole = &path[..path.len() - 1];
            layers
                .locate(&path, false)
                .or_else(|| layers.locate(whole, false))
        };
        let no_axis = |name: &str, keys: &[&str]| {
            let message = format!("`{name}` is not one of the axes");
            Fault::maybe_at(place(keys), message).help(advice(name, axes, "axes"))
        };
        let measured = |name: &str| candidates(name, vocabulary).iter().any(|one| one == name);
        let no_metric = |name: &str, keys: &[&str]| {
            let candidates = candidates(name, vocabulary);
            let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
            let message = format!("`{name}` is not one of the metrics");
            Fault::maybe_at(place(keys), message).help(advice(name, &candidates, "metrics"))
        };
        if self.kind == PlotKind::LearningCurve {
            self.check_learning(&place, axes, faults);
            return;
        }
        // An empty name is that of an `x` which is missing or was set aside, and has its fault already.
        match self.kind {
            _ if self.x.is_empty() => {}
            PlotKind::PValues | PlotKind::CriticalDifference => {
                let fault = Fault::maybe_at(place(&["x"]), "this kind of plot has no `x`");
                let help = "what is compared is named by `lines`, and all other axes make blocks";
                faults.push(fault.help(help));
            }
            PlotKind::Line | PlotKind::PrecisionRecall if measured(&self.x) => {
                let message = format!("`{}` is not one of the axes", self.x);
                let help = "a plot over what is measured is a `scatter`";
                faults.push(Fault::maybe_at(place(&["x"]), message).help(help));
            }
            PlotKind::Line | PlotKind::PrecisionRecall if !axes.contains(&self.x.as_str()) => {
                faults.push(no_axis(&self.x, &["x"]));
            }
            PlotKind::Scatter if axes.contains(&self.x.as_str()) => {
                let message = format!("`{}` is not one of the metrics", self.x);
                let help = "a plot over an axis is a `line`";
                faults.push(Fault::maybe_at(place(&["x"]), message).help(help));
            }
            PlotKind::Scatter if !measured(&self.x) => faults.push(no_metric(&self.x, &["x"])),
            _ => {}
        }
        for (number, name) in self.lines.iter().enumerate() {
            let keys = ["lines", &number.to_string()];
            if !axes.contains(&name.as_str()) {
                faults.push(no_axis(name, &keys));
            } else if self.kind != PlotKind::Scatter && *name == self.x {
                let message = format!("`{name}` is both `x` and in `lines`");
                let help = "the values of an axis either run from left to right or are a line each";
                faults.push(Fault::maybe_at(place(&keys), message).help(help));
            }
        }
        for (number, name) in self.y.iter().enumerate() {
            let number = number.to_string();
            if !measured(name) {
                faults.push(no_metric(name, &["y", &number]));
            } else if *name == self.x {
                let message = format!("`{name}` is both `x` and in `y`");
                let fault = Fault::maybe_at(place(&["y", &number]), message);
                faults.push(fault.help("its points would lie on a line from corner to corner"));
            } else if self.kind == PlotKind::PrecisionRecall
                && !vocabulary.metrics.contains(&name.as_str())
            {
                let message = format!("`{name}` is not a metric alone");
                let help = "a plot of precision over recall shows both measures of its metrics";
                faults.push(Fault::maybe_at(place(&["y", &number]), message).help(help));
            } else if !self.kind.has_x() && vocabulary.sizes.contains(&name.as_str()) {
                let message = format!("there is no test of `{name}`");
                let help = "a plot of tests shows metrics and `speed`";
                faults.push(Fault::maybe_at(place(&["y", &number]), message).help(help));
            }
        }
    }
}

impl Plot {
    /// A learning curve runs over epochs, and shows what a training is looked at by.
    fn check_learning(
        &self,
        place: &impl Fn(&[&str]) -> Option<Place>,
        axes: &[&str],
        faults: &mut Vec<Fault>,
    ) {
        if !self.x.is_empty() {
            let fault = Fault::maybe_at(place(&["x"]), "a learning curve has no `x`");
            faults.push(fault.help("it runs over epochs; leave the key out"));
        }
        for (number, name) in self.y.iter().enumerate() {
            if !LEARNT.contains(&name.as_str()) {
                let place = place(&["y", &number.to_string()]);
                let message = format!("`{name}` is not what a learning curve shows");
                faults.push(Fault::maybe_at(place, message).help(advice(name, &LEARNT, "values")));
            }
        }
        for (number, name) in self.lines.iter().enumerate() {
            if !axes.contains(&name.as_str()) {
                let place = place(&["lines", &number.to_string()]);
                let message = format!("`{name}` is not one of the axes");
                faults.push(Fault::maybe_at(place, message).help(advice(name, axes, "axes")));
            }
        }
    }
}

/// Finds plots without an `x` among those in effect, which are those of the topmost layer that has any.
pub(crate) fn require_x(
    head: &[Table],
    axes: &[&str],
    vocabulary: &Vocabulary<'_>,
    faults: &mut Vec<Fault>,
) {
    let plots = head.iter().rev().find_map(|layer| layer.entry("plot"));
    let Some(Value::Array(plots)) = plots.map(|entry| &entry.node.value) else {
        return;
    };
    for plot in plots {
        let Value::Table(table) = &plot.value else {
            continue;
        };
        let is = |key: &str, wanted: &str| {
            let value = table.entry(key).map(|entry| &entry.node.value);
            matches!(value, Some(Value::Text(text)) if text == wanted)
        };
        let has_x = !["learning-curve", "p-values", "critical-difference"]
            .iter()
            .any(|kind| is("kind", kind));
        if has_x && (table.entry("x").is_none() || is("x", "")) {
            let fault = Fault::at(plot.place, "`x` is missing in `plot`");
            let names = candidates("", vocabulary);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            faults.push(fault.help(if is("kind", "scatter") {
                advice("", &names, "metrics")
            } else {
                advice("", axes, "axes")
            }));
        }
    }
}
