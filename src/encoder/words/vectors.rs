//! Pretrained word vectors in memory.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::lookup::Lookup;
use super::{folder, text};
use crate::encoder::error::EncoderError;
use crate::encoder::files::{file_hash, files_hash};

/// Vectors by word, such as GloVe's (Pennington et al. 2014, "GloVe: Global Vectors
/// for Word Representation").
#[derive(Debug, Clone)]
pub struct WordVectors {
    dimension: usize,
    lookup: Lookup,
    rows: HashMap<Box<str>, u32>,
    values: Vec<f32>,
}

impl WordVectors {
    /// Reads every vector of `path`: a text file (a word and its numbers per line,
    /// with or without word2vec's header `count dimension`), or a folder that holds
    /// `vectors.safetensors` (tensor `vectors`, words × dimension, in f32, f16 or bf16)
    /// and `vocab.txt` (a word per line). Of a word that comes twice the first vector
    /// stays.
    ///
    /// # Errors
    /// When a file cannot be read, a line is malformed, a number is not finite, or the
    /// folder's two files do not fit each other; the error names the file and the line.
    pub fn open(path: &Path, lookup: Lookup) -> Result<Self, EncoderError> {
        Self::read(path, lookup, None)
    }

    /// Reads the vectors that `find` can reach for one of `words`, which spares the
    /// memory and most of the time that a large file would take.
    ///
    /// # Errors
    /// As for `open`, but in lines that are not needed only the number of fields is
    /// checked.
    pub fn open_for<'a>(
        path: &Path,
        lookup: Lookup,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, EncoderError> {
        let mut wanted = HashSet::new();
        for word in words {
            for form in lookup.forms(word) {
                if !wanted.contains(form.as_ref()) {
                    wanted.insert(form.into_owned());
                }
            }
        }
        Self::read(path, lookup, Some(&wanted))
    }

    fn read(
        path: &Path,
        lookup: Lookup,
        wanted: Option<&HashSet<String>>,
    ) -> Result<Self, EncoderError> {
        let mut vectors = Self {
            dimension: 0,
            lookup,
            rows: HashMap::new(),
            values: Vec::new(),
        };
        if path.is_dir() {
            folder::read(path, wanted, &mut vectors)?;
        } else {
            text::read(path, wanted, &mut vectors)?;
        }
        if vectors.dimension == 0 {
            return Err(EncoderError::unreadable(
                path,
                "holds no word vectors".to_owned(),
            ));
        }
        Ok(vectors)
    }

    /// Fixes the width before the first word comes.
    pub(super) fn set_dimension(&mut self, dimension: usize) {
        self.dimension = dimension;
    }

    /// Takes a word with its vector, unless the word has one already.
    pub(super) fn insert(&mut self, word: &str, vector: &[f32]) {
        if !self.rows.contains_key(word) {
            self.rows.insert(word.into(), self.rows.len() as u32);
            self.values.extend_from_slice(vector);
        }
    }

    /// Hash of the content that decides the vectors, wherever it lies; this is what a
    /// step's description names.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn content_hash(path: &Path) -> Result<String, EncoderError> {
        if !path.is_dir() {
            return Ok(file_hash(path)?.to_hex().to_string());
        }
        files_hash(path, folder::FILES)
    }

    /// Numbers per vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of words that have a vector.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no word has a vector.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How words are looked up.
    pub fn lookup(&self) -> Lookup {
        self.lookup
    }

    /// The vector of a word.
    pub fn find(&self, word: &str) -> Option<&[f32]> {
        self.matched(word).map(|(_, vector)| vector)
    }

    /// The form under which a word is found, and its vector.
    pub(super) fn matched(&self, word: &str) -> Option<(&str, &[f32])> {
        self.lookup.forms(word).find_map(|form| {
            let (form, row) = self.rows.get_key_value(form.as_ref())?;
            let start = *row as usize * self.dimension;
            Some((form.as_ref(), &self.values[start..start + self.dimension]))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn words_are_found_as_written_and_then_in_lower_case() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "The 1 2\nthe 3 4\nüber 5 6\n").unwrap();
        let lower = WordVectors::open(file.path(), Lookup::ExactThenLower).unwrap();
        assert_eq!(lower.find("The"), Some([1.0, 2.0].as_slice()));
        assert_eq!(lower.find("THE"), Some([3.0, 4.0].as_slice()));
        assert_eq!(lower.find("Über"), Some([5.0, 6.0].as_slice()));
        assert_eq!(lower.find("them"), None);
        let exact = WordVectors::open(file.path(), Lookup::Exact).unwrap();
        assert_eq!(exact.find("THE"), None);
        assert_eq!(exact.find("The"), Some([1.0, 2.0].as_slice()));
    }

    #[test]
    fn asking_for_some_words_gives_what_all_would() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "a 1 2\nA 3 4\nb 5 6\nc 7 8\nb 9 9\n").unwrap();
        let all = WordVectors::open(file.path(), Lookup::ExactThenLower).unwrap();
        let wanted = ["A", "B", "x"];
        let some = WordVectors::open_for(file.path(), Lookup::ExactThenLower, wanted).unwrap();
        assert_eq!((all.len(), some.len()), (4, 3));
        assert_eq!(some.dimension(), 2);
        for word in wanted {
            assert_eq!(some.find(word), all.find(word), "{word}");
        }
        assert_eq!(some.find("c"), None);
        let none = WordVectors::open_for(file.path(), Lookup::Exact, ["x"]).unwrap();
        assert!(none.is_empty() && none.dimension() == 2);
        std::fs::write(&file, "").unwrap();
        let text = WordVectors::open_for(file.path(), Lookup::Exact, ["x"])
            .unwrap_err()
            .to_string();
        assert!(text.contains("holds no word vectors"), "{text}");
    }

    #[test]
    fn the_hash_depends_on_content_and_not_on_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, "a 1\n").unwrap();
        std::fs::write(&two, "a 1\n").unwrap();
        let hash = |path: &Path| WordVectors::content_hash(path).unwrap();
        assert_eq!(hash(&one), hash(&two));
        std::fs::write(&two, "a 2\n").unwrap();
        assert_ne!(hash(&one), hash(&two));
        let text = WordVectors::content_hash(folder.path())
            .unwrap_err()
            .to_string();
        assert!(text.contains("vectors.safetensors"), "{text}");
    }
}
