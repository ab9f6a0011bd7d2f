//! Word vectors from a folder: `vectors.safetensors` and `vocab.txt`.

use std::collections::HashSet;
use std::path::Path;

use super::vectors::WordVectors;
use crate::encoder::error::EncoderError;
use crate::encoder::files::TensorFile;

/// The files that decide the vectors.
pub(crate) const FILES: [&str; 2] = ["vectors.safetensors", "vocab.txt"];

/// The only tensor.
const TENSOR: &str = "vectors";

/// Rows that are read together. A block without a wanted word is passed over.
const BLOCK: usize = 1 << 12;

/// Adds the folder's vectors, or those of `wanted` words only.
pub(super) fn read(
    folder: &Path,
    wanted: Option<&HashSet<String>>,
    into: &mut WordVectors,
) -> Result<(), EncoderError> {
    let [vectors, vocabulary] = FILES.map(|file| folder.join(file));
    let text = std::fs::read_to_string(&vocabulary)
        .map_err(|error| EncoderError::unreadable(&vocabulary, error.to_string()))?;
    // Words may contain every other kind of line end.
    let words: Vec<&str> = text
        .strip_suffix('\n')
        .unwrap_or(&text)
        .split('\n')
        .collect();
    let tensors = TensorFile::open(&vectors)?;
    let fail = |reason: String| EncoderError::unreadable(&vectors, reason);
    let info = tensors.info(TENSOR).ok_or_else(|| {
        fail(format!(
            "has no tensor `{TENSOR}`; it has {}",
            tensors.names().join(", ")
        ))
    })?;
    let &[rows, dimension] = info.shape.as_slice() else {
        return Err(fail(format!(
            "tensor `{TENSOR}` has shape {:?}; words × dimension is expected",
            info.shape
        )));
    };
    if dimension == 0 {
        return Err(fail(format!("tensor `{TENSOR}` has vectors of width 0")));
    }
    if rows == 0 {
        return Err(fail("holds no word vectors".to_owned()));
    }
    if rows != words.len() {
        return Err(EncoderError::unreadable(
            &vocabulary,
            format!(
                "has {} words and {} has {rows} vectors; they must be of the same vocabulary",
                words.len(),
                FILES[0]
            ),
        ));
    }
    into.set_dimension(dimension);
    let chosen = |word: &str| wanted.is_none_or(|wanted| wanted.contains(word));
    for (block, words) in words.chunks(BLOCK).enumerate() {
        if !words.iter().any(|word| chosen(word)) {
            continue;
        }
        let start = block * BLOCK;
        let values = tensors.rows(TENSOR, info, start..start + words.len())?;
        for (word, vector) in words.iter().zip(values.chunks_exact(dimension)) {
            if chosen(word) {
                into.insert(word, vector);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::lookup::Lookup;
    use super::*;
    use safetensors::tensor::{Dtype, TensorView, serialize};

    fn folder(name: &str, shape: Vec<usize>, vocabulary: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..shape.iter().product())
            .flat_map(|value: usize| (value as f32).to_le_bytes())
            .collect();
        let view = TensorView::new(Dtype::F32, shape, &bytes).unwrap();
        let file = serialize([(name, view)], None).unwrap();
        std::fs::write(folder.path().join(FILES[0]), file).unwrap();
        std::fs::write(folder.path().join(FILES[1]), vocabulary).unwrap();
        folder
    }

    fn problem(folder: &tempfile::TempDir) -> String {
        WordVectors::open(folder.path(), Lookup::Exact)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn words_end_at_line_feeds_alone() {
        for vocabulary in ["a\nb\u{85}c\nd", "a\nb\u{85}c\nd\n"] {
            let folder = folder("vectors", vec![3, 2], vocabulary);
            let vectors = WordVectors::open(folder.path(), Lookup::Exact).unwrap();
            assert_eq!((vectors.len(), vectors.dimension()), (3, 2));
            assert_eq!(vectors.find("b\u{85}c"), Some([2.0, 3.0].as_slice()));
            assert_eq!(vectors.find("d"), Some([4.0, 5.0].as_slice()));
        }
    }

    #[test]
    fn some_words_of_many_blocks_are_found() {
        let rows = 3 * BLOCK + 5;
        let words: Vec<String> = (0..rows).map(|row| format!("w{row}")).collect();
        let folder = folder("vectors", vec![rows, 1], &words.join("\n"));
        let last = &words[rows - 1];
        let wanted = ["w7", last, "none"];
        let vectors = WordVectors::open_for(folder.path(), Lookup::Exact, wanted).unwrap();
        assert_eq!(vectors.len(), 2);
        assert_eq!(vectors.find("w7"), Some([7.0].as_slice()));
        assert_eq!(vectors.find(last), Some([(rows - 1) as f32].as_slice()));
    }

    #[test]
    fn files_that_do_not_fit_are_refused() {
        let text = problem(&folder("vectors", vec![3, 2], "a\nb\n"));
        assert!(
            text.contains("has 2 words and vectors.safetensors has 3 vectors"),
            "{text}"
        );
        let text = problem(&folder("embedding", vec![3, 2], "a\nb\nc"));
        assert!(
            text.contains("no tensor `vectors`; it has embedding"),
            "{text}"
        );
        let text = problem(&folder("vectors", vec![6], "a"));
        assert!(text.contains("shape [6]"), "{text}");
        let text = problem(&folder("vectors", vec![0, 2], ""));
        assert!(text.contains("holds no word vectors"), "{text}");
        let empty = tempfile::tempdir().unwrap();
        assert!(problem(&empty).contains("vocab.txt"));
    }
}
