//! From scores to labels: the highest wins, and overlapping spans stay as they are.

use burn::tensor::Tensor;

use super::module::Task;

/// Scores on the host, one row per candidate.
pub(crate) struct Rows {
    values: Vec<f32>,
    outputs: usize,
}

impl Rows {
    /// Fetches the scores in one transfer.
    ///
    /// # Errors
    /// When the backend cannot hand the values over.
    pub(crate) fn fetch(scores: Option<Tensor<2>>) -> Result<Self, String> {
        let Some(scores) = scores else {
            return Ok(Self {
                values: Vec::new(),
                outputs: 1,
            });
        };
        let [_, outputs] = scores.dims();
        let values = scores
            .try_into_vec_as::<f32>()
            .map_err(|error| format!("the scores cannot be read: {error:?}"))?;
        Ok(Self { values, outputs })
    }

    /// The scores of candidate `index`.
    pub(crate) fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.outputs..(index + 1) * self.outputs]
    }

    /// The label with the highest score, the first of equals; where existence is scored,
    /// 1 when that score is above 0.
    pub(crate) fn label(&self, index: usize, task: Task) -> usize {
        match (task, self.row(index)) {
            (Task::Identify, [score]) => usize::from(*score > 0.0),
            (_, scores) => argmax(scores),
        }
    }
}

fn argmax(scores: &[f32]) -> usize {
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_argmax_or_sign() {
        let rows = Rows {
            values: vec![0.0, 2.0, 2.0, 1.0, 0.5, -1.0],
            outputs: 3,
        };
        assert_eq!([0, 1].map(|index| rows.label(index, Task::Both)), [1, 0]);
        let single = Rows {
            values: vec![0.0, 0.1],
            outputs: 1,
        };
        assert_eq!(
            [0, 1].map(|index| single.label(index, Task::Identify)),
            [0, 1]
        );
        // One type is the type, whatever its score.
        assert_eq!(single.label(1, Task::Classify), 0);
    }
}
