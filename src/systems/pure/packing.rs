//! The approximation: markers behind the text, tied to the places of their arguments
//! (Zhong and Chen 2021, §3.4).

use burn::tensor::Tensor;

use super::instances::{Candidates, Instance};
use super::model::PairReading;
use crate::encoder::{Encoder, MarkerGroup, Noise, PackedText, packed_states, split_groups};

/// States of the markers before both arguments, pairs × 2H. Pairs of one sentence that
/// follow each other share its text, as many as the length allows; in training only where
/// `packed_training` says so.
pub(super) fn packed_pairs(
    encoder: &Encoder,
    padding: u32,
    sentences: &[Candidates],
    batch: &[Instance],
    reading: PairReading<'_>,
    noise: Option<&Noise>,
) -> Result<Tensor<2>, String> {
    let groups: Vec<MarkerGroup> = batch
        .iter()
        .map(|instance| {
            let sentence = &sentences[instance.sentence];
            let subject = sentence.arguments[instance.subject];
            let object = sentence.arguments[instance.object];
            let text = &sentence.text;
            let positions = [
                text.first(subject.span),
                text.last(subject.span),
                text.first(object.span),
                text.last(object.span),
            ];
            MarkerGroup {
                ids: reading.markers.of(subject, object),
                positions: positions.map(|place| place as u32),
            }
        })
        .collect();
    let share = noise.is_none() || reading.config.packed_training;
    let mut texts = Vec::new();
    let mut from = 0;
    for run in batch.chunk_by(|one, next| share && one.sentence == next.sentence) {
        let pieces = sentences[run[0].sentence].text.pieces.ids.as_slice();
        let limit = reading.config.packed_length;
        let parts = split_groups(pieces.len(), run.len(), limit).map_err(|e| e.to_string())?;
        for part in parts {
            texts.push(PackedText {
                pieces,
                groups: &groups[from + part.start..from + part.end],
            });
        }
        from += run.len();
    }
    Ok(packed_states(encoder, &texts, padding, noise))
}
