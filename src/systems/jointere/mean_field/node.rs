//! All iterations on the host as one node of the gradient graph.
//!
//! Each sentence is the work of one thread from its first sum to its last, so nothing
//! depends on the number of threads.

use std::ops::Range;

use burn::backend::flex::FlexTensor;
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::config::MeanFieldConfig;
use super::infer::Scores;
use super::marginals::{Labels, Values};
use super::sentence::Sentence;
use crate::encoder::host::{Inputs, Pullback, numbers, result};

/// `mean_field`; none where the host cannot.
pub(super) fn infer(
    unary: &Scores,
    ternary: &Tensor<2>,
    sentences: &[usize],
    config: &MeanFieldConfig,
) -> Option<Scores> {
    let [spans, types] = unary.spans.dims();
    let [pairs, relations] = unary.pairs.dims();
    let inputs = Inputs::of([(&unary.spans).into(), (&unary.pairs).into(), ternary.into()])?;
    let [span_scores, pair_scores, ternary] = inputs.lying;
    let mut batch = Batch {
        config: config.clone(),
        labels: Labels { types, relations },
        places: places(sentences),
        ternary,
        marginals: Vec::new(),
    };
    let unary = [numbers(&span_scores), numbers(&pair_scores)];
    let inferred: Vec<(Values, Vec<Values>)> = batch
        .places
        .par_iter()
        .map(|place| {
            let unary = place.take(unary, batch.labels);
            batch.sentence(place).infer(&unary, config)
        })
        .collect();
    let (scores, marginals): (Vec<Values>, _) = inferred.into_iter().unzip();
    batch.marginals = marginals;

    // A node has one output, so spans and pairs leave it side by side.
    let flat: Vec<f32> = scores
        .iter()
        .flat_map(|values| &values.spans)
        .chain(scores.iter().flat_map(|values| &values.pairs))
        .copied()
        .collect();
    let count = spans * types;
    let shape = [1, count + pairs * relations];
    let flat: Tensor<2> = result(inputs.recorded.as_ref(), flat, shape, || batch);
    Some(Scores {
        spans: flat.clone().narrow(1, 0, count).reshape([spans, types]),
        pairs: flat
            .narrow(1, count, pairs * relations)
            .reshape([pairs, relations]),
    })
}

/// A batch of sentences and, once their marginals are known, its way back.
#[derive(Debug, Clone)]
struct Batch {
    config: MeanFieldConfig,
    labels: Labels,
    places: Vec<Place>,
    ternary: FlexTensor,
    /// Those of each sentence, iteration by iteration.
    marginals: Vec<Vec<Values>>,
}

impl Batch {
    fn sentence(&self, place: &Place) -> Sentence<'_> {
        let columns = self.labels.ternary();
        Sentence {
            spans: place.spans.len(),
            labels: self.labels,
            ternary: &numbers(&self.ternary)[scaled(&place.pairs, columns)],
        }
    }
}

impl Pullback<3> for Batch {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; 3]) -> [Option<TensorData>; 3] {
        let Labels { types, relations } = self.labels;
        let spans = self.places.iter().map(|place| place.spans.len()).sum();
        let pairs: usize = self.places.iter().map(|place| place.pairs.len()).sum();
        let columns = self.labels.ternary();
        let mut ternary = vec![0f32; if wanted[2] { pairs * columns } else { 0 }];
        let mut rest = ternary.as_mut_slice();
        let blocks: Vec<Option<&mut [f32]>> = self
            .places
            .iter()
            .map(|place| rest.split_off_mut(..place.pairs.len() * columns))
            .collect();
        let upstream: [&[f32]; 2] = upstream.split_at(spans * types).into();
        let unary: Vec<Values> = blocks
            .into_par_iter()
            .zip(&self.places)
            .zip(&self.marginals)
            .map(|((block, place), marginals)| {
                let upstream = place.take(upstream, self.labels);
                let sentence = self.sentence(place);
                sentence.pull(marginals, upstream, &self.config, block)
            })
            .collect();
        let gather = |part: fn(&Values) -> &Vec<f32>, shape| {
            let values: Vec<f32> = unary.iter().flat_map(part).copied().collect();
            TensorData::new(values, shape)
        };
        [
            wanted[0].then(|| gather(|values| &values.spans, [spans, types])),
            wanted[1].then(|| gather(|values| &values.pairs, [pairs, relations])),
            wanted[2].then(|| TensorData::new(ternary, [pairs, columns])),
        ]
    }
}

/// The rows of a sentence.
#[derive(Debug, Clone)]
struct Place {
    spans: Range<usize>,
    pairs: Range<usize>,
}

impl Place {
    /// The values of this sentence out of those of all spans and of all pairs.
    fn take(&self, [spans, pairs]: [&[f32]; 2], labels: Labels) -> Values {
        Values {
            spans: spans[scaled(&self.spans, labels.types)].to_vec(),
            pairs: pairs[scaled(&self.pairs, labels.relations)].to_vec(),
        }
    }
}

/// Where the values of rows of `width` values lie.
fn scaled(rows: &Range<usize>, width: usize) -> Range<usize> {
    rows.start * width..rows.end * width
}

/// The rows of sentences with these numbers of spans.
fn places(sentences: &[usize]) -> Vec<Place> {
    let (mut span, mut pair) = (0, 0);
    sentences
        .iter()
        .map(|spans| {
            let pairs = spans * spans.saturating_sub(1);
            let place = Place {
                spans: span..span + spans,
                pairs: pair..pair + pairs,
            };
            (span, pair) = (place.spans.end, place.pairs.end);
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_lie_one_after_another() {
        let places = places(&[1, 3, 0, 2]);
        let spans: Vec<Range<usize>> = places.iter().map(|place| place.spans.clone()).collect();
        let pairs: Vec<Range<usize>> = places.iter().map(|place| place.pairs.clone()).collect();
        assert_eq!(spans, [0..1, 1..4, 4..4, 4..6]);
        assert_eq!(pairs, [0..0, 0..6, 6..6, 6..8]);
    }
}
