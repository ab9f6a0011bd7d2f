//! Columns with heads, in which CoNLL04 goes round for joint models (Bekoulis et al. 2018; its split is that of Gupta
//! et al. 2016): a line `#doc KEY` begins a sentence, and every word has its number, itself, its tag, the relations
//! that it is the subject of, and the number of each one's object.
//!
//! Words stand for the entities that end with them.

use std::path::Path;

use super::{CorpusError, Document, Entity, Relation, Sentence, entities_of_tags};

/// What begins a sentence.
const SENTENCE: &str = "#doc";

/// The relation of words that are the subject of none.
const NONE: &str = "N";

/// Whether a text is of this format.
pub(super) fn has_heads(text: &str) -> bool {
    text.trim_start().starts_with(SENTENCE)
}

/// Reads the sentences of a file, a document each.
///
/// # Errors
/// [`CorpusError::Malformed`] at the first line that breaks the format.
pub(super) fn read_heads(path: &Path, text: &str) -> Result<Vec<Document>, CorpusError> {
    let mut documents = Vec::new();
    let mut open: Option<Open> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(key) = line.strip_prefix(SENTENCE) {
            documents.extend(open.map(|open| open.close(path)).transpose()?);
            open = Some(Open::new(key.trim()));
        } else if !line.trim().is_empty() {
            let sentence = open.get_or_insert_with(|| Open::new("0"));
            let word = Word::read(line, sentence.words.len()).map_err(|(field, message)| {
                malformed(path, number, &sentence.key, field, message)
            })?;
            sentence.words.push((number, word));
        }
    }
    documents.extend(open.map(|open| open.close(path)).transpose()?);
    Ok(documents)
}

/// A sentence whose lines are being read.
struct Open {
    key: String,
    /// Each with the number of its line.
    words: Vec<(usize, Word)>,
}

/// A line.
struct Word {
    token: String,
    tag: String,
    /// Relation and object's word.
    relations: Vec<(String, usize)>,
}

/// The field at fault, and what is wrong with it.
type Fault = (&'static str, String);

impl Word {
    fn read(line: &str, place: usize) -> Result<Self, Fault> {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        let &[number, token, tag, labels, heads] = columns.as_slice() else {
            let message = format!(
                "expected a number, a word, its tag, its relations and their objects between tabs, found {} columns",
                columns.len()
            );
            return Err(("columns", message));
        };
        if number.parse() != Ok(place) {
            return Err(("number", format!("expected {place}, found `{number}`")));
        }
        let (labels, heads) = (list(labels, "relations")?, list(heads, "heads")?);
        if labels.len() != heads.len() {
            let message = format!("{} relations and {} heads", labels.len(), heads.len());
            return Err(("heads", message));
        }
        let relation = |(label, head): (&str, &str)| {
            let wrong = || ("heads", format!("`{head}` is no number of a word"));
            Ok((label.to_owned(), head.parse().map_err(|_| wrong())?))
        };
        let relations = labels
            .into_iter()
            .zip(heads)
            .filter(|(label, _)| *label != NONE);
        Ok(Self {
            token: token.to_owned(),
            tag: tag.to_owned(),
            relations: relations.map(relation).collect::<Result<_, Fault>>()?,
        })
    }
}

impl Open {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            words: Vec::new(),
        }
    }

    fn close(self, path: &Path) -> Result<Document, CorpusError> {
        let Self { key, words } = self;
        let fault = |line: usize, field, message| malformed(path, line, &key, field, message);
        let tags: Vec<&str> = words.iter().map(|(_, word)| word.tag.as_str()).collect();
        let Some(entities) = entities_of_tags(&tags) else {
            let wrong = |word: &&(usize, Word)| entities_of_tags(&[&word.1.tag]).is_none();
            let (line, tag) = words
                .iter()
                .find(wrong)
                .map_or((0, ""), |(line, word)| (*line, word.tag.as_str()));
            let message = format!("expected O, or B- or I- and an entity type, found `{tag}`");
            return Err(fault(line, "tag", message));
        };
        let mut relations = Vec::new();
        for (place, (line, word)) in words.iter().enumerate() {
            for (label, head) in &word.relations {
                let ends = |end: usize| {
                    let found = entities.iter().find(|one: &&Entity| one.span.end == end);
                    let message = || format!("`{label}`: no entity ends with word {end}");
                    found
                        .map(|entity| entity.span)
                        .ok_or_else(|| fault(*line, "heads", message()))
                };
                relations.push(Relation {
                    head: ends(place)?,
                    tail: ends(*head)?,
                    label: label.clone(),
                });
            }
        }
        Ok(Document {
            sentences: vec![Sentence {
                tokens: words.into_iter().map(|(_, word)| word.token).collect(),
                entities,
                relations,
            }],
            key,
        })
    }
}

/// The items of `['a', 'b']` or `[1, 2]`.
fn list<'a>(text: &'a str, field: &'static str) -> Result<Vec<&'a str>, Fault> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let inner = inner.ok_or_else(|| (field, format!("expected a list, found `{text}`")))?;
    let items = inner
        .split(',')
        .map(|item| item.trim().trim_matches(['\'', '"']));
    Ok(items.filter(|item| !item.is_empty()).collect())
}

fn malformed(path: &Path, line: usize, key: &str, field: &str, message: String) -> CorpusError {
    CorpusError::Malformed {
        path: path.into(),
        line,
        document: Some(key.to_owned()),
        field: field.to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::Span;

    fn read(text: &str) -> Result<Vec<Document>, String> {
        read_heads(Path::new("a.txt"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn words_stand_for_the_entities_that_they_end() {
        let text = "#doc 7\n0\tAda\tB-Peop\t['N']\t[0]\n1\tDay\tI-Peop\t['Lives', 'Works']\t[3, 4]\n\
                    2\tof\tO\t['N']\t[2]\n3\tOulu\tB-Loc\t['N']\t[3]\n4\tOrbit\tB-Org\t['In']\t[3]\n#doc 9\n0\tRain\tO\t['N']\t[0]\n";
        assert!(has_heads(text));
        let documents = read(text).unwrap();
        let keys: Vec<&str> = documents.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["7", "9"]);
        let sentence = &documents[0].sentences[0];
        assert_eq!(sentence.entities.len(), 3);
        assert_eq!(sentence.entities[0].span, Span::new(0, 1));
        let relations: Vec<([usize; 2], [usize; 2], &str)> = sentence
            .relations
            .iter()
            .map(|one| (one.head.into(), one.tail.into(), one.label.as_str()))
            .collect();
        let (ada, oulu, orbit) = ([0, 1], [3, 3], [4, 4]);
        assert_eq!(
            relations,
            [
                (ada, oulu, "Lives"),
                (ada, orbit, "Works"),
                (orbit, oulu, "In")
            ]
        );
        assert!(documents[1].sentences[0].entities.is_empty());
    }

    #[test]
    fn what_breaks_the_format_is_told_with_its_line() {
        for (line, told) in [
            ("0\ta\tO\t['N']", "found 4 columns"),
            ("1\ta\tO\t['N']\t[0]", "number: expected 0, found `1`"),
            ("0\ta\tX\t['N']\t[0]", "tag: expected O, or B- or I-"),
            (
                "0\ta\tO\t'N'\t[0]",
                "relations: expected a list, found `'N'`",
            ),
            ("0\ta\tO\t['N', 'r']\t[0]", "heads: 2 relations and 1 heads"),
            ("0\ta\tB-T\t['r']\t[b]", "heads: `b` is no number of a word"),
            (
                "0\ta\tB-T\t['r']\t[3]",
                "heads: `r`: no entity ends with word 3",
            ),
            ("0\ta\tO\t['r']\t[0]", "no entity ends with word 0"),
        ] {
            let error = read(&format!("#doc 5\n{line}\n")).unwrap_err();
            assert!(error.starts_with("a.txt:2:"), "{error}");
            assert!(error.contains(told), "{error}");
        }
    }
}
