//! One line of a DyGIE file, read so that every fault names file, line, document and field.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::dygie::offsets;
use super::{CorpusError, Document, Entity, Link, Relation, Sentence, Span};

/// The non-empty lines of a file, parsed.
pub(super) fn lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Line, CorpusError>>, CorpusError> {
    let text = std::fs::read_to_string(path).map_err(|source| CorpusError::Read {
        path: path.into(),
        source,
    })?;
    let lines: Vec<_> = lines_of(path, &text).collect();
    Ok(lines.into_iter())
}

/// The non-empty lines of a text that was read from `path`, parsed.
pub(super) fn lines_of(path: &Path, text: &str) -> impl Iterator<Item = Result<Line, CorpusError>> {
    let filled = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    filled.map(move |(index, line)| Line::parse(path, index + 1, line))
}

/// One line of a file, and what an error about it must name.
pub(super) struct Line {
    path: PathBuf,
    number: usize,
    key: Option<String>,
    fields: Map<String, Value>,
}

impl Line {
    fn parse(path: &Path, number: usize, text: &str) -> Result<Self, CorpusError> {
        let broken = |message: String| CorpusError::Malformed {
            path: path.into(),
            line: number,
            document: None,
            field: "line".into(),
            message,
        };
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            // The line that the parser counts is the one line it was given.
            let reason = said.split(" at line ").next().unwrap_or(&said);
            broken(format!(
                "not a JSON value: {reason} in column {}",
                error.column()
            ))
        })?;
        let Value::Object(fields) = value else {
            return Err(broken(format!(
                "expected one JSON object a line, found {}",
                kind(&value)
            )));
        };
        let key = fields
            .get("doc_key")
            .and_then(Value::as_str)
            .map(str::to_owned);
        Ok(Self {
            path: path.into(),
            number,
            key,
            fields,
        })
    }

    /// An error about a field of the line.
    pub(super) fn error(
        &self,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> CorpusError {
        CorpusError::Malformed {
            path: self.path.clone(),
            line: self.number,
            document: self.key.clone(),
            field: field.into(),
            message: message.into(),
        }
    }

    /// The number of the line in its file, from 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Whether the line has this field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The document with its gold annotation.
    pub(super) fn document(&self) -> Result<Document, CorpusError> {
        let mut document = self.words()?;
        let entities = self.entities("ner", &document)?;
        let relations = self.relations("relations", &document)?;
        for ((sentence, entities), relations) in
            document.sentences.iter_mut().zip(entities).zip(relations)
        {
            sentence.entities = entities;
            sentence.relations = relations;
        }
        Ok(document)
    }

    /// The document without annotation.
    pub(super) fn words(&self) -> Result<Document, CorpusError> {
        let Some(key) = self.key.clone() else {
            let found = self.fields.get("doc_key").map_or("nothing", kind);
            return Err(self.error("doc_key", format!("expected a string, found {found}")));
        };
        let mut sentences = Vec::new();
        for (index, words) in self.lists("sentences", None)?.iter().enumerate() {
            let word = |(place, word): (usize, &Value)| match word {
                Value::String(word) => Ok(word.clone()),
                other => {
                    let field = format!("sentences[{index}][{place}]");
                    Err(self.error(field, format!("expected a word, found {}", kind(other))))
                }
            };
            let tokens = words
                .iter()
                .enumerate()
                .map(word)
                .collect::<Result<_, _>>()?;
            sentences.push(Sentence {
                tokens,
                ..Sentence::default()
            });
        }
        Ok(Document { key, sentences })
    }

    /// `[start, end, type]` items of each sentence.
    pub(super) fn entities(
        &self,
        field: &str,
        document: &Document,
    ) -> Result<Vec<Vec<Entity>>, CorpusError> {
        self.items(field, document, 2, true, |spans, label| Entity {
            span: spans[0],
            label,
        })
    }

    /// `[start, end, start, end, type]` items of each sentence.
    pub(super) fn relations(
        &self,
        field: &str,
        document: &Document,
    ) -> Result<Vec<Vec<Relation>>, CorpusError> {
        self.items(field, document, 4, true, |spans, label| Relation {
            head: spans[0],
            tail: spans[1],
            label,
        })
    }

    /// `[start, end, start, end, type, probability]` items of each sentence.
    pub(super) fn links(
        &self,
        field: &str,
        document: &Document,
    ) -> Result<Vec<Vec<Link>>, CorpusError> {
        let lists = self.lists(field, Some(document.sentences.len()))?;
        let linked = self.relations(field, document)?;
        let mut all = Vec::with_capacity(linked.len());
        for (sentence, (items, list)) in linked.into_iter().zip(lists).enumerate() {
            let mut links = Vec::with_capacity(items.len());
            for (place, (relation, item)) in items.into_iter().zip(list).enumerate() {
                let found = item.get(5);
                let probability = found.and_then(Value::as_f64);
                let probability = probability.filter(|found| (0.0..=1.0).contains(found));
                let probability = probability.ok_or_else(|| {
                    let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
                    self.error(
                        format!("{field}[{sentence}][{place}]"),
                        format!("expected a probability from 0 to 1 after the type, found {found}"),
                    )
                })?;
                links.push(Link {
                    head: relation.head,
                    tail: relation.tail,
                    label: relation.label,
                    probability,
                });
            }
            all.push(links);
        }
        Ok(all)
    }

    /// `[start, end]` items of each sentence.
    pub(super) fn spans(
        &self,
        field: &str,
        document: &Document,
    ) -> Result<Vec<Vec<Span>>, CorpusError> {
        self.items(field, document, 2, false, |spans, _| spans[0])
    }

    /// `[start, end, start, end]` items of each sentence.
    pub(super) fn pairs(
        &self,
        field: &str,
        document: &Document,
    ) -> Result<Vec<Vec<(Span, Span)>>, CorpusError> {
        self.items(field, document, 4, false, |spans, _| (spans[0], spans[1]))
    }

    /// The list of lists in `field`, of `length` where that is known.
    fn lists(&self, field: &str, length: Option<usize>) -> Result<Vec<&Vec<Value>>, CorpusError> {
        let Some(value) = self.fields.get(field) else {
            return Err(self.error(field, "missing"));
        };
        let Value::Array(outer) = value else {
            return Err(self.error(
                field,
                format!("expected a list for each sentence, found {}", kind(value)),
            ));
        };
        if let Some(length) = length.filter(|length| *length != outer.len()) {
            return Err(self.error(
                field,
                format!("{} lists for {length} sentences", outer.len()),
            ));
        }
        let inner = |(index, value): (usize, &'_ Value)| match value {
            Value::Array(_) => Ok(()),
            other => Err(self.error(
                format!("{field}[{index}]"),
                format!("expected a list, found {}", kind(other)),
            )),
        };
        outer.iter().enumerate().try_for_each(inner)?;
        Ok(outer.iter().filter_map(Value::as_array).collect())
    }

    fn items<T>(
        &self,
        field: &str,
        document: &Document,
        numbers: usize,
        labelled: bool,
        make: impl Fn(&[Span], String) -> T,
    ) -> Result<Vec<Vec<T>>, CorpusError> {
        let lists = self.lists(field, Some(document.sentences.len()))?;
        let mut all = Vec::new();
        for (sentence, (list, offset)) in lists.into_iter().zip(offsets(document)).enumerate() {
            let mut items = Vec::new();
            for (place, item) in list.iter().enumerate() {
                let field = format!("{field}[{sentence}][{place}]");
                let (indices, label) = self.item(&field, item, numbers, labelled)?;
                let words = document.sentences[sentence].tokens.len();
                let spans = indices
                    .chunks(2)
                    .map(|pair| self.span(&field, sentence, offset, words, pair[0], pair[1]))
                    .collect::<Result<Vec<_>, _>>()?;
                items.push(make(&spans, label));
            }
            all.push(items);
        }
        Ok(all)
    }

    /// The numbers and the label of one item. Further values (scores, in some releases) are passed over.
    fn item(
        &self,
        field: &str,
        item: &Value,
        numbers: usize,
        labelled: bool,
    ) -> Result<(Vec<usize>, String), CorpusError> {
        let shape = match (numbers, labelled) {
            (2, true) => "[start, end, type]",
            (4, true) => "[start, end, start, end, type]",
            (2, false) => "[start, end]",
            _ => "[start, end, start, end]",
        };
        let wrong = |found: String| self.error(field, format!("expected {shape}, found {found}"));
        let values = item.as_array().ok_or_else(|| wrong(kind(item).into()))?;
        if values.len() < numbers + usize::from(labelled) {
            return Err(wrong(format!("{} values", values.len())));
        }
        let mut indices = Vec::with_capacity(numbers);
        for value in &values[..numbers] {
            let index = value
                .as_u64()
                .ok_or_else(|| wrong(format!("{value} where a word index belongs")))?;
            indices.push(index as usize);
        }
        let label = match values.get(numbers).filter(|_| labelled) {
            Some(Value::String(label)) => label.clone(),
            Some(other) => return Err(wrong(format!("{other} where the type belongs"))),
            None => String::new(),
        };
        Ok((indices, label))
    }

    /// The sentence-level span of document-level indices that must lie in this sentence.
    fn span(
        &self,
        field: &str,
        sentence: usize,
        offset: usize,
        words: usize,
        start: usize,
        end: usize,
    ) -> Result<Span, CorpusError> {
        if start > end {
            return Err(self.error(
                field,
                format!("span [{start}, {end}] ends before it starts"),
            ));
        }
        if start < offset || end >= offset + words {
            let message = match words {
                0 => format!("span [{start}, {end}] in sentence {sentence}, which has no words"),
                _ => format!(
                    "span [{start}, {end}] leaves sentence {sentence}, which holds words {offset} to {}",
                    offset + words - 1
                ),
            };
            return Err(self.error(field, message));
        }
        Ok(Span::new(start - offset, end - offset))
    }
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
