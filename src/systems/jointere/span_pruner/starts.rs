//! The spans of a batch by their start words.

use std::ops::Range;

use burn::tensor::Tensor;

use crate::systems::spans::indices;

/// For every word of a batch, sentences one after another, the numbers of the spans that
/// start there. The first of them ends at the word itself, each further one a word later.
#[derive(Debug, Clone)]
pub(super) struct Starts(Vec<Range<usize>>);

impl Starts {
    /// All spans of at most `longest` words within sentences of so many words.
    pub(super) fn of(sentences: &[usize], longest: usize) -> Self {
        let mut spans = 0;
        let counts = sentences
            .iter()
            .flat_map(|words| (0..*words).map(move |start| longest.min(words - start)));
        Self(
            counts
                .map(|count| {
                    let first = spans;
                    spans += count;
                    first..spans
                })
                .collect(),
        )
    }

    /// The numbers of the spans that start at each word.
    pub(super) fn of_words(&self) -> &[Range<usize>] {
        &self.0
    }

    /// Number of spans.
    pub(super) fn spans(&self) -> usize {
        self.0.last().map_or(0, |spans| spans.end)
    }

    /// Words of the longest span.
    pub(super) fn longest(&self) -> usize {
        self.0.iter().map(Range::len).max().unwrap_or(0)
    }

    /// From rows of words, words × N, the rows of the words at and after each, words ×
    /// longest × N. Where a sentence ends the start word's own row stands in.
    pub(super) fn windows(&self, rows: &Tensor<2>) -> Tensor<3> {
        let longest = self.longest();
        let mut places = Vec::with_capacity(self.0.len() * longest);
        for (word, spans) in self.0.iter().enumerate() {
            let distance = |step| if step < spans.len() { step } else { 0 };
            places.extend((0..longest).map(|step| (word + distance(step)) as i32));
        }
        let [words, width] = rows.dims();
        chosen(rows.clone(), &places).reshape([words, longest, width])
    }

    /// From a row for every place of every window, words × longest × N, those of the spans
    /// that end there, spans × N.
    pub(super) fn ends(&self, rows: Tensor<3>) -> Tensor<2> {
        let [words, longest, width] = rows.dims();
        let mut places = Vec::with_capacity(self.spans());
        for (word, spans) in self.0.iter().enumerate() {
            places.extend((0..spans.len()).map(|step| (word * longest + step) as i32));
        }
        chosen(rows.reshape([words * longest, width]), &places)
    }
}

fn chosen(rows: Tensor<2>, places: &[i32]) -> Tensor<2> {
    let places = indices(places, &rows.device());
    rows.select(0, places)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use burn::tensor::{Device, TensorData};

    fn counted(words: usize) -> Tensor<2> {
        let values: Vec<f32> = (0..words).map(|word| word as f32).collect();
        Tensor::from_data(TensorData::new(values, [words, 1]), &Device::flex())
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn no_span_leaves_its_sentence() {
        let starts = Starts::of(&[3, 0, 1, 2], 2);
        let counts: Vec<usize> = starts.of_words().iter().map(Range::len).collect();
        assert_eq!(counts, [2, 2, 1, 1, 2, 1]);
        assert_eq!((starts.spans(), starts.longest()), (9, 2));
        let windows = starts.windows(&counted(6));
        assert_eq!(
            values(starts.ends(windows)),
            [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0]
        );
    }

    #[test]
    fn there_is_nothing_without_words() {
        for starts in [Starts::of(&[], 3), Starts::of(&[0, 0], 3)] {
            assert_eq!((starts.spans(), starts.longest()), (0, 0));
        }
        assert_eq!(Starts::of(&[4], 0).spans(), 0);
    }
}
