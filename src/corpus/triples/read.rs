//! Reading a file of triples.

use std::path::Path;

use super::Layout;
use super::sentence::annotate;
use crate::corpus::documents::ReadFile;
use crate::corpus::records::{records_by_line, records_in_list};
use crate::corpus::{CorpusError, Document};

/// Reads the records of a text that came from `path`, in a list or one a line. Each becomes a document of one sentence,
/// its key its place in the file.
///
/// # Errors
/// [`CorpusError::Malformed`] at the first record that breaks the layout.
pub(in crate::corpus) fn read_triples(
    path: &Path,
    text: &str,
    layout: Layout,
) -> Result<ReadFile, CorpusError> {
    let records = if text.trim_start().starts_with('[') {
        records_in_list(path, text)?
    } else {
        records_by_line(path, text)?
    };
    let mut file = ReadFile::default();
    for record in records {
        let key = record.place.to_string();
        let read = layout.read(&record.value);
        let Some((tokens, triples)) = read.map_err(|fault| record.error(path, &key, fault))? else {
            continue;
        };
        let (sentence, left_out) = annotate(tokens, triples);
        file.left_out
            .extend(std::iter::repeat_n(key.clone(), left_out));
        file.documents.push(Document {
            key,
            sentences: vec![sentence],
        });
    }
    Ok(file)
}
