//! Which words of a batch are paired.

/// Pairs of the last words of entities, over a whole batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    /// Of every last word, its row among the batch's words.
    pub(super) words: Vec<usize>,
    /// First and second word of every pair, as places in `words`.
    pub(super) places: Vec<(usize, usize)>,
    /// Pairs before each sentence's own, and their number.
    starts: Vec<usize>,
    /// Last words before each sentence's own.
    firsts: Vec<usize>,
}

impl Pairs {
    /// All ordered pairs within the sentences of a batch, a word with itself where `itself`
    /// says so. A sentence is told by the row of its first word and its last words.
    pub(super) fn new<'a>(
        sentences: impl IntoIterator<Item = (usize, &'a [usize])>,
        itself: bool,
    ) -> Self {
        let mut pairs = Self::default();
        for (row, ends) in sentences {
            let first = pairs.words.len();
            pairs.firsts.push(first);
            pairs.starts.push(pairs.places.len());
            pairs.words.extend(ends.iter().map(|end| row + end));
            let own = first..first + ends.len();
            for left in own.clone() {
                let rights = own.clone().filter(|right| itself || left != *right);
                pairs.places.extend(rights.map(|right| (left, right)));
            }
        }
        pairs.starts.push(pairs.places.len());
        pairs
    }

    /// The pairs of a sentence, each with its number in the batch, as places among the
    /// sentence's own last words.
    pub(super) fn of(&self, sentence: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let first = self.firsts[sentence];
        let own = self.starts[sentence]..self.starts[sentence + 1];
        own.map(move |pair| {
            let (left, right) = self.places[pair];
            (pair, left - first, right - first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_paired_within_their_sentences() {
        let sentences: [(usize, &[usize]); 3] = [(0, &[1, 3]), (5, &[0]), (9, &[0, 2])];
        let pairs = Pairs::new(sentences, false);
        assert_eq!(pairs.words, [1, 3, 5, 9, 11]);
        assert_eq!(pairs.places, [(0, 1), (1, 0), (3, 4), (4, 3)]);
        let of = |sentence| pairs.of(sentence).collect::<Vec<_>>();
        assert_eq!(of(0), [(0, 0, 1), (1, 1, 0)]);
        assert!(of(1).is_empty());
        assert_eq!(of(2), [(2, 0, 1), (3, 1, 0)]);
        assert_eq!(Pairs::new(sentences, true).places.len(), 9);
    }
}
