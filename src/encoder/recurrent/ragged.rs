//! Where the items of sequences of different lengths lie, and in which order a
//! recurrence meets them.

use std::ops::Range;

/// Sequences whose items are rows of one matrix, sequence after sequence.
///
/// A recurrence takes step `s` of all sequences that have one at the same time. Rows
/// in its order – step by step, within a step the longest sequence first – make the
/// sequences that are still running a prefix of every step, so that nothing is
/// computed for padding.
#[derive(Debug, Clone)]
pub(crate) struct Ragged {
    /// Rows of the matrix, padding included.
    rows: usize,
    /// The row of each sequence's first item.
    first: Vec<usize>,
    lengths: Vec<usize>,
    /// Sequences, longest first.
    order: Vec<usize>,
    /// Where each step begins among the rows in the recurrence's order, and their end.
    starts: Vec<usize>,
}

impl Ragged {
    /// Sequences that are padded to `width` rows each. A length beyond it counts as
    /// `width`, and a sequence without a length is empty.
    pub(crate) fn padded(lengths: &[usize], batch: usize, width: usize) -> Self {
        let lengths = (0..batch)
            .map(|sequence| lengths.get(sequence).copied().unwrap_or(0).min(width))
            .collect();
        let first = (0..batch).map(|sequence| sequence * width).collect();
        Self::new(lengths, first, batch * width)
    }

    /// Sequences that follow each other without padding.
    pub(crate) fn packed(lengths: &[usize]) -> Self {
        let mut rows = 0;
        let first = lengths
            .iter()
            .map(|length| {
                rows += length;
                rows - length
            })
            .collect();
        Self::new(lengths.to_vec(), first, rows)
    }

    fn new(lengths: Vec<usize>, first: Vec<usize>, rows: usize) -> Self {
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by_key(|sequence| std::cmp::Reverse(lengths[*sequence]));
        let mut starts = vec![0];
        for step in 0..lengths.iter().copied().max().unwrap_or(0) {
            let running = lengths.iter().filter(|length| **length > step).count();
            starts.push(starts[step] + running);
        }
        Self {
            rows,
            first,
            lengths,
            order,
            starts,
        }
    }

    /// Rows of the matrix, padding included.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of sequences, empty ones included.
    pub(crate) fn sequences(&self) -> usize {
        self.lengths.len()
    }

    /// Length of the longest sequence.
    pub(crate) fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    /// Items of all sequences.
    pub(crate) fn items(&self) -> usize {
        self.starts[self.steps()]
    }

    /// The rows of a step in the recurrence's order.
    pub(crate) fn step(&self, step: usize) -> Range<usize> {
        self.starts[step]..self.starts[step + 1]
    }

    /// Sequences with at least one item, in the order of a step's rows.
    pub(crate) fn running(&self) -> &[usize] {
        let count = self.starts.get(1).copied().unwrap_or(0);
        &self.order[..count]
    }

    /// Of each row in the recurrence's order, the row of the matrix: forward from the
    /// first item, or backward from each sequence's own last.
    pub(crate) fn visited(&self, backward: bool) -> Vec<usize> {
        (0..self.steps())
            .flat_map(|step| {
                self.order[..self.step(step).len()]
                    .iter()
                    .map(move |sequence| {
                        let place = if backward {
                            self.lengths[*sequence] - 1 - step
                        } else {
                            step
                        };
                        self.first[*sequence] + place
                    })
            })
            .collect()
    }

    /// Of each sequence, the row of its last step in the recurrence's order; none for
    /// an empty one.
    pub(crate) fn ends(&self) -> Vec<Option<usize>> {
        let mut ends = vec![None; self.sequences()];
        for (place, sequence) in self.running().iter().enumerate() {
            ends[*sequence] = Some(self.starts[self.lengths[*sequence] - 1] + place);
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_starts_at_the_sequences_own_end() {
        let ragged = Ragged::padded(&[2, 0, 3], 3, 4);
        assert_eq!(ragged.rows(), 12);
        assert_eq!((ragged.steps(), ragged.items()), (3, 5));
        assert_eq!(ragged.visited(false), [8, 0, 9, 1, 10]);
        assert_eq!(ragged.visited(true), [10, 1, 9, 0, 8]);
        assert_eq!(ragged.ends(), [Some(3), None, Some(4)]);
    }

    #[test]
    fn packed_sequences_leave_no_row_out() {
        let ragged = Ragged::packed(&[1, 3, 0, 2]);
        let mut visited = ragged.visited(true);
        visited.sort_unstable();
        assert_eq!(visited, (0..ragged.rows()).collect::<Vec<_>>());
    }

    #[test]
    fn wrong_lengths_are_cut_to_the_matrix() {
        let ragged = Ragged::padded(&[9], 2, 3);
        assert_eq!((ragged.steps(), ragged.items()), (3, 3));
        assert_eq!(ragged.ends(), [Some(2), None]);
    }

    #[test]
    fn without_items_there_are_no_steps() {
        for ragged in [Ragged::packed(&[]), Ragged::packed(&[0, 0])] {
            assert_eq!((ragged.steps(), ragged.items()), (0, 0));
            assert!(ragged.running().is_empty());
        }
    }
}
