//! What a safetensors file holds, from its header alone.
//!
//! The format: eight bytes with the header's length (little endian), the header as JSON
//! (name to type, shape and place), the data.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::encoder::error::EncoderError;

/// Longest header that the format allows, in bytes.
pub(crate) const LONGEST_HEADER: usize = 100_000_000;

/// Bytes before the header: its length.
const LENGTH_BYTES: u64 = 8;

/// The entry of a header that is no tensor.
const NOTES: &str = "__metadata__";

/// The tensors of a safetensors file without their values.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    metadata: Metadata,
    /// Names of the tensors in the order of their data.
    names: Vec<String>,
    data_start: u64,
}

impl Header {
    /// Reads the header of a file, and checks that the file holds what it says.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off, or is something else: a pointer that git
    /// left, a web page.
    pub(crate) fn read(path: &Path) -> Result<Self, EncoderError> {
        Self::open(path).map(|(header, _)| header)
    }

    /// The same, and the open file.
    ///
    /// # Errors
    /// As for `read`.
    pub(super) fn open(path: &Path) -> Result<(Self, File), EncoderError> {
        let fail = |reason: String| EncoderError::unreadable(path, reason);
        let system = |error: std::io::Error| fail(error.to_string());
        let mut file = File::open(path).map_err(system)?;
        let whole = file.metadata().map_err(system)?.len();
        let Some(rest) = whole.checked_sub(LENGTH_BYTES) else {
            return Err(fail(format!(
                "not a safetensors file, or cut off: it has {whole} bytes"
            )));
        };
        let mut start = [0; LENGTH_BYTES as usize];
        file.read_exact(&mut start).map_err(system)?;
        let length = u64::from_le_bytes(start);
        // Read as a length, the first bytes of anything else are far too large a number;
        // one by one they would not tell, since a header may have any length.
        if length > LONGEST_HEADER as u64 {
            return Err(fail(disguised(start).to_owned()));
        }
        let Some(data) = rest.checked_sub(length) else {
            return Err(fail(format!(
                "cut off within the header: {rest} of {length} bytes; get the file again"
            )));
        };
        let mut text = vec![0; length as usize];
        file.read_exact(&mut text).map_err(system)?;
        let entries: Map<String, Value> = serde_json::from_slice(&text).map_err(|error| {
            fail(format!(
                "not a safetensors file: its header is not JSON: {error}"
            ))
        })?;
        let metadata = checked(entries, data).map_err(fail)?;
        let header = Self {
            names: metadata.offset_keys(),
            metadata,
            data_start: LENGTH_BYTES + length,
        };
        Ok((header, file))
    }

    /// Where the data begins in the file, in bytes.
    pub(super) fn data_start(&self) -> u64 {
        self.data_start
    }

    /// Names of the tensors in the order of their data.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Type, shape and place of a tensor.
    pub(crate) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.metadata.info(name)
    }

    /// The tensors in the order of their data.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (&str, &TensorInfo)> {
        let names = self.names.iter().map(String::as_str);
        names.filter_map(|name| Some((name, self.info(name)?)))
    }

    /// What the header says beside its tensors.
    pub(super) fn note(&self, key: &str) -> Option<&str> {
        Some(self.metadata.metadata().as_ref()?.get(key)?.as_str())
    }

    /// Number of parameters: elements of floating-point tensors.
    pub(crate) fn parameters(&self) -> u64 {
        let floating = self.tensors().filter(|(_, info)| is_floating(info.dtype));
        floating
            .map(|(_, info)| info.shape.iter().product::<usize>() as u64)
            .sum()
    }
}

/// Whether elements of a type are fractions, as those of parameters are.
pub(crate) fn is_floating(dtype: Dtype) -> bool {
    // The format's names: `F64`, `F32`, `F16`, `BF16`, `F8_E4M3`, ….
    dtype.to_string().trim_start_matches('B').starts_with('F')
}

/// What often lies under the name of a safetensors file instead.
fn disguised(start: [u8; LENGTH_BYTES as usize]) -> &'static str {
    let text = String::from_utf8_lossy(&start).to_lowercase();
    if text.starts_with("version ") {
        "a pointer to a large file of git, not the file; run `git lfs pull` in its folder"
    } else if text.trim_start().starts_with('<') {
        "a web page, not tensors; the download went wrong, get the file again"
    } else if text.starts_with("pk\u{3}\u{4}") || start[0] == 0x80 {
        "pickled weights under another name, which can run code when they are read"
    } else {
        "not a safetensors file"
    }
}

/// The tensors of a header that describes `data` bytes of values, or what is wrong.
fn checked(mut entries: Map<String, Value>, data: u64) -> Result<Metadata, String> {
    let notes: Option<HashMap<String, String>> = match entries.remove(NOTES) {
        Some(notes) => Some(entry(NOTES, notes)?),
        None => None,
    };
    let mut tensors: Vec<(String, TensorInfo)> = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let info = entry(&name, value)?;
        tensors.push((name, info));
    }
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    for (name, info) in &tensors {
        let (begin, end) = info.data_offsets;
        if end as u64 > data {
            return Err(format!(
                "cut off: {name} ends at byte {end} of the data, and there are {data}; get the \
                 file again"
            ));
        }
        if end.checked_sub(begin) != bytes(info) {
            return Err(format!(
                "the header is wrong about {name}: bytes {begin} to {end} do not hold {:?} of {}",
                info.shape, info.dtype
            ));
        }
    }
    let described = tensors.last().map_or(0, |(_, info)| info.data_offsets.1);
    if described as u64 != data {
        return Err(format!(
            "there are {data} bytes of data, and the header describes {described}; get the file \
             again"
        ));
    }
    // What is left to be wrong: gaps between tensors, or tensors in the same place.
    Metadata::new(notes, tensors).map_err(|error| format!("the header is wrong: {error}"))
}

fn entry<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, String> {
    serde_json::from_value(value)
        .map_err(|error| format!("the header's entry of {name} is malformed: {error}"))
}

/// Bytes of a tensor, unless the shape is beyond all bounds.
fn bytes(info: &TensorInfo) -> Option<usize> {
    let lengths = info.shape.iter().copied();
    let bits = lengths
        .into_iter()
        .try_fold(info.dtype.bitsize(), usize::checked_mul)?;
    bits.is_multiple_of(8).then_some(bits / 8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Header, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Header::read(file.path()).map_err(|error| error.to_string())
    }

    const TWO: &str = r#"{"__metadata__":{"format":"pt"},
        "b":{"dtype":"I64","shape":[1],"data_offsets":[24,32]},
        "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;

    #[test]
    fn tensors_are_told_without_their_values() {
        let header = read(&file(TWO, 32)).unwrap();
        assert_eq!(header.names(), ["a", "b"]);
        let (name, info) = header.tensors().next().unwrap();
        assert_eq!((name, info.dtype), ("a", Dtype::F32));
        assert_eq!(info.shape, [2, 3]);
        assert_eq!(header.note("format"), Some("pt"));
        assert_eq!(header.note("other"), None);
        assert_eq!(header.parameters(), 6, "whole numbers are no parameters");
    }

    #[test]
    fn what_is_no_safetensors_file_is_told_by_name() {
        for (bytes, reason) in [
            (
                b"version https://git-lfs.github.com/spec/v1\noid".to_vec(),
                "git lfs pull",
            ),
            (b"<!doctype html><html></html>".to_vec(), "a web page"),
            (b"PK\x03\x04 and a zip archive".to_vec(), "pickled"),
            (b"abc".to_vec(), "3 bytes"),
            (
                b"some other file altogether".to_vec(),
                "not a safetensors file",
            ),
            (file("[1, 2, 3]", 0), "not JSON"),
            (file(TWO, 32)[..40].to_vec(), "cut off within the header"),
            (file(TWO, 31), "cut off: b ends at byte 32"),
            (
                file(&TWO.replace("[2,3]", "[2,4]"), 32),
                "do not hold [2, 4] of F32",
            ),
            (
                file(&TWO.replace("[0,24]", "[24,0]"), 32),
                "the header is wrong",
            ),
            (
                file(&TWO.replace("[2,3]", "[18446744073709551615,3]"), 32),
                "the header is wrong",
            ),
            (
                file(&TWO.replace("\"F32\"", "32"), 32),
                "entry of a is malformed",
            ),
            (
                file(&TWO.replace("\"pt\"", "1"), 32),
                "entry of __metadata__ is malformed",
            ),
            (
                file(TWO, 33),
                "33 bytes of data, and the header describes 32",
            ),
            (
                file(&TWO.replace("[24,32]", "[32,40]"), 40),
                "the header is wrong: invalid offset for tensor `b`",
            ),
            (
                file(&TWO.replace("\"F32\"", "\"F6_E2M3\""), 32),
                "do not hold [2, 3] of F6_E2M3",
            ),
        ] {
            let text = read(&bytes).unwrap_err();
            assert!(text.contains(reason), "{reason}: {text}");
        }
    }

    #[test]
    fn parameters_are_of_floating_types() {
        for dtype in [Dtype::F64, Dtype::F32, Dtype::BF16, Dtype::F8_E4M3] {
            assert!(is_floating(dtype), "{dtype}");
        }
        for dtype in [Dtype::BOOL, Dtype::I64, Dtype::U8, Dtype::C64] {
            assert!(!is_floating(dtype), "{dtype}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..300_usize) {
            let _ = read(&bytes);
            let whole = file(TWO, 32);
            let result = read(&whole[..cut.min(whole.len())]);
            prop_assert_eq!(result.is_ok(), cut >= whole.len());
        }
    }
}
