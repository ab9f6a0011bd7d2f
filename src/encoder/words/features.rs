//! Contextual features of words that were computed before, read document by document.
//!
//! The file's header is read on opening, which is enough to check it against a corpus;
//! a document's numbers are read when they are asked for.

use std::ops::Range;
use std::path::Path;

use safetensors::tensor::TensorInfo;

use super::layout::{Dimensions, FORMAT, VERSION};
use crate::encoder::error::EncoderError;
use crate::encoder::files::{TensorFile, file_hash};

/// A file of features of a corpus's words.
///
/// It is a safetensors file whose metadata says
/// `{"format":"sweep-features","version":"1","layers":"L","width":"D"}` and which has a
/// tensor per document, named by the document's key and shaped words × L × D (or words
/// × D when L is 1), in F32, F16 or BF16.
#[derive(Debug)]
pub struct Features {
    tensors: TensorFile,
    dimensions: Dimensions,
}

impl Features {
    /// Opens a file and checks its header.
    ///
    /// # Errors
    /// When the file cannot be read, has no valid header, or holds a tensor of another
    /// shape.
    pub fn open(path: &Path) -> Result<Self, EncoderError> {
        let tensors = TensorFile::open(path)?;
        let fail = |reason: String| EncoderError::unreadable(path, reason);
        let note = |key: &str| {
            tensors.note(key).ok_or_else(|| {
                fail(format!(
                    "not a file of features: its metadata lacks `{key}`"
                ))
            })
        };
        let (format, version) = (note("format")?, note("version")?);
        if (format, version) != (FORMAT, VERSION) {
            return Err(fail(format!(
                "is `{format}` version {version}; `{FORMAT}` version {VERSION} is expected"
            )));
        }
        let number = |key: &str| {
            let text = note(key)?;
            text.parse()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| {
                    fail(format!(
                        "its metadata says `{key}` is `{text}`; expected a positive number"
                    ))
                })
        };
        let (layers, width) = (number("layers")?, number("width")?);
        let dimensions = Dimensions::new(layers, width).ok_or_else(|| {
            fail(format!(
                "its metadata asks for too many numbers for a word: {layers} layers of {width}"
            ))
        })?;
        for key in tensors.names() {
            let shape = tensors.info(key).map_or([].as_slice(), |info| &info.shape);
            if dimensions.words(shape).is_none() {
                return Err(fail(format!(
                    "document `{key}` has shape {shape:?}; expected words × {} × {}",
                    dimensions.layers, dimensions.width
                )));
            }
        }
        Ok(Self {
            tensors,
            dimensions,
        })
    }

    /// Hash of a features file's content, which is what a step's description names.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn content_hash(path: &Path) -> Result<String, EncoderError> {
        Ok(file_hash(path)?.to_hex().to_string())
    }

    /// Number of layers L.
    pub fn layers(&self) -> usize {
        self.dimensions.layers
    }

    /// Width D of a layer.
    pub fn width(&self) -> usize {
        self.dimensions.width
    }

    /// Checks that every document of a corpus, given by key and number of words, is
    /// there and has as many words. Only the header is consulted, so this is cheap to
    /// do before anything is trained; documents of the file that the corpus lacks do
    /// no harm.
    ///
    /// # Errors
    /// When a document is missing or has another number of words.
    pub fn check<'a>(
        &self,
        documents: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Result<(), EncoderError> {
        documents
            .into_iter()
            .try_for_each(|(key, words)| self.entry(key, words).map(drop))
    }

    /// Reads the features of a document of so many words.
    ///
    /// # Errors
    /// When the document is missing, has another number of words, cannot be read, or
    /// holds numbers that are not finite.
    pub fn document(&self, key: &str, words: usize) -> Result<DocumentFeatures, EncoderError> {
        let info = self.entry(key, words)?;
        Ok(DocumentFeatures {
            dimensions: self.dimensions,
            values: self.tensors.rows(key, info, 0..words)?,
        })
    }

    fn entry(&self, key: &str, words: usize) -> Result<&TensorInfo, EncoderError> {
        let fail = |reason: String| EncoderError::unreadable(self.tensors.path(), reason);
        let info = self
            .tensors
            .info(key)
            .ok_or_else(|| fail(format!("has no features of document `{key}`")))?;
        match info.shape.first() {
            Some(found) if *found != words => Err(fail(format!(
                "document `{key}` has features of {found} words, expected {words}; they must \
                 come from the same words"
            ))),
            _ => Ok(info),
        }
    }
}

/// The features of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentFeatures {
    dimensions: Dimensions,
    values: Vec<f32>,
}

impl DocumentFeatures {
    /// The numbers of some of the document's words, say a sentence's: L × D of each
    /// word, one word after the other. Nothing where the document ends before.
    pub fn words(&self, words: Range<usize>) -> Option<&[f32]> {
        self.values.get(self.dimensions.values(words))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashMap;

    use super::*;
    use safetensors::tensor::{Dtype, TensorView, serialize};

    /// A file as another tool would write it.
    fn file(notes: &[(&str, &str)], shape: Vec<usize>) -> tempfile::NamedTempFile {
        let bytes: Vec<u8> = (0..shape.iter().product())
            .flat_map(|value: usize| (value as f32).to_le_bytes())
            .collect();
        let view = TensorView::new(Dtype::F32, shape, &bytes).unwrap();
        let notes: HashMap<String, String> = notes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, serialize([("doc/1", view)], Some(notes)).unwrap()).unwrap();
        file
    }

    const NOTES: [(&str, &str); 4] = [
        ("format", FORMAT),
        ("version", VERSION),
        ("layers", "2"),
        ("width", "3"),
    ];

    #[test]
    fn sentences_of_a_document_are_slices() {
        let file = file(&NOTES, vec![4, 2, 3]);
        let features = Features::open(file.path()).unwrap();
        assert_eq!((features.layers(), features.width()), (2, 3));
        let document = features.document("doc/1", 4).unwrap();
        let expected: Vec<f32> = (6..18).map(|value: u8| f32::from(value)).collect();
        assert_eq!(document.words(1..3), Some(expected.as_slice()));
        assert!(document.words(3..5).is_none());
    }

    #[test]
    fn one_layer_needs_no_dimension_of_its_own() {
        let notes = [NOTES[0], NOTES[1], ("layers", "1"), NOTES[3]];
        let file = file(&notes, vec![4, 3]);
        let features = Features::open(file.path()).unwrap();
        let document = features.document("doc/1", 4).unwrap();
        assert_eq!(document.words(3..4), Some([9.0, 10.0, 11.0].as_slice()));
    }

    #[test]
    fn another_corpus_is_noticed_before_anything_is_read() {
        let file = file(&NOTES, vec![4, 2, 3]);
        let features = Features::open(file.path()).unwrap();
        features.check([("doc/1", 4)]).unwrap();
        let text = features.check([("doc/1", 5)]).unwrap_err().to_string();
        assert!(
            text.contains("document `doc/1` has features of 4 words, expected 5"),
            "{text}"
        );
        let text = features.document("doc/2", 4).unwrap_err().to_string();
        assert!(text.contains("no features of document `doc/2`"), "{text}");
    }

    #[test]
    fn other_files_are_refused() {
        let problem = |notes: &[(&str, &str)], shape| {
            Features::open(file(notes, shape).path())
                .unwrap_err()
                .to_string()
        };
        let text = problem(&[("format", "pt")], vec![4, 2, 3]);
        assert!(text.contains("lacks `version`"), "{text}");
        let newer = [NOTES[0], ("version", "2"), NOTES[2], NOTES[3]];
        let text = problem(&newer, vec![4, 2, 3]);
        assert!(text.contains("is `sweep-features` version 2"), "{text}");
        let none = [NOTES[0], NOTES[1], ("layers", "0"), NOTES[3]];
        let text = problem(&none, vec![4, 2, 3]);
        assert!(text.contains("`layers` is `0`"), "{text}");
        let most = usize::MAX.to_string();
        let wide = [NOTES[0], NOTES[1], ("layers", &*most), ("width", &*most)];
        let text = problem(&wide, vec![0, 2, 3]);
        assert!(text.contains("too many numbers for a word"), "{text}");
        let text = problem(&NOTES, vec![4, 6]);
        assert!(text.contains("`doc/1` has shape [4, 6]"), "{text}");
    }
}
