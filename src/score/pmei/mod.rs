//! How PMEI (Sun et al. 2021) sees a sentence, a tag for every word and a table of word pairs, and how it counts.

mod count;
mod labels;

pub(in crate::score) use count::count_sentence;
pub use count::{Anchor, Cell, Cells, Labels, Tag, spans_of, tags_of};
pub use labels::{Triple, labels_of_words, likely_cells};
