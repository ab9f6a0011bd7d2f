//! A file of predictions.

use std::path::{Path, PathBuf};

use super::FileFormat;
use super::gold::{grouped, read, require_names};
use crate::corpus::line::{Line, lines_of};
use crate::corpus::predictions::predicted;
use crate::corpus::spert::{Records, records, records_one_a_line};
use crate::corpus::{CorpusError, Document, Extraction, Sentence};

/// Predicted documents, and where they stand in their file.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedFile {
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: FileFormat,
    /// Whether the file says what its documents are called; if not, they are known by their order.
    pub keyed: bool,
    /// Whether relations were predicted at all.
    pub related: bool,
    pub(super) documents: Vec<PredictedDocument>,
}

/// One document of such a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PredictedDocument {
    pub(super) key: String,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// The words of each sentence, and what was found in it.
    pub(super) sentences: Vec<(Vec<String>, Extraction)>,
}

/// Reads predictions: `predicted_ner` and `predicted_relations` of DyGIE JSON lines (and where they are there,
/// `predicted_spans`, `predicted_pairs` and `predicted_links`), or the entities and relations of SpERT JSON. A DyGIE
/// file in which no line has `predicted_relations` predicts entities alone.
///
/// # Errors
/// As [`read_gold`](super::read_gold).
pub fn read_predicted(path: &Path) -> Result<PredictedFile, CorpusError> {
    let text = read(path)?;
    let format = FileFormat::of(path, &text)?;
    let records = match format {
        FileFormat::Dygie => return read_dygie(path, &text),
        FileFormat::Spert => grouped(records(path, &text)?),
        FileFormat::SpertLines => grouped(records_one_a_line(path, &text)?),
    };
    require_names(path, format, &records)?;
    let keyed = records.keyed;
    let documents = records.documents.into_iter().zip(records.lines);
    let documents = documents.map(|(document, line)| PredictedDocument {
        key: document.key,
        line,
        sentences: document.sentences.into_iter().map(found).collect(),
    });
    Ok(PredictedFile {
        path: path.into(),
        format,
        keyed,
        related: true,
        documents: documents.collect(),
    })
}

/// What a record says was found.
fn found(sentence: Sentence) -> (Vec<String>, Extraction) {
    let extraction = Extraction {
        spans: sentence.entities.iter().map(|one| one.span).collect(),
        pairs: sentence
            .relations
            .iter()
            .map(|one| (one.head, one.tail))
            .collect(),
        entities: sentence.entities,
        relations: sentence.relations,
        links: Vec::new(),
    };
    (sentence.tokens, extraction)
}

fn read_dygie(path: &Path, text: &str) -> Result<PredictedFile, CorpusError> {
    let lines: Vec<Line> = lines_of(path, text).collect::<Result<_, _>>()?;
    let related = lines.iter().any(|line| line.has("predicted_relations"));
    let (mut documents, mut names) = (Vec::new(), Vec::new());
    for line in &lines {
        let document = line.words()?;
        if !line.has("predicted_ner") {
            return Err(line.error(
                "predicted_ner",
                "missing; what a system found stands in `predicted_ner` and `predicted_relations`, beside \
                 or without the gold `ner` and `relations`",
            ));
        }
        let found = predicted(line, &document, related)?;
        let words = document.sentences.into_iter().map(|one| one.tokens);
        documents.push(PredictedDocument {
            key: document.key.clone(),
            line: line.number(),
            sentences: words.zip(found).collect(),
        });
        names.push(Document {
            key: document.key,
            sentences: Vec::new(),
        });
    }
    let records = Records {
        documents: names,
        lines: lines.iter().map(Line::number).collect(),
        keyed: true,
    };
    require_names(path, FileFormat::Dygie, &records)?;
    Ok(PredictedFile {
        path: path.into(),
        format: FileFormat::Dygie,
        keyed: true,
        related,
        documents,
    })
}
