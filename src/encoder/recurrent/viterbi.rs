//! The best tag sequence of one sentence.

use super::bio::BioRules;
use super::chain::Chain;

impl Chain {
    /// Makes what breaks the rules impossible for `best_path`.
    pub(crate) fn forbid(&mut self, rules: &BioRules) {
        let tags = self.start.len();
        for after in 0..tags {
            if !rules.may_begin(after) {
                self.start[after] = f64::NEG_INFINITY;
            }
            for before in 0..tags {
                if !rules.may_follow(before, after) {
                    self.transitions[before * tags + after] = f64::NEG_INFINITY;
                }
            }
        }
    }

    /// The sequence of tags with the highest score for `emissions` (items × tags); of
    /// equals the one whose later tags come first.
    pub(crate) fn best_path(&self, emissions: &[f32]) -> Vec<usize> {
        let tags = self.start.len();
        if emissions.is_empty() || tags == 0 {
            return Vec::new();
        }
        let mut items = emissions.chunks_exact(tags);
        let mut best: Vec<f64> = self.start.clone();
        let mut origins: Vec<Vec<usize>> = Vec::new();
        add(&mut best, items.next().unwrap_or_default());
        for scores in items {
            let mut next = vec![f64::NEG_INFINITY; tags];
            let mut origin = vec![0; tags];
            for (before, weights) in self.transitions.chunks_exact(tags).enumerate() {
                for (after, transition) in weights.iter().enumerate() {
                    let score = best[before] + transition;
                    let better = score > next[after];
                    next[after] = if better { score } else { next[after] };
                    origin[after] = if better { before } else { origin[after] };
                }
            }
            add(&mut next, scores);
            best = next;
            origins.push(origin);
        }
        let mut tag = 0;
        for (candidate, end) in self.end.iter().enumerate() {
            if best[candidate] + end > best[tag] + self.end[tag] {
                tag = candidate;
            }
        }
        let mut path = vec![tag];
        for origin in origins.iter().rev() {
            tag = origin[tag];
            path.push(tag);
        }
        path.reverse();
        path
    }
}

fn add(sums: &mut [f64], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += f64::from(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tiny::{sequences, tiny};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_path_beats_every_other(tiny in tiny()) {
            let best = tiny.chain().best_path(&tiny.emissions);
            prop_assert_eq!(best.len(), tiny.length());
            let score = tiny.score(&best);
            for path in sequences(tiny.tags, tiny.length()) {
                prop_assert!(tiny.score(&path) <= score + 1e-9, "{path:?} beats {best:?}");
            }
        }

        #[test]
        fn the_best_path_keeps_the_rules(tiny in tiny()) {
            let names = &["I-A", "B-A", "O"][..tiny.tags];
            let rules = BioRules::new(names);
            let legal = |path: &[usize]| {
                rules.may_begin(path[0]) && path.windows(2).all(|pair| rules.may_follow(pair[0], pair[1]))
            };
            let mut chain = tiny.chain();
            chain.forbid(&rules);
            let best = chain.best_path(&tiny.emissions);
            // With the first tag alone there is no way to keep them.
            if tiny.tags > 1 {
                prop_assert!(legal(&best));
                for path in sequences(tiny.tags, tiny.length()) {
                    prop_assert!(!legal(&path) || tiny.score(&path) <= tiny.score(&best) + 1e-9);
                }
            }
        }
    }

    #[test]
    fn an_empty_sentence_has_no_tags() {
        let chain = Chain::new(&[1.0; 4], &[2.0; 2], &[3.0; 2]);
        assert!(chain.best_path(&[]).is_empty());
    }
}
