//! The sentences around a sentence, as ITER's converter for ACE05 puts them (Hennen et al.
//! 2024, after Liu et al. 2022's).

use crate::corpus::Document;

/// What stands around a sentence that is read in context.
const MARKS: [&str; 2] = ["<extra_id_22>", "<extra_id_23>"];

/// Words with the place of a sentence among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context {
    /// The words.
    pub(crate) words: Vec<String>,
    /// Index of the sentence's first word.
    pub(crate) offset: usize,
    /// Number of the sentence's words.
    pub(crate) length: usize,
}

/// Sentence `index` of a document between two marks, with at most `sentences` sentences on
/// either side; the window shrinks by a sentence a side until it has at most `words` words.
/// Without context there are no marks.
pub(crate) fn context(
    document: &Document,
    index: usize,
    sentences: usize,
    words: usize,
) -> Context {
    let all = &document.sentences;
    let own = &all[index].tokens;
    if sentences == 0 {
        return Context {
            words: own.clone(),
            offset: 0,
            length: own.len(),
        };
    }
    let window = |side: usize| index.saturating_sub(side)..(index + side + 1).min(all.len());
    let length = |side: usize| {
        let read = all[window(side)].iter();
        read.map(|sentence| sentence.tokens.len()).sum::<usize>() + MARKS.len()
    };
    let side = (0..=sentences)
        .rev()
        .find(|side| length(*side) <= words)
        .unwrap_or(0);
    let mut read = Vec::new();
    let mut offset = 0;
    for place in window(side) {
        if place == index {
            read.push(MARKS[0].to_owned());
            offset = read.len();
            read.extend_from_slice(own);
            read.push(MARKS[1].to_owned());
        } else {
            read.extend_from_slice(&all[place].tokens);
        }
    }
    Context {
        words: read,
        offset,
        length: own.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Sentence;

    fn document() -> Document {
        let sentence = |text: &str| Sentence {
            tokens: text.split(' ').map(str::to_owned).collect(),
            ..Sentence::default()
        };
        Document {
            key: "d".into(),
            sentences: ["a b", "c", "d e f", "g"].map(sentence).to_vec(),
        }
    }

    fn read(index: usize, sentences: usize, words: usize) -> String {
        let Context {
            words,
            offset,
            length,
        } = context(&document(), index, sentences, words);
        assert_eq!(
            words[offset..offset + length],
            document().sentences[index].tokens
        );
        words.join(" ")
    }

    #[test]
    fn a_sentence_alone_has_no_marks() {
        assert_eq!(read(2, 0, 1), "d e f");
    }

    #[test]
    fn the_window_shrinks_until_it_fits() {
        let [open, close] = MARKS;
        assert_eq!(
            read(1, 3, 99),
            format!("a b {open} c {close} d e f g"),
            "the document ends"
        );
        assert_eq!(read(1, 3, 8), format!("a b {open} c {close} d e f"));
        assert_eq!(read(1, 3, 7), format!("{open} c {close}"));
        assert_eq!(
            read(2, 1, 1),
            format!("{open} d e f {close}"),
            "itself it stays"
        );
    }
}
