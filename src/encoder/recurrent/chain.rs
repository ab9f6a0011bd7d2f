//! Sums over all tag sequences of one sentence, in double precision.

/// How far below the best one a pair of tags can lie in the sum over all sequences,
/// in nats. e⁻³⁰⁰ is nothing beside 1, yet no product below can underflow: a sum over
/// predecessors is at least e⁻³⁰⁰ of the greatest possible, so scaled forward values
/// stay positive and scaled backward ones below tags · e³⁰⁰.
const FLOOR: f64 = -300.0;

/// The parameters of a linear chain.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// Row i, column j: tag i followed by tag j.
    pub(crate) transitions: Vec<f64>,
    pub(crate) start: Vec<f64>,
    pub(crate) end: Vec<f64>,
    /// e to the power of transitions and of end, each divided by its maximum.
    weights: Vec<f64>,
    end_weights: Vec<f64>,
    /// The logarithm of those two maxima.
    scale: f64,
    end_scale: f64,
}

/// Observed minus expected counts, which are the gradient of the log likelihood.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// Items × tags.
    pub(crate) items: Vec<f32>,
    /// Tags × tags.
    pub(crate) pairs: Vec<f32>,
    /// What an empty sentence has for its first and last tag.
    none: Vec<f32>,
}

impl Counts {
    /// Those of the first item.
    pub(crate) fn first(&self, tags: usize) -> &[f32] {
        self.items.get(..tags).unwrap_or(&self.none)
    }

    /// Those of the last item.
    pub(crate) fn last(&self, tags: usize) -> &[f32] {
        let start = self.items.len().checked_sub(tags);
        start.map_or(&self.none, |start| &self.items[start..])
    }
}

impl Chain {
    pub(crate) fn new(transitions: &[f32], start: &[f32], end: &[f32]) -> Self {
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let (transitions, start, end) = (wide(transitions), wide(start), wide(end));
        let (weights, scale) = powers(&transitions);
        let (end_weights, end_scale) = powers(&end);
        Self {
            transitions,
            start,
            end,
            weights,
            end_weights,
            scale,
            end_scale,
        }
    }

    /// ln p(gold | emissions) and its gradient with respect to `emissions` (items ×
    /// tags) and transitions: forward and backward sums scaled at every item (Rabiner
    /// 1989, section V.A).
    pub(crate) fn log_likelihood(&self, emissions: &[f32], gold: &[usize]) -> (f64, Counts) {
        let tags = self.start.len();
        let mut counts = Counts {
            items: vec![0.0; emissions.len()],
            pairs: vec![0.0; tags * tags],
            none: vec![0.0; tags],
        };
        if gold.is_empty() || tags == 0 {
            return (0.0, counts);
        }
        let (log_partition, forward, factors) = self.forward(emissions);

        // γ(j) = α(j)·β(j) and ξ(i, j) = α(i)·w(i, j)·x(j)·β(j), from the last item.
        let mut pairs = vec![0f64; tags * tags];
        let last = &forward[forward.len() - tags..];
        let total: f64 = last.iter().zip(&self.end_weights).map(|(a, w)| a * w).sum();
        let mut backward: Vec<f64> = self.end_weights.iter().map(|w| w / total).collect();
        for item in (0..gold.len()).rev() {
            let here = item * tags..(item + 1) * tags;
            let alpha = &forward[here.clone()];
            for (count, (a, b)) in counts.items[here.clone()]
                .iter_mut()
                .zip(alpha.iter().zip(&backward))
            {
                *count = -(a * b) as f32;
            }
            if item > 0 {
                for (beta, factor) in backward.iter_mut().zip(&factors[here.clone()]) {
                    *beta *= factor;
                }
                let before = &forward[here.start - tags..here.start];
                backward = self.step_back(before, &backward, &mut pairs);
            }
        }
        for (count, pair) in counts.pairs.iter_mut().zip(&pairs) {
            *count = -*pair as f32;
        }
        let mut score = self.start[gold[0]] + self.end[gold[gold.len() - 1]];
        for (item, tag) in gold.iter().enumerate() {
            score += f64::from(emissions[item * tags + tag]);
            counts.items[item * tags + tag] += 1.0;
        }
        for pair in gold.windows(2) {
            let place = pair[0] * tags + pair[1];
            score += self.transitions[place];
            counts.pairs[place] += 1.0;
        }
        (score - log_partition, counts)
    }

    /// The log partition; forward values of every item and tag, scaled to sum to 1 at
    /// every item; and what each item multiplied them by, tag by tag.
    fn forward(&self, emissions: &[f32]) -> (f64, Vec<f64>, Vec<f64>) {
        let tags = self.start.len();
        let mut log = self.end_scale;
        let mut forward: Vec<f64> = Vec::with_capacity(emissions.len());
        let mut factors: Vec<f64> = Vec::with_capacity(emissions.len());
        for (item, scores) in emissions.chunks_exact(tags).enumerate() {
            let mut sums = vec![0f64; tags];
            let mut powers: Vec<f64> = scores.iter().copied().map(f64::from).collect();
            if item == 0 {
                sums.fill(1.0);
                for (power, start) in powers.iter_mut().zip(&self.start) {
                    *power += start;
                }
            } else {
                log += self.scale;
                let before = &forward[forward.len() - tags..];
                for (before, weights) in before.iter().zip(self.weights.chunks_exact(tags)) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += before * weight;
                    }
                }
            }
            let greatest = powers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for power in &mut powers {
                *power = (*power - greatest).exp();
            }
            let total: f64 = sums
                .iter()
                .zip(&powers)
                .map(|(sum, power)| sum * power)
                .sum();
            log += greatest + total.ln();
            for (sum, power) in sums.iter().zip(&mut powers) {
                *power /= total;
                forward.push(sum * *power);
            }
            factors.extend(powers);
        }
        let last = &forward[forward.len() - tags..];
        let total: f64 = last.iter().zip(&self.end_weights).map(|(a, w)| a * w).sum();
        (log + total.ln(), forward, factors)
    }

    /// Backward values of an item from `after`, those of the next one times its
    /// factors; and adds the expected pairs of the two.
    fn step_back(&self, forward: &[f64], after: &[f64], pairs: &mut [f64]) -> Vec<f64> {
        let tags = after.len();
        let rows = self
            .weights
            .chunks_exact(tags)
            .zip(pairs.chunks_exact_mut(tags));
        let rows = rows.zip(forward);
        rows.map(|((weights, pairs), alpha)| {
            let mut sum = 0.0;
            for ((weight, pair), after) in weights.iter().zip(pairs).zip(after) {
                let term = weight * after;
                sum += term;
                *pair += alpha * term;
            }
            sum
        })
        .collect()
    }
}

/// e to these powers, divided by the greatest, and the greatest power.
fn powers(scores: &[f64]) -> (Vec<f64>, f64) {
    let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers = scores
        .iter()
        .map(|score| (score - greatest).max(FLOOR).exp());
    (powers.collect(), greatest)
}

#[cfg(test)]
mod tests {
    use super::super::tiny::{sequences, tiny};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_likelihood_is_that_of_counting_every_sequence(tiny in tiny(), pick in any::<usize>()) {
            let paths = sequences(tiny.tags, tiny.length());
            let path = &paths[pick % paths.len()];
            let (found, _) = tiny.chain().log_likelihood(&tiny.emissions, path);
            let expected = tiny.score(path) - tiny.log_partition();
            prop_assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} {expected}");
        }

        #[test]
        fn expected_counts_are_those_of_every_sequence(tiny in tiny()) {
            let paths = sequences(tiny.tags, tiny.length());
            let log_partition = tiny.log_partition();
            let gold = &paths[0];
            let (_, counts) = tiny.chain().log_likelihood(&tiny.emissions, gold);
            let mut items = vec![0f64; tiny.emissions.len()];
            let mut pairs = vec![0f64; tiny.transitions.len()];
            for path in &paths {
                let observed = f64::from(u8::from(path == gold));
                let share = observed - (tiny.score(path) - log_partition).exp();
                for (item, tag) in path.iter().enumerate() {
                    items[item * tiny.tags + tag] += share;
                }
                for pair in path.windows(2) {
                    pairs[pair[0] * tiny.tags + pair[1]] += share;
                }
            }
            let found = counts.items.iter().chain(&counts.pairs);
            for (found, expected) in found.zip(items.iter().chain(&pairs)) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn extreme_scores_stay_finite() {
        let chain = Chain::new(&[-1e30, -1e30, 1e30, -1e30], &[0.0, -1e30], &[-1e30, 1e30]);
        for emissions in [[0.0, 0.0, 0.0, 0.0], [1e30, -1e30, -1e30, 1e30]] {
            let (log, counts) = chain.log_likelihood(&emissions, &[0, 1]);
            assert!(log.is_finite(), "{log}");
            let counts = counts.items.iter().chain(&counts.pairs);
            assert!(counts.into_iter().all(|count| count.is_finite()));
        }
    }

    #[test]
    fn an_empty_sentence_is_certain() {
        let chain = Chain::new(&[1.0; 4], &[2.0; 2], &[3.0; 2]);
        let (log, counts) = chain.log_likelihood(&[], &[]);
        assert!(log.abs() < f64::MIN_POSITIVE);
        assert_eq!(
            (counts.first(2), counts.last(2)),
            (&[0f32; 2][..], &[0f32; 2][..])
        );
    }
}
