//! Which pairs of words have cells.

use std::ops::Range;

/// The pairs of a batch whose sentences' words are rows that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    lengths: Vec<usize>,
    /// Of each row, its sentence's rows.
    sentences: Vec<Range<usize>>,
    diagonal: bool,
}

impl Grid {
    /// Sentences of these lengths; `diagonal` says whether a word pairs with itself.
    pub(crate) fn new(lengths: &[usize], diagonal: bool) -> Self {
        let mut sentences = Vec::with_capacity(lengths.iter().sum());
        let mut first = 0;
        for length in lengths {
            let rows = first..first + length;
            sentences.extend(std::iter::repeat_n(rows, *length));
            first += length;
        }
        Self {
            lengths: lengths.to_vec(),
            sentences,
            diagonal,
        }
    }

    /// Number of words.
    pub(crate) fn rows(&self) -> usize {
        self.sentences.len()
    }

    /// Words of each sentence.
    pub(crate) fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// The words that a word pairs with as first argument, in order.
    pub(crate) fn partners(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let own = self.sentences[row].clone();
        own.filter(move |other| self.diagonal || *other != row)
    }

    /// Number of those words.
    pub(crate) fn partner_count(&self, row: usize) -> usize {
        self.sentences[row].len() - usize::from(!self.diagonal)
    }

    /// Whether the pair has a cell.
    pub(crate) fn has(&self, row: usize, other: usize) -> bool {
        self.sentences
            .get(row)
            .is_some_and(|own| own.contains(&other) && (self.diagonal || row != other))
    }

    /// All rows of the sentences that `rows` lie in.
    pub(crate) fn reach(&self, rows: &Range<usize>) -> Range<usize> {
        if rows.is_empty() {
            return rows.clone();
        }
        self.sentences[rows.start].start..self.sentences[rows.end - 1].end
    }

    /// Cuts `rows` into runs with at most `cells` cells each; a row is never cut.
    pub(crate) fn runs(&self, rows: Range<usize>, cells: usize) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let (mut start, mut count) = (rows.start, 0);
        for row in rows.clone() {
            let own = self.partner_count(row);
            if row > start && count + own > cells {
                runs.push(start..row);
                (start, count) = (row, 0);
            }
            count += own;
        }
        if start < rows.end {
            runs.push(start..rows.end);
        }
        runs
    }

    /// Cells of all sentences.
    pub(crate) fn cells(&self) -> usize {
        (0..self.rows()).map(|row| self.partner_count(row)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_pair_within_their_sentence() {
        let grid = Grid::new(&[2, 0, 3], true);
        let partners = |grid: &Grid, row| grid.partners(row).collect::<Vec<_>>();
        assert_eq!((grid.rows(), grid.cells()), (5, 4 + 9));
        assert_eq!(partners(&grid, 1), [0, 1]);
        assert_eq!(partners(&grid, 3), [2, 3, 4]);
        assert_eq!(grid.reach(&(1..3)), 0..5);
        assert!(grid.has(3, 3) && !grid.has(1, 2) && !grid.has(5, 5));
        let apart = Grid::new(&[2, 0, 3], false);
        assert_eq!(partners(&apart, 3), [2, 4]);
        assert_eq!(apart.cells(), 2 + 6);
        assert!(!apart.has(3, 3) && apart.has(3, 2));
    }

    proptest! {
        #[test]
        fn runs_cover_all_rows_once(
            lengths in prop::collection::vec(0usize..9, 0..12), cells in 1usize..40, diagonal: bool,
        ) {
            let grid = Grid::new(&lengths, diagonal);
            let runs = grid.runs(0..grid.rows(), cells);
            let all: Vec<usize> = runs.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..grid.rows()).collect::<Vec<_>>());
            for run in runs {
                let count: usize = run.clone().map(|row| grid.partner_count(row)).sum();
                prop_assert!(count <= cells || run.len() == 1);
            }
        }
    }
}
