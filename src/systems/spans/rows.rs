//! Scores on the host.

use burn::tensor::Tensor;

/// Scores, one row a candidate.
#[derive(Debug)]
pub(crate) struct Rows {
    values: Vec<f32>,
    outputs: usize,
}

impl Rows {
    /// Rows of `outputs` values each.
    #[cfg(test)]
    pub(crate) fn new(values: Vec<f32>, outputs: usize) -> Self {
        Self { values, outputs }
    }

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
}

/// Index of the highest score, the first of equals.
pub(crate) fn argmax(scores: &[f32]) -> usize {
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    best
}
