//! Attention on the host, a sentence at a time.
//!
//! The scores of a whole batch are by far the largest values of a layer, and as tensor
//! operations scale, bias, softmax and dropout each read and write them, forward and
//! back. Those of one sentence stay in a core's cache from product to product, and the
//! graph sees one node. Sums over sentences are added in the sentences' order, so nothing
//! depends on the number of threads.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::attention::{Projected, Scores, Sizes};
use super::heads::{apart, side_by_side};
use super::score_terms::{Place, Summand};
use super::softmax::{pull_softmax, softmax};
use super::terms::Term;
use crate::encoder::dropout::Mask;
use crate::encoder::host::{Inputs, Pullback, lying, numbers, result};

/// Queries, keys, values and two terms; a graph's node has a fixed number of inputs.
const INPUTS: usize = 5;

/// Attention as `attention::attend` defines it; none where the host cannot.
pub(super) fn attend(
    projected: &Projected,
    sizes: Sizes,
    scores: &Scores,
    dropped: Option<Mask>,
) -> Option<Tensor<2>> {
    let nothing = Tensor::<1>::zeros([1], &Device::flex());
    let term = |index: usize| match scores.terms.get(index) {
        Some(Term::Bias(term)) => term.into(),
        Some(Term::OfQueries(term) | Term::OfKeys(term)) => term.into(),
        None => (&nothing).into(),
    };
    let inputs = Inputs::of([
        (&projected.query).into(),
        (&projected.key).into(),
        (&projected.value).into(),
        term(0),
        term(1),
    ])?;
    let [query, key, value, first, second] = inputs.lying;
    let places = scores.terms.iter().map(Place::of);
    let summands: Vec<Summand> = places
        .zip([first, second])
        .map(|(place, tensor)| Summand { place, tensor })
        .collect();
    let mask = match scores.mask {
        Some(mask) => Some(Summand {
            place: Place::Bias(mask.dims()),
            tensor: lying(mask)?,
        }),
        None => None,
    };
    let attention = Attention {
        sizes,
        scale: scores.scale as f32,
        dropped,
        query,
        key,
        value,
        places: summands.iter().map(|summand| summand.place).collect(),
        weights: Vec::new(),
    };
    let recorded = inputs.recorded.is_some();
    let mut outputs = vec![0f32; sizes.batch * sizes.length * sizes.heads * sizes.depth];
    let weights: Vec<Vec<f32>> = outputs
        .par_chunks_mut(sizes.length * sizes.heads * sizes.depth)
        .enumerate()
        .map(|(sentence, output)| {
            let weights = attention.weights(sentence, &summands, mask.as_ref());
            attention.contexts(sentence, weights, output, recorded)
        })
        .collect();
    let shape = [sizes.batch * sizes.length, sizes.heads * sizes.depth];
    Some(result(inputs.recorded.as_ref(), outputs, shape, || {
        Attention {
            weights,
            ..attention
        }
    }))
}

/// An attention and, once it has been computed, its way back.
#[derive(Debug, Clone)]
struct Attention {
    sizes: Sizes,
    scale: f32,
    dropped: Option<Mask>,
    query: FlexTensor,
    key: FlexTensor,
    value: FlexTensor,
    places: Vec<Place>,
    /// A sentence each, heads × from × to: probabilities, negative where dropout struck.
    weights: Vec<Vec<f32>>,
}

/// The gradients of one sentence.
struct Share {
    /// Of queries, keys and values, heads × pieces × depth.
    projected: [Option<FlexTensor>; 3],
    /// Of the scores, heads × from × to; empty where no term wants it.
    scores: Vec<f32>,
}

impl Attention {
    /// Probabilities of one sentence, heads × from × to.
    fn weights(&self, sentence: usize, summands: &[Summand], mask: Option<&Summand>) -> FlexTensor {
        let Sizes { length, heads, .. } = self.sizes;
        let query = self.part(&self.query, sentence);
        let key = self.part(&self.key, sentence).transpose(1, 2);
        let mut scores = Flex::float_matmul(query, key);
        let values = scores.storage_mut::<f32>();
        for (head, block) in values.chunks_exact_mut(length * length).enumerate() {
            for summand in summands {
                summand.add_before_scaling(block, [sentence, head], self.sizes);
            }
            for (from, row) in block.chunks_exact_mut(length).enumerate() {
                if (self.scale - 1.0).abs() > 0.0 {
                    for value in row.iter_mut() {
                        *value *= self.scale;
                    }
                }
                for summand in summands.iter().chain(mask) {
                    summand.add_after_scaling(row, [sentence, head, from]);
                }
                softmax(row);
            }
        }
        debug_assert_eq!(values.len(), heads * length * length);
        scores
    }

    /// Writes what the pieces of a sentence attend to, pieces × (heads · depth), and gives
    /// what the way back needs.
    fn contexts(
        &self,
        sentence: usize,
        mut weights: FlexTensor,
        output: &mut [f32],
        recorded: bool,
    ) -> Vec<f32> {
        let mut kept = Vec::new();
        match self.dropped {
            Some(mask) => {
                let values = weights.storage_mut::<f32>();
                let whole = values.to_vec();
                mask.apply(sentence * values.len(), values);
                if recorded {
                    kept = whole;
                    for (kept, value) in kept.iter_mut().zip(values) {
                        *kept = if *value > 0.0 { *kept } else { -*kept };
                    }
                }
            }
            None if recorded => kept = numbers(&weights).to_vec(),
            None => {}
        }
        let contexts = Flex::float_matmul(weights, self.part(&self.value, sentence));
        side_by_side(
            numbers(&contexts),
            output,
            [self.sizes.heads, self.sizes.depth],
        );
        kept
    }

    /// The rows of one sentence as heads × pieces × depth.
    fn part(&self, rows: &FlexTensor, sentence: usize) -> FlexTensor {
        let Sizes { length, heads, .. } = self.sizes;
        apart(rows, sentence * length, length, heads)
    }

    /// With P the probabilities and D the dropped ones, C = D V: the gradient of V is
    /// Dᵀ C′, that of D is C′ Vᵀ, and through dropout and softmax that of the scores, S′;
    /// those of Q and K are S′ K and S′ᵀ Q, scaled.
    fn pull_sentence(
        &self,
        sentence: usize,
        upstream: &FlexTensor,
        wanted: [bool; INPUTS],
    ) -> Share {
        let Sizes { length, heads, .. } = self.sizes;
        let upstream = self.part(upstream, sentence);
        let kept = &self.weights[sentence];
        let scale = self.dropped.map_or(1.0, Mask::scale);
        let shape = [heads, length, length];
        let value = wanted[2].then(|| {
            let dropped: Vec<f32> = kept.iter().map(|weight| weight.max(0.0) * scale).collect();
            let dropped = FlexTensor::from_data(TensorData::new(dropped, shape));
            Flex::float_matmul(dropped.transpose(1, 2), upstream.clone())
        });
        let [query, key, _, first, second] = wanted;
        if !(query || key || first || second) {
            return Share {
                projected: [None, None, value],
                scores: Vec::new(),
            };
        }
        let values = self.part(&self.value, sentence).transpose(1, 2);
        let mut slopes = Flex::float_matmul(upstream, values);
        let rows = slopes.storage_mut::<f32>().chunks_exact_mut(length);
        for (gradients, probabilities) in rows.zip(kept.chunks_exact(length)) {
            pull_softmax(probabilities, gradients, scale);
        }
        let scores = if first || second {
            numbers(&slopes).to_vec()
        } else {
            Vec::new()
        };
        for slope in slopes.storage_mut::<f32>() {
            *slope *= self.scale;
        }
        let query =
            query.then(|| Flex::float_matmul(slopes.clone(), self.part(&self.key, sentence)));
        let key = key
            .then(|| Flex::float_matmul(slopes.transpose(1, 2), self.part(&self.query, sentence)));
        Share {
            projected: [query, key, value],
            scores,
        }
    }
}

impl Pullback<INPUTS> for Attention {
    fn pull(self, upstream: Vec<f32>, wanted: [bool; INPUTS]) -> [Option<TensorData>; INPUTS] {
        let Sizes {
            batch,
            length,
            heads,
            depth,
        } = self.sizes;
        let shape = [batch * length, heads * depth];
        let upstream = FlexTensor::from_data(TensorData::new(upstream, shape));
        let shares: Vec<Share> = (0..batch)
            .into_par_iter()
            .map(|sentence| self.pull_sentence(sentence, &upstream, wanted))
            .collect();
        let rows = |which: usize| {
            let mut rows = vec![0f32; batch * length * heads * depth];
            rows.par_chunks_mut(length * heads * depth)
                .zip(&shares)
                .for_each(|(rows, share)| {
                    if let Some(part) = &share.projected[which] {
                        side_by_side(numbers(part), rows, [heads, depth]);
                    }
                });
            TensorData::new(rows, shape)
        };
        let scores: Vec<&[f32]> = shares.iter().map(|share| share.scores.as_slice()).collect();
        let term = |which: usize| {
            let place = self.places.get(which)?;
            Some(place.gradient(&scores, self.sizes, self.scale))
        };
        [
            wanted[0].then(|| rows(0)),
            wanted[1].then(|| rows(1)),
            wanted[2].then(|| rows(2)),
            wanted[3].then(|| term(0)).flatten(),
            wanted[4].then(|| term(1)).flatten(),
        ]
    }
}
