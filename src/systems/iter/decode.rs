//! From states to brackets, spans and links (Hennen et al. 2024, §3.5).
//!
//! All of a batch is decided on the device. The host hears of it once, when it is told the
//! spans; the pairs between them are then scored in one go, and nobody waits for these
//! scores until the scores of the next batches are on their way too.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData, activation};

use super::brackets::Place;
use super::config::SpanRule;
use super::heads::Heads;
use crate::systems::spans::Rows;

/// Pairs that are scored at a time: a model that has learned nothing yet may find a hundred
/// spans in a sentence, and the hidden layer of all their pairs would fill the memory.
const PAIRS: usize = 1 << 13;

/// A span with its type, in positions.
pub(crate) type Typed = (Place, usize);

/// A link: head, tail, output of `is_link`, and its probability.
pub(crate) type ScoredLink = (Place, Place, usize, f32);

/// All that was decided about a sentence: its spans and its links.
pub(crate) type Decided = (Vec<Typed>, Vec<ScoredLink>);

/// What was decided about the sentences of a batch, whose links are still being scored.
pub(crate) struct Pending {
    /// Spans of each sentence: by their last position, then by their first.
    pub(crate) spans: Vec<Vec<Typed>>,
    /// Head and tail of each sentence's links, in order.
    pub(crate) pairs: Vec<Vec<(Place, Place)>>,
    /// Probabilities, (pairs of all sentences) × outputs.
    probabilities: Option<Tensor<2>>,
}

/// Decides about a batch whose states are `rows`, (sentences · columns) × H; sentences have
/// `lengths` positions.
///
/// # Errors
/// When the device cannot hand its decisions over.
pub(crate) fn decode(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    lengths: &[usize],
    rule: SpanRule,
) -> Result<Pending, String> {
    let (decided, width) = decide(heads, rows, columns, lengths, rule);
    let decided: Vec<i32> = decided
        .try_into_vec_as::<i32>()
        .map_err(|error| format!("the spans cannot be read: {error:?}"))?;
    let spans = spans(&decided, width, columns, heads.nesting, lengths);
    let pairs: Vec<Vec<(Place, Place)>> = spans.iter().map(|spans| pairs(spans)).collect();
    let probabilities = links(heads, rows, columns, &spans, &pairs);
    Ok(Pending {
        spans,
        pairs,
        probabilities,
    })
}

/// For every position and each of its ω nearest left brackets, the nearest first: the
/// bracket's position, or −1, and for every type whether it was accepted; (sentences ·
/// columns · ω) × (1 + types), and the number of these columns.
fn decide(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    lengths: &[usize],
    rule: SpanRule,
) -> (Tensor<2, Int>, usize) {
    let device = rows.device();
    let sentences = lengths.len();
    let score = heads.is_left.forward(rows.clone(), None);
    let score = score.reshape([sentences, columns]);
    let is_left = score
        .greater_elem(0.0)
        .bool_and(real(lengths, columns, &device));
    let nearest = nearest(is_left, heads.nesting, &device);
    let rank = [sentences * columns * heads.nesting];
    let first = (nearest.clone().clamp_min(0)
        + starts(sentences, columns, &device).unsqueeze_dim(2))
    .reshape(rank);
    let own = starts(sentences, columns, &device) + places(sentences, columns, &device);
    let second = own
        .unsqueeze_dim::<3>(2)
        .repeat_dim(2, heads.nesting)
        .reshape(rank);
    let left = heads.is_span.terms(rows, 0);
    let here = heads.is_span.terms(rows, 1);
    let scores = heads.is_span.pairs((&left, first), (&here, second), None);
    let accepted = accepted(scores, heads.nesting, rule);
    let found = nearest.reshape([rank[0], 1]);
    let exists = found.clone().greater_equal_elem(0).int();
    let accepted = accepted * exists;
    let [_, types] = accepted.dims();
    (Tensor::cat(vec![found, accepted], 1), types + 1)
}

/// Whether a position is not padding, sentences × columns.
fn real(lengths: &[usize], columns: usize, device: &Device) -> Tensor<2, Bool> {
    let values: Vec<bool> = lengths
        .iter()
        .flat_map(|length| (0..columns).map(move |position| position < *length))
        .collect();
    Tensor::from_data(TensorData::new(values, [lengths.len(), columns]), device)
}

/// The row of each sentence's first position, sentences × columns.
fn starts(sentences: usize, columns: usize, device: &Device) -> Tensor<2, Int> {
    let step = columns.max(1);
    let starts = Tensor::<1, Int>::arange_step(0..(sentences * columns) as i64, step, device);
    starts.reshape([sentences, 1]).repeat_dim(1, columns)
}

/// Numbers of positions, sentences × columns.
fn places(sentences: usize, columns: usize, device: &Device) -> Tensor<2, Int> {
    let places = Tensor::<1, Int>::arange(0..columns as i64, device);
    places.reshape([1, columns]).repeat_dim(0, sentences)
}

/// The `nesting` nearest left brackets at or before every position, the nearest first and
/// −1 where there are fewer; sentences × columns × nesting.
fn nearest(is_left: Tensor<2, Bool>, nesting: usize, device: &Device) -> Tensor<3, Int> {
    let [sentences, columns] = is_left.dims();
    let none = Tensor::<2, Int>::full([sentences, columns], -1, device);
    let lefts = none
        .clone()
        .mask_where(is_left, places(sentences, columns, device));
    let nearest = lefts.cummax(1);
    // The bracket before a position is the nearest of the position before.
    let nothing = Tensor::full([sentences, 1], -1, device);
    let before = if columns > 1 {
        Tensor::cat(vec![nothing, nearest.clone().narrow(1, 0, columns - 1)], 1)
    } else {
        nothing
    };
    let mut all = vec![nearest];
    while let (true, Some(last)) = (all.len() < nesting, all.last()) {
        let next = before.clone().gather(1, last.clone().clamp_min(0));
        let missing = last.clone().lower_elem(0);
        all.push(next.mask_where(missing, none.clone()));
    }
    Tensor::stack(all, 2)
}

/// For every pair and type, 1 where the pair is an entity of this type; pairs × types.
fn accepted(scores: Tensor<2>, nesting: usize, rule: SpanRule) -> Tensor<2, Int> {
    let [pairs, outputs] = scores.dims();
    if nesting > 1 {
        let types = scores.clone().narrow(1, 0, outputs - 1);
        let none = scores.narrow(1, outputs - 1, 1);
        let better = types.clone().max_dim(1).greater(none);
        return best(types) * better.int();
    }
    match rule {
        SpanRule::PerType => scores.greater_elem(0.0).int(),
        SpanRule::Lse => {
            let most = scores.clone().max_dim(1);
            let sum = (scores.clone() - most.clone()).exp().sum_dim(1).log() + most;
            best(scores) * sum.greater_elem(0.0).int().reshape([pairs, 1])
        }
    }
}

/// 1 at the first of every row's highest scores, and 0 elsewhere.
fn best(scores: Tensor<2>) -> Tensor<2, Int> {
    let [pairs, types] = scores.dims();
    let device = scores.device();
    let best = scores.argmax(1);
    let numbers = Tensor::<1, Int>::arange(0..types as i64, &device);
    let numbers = numbers.reshape([1, types]).repeat_dim(0, pairs);
    numbers.equal(best.repeat_dim(1, types)).int()
}

/// What [`decide`] decided, as spans of each sentence.
fn spans(
    decided: &[i32],
    width: usize,
    columns: usize,
    nesting: usize,
    lengths: &[usize],
) -> Vec<Vec<Typed>> {
    let sentence = |(row, length): (usize, &usize)| {
        let mut found = Vec::new();
        for position in 0..*length {
            let from = (row * columns + position) * nesting;
            for candidate in (from..from + nesting).rev() {
                let line = &decided[candidate * width..(candidate + 1) * width];
                let Ok(left) = usize::try_from(line[0]) else {
                    continue;
                };
                let types = line[1..].iter().enumerate();
                let types = types.filter(|(_, accepted)| **accepted != 0);
                found.extend(types.map(|(label, _)| ((left, position), label)));
            }
        }
        found
    };
    lengths.iter().enumerate().map(sentence).collect()
}

/// All ordered pairs of a sentence's distinct spans, each with itself too.
fn pairs(spans: &[Typed]) -> Vec<(Place, Place)> {
    let mut places: Vec<Place> = spans.iter().map(|(place, _)| *place).collect();
    places.sort_unstable();
    places.dedup();
    let heads = places.iter();
    heads
        .flat_map(|head| places.iter().map(|tail| (*head, *tail)))
        .collect()
}

/// Probabilities of all links of a batch; none where there are no pairs or relations.
fn links(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    spans: &[Vec<Typed>],
    pairs: &[Vec<(Place, Place)>],
) -> Option<Tensor<2>> {
    let is_link = heads.is_link.as_ref()?;
    let mut known: Vec<Place> = Vec::new();
    let mut numbered = Vec::new();
    for (row, (spans, pairs)) in spans.iter().zip(pairs).enumerate() {
        let first = known.len();
        let mut places: Vec<Place> = spans.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        places.dedup();
        let number = |place: &Place| first + places.partition_point(|other| other < place);
        numbered.extend(
            pairs
                .iter()
                .map(|(head, tail)| (number(head), number(tail))),
        );
        let start = row * columns;
        known.extend(places.iter().map(|(from, to)| (start + from, start + to)));
    }
    if numbered.is_empty() {
        return None;
    }
    let spans = heads.linked(is_link, rows, &known);
    let scores = numbered
        .chunks(PAIRS)
        .map(|pairs| Heads::links(is_link, (&spans, &spans), pairs, None));
    Some(activation::sigmoid(Tensor::cat(scores.collect(), 0)))
}

/// Fetches the links of several batches in one transfer: for every sentence, in order, its
/// spans, and its links with every output.
///
/// # Errors
/// When the device cannot hand them over.
pub(crate) fn settle(batches: Vec<Pending>) -> Result<Vec<Decided>, String> {
    let probabilities: Vec<Tensor<2>> = batches
        .iter()
        .filter_map(|batch| batch.probabilities.clone())
        .collect();
    let outputs = probabilities.first().map_or(0, |tensor| tensor.dims()[1]);
    let all = (!probabilities.is_empty()).then(|| Tensor::cat(probabilities, 0));
    let rows = Rows::fetch(all)?;
    let mut next = 0;
    let mut settled = Vec::new();
    for batch in batches {
        for (spans, pairs) in batch.spans.into_iter().zip(batch.pairs) {
            let mut links = Vec::new();
            if outputs > 0 {
                for (head, tail) in pairs {
                    let row = rows.row(next).iter().enumerate();
                    links.extend(row.map(|(output, value)| (head, tail, output, *value)));
                    next += 1;
                }
            }
            settled.push((spans, links));
        }
    }
    Ok(settled)
}
