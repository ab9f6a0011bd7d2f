//! Writing features of words, document by document.
//!
//! The corpus says beforehand which documents there are and how long each is, so the
//! header can be written first and every document goes to its place as soon as it is
//! computed, in any order and without being kept. Equal features give equal bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use burn::tensor::f16;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::layout::{Dimensions, FORMAT, VERSION};
use crate::encoder::error::EncoderError;
use crate::encoder::files::LONGEST_HEADER;

/// In which precision features are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeaturePrecision {
    /// 32 bits a number.
    #[default]
    Single,
    /// 16 bits a number, which halves the file and rounds to three digits.
    Half,
}

impl FeaturePrecision {
    /// Safetensors' name for it.
    fn name(self) -> &'static str {
        match self {
            Self::Single => "F32",
            Self::Half => "F16",
        }
    }

    /// Bytes per number.
    fn size(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Half => 2,
        }
    }
}

/// Where a document's numbers go, and whether they are there.
#[derive(Debug)]
struct Place {
    words: usize,
    offset: usize,
    written: bool,
}

/// A file of features in the making; `Features` reads it and documents the layout.
///
/// The file is written where it is asked for: that half a file never takes a whole
/// one's place is the caller's business.
#[derive(Debug)]
pub struct FeaturesWriter {
    path: PathBuf,
    file: File,
    data_start: usize,
    dimensions: Dimensions,
    precision: FeaturePrecision,
    places: BTreeMap<String, Place>,
}

impl FeaturesWriter {
    /// Starts a file for the documents given by key and number of words, with so many
    /// `layers` of so many numbers (`width`) per word.
    ///
    /// # Errors
    /// When the file cannot be written, there are no layers or no width, a key comes
    /// twice or is not allowed, or there are more documents or words than a file holds.
    pub fn create<'a>(
        path: &Path,
        layers: usize,
        width: usize,
        precision: FeaturePrecision,
        documents: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Result<Self, EncoderError> {
        let fail = |reason: String| EncoderError::unreadable(path, reason);
        if layers == 0 || width == 0 {
            return Err(fail(format!(
                "features of {layers} layers and width {width} cannot be written"
            )));
        }
        let too_many = || fail("the documents have too many words for a file".to_owned());
        let dimensions = Dimensions::new(layers, width).ok_or_else(too_many)?;
        let mut places = BTreeMap::new();
        for (key, words) in documents {
            if key == "__metadata__" {
                return Err(fail(format!("a document cannot have the key `{key}`")));
            }
            let place = Place {
                words,
                offset: 0,
                written: false,
            };
            if places.insert(key.to_owned(), place).is_some() {
                return Err(fail(format!("two documents have the key `{key}`")));
            }
        }
        let header = header(dimensions, precision, &mut places).ok_or_else(too_many)?;
        if header.len() > LONGEST_HEADER {
            return Err(fail(format!(
                "a header of {} bytes for {} documents is longer than the {LONGEST_HEADER} that \
                 safetensors allows; write fewer documents into a file",
                header.len(),
                places.len()
            )));
        }
        let mut file = File::create(path).map_err(|error| fail(error.to_string()))?;
        file.write_all(&(header.len() as u64).to_le_bytes())
            .and_then(|()| file.write_all(&header))
            .map_err(|error| fail(format!("cannot be written: {error}")))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            data_start: header.len() + 8,
            dimensions,
            precision,
            places,
        })
    }

    /// Writes a document: L × D numbers of each word, one word after the other.
    ///
    /// # Errors
    /// When the document was not announced or has another number of words, a number is
    /// not finite in the file's precision, or the file cannot be written.
    pub fn write(&mut self, key: &str, values: &[f32]) -> Result<(), EncoderError> {
        let fail = |reason: String| {
            EncoderError::unreadable(&self.path, format!("document `{key}` {reason}"))
        };
        let place = self
            .places
            .get_mut(key)
            .ok_or_else(|| fail("was not announced when the file was begun".to_owned()))?;
        let expected = place.words * self.dimensions.per_word();
        if values.len() != expected {
            return Err(fail(format!(
                "has {} numbers, expected {expected}: {} words × {} × {}",
                values.len(),
                place.words,
                self.dimensions.layers,
                self.dimensions.width
            )));
        }
        let mut bytes = Vec::with_capacity(expected * self.precision.size());
        let mut finite = true;
        for value in values {
            match self.precision {
                FeaturePrecision::Single => {
                    finite &= value.is_finite();
                    bytes.extend(value.to_le_bytes());
                }
                FeaturePrecision::Half => {
                    let half = f16::from_f32(*value);
                    finite &= half.is_finite();
                    bytes.extend(half.to_le_bytes());
                }
            }
        }
        if !finite {
            return Err(fail(format!(
                "has a number that is not finite in {}",
                self.precision.name()
            )));
        }
        self.file
            .seek(SeekFrom::Start((self.data_start + place.offset) as u64))
            .and_then(|_| self.file.write_all(&bytes))
            .map_err(|error| fail(format!("cannot be written: {error}")))?;
        place.written = true;
        Ok(())
    }

    /// Ends the file, once it is safely on the disk.
    ///
    /// # Errors
    /// When an announced document was not written, or the disk refuses.
    pub fn finish(self) -> Result<(), EncoderError> {
        let fail = |reason: String| EncoderError::unreadable(&self.path, reason);
        let mut missing = self.places.iter().filter(|(_, place)| !place.written);
        if let Some((key, _)) = missing.next() {
            return Err(fail(format!(
                "document `{key}` and {} more were announced and not written",
                missing.count()
            )));
        }
        self.file
            .sync_all()
            .map_err(|error| fail(format!("cannot be written: {error}")))
    }
}

/// The header, and with it every document's offset, in the order of the keys; none where
/// there are more bytes than can be counted.
fn header(
    dimensions: Dimensions,
    precision: FeaturePrecision,
    places: &mut BTreeMap<String, Place>,
) -> Option<Vec<u8>> {
    let mut entries = Map::new();
    entries.insert(
        "__metadata__".to_owned(),
        json!({
            "format": FORMAT,
            "version": VERSION,
            "layers": dimensions.layers.to_string(),
            "width": dimensions.width.to_string(),
        }),
    );
    let per_word = dimensions.per_word().checked_mul(precision.size())?;
    let mut offset = 0usize;
    for (key, place) in places {
        let end = offset.checked_add(place.words.checked_mul(per_word)?)?;
        entries.insert(
            key.clone(),
            json!({
                "dtype": precision.name(),
                "shape": [place.words, dimensions.layers, dimensions.width],
                "data_offsets": [offset, end],
            }),
        );
        place.offset = offset;
        offset = end;
    }
    let mut header = Value::Object(entries).to_string().into_bytes();
    // Data starts at a multiple of eight bytes, as safetensors asks for.
    header.resize(header.len().next_multiple_of(8), b' ');
    Some(header)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::features::Features;
    use super::*;

    const DOCUMENTS: [(&str, usize); 3] = [("b", 2), ("a \"quoted\" é", 1), ("empty", 0)];

    fn writer(path: &Path, precision: FeaturePrecision) -> FeaturesWriter {
        FeaturesWriter::create(path, 2, 1, precision, DOCUMENTS).unwrap()
    }

    fn values(words: usize) -> Vec<f32> {
        (0..2 * words).map(|at| at as f32 / 3.0 - 0.5).collect()
    }

    #[test]
    fn what_is_written_is_read_whatever_the_order() {
        let folder = tempfile::tempdir().unwrap();
        for (precision, tolerance) in [
            (FeaturePrecision::Single, 0.0),
            (FeaturePrecision::Half, 5e-4),
        ] {
            let (one, two) = (folder.path().join("one"), folder.path().join("two"));
            let mut forward = writer(&one, precision);
            let mut backward = writer(&two, precision);
            for (key, words) in DOCUMENTS {
                forward.write(key, &values(words)).unwrap();
            }
            for (key, words) in DOCUMENTS.into_iter().rev() {
                backward.write(key, &values(words)).unwrap();
            }
            forward.finish().unwrap();
            backward.finish().unwrap();
            assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
            let features = Features::open(&one).unwrap();
            features.check(DOCUMENTS).unwrap();
            for (key, words) in DOCUMENTS {
                let document = features.document(key, words).unwrap();
                let found = document.words(0..words).unwrap();
                assert_eq!(found.len(), 2 * words);
                for (found, expected) in found.iter().zip(values(words)) {
                    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
                }
            }
        }
    }

    #[test]
    fn the_usual_reader_accepts_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = writer(file.path(), FeaturePrecision::Single);
        for (key, words) in DOCUMENTS {
            writer.write(key, &values(words)).unwrap();
        }
        writer.finish().unwrap();
        let bytes = std::fs::read(file.path()).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.len(), 3);
        assert_eq!(tensors.tensor("b").unwrap().shape(), [2, 2, 1]);
    }

    #[test]
    fn mistakes_are_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = writer(file.path(), FeaturePrecision::Half);
        let text = writer.write("c", &[]).unwrap_err().to_string();
        assert!(text.contains("document `c` was not announced"), "{text}");
        let text = writer.write("b", &[0.0]).unwrap_err().to_string();
        assert!(
            text.contains("has 1 numbers, expected 4: 2 words × 2 × 1"),
            "{text}"
        );
        let text = writer.write("b", &[1e6; 4]).unwrap_err().to_string();
        assert!(text.contains("not finite in F16"), "{text}");
        writer.write("b", &values(2)).unwrap();
        let text = writer.finish().unwrap_err().to_string();
        assert!(
            text.contains("and 1 more were announced and not written"),
            "{text}"
        );
        let create = |layers, documents: &[(&str, usize)]| {
            let documents = documents.iter().copied();
            let precision = FeaturePrecision::Single;
            FeaturesWriter::create(file.path(), layers, 1, precision, documents)
                .unwrap_err()
                .to_string()
        };
        assert!(create(0, &[]).contains("0 layers"));
        let text = create(1, &[("a", usize::MAX)]);
        assert!(text.contains("too many words"), "{text}");
        let long = "x".repeat(LONGEST_HEADER);
        let text = create(1, &[(&long, 1)]);
        assert!(text.contains("longer than the 100000000"), "{text}");
        assert!(create(1, &[("a", 1), ("a", 1)]).contains("two documents have the key `a`"));
        assert!(create(1, &[("__metadata__", 1)]).contains("cannot have the key"));
    }
}
