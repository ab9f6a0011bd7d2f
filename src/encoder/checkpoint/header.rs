//! What a safetensors file holds, from its header alone.
//!
//! The format: eight bytes with the header's length (little endian), the header as JSON
//! (name to dtype, shape and place), the data.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::encoder::error::EncoderError;

/// Longest header that the format allows, in bytes.
const LONGEST: u64 = 100_000_000;

/// The tensors of a safetensors file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The tensors by their place in the file.
    pub(crate) tensors: Vec<TensorInfo>,
}

/// A tensor without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TensorInfo {
    /// Its name.
    pub(crate) name: String,
    /// Its dimensions, outermost first.
    pub(crate) shape: Vec<usize>,
    /// Its element type in the format's words: `F32`, `F16`, `BF16`, `I64`, …
    pub(crate) dtype: String,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

impl TensorInfo {
    /// Number of elements.
    pub(crate) fn elements(&self) -> u64 {
        self.shape.iter().map(|&length| length as u64).product()
    }

    /// Whether the elements are fractions, as those of parameters are.
    pub(crate) fn is_floating(&self) -> bool {
        self.dtype.starts_with(['F', 'B']) && self.dtype != "BOOL"
    }
}

impl Header {
    /// Reads the header of a file, and checks that the file holds what it says.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off, or is something else: a pointer that git
    /// left, a web page.
    pub(crate) fn read(path: &Path) -> Result<Self, EncoderError> {
        let fail = |reason: String| EncoderError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        let system = |error: std::io::Error| fail(error.to_string());
        let mut file = File::open(path).map_err(system)?;
        let whole = file.metadata().map_err(system)?.len();
        let mut start = [0; 8];
        if whole < 8 {
            return Err(fail(format!(
                "not a safetensors file, or cut off: it has {whole} bytes"
            )));
        }
        file.read_exact(&mut start).map_err(system)?;
        let length = u64::from_le_bytes(start);
        // Read as a length, the first bytes of anything else are far too large a number;
        // one by one they would not tell, since a header may have any length.
        if length > LONGEST {
            return Err(fail(disguised(start).to_owned()));
        }
        if length > whole - 8 {
            return Err(fail(format!(
                "cut off within the header: {} of {length} bytes; get the file again",
                whole - 8
            )));
        }
        let mut text = vec![0; length as usize];
        file.read_exact(&mut text).map_err(system)?;
        let entries: Map<String, Value> = serde_json::from_slice(&text).map_err(|error| {
            fail(format!(
                "not a safetensors file: its header is not JSON: {error}"
            ))
        })?;
        tensors(entries, whole - 8 - length).map_err(fail)
    }

    /// The names of all tensors.
    pub(super) fn names(&self) -> std::collections::BTreeSet<&str> {
        let names = self.tensors.iter().map(|tensor| tensor.name.as_str());
        names.collect()
    }

    /// Number of parameters: elements of floating-point tensors.
    pub(crate) fn parameters(&self) -> u64 {
        let floating = self.tensors.iter().filter(|tensor| tensor.is_floating());
        floating.map(TensorInfo::elements).sum()
    }
}

/// What often lies under the name of a weights file instead.
fn disguised(start: [u8; 8]) -> &'static str {
    let text = String::from_utf8_lossy(&start).to_lowercase();
    if text.starts_with("version ") {
        "a pointer to a large file of git, not the file; run `git lfs pull` in its folder"
    } else if text.trim_start().starts_with('<') {
        "a web page, not weights; the download went wrong, get the file again"
    } else if text.starts_with("pk\u{3}\u{4}") || start[0] == 0x80 {
        "pickled weights under another name, which can run code when they are read"
    } else {
        "not a safetensors file"
    }
}

/// The tensors of a header, before `data` bytes of values.
fn tensors(entries: Map<String, Value>, data: u64) -> Result<Header, String> {
    let mut found = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        if name == "__metadata__" {
            continue;
        }
        let entry: Entry = serde_json::from_value(value)
            .map_err(|error| format!("the header's entry of {name} is malformed: {error}"))?;
        let info = TensorInfo {
            name,
            shape: entry.shape,
            dtype: entry.dtype,
        };
        let (begin, end) = entry.data_offsets;
        if end > data {
            return Err(format!(
                "cut off: {} ends at byte {end} of the data, and there are {data}; get the file \
                 again",
                info.name
            ));
        }
        let bytes = end.checked_sub(begin);
        if bits(&info.dtype).is_some_and(|bits| expected(&info, bits) != bytes) {
            return Err(format!(
                "the header is wrong about {}: bytes {begin} to {end} do not hold {:?} of {}",
                info.name, info.shape, info.dtype
            ));
        }
        found.push((begin, info));
    }
    found.sort_by_key(|(begin, _)| *begin);
    Ok(Header {
        tensors: found.into_iter().map(|(_, info)| info).collect(),
    })
}

/// Bytes of a tensor, unless the shape is beyond all bounds.
fn expected(info: &TensorInfo, bits: u64) -> Option<u64> {
    let lengths = info.shape.iter().map(|&length| length as u64);
    let bits = lengths.into_iter().try_fold(bits, u64::checked_mul)?;
    Some(bits.div_ceil(8))
}

/// Bits of an element; none for a type that is not known here.
fn bits(dtype: &str) -> Option<u64> {
    match dtype {
        "F64" | "I64" | "U64" => Some(64),
        "F32" | "I32" | "U32" => Some(32),
        "F16" | "BF16" | "I16" | "U16" => Some(16),
        "I8" | "U8" | "BOOL" => Some(8),
        _ => None,
    }
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
        let names: Vec<&str> = header.tensors.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(header.tensors[0].shape, [2, 3]);
        assert_eq!(header.tensors[0].dtype, "F32");
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
        ] {
            let text = read(&bytes).unwrap_err();
            assert!(text.contains(reason), "{reason}: {text}");
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
