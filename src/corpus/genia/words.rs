//! A marked sentence as words and entities.
//!
//! The rules are those under which every word and entity is that of the dev and test files in circulation for
//! nested recognition (in layered IOB2), what those leave out included.

use std::collections::BTreeMap;

use super::markup::Marked;
use crate::corpus::{Entity, Sentence, Span};

/// The types that the corpus's finer meanings are collapsed to.
const TYPES: [&str; 5] = ["DNA", "RNA", "cell_line", "cell_type", "protein"];

/// Cuts a sentence into words, and finds the words of its terms.
///
/// - A run of letters and digits is a word, and so is every other character but a blank. A sentence that does
///   not end in a full stop gets one.
/// - Of several terms on the same words the innermost counts, whatever it means.
/// - A term that begins with another one and ends with yet another one is no entity, nor is one that ends with
///   the full stop of the sentence.
/// - A term is an entity if its meaning is one of the five types or a kind of one.
pub(super) fn sentence(marked: &Marked) -> Sentence {
    let words = words(&marked.text);
    let mut tokens: Vec<String> = words
        .iter()
        .map(|&(start, end)| marked.text[start..end].to_owned())
        .collect();
    let stop = tokens.last().is_some_and(|word| word == ".");
    let terms = terms(marked, &words);
    let meant = terms
        .iter()
        .filter_map(|(span, meaning)| Some((span, label((*meaning)?)?)));
    let entity = |(span, label): (&Span, &str)| {
        let others = || terms.keys().filter(|other| span.contains(**other));
        let first = others().any(|other| other.start == span.start);
        let last = others().any(|other| other.end == span.end);
        let with_stop = stop && span.end + 1 == words.len();
        let dropped = with_stop || (first && last);
        (!dropped).then(|| Entity {
            span: *span,
            label: label.to_owned(),
        })
    };
    let entities = meant.filter_map(entity).collect();
    if !stop && !tokens.is_empty() {
        tokens.push(".".into());
    }
    Sentence {
        tokens,
        entities,
        relations: Vec::new(),
    }
}

/// Where the words are, as bytes.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    // Whether the last word may go on with the next character.
    let mut open = false;
    for (place, letter) in text.char_indices() {
        let end = place + letter.len_utf8();
        let alphanumeric = letter.is_alphanumeric();
        match words.last_mut() {
            Some(last) if open && alphanumeric => last.1 = end,
            _ if !letter.is_whitespace() => words.push((place, end)),
            _ => {}
        }
        open = alphanumeric;
    }
    words
}

/// What the terms mean by the words that they touch; of several terms on the same words, the innermost.
fn terms<'a>(marked: &'a Marked, words: &[(usize, usize)]) -> BTreeMap<Span, Option<&'a str>> {
    let mut terms = BTreeMap::new();
    for term in &marked.terms {
        let touched = |&(start, end): &(usize, usize)| start < term.end && end > term.start;
        let first = words.iter().position(touched);
        let last = words.iter().rposition(touched);
        if let (Some(first), Some(last)) = (first, last) {
            let span = Span::new(first, last);
            terms.entry(span).or_insert(term.meaning.as_deref());
        }
    }
    terms
}

/// The type of a meaning such as `G#protein_molecule`.
fn label(meaning: &str) -> Option<&'static str> {
    let meaning = meaning.strip_prefix("G#")?;
    TYPES.into_iter().find(|label| {
        let rest = meaning.strip_prefix(label);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::genia::markup::articles;

    /// The words and entities of a sentence in the corpus's markup, where `[p` and `]` stand for a term of meaning p.
    fn read(short: &str) -> (String, Vec<String>) {
        let mut text = String::new();
        let mut rest = short;
        while let Some(place) = rest.find(['[', ']']) {
            text.push_str(&rest[..place]);
            if rest[place..].starts_with(']') {
                text.push_str("</cons>");
                rest = &rest[place + 1..];
            } else {
                let (meaning, after) = rest[place + 1..].split_once(' ').unwrap();
                let attribute = match meaning {
                    "-" => String::new(),
                    _ => format!(" sem=\"G#{meaning}\""),
                };
                text.extend(["<cons", &attribute, ">"]);
                rest = after;
            }
        }
        text.push_str(rest);
        let text = format!("<article><sentence>{text}</sentence></article>");
        let marked = articles(&text).unwrap().remove(0).sentences.remove(0);
        let sentence = sentence(&marked);
        let entity = |one: &Entity| {
            let words = &sentence.tokens[one.span.start..=one.span.end];
            format!("{} {}", one.label, words.join(" "))
        };
        let entities = sentence.entities.iter().map(entity).collect();
        (sentence.tokens.join(" "), entities)
    }

    #[test]
    fn punctuation_is_apart_and_a_stop_ends_every_sentence() {
        let words = |text| read(text).0;
        assert_eq!(
            words("IL-2's 1,25(OH)2D3 (50%)."),
            "IL - 2 ' s 1 , 25 ( OH ) 2D3 ( 50 % ) ."
        );
        assert_eq!(words("A title"), "A title .");
        assert_eq!(words("Why?"), "Why ? .");
        assert_eq!(words("as in E. coli."), "as in E . coli .");
        assert_eq!(words(""), "");
    }

    #[test]
    fn finer_meanings_are_collapsed_and_others_dropped() {
        let (_, entities) = read(
            "[protein_molecule a] [DNA_N/A b] [RNA c] [cell_line d] [cell_type e] [other_name f] [lipid g] [proteins h] [- i].",
        );
        assert_eq!(
            entities,
            ["protein a", "DNA b", "RNA c", "cell_line d", "cell_type e"]
        );
    }

    #[test]
    fn terms_nest() {
        let (_, entities) = read("the [DNA_x [protein_x [virus HIV]-1 Tat] gene] x.");
        assert_eq!(entities, ["protein HIV - 1 Tat", "DNA HIV - 1 Tat gene"]);
    }

    #[test]
    fn of_terms_on_the_same_words_the_innermost_counts() {
        let entities = |text| read(text).1;
        assert_eq!(entities("[DNA_x [protein_x b]] x."), ["protein b"]);
        assert_eq!(entities("[protein_x [lipid b]] x."), Vec::<String>::new());
        assert_eq!(entities("[protein_x [- b]] x."), Vec::<String>::new());
    }

    #[test]
    fn what_the_usual_files_lack_is_left_out() {
        let entities = |text| read(text).1;
        assert_eq!(
            entities("[DNA_x [DNA_x c-fos] and [DNA_x c-jun genes]] x."),
            ["DNA c - fos", "DNA c - jun genes"]
        );
        assert_eq!(
            entities("[DNA_x [DNA_x c-fos] and [DNA_x c-jun] genes] x."),
            [
                "DNA c - fos",
                "DNA c - fos and c - jun genes",
                "DNA c - jun"
            ]
        );
        assert_eq!(entities("[protein_x Sub.]"), Vec::<String>::new());
        assert_eq!(entities("[protein_x Sub]"), ["protein Sub"]);
    }

    #[test]
    fn a_term_that_begins_inside_a_word_has_the_whole_word() {
        assert_eq!(read("anti[protein_x CD3] x.").1, ["protein antiCD3"]);
    }
}
