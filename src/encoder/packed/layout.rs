//! Where texts and the markers of their groups lie as rows of one matrix.

use std::collections::HashMap;

use super::marker_group::PackedText;

/// The rows of different texts, each with all markers that look at it right behind it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) texts: Vec<TextRows>,
    /// Piece id of every row.
    pub(super) ids: Vec<i32>,
    /// Position of every row.
    pub(super) positions: Vec<i32>,
    /// The rows of the markers that are asked for: ⟨S⟩ and ⟨O⟩ of every group.
    pub(super) asked: Vec<usize>,
    /// For every group in the order in which groups are given, which of those rows are
    /// its own, counted in groups.
    pub(super) order: Vec<usize>,
}

/// The rows of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextRows {
    /// Its first row.
    pub(super) first: usize,
    /// Rows of the text.
    pub(super) pieces: usize,
    /// Groups of markers behind it.
    pub(super) groups: usize,
}

impl Layout {
    /// Texts that come several times are laid out once.
    pub(super) fn of(texts: &[PackedText<'_>]) -> Self {
        let mut different: Vec<(&[u32], Vec<&PackedText>)> = Vec::new();
        let mut known: HashMap<&[u32], usize> = HashMap::new();
        let mut places = Vec::new();
        for text in texts {
            let place = *known.entry(text.pieces).or_insert_with(|| {
                different.push((text.pieces, Vec::new()));
                different.len() - 1
            });
            places.push((place, different[place].1.len()));
            different[place].1.push(text);
        }
        let mut layout = Self::default();
        // Of every text, the first groups of its occurrences.
        let mut firsts = Vec::new();
        for (pieces, occurrences) in different {
            firsts.push(layout.append(pieces, &occurrences));
        }
        for ((place, occurrence), text) in places.into_iter().zip(texts) {
            let first = firsts[place][occurrence];
            layout.order.extend(first..first + text.groups.len());
        }
        layout
    }

    /// Appends a text with the groups of all its occurrences and gives the number of each
    /// occurrence's first group.
    fn append(&mut self, pieces: &[u32], occurrences: &[&PackedText]) -> Vec<usize> {
        let first = self.ids.len();
        self.ids.extend(pieces.iter().map(|piece| *piece as i32));
        self.positions.extend(0..pieces.len() as i32);
        let mut firsts = Vec::new();
        let mut groups = 0;
        for text in occurrences {
            firsts.push(self.asked.len() / 2);
            for group in text.groups {
                let row = self.ids.len();
                self.asked.extend([row, row + 2]);
                self.ids.extend(group.ids.map(|id| id as i32));
                self.positions
                    .extend(group.positions.map(|place| place as i32));
            }
            groups += text.groups.len();
        }
        self.texts.push(TextRows {
            first,
            pieces: pieces.len(),
            groups,
        });
        firsts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::packed::MarkerGroup;

    #[test]
    fn a_text_lies_before_the_markers_of_all_its_occurrences() {
        let group = |id: u32| MarkerGroup {
            ids: [id, id + 1, id + 2, id + 3],
            positions: [0, 1, 0, 0],
        };
        let groups = [group(10), group(20), group(30), group(40)];
        let text = |pieces, groups| PackedText { pieces, groups };
        let layout = Layout::of(&[
            text(&[1, 2], &groups[..1]),
            text(&[3], &groups[1..2]),
            text(&[1, 2], &groups[2..]),
        ]);
        let rows = |first, pieces, groups| TextRows {
            first,
            pieces,
            groups,
        };
        assert_eq!(layout.texts, [rows(0, 2, 3), rows(14, 1, 1)]);
        let ids = [
            1, 2, 10, 11, 12, 13, 30, 31, 32, 33, 40, 41, 42, 43, 3, 20, 21, 22, 23,
        ];
        assert_eq!(layout.ids, ids);
        assert_eq!(layout.positions[..7], [0, 1, 0, 1, 0, 0, 0]);
        assert_eq!(layout.asked, [2, 4, 6, 8, 10, 12, 15, 17]);
        assert_eq!(layout.order, [0, 3, 1, 2]);
    }
}
