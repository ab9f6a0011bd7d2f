//! What a report tells of the work behind its numbers: trainings with their curves, and what it took.

/// One training that runs rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Key of its step.
    pub key: String,
    /// What people read, such as `Re seed 3`.
    pub label: String,
    /// Wall-clock seconds of the whole step.
    pub seconds: f64,
    /// Parameters of the model, where they were counted.
    pub parameters: Option<u64>,
    /// The metric on the dev split by which the best epoch was chosen, such as `Rel+-C`.
    pub metric: String,
    /// Every evaluation, in order.
    pub epochs: Vec<TrainedEpoch>,
    /// The epoch that was kept.
    pub best_epoch: Option<u32>,
    /// Its score on the dev split, in percent.
    pub best: Option<f64>,
}

impl Training {
    /// What is trained: the label without the seed.
    pub(crate) fn what(&self) -> &str {
        let parts = self.label.split_once(" seed ");
        parts.map_or(self.label.as_str(), |(what, _)| what)
    }
}

/// One evaluation of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainedEpoch {
    /// Epochs trained so far, with a fraction where a model is evaluated more often.
    pub epochs: f64,
    /// Mean loss of the epoch's batches so far.
    pub loss: f64,
    /// Score on the dev split, in percent.
    pub dev: f64,
}

/// The steps of one kind behind a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The kind, such as `jointere/train`.
    pub kind: String,
    /// How many steps, shared ones once.
    pub steps: usize,
    /// Their wall-clock seconds added up.
    pub seconds: f64,
    /// The most memory that any of them took, in bytes, where it was measured.
    pub memory: Option<u64>,
}
