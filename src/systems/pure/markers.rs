//! Markers around the arguments of a pair (Zhong and Chen 2021, §3.2).

use super::text::Text;
use crate::corpus::Span;

/// The pieces that mark arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Markers {
    /// Four for every type and for what has none, or four in all.
    ids: Vec<u32>,
}

/// A text with the markers of one pair in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marked {
    /// Piece ids.
    pub(crate) ids: Vec<u32>,
    /// Index of the marker before the subject.
    pub(crate) subject: usize,
    /// Index of the marker before the object.
    pub(crate) object: usize,
}

/// One argument: its words and the index of its type, which is the number of types for a
/// span that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Argument {
    /// The words.
    pub(crate) span: Span,
    /// The type.
    pub(crate) label: usize,
}

/// Names of the markers: four for every type and four for a span without one, or four
/// that name no type.
pub(crate) fn marker_names(types: &[String], typed: bool) -> Vec<String> {
    let four = |suffix: &str| {
        ["<S", "</S", "<O", "</O"]
            .map(|start| format!("{start}{suffix}>"))
            .to_vec()
    };
    if !typed {
        return four("");
    }
    let mut names: Vec<String> = types
        .iter()
        .flat_map(|name| four(&format!(":{name}")))
        .collect();
    names.extend(four(":"));
    names
}

impl Markers {
    /// From the ids of the names, in their order.
    pub(crate) fn new(ids: Vec<u32>) -> Self {
        Self { ids }
    }

    /// The ids in order.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The ids of S, /S, O and /O for a pair.
    pub(crate) fn of(&self, subject: Argument, object: Argument) -> [u32; 4] {
        let four = |label: usize| if self.ids.len() == 4 { 0 } else { 4 * label };
        let (subject, object) = (four(subject.label), four(object.label));
        [
            self.ids[subject],
            self.ids[subject + 1],
            self.ids[object + 2],
            self.ids[object + 3],
        ]
    }

    /// Puts the markers of a pair into a text and cuts it after `longest` pieces. A marker
    /// that is cut off is looked for at the first piece, as in the release.
    pub(crate) fn insert(
        &self,
        text: &Text,
        subject: Argument,
        object: Argument,
        longest: usize,
    ) -> Marked {
        let [open_subject, close_subject, open_object, close_object] = self.of(subject, object);
        let pieces = &text.pieces;
        let begins = |argument: Argument| text.offset + argument.span.start;
        let ends = |argument: Argument| text.offset + argument.span.end;
        let mut ids = Vec::with_capacity(pieces.ids.len() + 4);
        let (mut subject_at, mut object_at) = (0, 0);
        let before = pieces.first.first().copied().unwrap_or(0);
        ids.extend_from_slice(&pieces.ids[..before]);
        for (word, (first, last)) in pieces.first.iter().zip(&pieces.last).enumerate() {
            if word == begins(subject) {
                subject_at = ids.len();
                ids.push(open_subject);
            }
            if word == begins(object) {
                object_at = ids.len();
                ids.push(open_object);
            }
            ids.extend_from_slice(&pieces.ids[*first..=*last]);
            if word == ends(subject) {
                ids.push(close_subject);
            }
            if word == ends(object) {
                ids.push(close_object);
            }
        }
        let behind = pieces.last.last().map_or(before, |last| last + 1);
        ids.extend_from_slice(&pieces.ids[behind..]);
        ids.truncate(longest);
        let within = |place: usize| if place < longest { place } else { 0 };
        Marked {
            ids,
            subject: within(subject_at),
            object: within(object_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Pieces;

    /// [CLS] a b1 b2 c [SEP], where b has two pieces.
    fn text() -> Text {
        Text {
            pieces: Pieces {
                ids: vec![101, 1, 2, 3, 4, 102],
                first: vec![1, 2, 4],
                last: vec![1, 3, 4],
            },
            offset: 0,
            words: 3,
        }
    }

    fn argument(start: usize, end: usize, label: usize) -> Argument {
        Argument {
            span: Span { start, end },
            label,
        }
    }

    fn untyped() -> Markers {
        Markers::new(vec![50, 51, 60, 61])
    }

    #[test]
    fn markers_stand_around_the_arguments() {
        let marked = untyped().insert(&text(), argument(1, 1, 0), argument(2, 2, 0), 99);
        assert_eq!(marked.ids, [101, 1, 50, 2, 3, 51, 60, 4, 61, 102]);
        assert_eq!((marked.subject, marked.object), (2, 6));
    }

    #[test]
    fn the_subject_is_outermost_where_both_begin_and_ends_first_where_both_end() {
        let marked = untyped().insert(&text(), argument(0, 1, 0), argument(0, 0, 0), 99);
        assert_eq!(marked.ids, [101, 50, 60, 1, 61, 2, 3, 51, 4, 102]);
        let marked = untyped().insert(&text(), argument(1, 2, 0), argument(2, 2, 0), 99);
        assert_eq!(marked.ids, [101, 1, 50, 2, 3, 60, 4, 51, 61, 102]);
    }

    #[test]
    fn what_is_cut_off_is_looked_for_at_the_first_piece() {
        let marked = untyped().insert(&text(), argument(0, 0, 0), argument(2, 2, 0), 6);
        assert_eq!(marked.ids.len(), 6);
        assert_eq!((marked.subject, marked.object), (1, 0));
    }

    #[test]
    fn typed_markers_name_the_types() {
        let types = ["PER", "LOC"].map(str::to_owned);
        let names = marker_names(&types, true);
        assert_eq!((names.len(), names[6].as_str()), (12, "<O:LOC>"));
        assert_eq!(names[8], "<S:>", "a span without a type");
        let markers = Markers::new((0..12).collect());
        let found = markers.of(argument(0, 0, 1), argument(1, 1, 2));
        assert_eq!(found, [4, 5, 10, 11]);
        assert_eq!(marker_names(&types, false), ["<S>", "</S>", "<O>", "</O>"]);
    }
}
