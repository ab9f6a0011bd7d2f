//! Scores of spans against h(s) and the perceptron, one number at a time.
#![allow(clippy::unwrap_used)]

use burn::tensor::{Device, Tensor};

use crate::corpus::Span;
use crate::systems::pure::config::RelInput;
use crate::systems::pure::steps::Task;
use crate::systems::pure::text::{Text, texts};
use crate::systems::pure::tiny::{Tiny, close, perceptron, rows, small};
use crate::systems::spans::all_spans;

#[test]
fn a_span_is_its_first_words_first_piece_its_last_words_last_piece_and_its_width() {
    let config = small(RelInput::TypedMarkers);
    let tiny = Tiny::new(Task::Entities, config, &Device::flex());
    let window = tiny.config.entity_window;
    let texts = texts(&tiny.documents, window, &tiny.pieces, None).unwrap();
    let batch: Vec<&Text> = texts.iter().collect();
    let spans: Vec<(usize, Span)> = batch
        .iter()
        .enumerate()
        .flat_map(|(row, text)| all_spans(text.words, 3).into_iter().map(move |s| (row, s)))
        .collect();
    let head = tiny.model.entity.as_ref().unwrap();
    let words = tiny.model.words(&batch, None);
    let scores = rows(head.score(&words, &spans, None));
    let widths = rows(head.width.weight.val());
    assert_eq!(widths.len(), 4, "the row of width 0 is not used");
    let states: Vec<Vec<Vec<f32>>> = texts
        .iter()
        .map(|text| tiny.states(&text.pieces.ids))
        .collect();
    let mut apart = 0;
    for ((row, span), scores) in spans.iter().zip(&scores) {
        let text = &texts[*row];
        let first = text.pieces.first[text.offset + span.start];
        let last = text.pieces.last[text.offset + span.end];
        apart += usize::from(span.width() == 1 && first != last);
        let vector = [
            states[*row][first].as_slice(),
            states[*row][last].as_slice(),
            widths[span.end + 1 - span.start].as_slice(),
        ]
        .concat();
        close(scores, &perceptron(&head.scorer, &vector));
    }
    assert!(apart > 0, "no word has two pieces");
    assert!(texts.iter().any(|text| text.offset > 0), "no context");
}

#[test]
fn a_prior_is_the_logarithm_of_smoothed_frequencies() {
    let config = small(RelInput::TypedMarkers);
    let mut tiny = Tiny::new(Task::Entities, config, &Device::flex());
    let types = tiny.labels.entity_types.len();
    let mut counts = vec![1.0; types + 1];
    counts[0] = 97.0;
    let total = 98.0 + 2.0 * types as f64;
    let head = tiny.model.entity.as_mut().unwrap();
    head.set_prior(&counts);
    let bias: Tensor<1> = head.scorer.score.bias.as_ref().unwrap().val();
    let bias: Vec<f32> = bias.into_data().try_into_vec().unwrap();
    let mut expected = vec![(2.0 / total).ln() as f32; types + 1];
    expected[0] = (98.0 / total).ln() as f32;
    close(&bias, &expected);
}
