//! From scores to labels: the highest wins, and overlapping spans stay as they are.

use super::module::Task;
use crate::systems::spans::{Rows, argmax};

/// The label of candidate `index`: the one with the highest score, the first of equals;
/// where existence is scored, 1 when that score is above 0.
pub(crate) fn label(rows: &Rows, index: usize, task: Task) -> usize {
    match (task, rows.row(index)) {
        (Task::Identify, [score]) => usize::from(*score > 0.0),
        (_, scores) => argmax(scores),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_argmax_or_sign() {
        let rows = Rows::new(vec![0.0, 2.0, 2.0, 1.0, 0.5, -1.0], 3);
        assert_eq!([0, 1].map(|index| label(&rows, index, Task::Both)), [1, 0]);
        let single = Rows::new(vec![0.0, 0.1], 1);
        let found = [0, 1].map(|index| label(&single, index, Task::Identify));
        assert_eq!(found, [0, 1]);
        // One type is the type, whatever its score.
        assert_eq!(label(&single, 1, Task::Classify), 0);
    }
}
