//! Column files, as the shared task CoNLL-2003 has them (Tjong Kim Sang and De Meulder 2003): a word a line,
//! its tag in the last column, a blank line after every sentence.

use std::path::Path;

use super::{CorpusError, Document, Entity, Sentence, Span};

/// What begins a document.
const DOCUMENT: &str = "-DOCSTART-";

/// Reads a column file. Lines that begin with `-DOCSTART-` divide it into documents; without them every
/// sentence is one. Keys are places in the file, from 0.
///
/// The tags may be of the schemes IOB1, IOB2 and BIOES: an entity goes on where the prefix is I or E and the
/// type that of the word before, ends after E or S, and begins anew in every other case.
///
/// # Errors
/// [`CorpusError::Read`] where the file cannot be read, [`CorpusError::Malformed`] at the first line that
/// has no word and tag.
pub fn read_columns(path: &Path) -> Result<Vec<Document>, CorpusError> {
    let text = std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })?;
    let mut documents: Vec<Vec<Sentence>> = vec![Vec::new()];
    let mut words: Vec<(String, Tag)> = Vec::new();
    let mut divided = false;
    for (index, line) in text.lines().enumerate() {
        let mut columns = line.split([' ', '\t']).filter(|column| !column.is_empty());
        match (columns.next(), columns.next_back()) {
            (None, _) => end_sentence(&mut documents, &mut words),
            (Some(DOCUMENT), _) => {
                end_sentence(&mut documents, &mut words);
                divided = true;
                documents.push(Vec::new());
            }
            (Some(word), tag) => {
                let tag = tag
                    .and_then(Tag::read)
                    .ok_or_else(|| CorpusError::Malformed {
                        path: path.into(),
                        line: index + 1,
                        document: None,
                        field: "columns".into(),
                        message: complaint(line, tag),
                    })?;
                words.push((word.to_owned(), tag));
            }
        }
    }
    end_sentence(&mut documents, &mut words);
    if !divided {
        let sentences = documents.into_iter().flatten();
        documents = sentences.map(|sentence| vec![sentence]).collect();
    }
    let filled = documents.into_iter().filter(|one| !one.is_empty());
    let document = |(place, sentences): (usize, Vec<Sentence>)| Document {
        key: place.to_string(),
        sentences,
    };
    Ok(filled.enumerate().map(document).collect())
}

/// The entities that the tags of a sentence stand for, in text order, read as [`read_columns`] reads them: an `I`
/// without a fitting tag before it begins an entity, as in `conlleval` (Tjong Kim Sang and De Meulder 2003). None
/// where a tag is neither `O` nor one of `B-`, `I-`, `E-` and `S-` with a type.
pub fn entities_of_tags<T: AsRef<str>>(tags: &[T]) -> Option<Vec<Entity>> {
    let tags: Option<Vec<Tag>> = tags.iter().map(|tag| Tag::read(tag.as_ref())).collect();
    tags.map(entities)
}

/// What is wrong with a line.
fn complaint(line: &str, tag: Option<&str>) -> String {
    let wanted = "expected a word in the first column and in the last O, or B-, I-, E- or S- and an entity type";
    match tag {
        None => format!("{wanted}, found one column: `{}`", line.trim()),
        Some(tag) => format!("{wanted}, found `{tag}`; columns with relations are not read"),
    }
}

fn end_sentence(documents: &mut [Vec<Sentence>], words: &mut Vec<(String, Tag)>) {
    if words.is_empty() {
        return;
    }
    let (tokens, tags): (Vec<String>, Vec<Tag>) = std::mem::take(words).into_iter().unzip();
    if let Some(document) = documents.last_mut() {
        document.push(Sentence {
            tokens,
            entities: entities(tags),
            relations: Vec::new(),
        });
    }
}

/// The tag of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tag {
    Outside,
    Inside {
        /// B, I, E or S.
        prefix: char,
        label: String,
    },
}

impl Tag {
    fn read(text: &str) -> Option<Self> {
        if text == "O" {
            return Some(Self::Outside);
        }
        let (prefix, label) = text.split_once('-')?;
        let prefix = ["B", "I", "E", "S"]
            .contains(&prefix)
            .then(|| prefix.chars().next())??;
        (!label.is_empty()).then(|| Self::Inside {
            prefix,
            label: label.to_owned(),
        })
    }
}

/// The entities that tags stand for, in text order.
fn entities(tags: Vec<Tag>) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    // Whether the last entity may go on with the next word.
    let mut open = false;
    for (place, tag) in tags.into_iter().enumerate() {
        let Tag::Inside { prefix, label } = tag else {
            open = false;
            continue;
        };
        match entities.last_mut() {
            Some(last) if open && matches!(prefix, 'I' | 'E') && last.label == label => {
                last.span.end = place;
            }
            _ => entities.push(Entity {
                span: Span::new(place, place),
                label,
            }),
        }
        open = !matches!(prefix, 'E' | 'S');
    }
    entities
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<Document>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_columns(file.path()).map_err(|error| {
            let told = error.to_string();
            told.replace(&file.path().display().to_string(), "x.txt")
        })
    }

    fn shown(sentence: &Sentence) -> String {
        let entity = |one: &Entity| format!("{} {}-{}", one.label, one.span.start, one.span.end);
        let entities: Vec<String> = sentence.entities.iter().map(entity).collect();
        format!("{}: {}", sentence.tokens.join(" "), entities.join(", "))
    }

    #[test]
    fn documents_sentences_and_entities_are_read() {
        let text = "-DOCSTART- -X- -X- O\n\nAda NNP I-NP I-PER\nmet VBD I-VP O\nthe DT I-NP O\nOrbit NNP I-NP I-ORG\nBank NNP B-NP B-ORG\n\n\
                    . . O O\n\n-DOCSTART- -X- O O\n\n-DOCSTART- -X- O O\n\nRome\tI-LOC\r\nAda\tI-PER";
        let documents = read(text).unwrap();
        let keys: Vec<&str> = documents.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["0", "1"]);
        let sentences = documents.iter().flat_map(|one| &one.sentences);
        let all: Vec<String> = sentences.map(shown).collect();
        assert_eq!(
            all,
            [
                "Ada met the Orbit Bank: PER 0-0, ORG 3-3, ORG 4-4",
                ".: ",
                "Rome Ada: LOC 0-0, PER 1-1"
            ]
        );
        assert_eq!(documents[0].sentences.len(), 2);
    }

    #[test]
    fn without_marks_every_sentence_is_a_document() {
        let documents = read("a O\n\n\nb S-T\nc S-T\nd B-T\ne E-T\nf I-T\n").unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(
            shown(&documents[1].sentences[0]),
            "b c d e f: T 0-0, T 1-1, T 2-3, T 4-4"
        );
    }

    #[test]
    fn faults_name_the_line() {
        insta::assert_snapshot!(read("a O\nb\n").unwrap_err(), @"x.txt:2: columns: expected a word in the first column and in the last O, or B-, I-, E- or S- and an entity type, found one column: `b`");
        insta::assert_snapshot!(read("#doc 5\n0\ta\tO\t['N']\t[0]\n").unwrap_err(), @"x.txt:1: columns: expected a word in the first column and in the last O, or B-, I-, E- or S- and an entity type, found `5`; columns with relations are not read");
        for tag in ["B-", "X-T", "BI-T", "b-T", "-T", "0"] {
            assert!(read(&format!("a {tag}\n")).is_err(), "{tag}");
        }
    }

    /// Entities that do not overlap, as width and type or a word outside, in order.
    fn pieces() -> impl Strategy<Value = Vec<(usize, Option<char>)>> {
        let piece = (1_usize..4, prop::option::of(prop::char::range('A', 'B')));
        prop::collection::vec(piece, 1..8)
    }

    proptest! {
        #[test]
        fn the_three_schemes_are_read_alike(pieces in pieces()) {
            let mut wanted = Vec::new();
            let mut texts = [String::new(), String::new(), String::new()];
            let (mut place, mut before) = (0, None);
            for (width, label) in pieces {
                if let Some(label) = label {
                    let span = Span::new(place, place + width - 1);
                    wanted.push(Entity { span, label: label.into() });
                }
                for word in 0..width {
                    let (first, last) = (word == 0, word + 1 == width);
                    let prefixes = [
                        if first && before == label { 'B' } else { 'I' },
                        if first { 'B' } else { 'I' },
                        match (first, last) {
                            (true, true) => 'S',
                            (true, false) => 'B',
                            (false, true) => 'E',
                            (false, false) => 'I',
                        },
                    ];
                    for (text, prefix) in texts.iter_mut().zip(prefixes) {
                        let tag = label.map_or_else(|| "O".to_owned(), |label| format!("{prefix}-{label}"));
                        text.extend(["w ", &tag, "\n"]);
                    }
                }
                place += width;
                before = label;
            }
            for text in texts {
                prop_assert_eq!(&read(&text).unwrap()[0].sentences[0].entities, &wanted);
            }
        }
    }
}
