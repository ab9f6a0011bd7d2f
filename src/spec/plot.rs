//! `[[plot]]`: what a plot of the report shows, beside the one that every table gets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::configuration::Vocabulary;
use crate::spec::fault::Fault;
use crate::spec::layers::Layers;
use crate::spec::suggest::advice;
use crate::spec::table::{candidates, one_or_many, one_or_many_schema};
use crate::spec::tree::{Table, Value};

/// A plot of the report: scores over the values of an axis.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plot {
    /// How it is drawn.
    pub kind: PlotKind,
    /// The line above the plot; without one, the title of the experiment.
    pub caption: Option<String>,
    /// The axis that runs from left to right: numbers at their distances, other values at equal ones. Of precision
    /// over recall, the axis along each curve, such as a threshold.
    pub x: String,
    /// The metrics, a panel each, alone for their F1 or with a measure (`rel+-c.precision`); without any, the F1 of all.
    /// Of precision over recall, metrics alone.
    pub y: Vec<String>,
    /// The axis or axes whose values are a line or a curve each; without any, there is one.
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
}

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
        // An empty name is that of an `x` which is missing or was set aside, and has its fault already.
        if !self.x.is_empty() && !axes.contains(&self.x.as_str()) {
            faults.push(no_axis(&self.x, &["x"]));
        }
        for (number, name) in self.lines.iter().enumerate() {
            let keys = ["lines", &number.to_string()];
            if !axes.contains(&name.as_str()) {
                faults.push(no_axis(name, &keys));
            } else if *name == self.x {
                let message = format!("`{name}` is both `x` and in `lines`");
                let help = "the values of an axis either run from left to right or are a line each";
                faults.push(Fault::maybe_at(place(&keys), message).help(help));
            }
        }
        for (number, name) in self.y.iter().enumerate() {
            let candidates = candidates(name, vocabulary);
            let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
            let keys = ["y", &number.to_string()];
            if !candidates.contains(&name.as_str()) {
                let message = format!("`{name}` is not one of the metrics");
                let fault = Fault::maybe_at(place(&keys), message);
                faults.push(fault.help(advice(name, &candidates, "metrics")));
            } else if self.kind == PlotKind::PrecisionRecall
                && !vocabulary.metrics.contains(&name.as_str())
            {
                let message = format!("`{name}` is not a metric alone");
                let help = "a plot of precision over recall shows both measures of its metrics";
                faults.push(Fault::maybe_at(place(&keys), message).help(help));
            }
        }
    }
}

/// Finds plots without an `x` among those in effect, which are those of the topmost layer that has any.
pub(crate) fn require_x(head: &[Table], axes: &[&str], faults: &mut Vec<Fault>) {
    let plots = head.iter().rev().find_map(|layer| layer.entry("plot"));
    let Some(Value::Array(plots)) = plots.map(|entry| &entry.node.value) else {
        return;
    };
    for plot in plots {
        let Value::Table(table) = &plot.value else {
            continue;
        };
        let empty = |value: &Value| matches!(value, Value::Text(name) if name.is_empty());
        if table
            .entry("x")
            .is_none_or(|entry| empty(&entry.node.value))
        {
            let fault = Fault::at(plot.place, "`x` is missing in `plot`");
            faults.push(fault.help(advice("", axes, "axes")));
        }
    }
}
