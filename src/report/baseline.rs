//! What a cell is held against: the cell with the declared values, and all else equal.
//!
//! Axes that are zipped with an axis of the baseline cannot stay equal, as the learning rate that each encoder has of
//! its own: they take the values that they have in the baseline.

use super::cells;
use super::grid::Values;
use super::input::Input;

/// The declared baseline of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// The axis values that the experiment declares; empty where it declares none.
    pub(crate) declared: Values,
    /// The values of the axes that the declared ones decide.
    decided: Values,
}

impl Baseline {
    /// Reads the baseline of an experiment.
    pub(crate) fn of(input: &Input) -> Self {
        let shown = |value: &serde_json::Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned)
        };
        let baseline = &input.statistics.baseline;
        let declared: Values = baseline
            .iter()
            .map(|(key, value)| (key.clone(), shown(value)))
            .collect();
        let cells = cells::collect(input);
        let keys: Vec<String> = declared.iter().map(|(key, _)| key.clone()).collect();
        let has_declared = |values: &Values| {
            let mut declared = declared.iter();
            declared.all(|(key, value)| cells::value(values, key) == value)
        };
        let first = cells.iter().find(|cell| has_declared(&cell.values));
        let decided = first.filter(|_| !keys.is_empty()).map(|first| {
            let others = first.values.iter();
            let others = others.filter(|(key, _)| !keys.contains(key));
            others
                .filter(|(key, _)| super::layout::decides(&keys, key, &cells))
                .cloned()
                .collect()
        });
        Self {
            declared,
            decided: decided.unwrap_or_default(),
        }
    }

    /// Whether none is declared.
    pub(crate) fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }

    /// The axis values that a cell is held against: its own, with those of the baseline put in.
    pub(crate) fn of_cell(&self, values: &[(String, String)]) -> Values {
        let put = |(key, value): &(String, String)| {
            let mut known = self.declared.iter().chain(&self.decided);
            let known = known.find(|(name, _)| name == key);
            (key.clone(), known.map_or(value, |(_, value)| value).clone())
        };
        values.iter().map(put).collect()
    }
}
