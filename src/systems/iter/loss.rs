//! What the three steps cost (Hennen et al. 2024, eq. 5, 9 and 13, as released).
//!
//! All three are sums over positions, pairs and types, and the sum of a batch is that of its
//! sentences. Brackets are the annotation's (teacher forcing), so nothing waits for what the
//! step before would have predicted, and a batch needs no transfer to the host.

use burn::tensor::{Device, Tensor, TensorData};

use super::brackets::{Brackets, Place, nearest};
use super::config::LinkHeads;
use super::heads::Heads;
use crate::encoder::Noise;

/// What is learned of links, beside the annotation.
#[derive(Debug, Clone)]
pub(crate) struct LinkRules {
    /// Which positions may be heads where ω is 1.
    pub(crate) heads: LinkHeads,
    /// Whether a relation type has no direction and is learned in both.
    pub(crate) both: Vec<bool>,
    /// Whether every relation has an output for its inverse, behind all others.
    pub(crate) inverse: bool,
}

/// The losses of a batch, each a sum; none where there is nothing to decide.
pub(crate) struct Losses {
    pub(crate) left: Tensor<1>,
    pub(crate) span: Option<Tensor<1>>,
    pub(crate) link: Option<Tensor<1>>,
}

impl Losses {
    /// The sum of all three.
    pub(crate) fn total(self) -> Tensor<1> {
        [self.span, self.link]
            .into_iter()
            .flatten()
            .fold(self.left, |sum, loss| sum + loss)
    }
}

/// The losses of a batch whose states are `rows`, (sentences · columns) × H; what is behind
/// a sentence's length is padding.
pub(crate) fn losses(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    batch: &[&Brackets],
    rules: &LinkRules,
    noise: Option<&Noise>,
) -> Losses {
    Losses {
        left: left_loss(heads, rows, columns, batch, noise),
        span: span_loss(heads, rows, columns, batch, noise),
        link: link_loss(heads, rows, columns, batch, rules, noise),
    }
}

/// ln(1 + exp(x)), without overflow.
fn softplus<const D: usize>(score: Tensor<D>) -> Tensor<D> {
    let small = score.clone().abs().neg().exp().log1p();
    score.clamp_min(0.0) + small
}

/// The log of the summed exponentials of every row, rows × 1.
fn log_sum_exp(scores: Tensor<2>) -> Tensor<2> {
    let most = scores.clone().detach().max_dim(1);
    (scores - most.clone()).exp().sum_dim(1).log() + most
}

fn matrix(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns.max(1);
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// Binary cross-entropy of every position that is not padding.
fn left_loss(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    batch: &[&Brackets],
    noise: Option<&Noise>,
) -> Tensor<1> {
    let mut is_left = vec![0.0; batch.len() * columns];
    let mut real = vec![0.0; batch.len() * columns];
    for (row, brackets) in batch.iter().enumerate() {
        real[row * columns..row * columns + brackets.length].fill(1.0);
        for left in brackets.lefts() {
            is_left[row * columns + left] = 1.0;
        }
    }
    let device = rows.device();
    let score = heads.is_left.forward(rows.clone(), noise);
    let cost = softplus(score.clone()) - score * matrix(is_left, 1, &device);
    (cost * matrix(real, 1, &device)).sum()
}

/// Of every position with its ω nearest left brackets, what the types of the entity between
/// them cost.
fn span_loss(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    batch: &[&Brackets],
    noise: Option<&Noise>,
) -> Option<Tensor<1>> {
    let nested = heads.nesting > 1;
    let [_, outputs] = heads.is_span.output.weight.dims();
    let mut pairs = Vec::new();
    // 0 where an output is right and a large negative number elsewhere; whether anything is
    // right; whether the position ends no entity.
    let (mut right, mut any, mut ends_none) = (Vec::new(), Vec::new(), Vec::new());
    for (row, brackets) in batch.iter().enumerate() {
        let lefts = brackets.lefts();
        for here in 0..brackets.length {
            let closes = !brackets.types(None, here).is_empty();
            for left in nearest(&lefts, here, heads.nesting) {
                let mut types = brackets.types(nested.then_some(*left), here);
                if nested && types.is_empty() {
                    types.push(outputs - 1);
                }
                pairs.push((row * columns + left, row * columns + here));
                let outputs = 0..outputs;
                right.extend(outputs.map(|output| f32::from(types.contains(&output)) - 1.0));
                any.push(f32::from(!types.is_empty()));
                ends_none.push(f32::from(!closes));
            }
        }
    }
    if pairs.is_empty() {
        return None;
    }
    let device = rows.device();
    let scores = heads.spans(rows, &pairs, noise);
    let all = softplus(log_sum_exp(scores.clone()));
    let right = log_sum_exp(scores + matrix(right, outputs, &device) * 1.0e9);
    let cost = if nested {
        // Where no entity ends, being no right bracket at all, whose score is 0, is right too.
        let ends_none = matrix(ends_none, 1, &device);
        let unclosed = softplus(right.clone()) * ends_none.clone();
        all - unclosed - right * (ends_none.neg() + 1.0)
    } else {
        all - right * matrix(any, 1, &device)
    };
    Some(cost.sum())
}

/// Binary cross-entropy of every relation between the heads and tails of a sentence.
fn link_loss(
    heads: &Heads,
    rows: &Tensor<2>,
    columns: usize,
    batch: &[&Brackets],
    rules: &LinkRules,
    noise: Option<&Noise>,
) -> Option<Tensor<1>> {
    let is_link = heads.is_link.as_ref()?;
    let [_, outputs] = is_link.output.weight.dims();
    let (mut head_places, mut tail_places) = (Vec::new(), Vec::new());
    let (mut pairs, mut right) = (Vec::new(), Vec::new());
    for (row, brackets) in batch.iter().enumerate() {
        let tails = candidates(brackets, heads.nesting, LinkHeads::RightBrackets);
        if tails.is_empty() {
            continue;
        }
        let known = related(brackets, heads.nesting, rules);
        let own = candidates(brackets, heads.nesting, rules.heads);
        for (number, head) in own.iter().enumerate() {
            for (other, tail) in tails.iter().enumerate() {
                pairs.push((head_places.len() + number, tail_places.len() + other));
                let from = right.len();
                right.resize(from + outputs, 0.0);
                for (_, _, relation) in known.iter().filter(|(h, t, _)| (h, t) == (head, tail)) {
                    right[from + relation] = 1.0;
                }
            }
        }
        let moved = |(start, end): Place| (row * columns + start, row * columns + end);
        head_places.extend(own.into_iter().map(moved));
        tail_places.extend(tails.into_iter().map(moved));
    }
    if pairs.is_empty() {
        return None;
    }
    let tails = heads.linked(is_link, rows, &tail_places);
    let scores = if head_places == tail_places {
        Heads::links(is_link, (&tails, &tails), &pairs, noise)
    } else {
        let own = heads.linked(is_link, rows, &head_places);
        Heads::links(is_link, (&own, &tails), &pairs, noise)
    };
    let right = matrix(right, outputs, &rows.device());
    Some((softplus(scores.clone()) - scores * right).sum())
}

/// Places of one side of links. Where ω is 1 a span is known by its last position alone.
fn candidates(brackets: &Brackets, nesting: usize, heads: LinkHeads) -> Vec<Place> {
    let at = |position: usize| (position, position);
    match heads {
        _ if nesting > 1 => brackets.places(),
        LinkHeads::AllPositions => (0..brackets.length).map(at).collect(),
        LinkHeads::RightBrackets => brackets.rights().into_iter().map(at).collect(),
    }
}

/// Which outputs are right for which head and tail.
fn related(brackets: &Brackets, nesting: usize, rules: &LinkRules) -> Vec<(Place, Place, usize)> {
    let known = |place: Place| match nesting {
        1 => (place.1, place.1),
        _ => place,
    };
    let mut found = Vec::new();
    for (head, tail, relation) in &brackets.relations {
        let (head, tail) = (known(*head), known(*tail));
        let both = rules.both.get(*relation).copied().unwrap_or(false);
        found.push((head, tail, *relation));
        if both {
            found.push((tail, head, *relation));
        }
        if rules.inverse {
            let inverse = rules.both.len() + relation;
            found.push((tail, head, inverse));
            if both {
                found.push((head, tail, inverse));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_and_inverse_relations_are_right_too() {
        let (a, b) = ((1, 2), (4, 4));
        let brackets = Brackets {
            length: 6,
            entities: vec![(a, 0), (b, 0)],
            relations: vec![(a, b, 0), (b, a, 1)],
        };
        let found = |inverse: bool, nesting: usize| {
            let rules = LinkRules {
                heads: LinkHeads::AllPositions,
                both: vec![true, false],
                inverse,
            };
            let mut found = related(&brackets, nesting, &rules);
            found.sort_unstable();
            found
        };
        let mut plain = vec![(a, b, 0), (b, a, 0), (b, a, 1)];
        plain.sort_unstable();
        assert_eq!(found(false, 2), plain);
        // Outputs 2 and 3 are the inverses of 0 and 1: head and tail have changed places.
        let mut all = [plain, vec![(b, a, 2), (a, b, 2), (a, b, 3)]].concat();
        all.sort_unstable();
        assert_eq!(found(true, 2), all);
        // Where brackets do not nest, a span is known by where it ends.
        let ends = found(false, 1);
        assert!(ends.contains(&((2, 2), b, 0)) && ends.contains(&(b, (2, 2), 1)));
    }
}
