//! Sentences with what the annotation says of them.

use crate::corpus::{Document, Extraction, Labels};
use crate::encoder::{EncoderError, WordPieces};
use crate::systems::pure::instances::Candidates;
use crate::systems::pure::text::texts;

/// The sentences of documents in windows of `window` words, cut to `longest` pieces, as
/// candidates without arguments: the model chooses those itself.
///
/// # Errors
/// When a sentence alone is longer than `longest` pieces.
pub(crate) fn sentences(
    documents: &[Document],
    labels: &Labels,
    window: usize,
    pieces: &WordPieces,
    longest: Option<usize>,
) -> Result<Vec<Candidates>, EncoderError> {
    let texts = texts(documents, window, pieces, longest)?;
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    let none = Extraction::default();
    Ok(texts
        .into_iter()
        .zip(sentences)
        .map(|(text, sentence)| Candidates::new(text, sentence, &none, labels, false))
        .collect())
}
