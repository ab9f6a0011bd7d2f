//! The layout of files of precomputed features.
//!
//! A features file is a safetensors file. Its header's metadata says
//! `{"format":"sweep-features","version":"1","layers":"L","width":"D"}`. Every document
//! is one tensor under the document's key, shaped words of the document × L × D, in F32
//! or F16 (BF16 is read too); a document's sentences follow one another. With L = 1 a
//! shape of words × D is read as well. Any tool that writes safetensors can make one.

use std::ops::Range;

/// What the metadata calls the format.
pub(super) const FORMAT: &str = "sweep-features";

/// The version of the layout that is written and read.
pub(super) const VERSION: &str = "1";

/// Layers and width that all documents of a file share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dimensions {
    /// Number of layers L.
    pub(super) layers: usize,
    /// Width D of a layer.
    pub(super) width: usize,
}

impl Dimensions {
    /// None where a word would have more numbers than can be counted.
    pub(super) fn new(layers: usize, width: usize) -> Option<Self> {
        layers.checked_mul(width).map(|_| Self { layers, width })
    }

    /// Numbers per word.
    pub(super) fn per_word(self) -> usize {
        self.layers * self.width
    }

    /// Where the numbers of a range of words lie.
    pub(super) fn values(self, words: Range<usize>) -> Range<usize> {
        words.start * self.per_word()..words.end * self.per_word()
    }

    /// How many words a tensor of this shape holds, if it is a document's.
    pub(super) fn words(self, shape: &[usize]) -> Option<usize> {
        match *shape {
            [words, layers, width] if (layers, width) == (self.layers, self.width) => Some(words),
            [words, width] if (1, width) == (self.layers, self.width) => Some(words),
            _ => None,
        }
    }
}
