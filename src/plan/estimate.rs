//! How long steps should take.

use std::collections::HashMap;

use serde_json::Value;

use crate::store::{State, Store, canonical};
use crate::systems::identity::Shape;

use super::load::Load;
use super::resolve::Size;

/// Floating-point operations a second that one worker is taken to reach before
/// anything has been measured.
const SPEED: f64 = 7.0e10;

/// Pieces a word.
const PIECES: f64 = 1.3;

/// Seconds a step of the optimiser costs whatever its batch.
const OVERHEAD: f64 = 0.006;

/// Seconds that like steps took, by what they are apart from their seed.
pub(super) struct Estimator {
    past: HashMap<String, (f64, u32)>,
}

impl Estimator {
    /// Reads the durations of finished steps; a store that cannot be read has none.
    pub(super) fn new(store: &Store) -> Self {
        let mut past: HashMap<String, (f64, u32)> = HashMap::new();
        for record in store.steps().unwrap_or_default() {
            if let Ok(State::Done(done)) = store.state(&record.key) {
                let entry = past
                    .entry(alike(&record.kind, &record.description))
                    .or_default();
                entry.0 += done.seconds;
                entry.1 += 1;
            }
        }
        Self { past }
    }

    /// Mean of what like steps took, or else the `cold` guess.
    pub(super) fn seconds(&self, kind: &str, description: &Value, cold: f64) -> f64 {
        self.past
            .get(&alike(kind, description))
            .map_or(cold, |(sum, count)| sum / f64::from(*count))
    }
}

fn alike(kind: &str, description: &Value) -> String {
    let mut description = description.clone();
    if let Some(fields) = description.as_object_mut() {
        fields.remove("seed");
        // A speed that is measured again takes as long as before.
        fields.remove("measurement");
    }
    format!("{kind} {}", canonical(&description))
}

/// Seconds of an epoch by counting: forward and backward cost about six operations a
/// parameter and word (Kaplan et al. 2020, §2.1), and pieces outnumber words a little.
/// A frozen encoder is given as none: a step of its own reads the corpus.
pub(super) fn epoch_seconds(load: Load, encoder: Option<Shape>) -> f64 {
    let arithmetic = |shape| 6.0 * parameters(shape) * PIECES * load.words / SPEED;
    encoder.map_or(0.0, arithmetic) + load.batches * OVERHEAD
}

/// Seconds of reading the corpus once: two operations a parameter and piece.
pub(super) fn reading_seconds(size: Size, shape: Shape) -> f64 {
    2.0 * parameters(shape) * PIECES * size.words as f64 / SPEED
}

fn parameters(shape: Shape) -> f64 {
    12.0 * shape.layers as f64 * (shape.width as f64).powi(2)
}
