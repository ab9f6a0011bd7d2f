//! Rows of single tensors out of a safetensors file, without reading the rest.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use burn::tensor::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use super::identity::unreadable;
use crate::encoder::error::EncoderError;

/// Bytes before the header: its length.
const LENGTH_BYTES: u64 = 8;

/// An open safetensors file whose header has been read and checked.
#[derive(Debug)]
pub(super) struct TensorFile {
    path: PathBuf,
    file: Mutex<File>,
    data_start: u64,
    metadata: Metadata,
}

impl TensorFile {
    /// Reads the header and checks that the file is as long as it says.
    pub(super) fn open(path: &Path) -> Result<Self, EncoderError> {
        let fail = |reason: String| unreadable(path, reason);
        let no_header = || fail("not a safetensors file: its header does not fit it".to_owned());
        let mut file = File::open(path).map_err(|error| fail(error.to_string()))?;
        let length = file
            .metadata()
            .map_err(|error| fail(error.to_string()))?
            .len();
        let mut header_length = [0; LENGTH_BYTES as usize];
        file.read_exact(&mut header_length)
            .map_err(|_| no_header())?;
        let data_start = u64::from_le_bytes(header_length)
            .checked_add(LENGTH_BYTES)
            .filter(|start| *start <= length)
            .ok_or_else(no_header)?;
        let mut header = vec![0; (data_start - LENGTH_BYTES) as usize];
        file.read_exact(&mut header)
            .map_err(|error| fail(error.to_string()))?;
        let metadata: Metadata = serde_json::from_slice(&header)
            .map_err(|error| fail(format!("not a safetensors file: {error}")))?;
        let expected = data_start.saturating_add(metadata.data_len() as u64);
        if expected != length {
            return Err(fail(format!(
                "has {length} bytes and its header describes {expected}; it may be cut short"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            data_start,
            metadata,
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An entry of the header's own metadata.
    pub(super) fn note(&self, key: &str) -> Option<&str> {
        Some(self.metadata.metadata().as_ref()?.get(key)?.as_str())
    }

    /// Names of the tensors in the order of their data.
    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// Type and shape of a tensor.
    pub(super) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.metadata.info(name)
    }

    /// Rows (along the first dimension) of a tensor as f32, checked to be finite.
    pub(super) fn rows(
        &self,
        name: &str,
        info: &TensorInfo,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, EncoderError> {
        let fail = |reason: String| unreadable(&self.path, format!("tensor `{name}` {reason}"));
        let size = float_size(info.dtype).ok_or_else(|| {
            fail(format!(
                "has type {}; F32, F16 and BF16 can be read",
                info.dtype
            ))
        })?;
        let width = info.shape.iter().skip(1).product::<usize>() * size;
        let start = self.data_start + (info.data_offsets.0 + rows.start * width) as u64;
        let mut bytes = vec![0; rows.len() * width];
        {
            // A reader that panicked leaves nothing behind but the file's position.
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start))
                .and_then(|_| file.read_exact(&mut bytes))
                .map_err(|error| fail(format!("cannot be read: {error}")))?;
        }
        let values = floats(&bytes, info.dtype);
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(fail("holds numbers that are not finite".to_owned()))
        }
    }
}

fn float_size(dtype: Dtype) -> Option<usize> {
    match dtype {
        Dtype::F32 => Some(4),
        Dtype::F16 | Dtype::BF16 => Some(2),
        _ => None,
    }
}

/// Little-endian floats of one of the types that `float_size` knows.
fn floats(bytes: &[u8], dtype: Dtype) -> Vec<f32> {
    if dtype == Dtype::F32 {
        let (words, _) = bytes.as_chunks::<4>();
        return words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    }
    let (halves, _) = bytes.as_chunks::<2>();
    if dtype == Dtype::F16 {
        halves
            .iter()
            .map(|half| f16::from_le_bytes(*half).to_f32())
            .collect()
    } else {
        halves
            .iter()
            .map(|half| bf16::from_le_bytes(*half).to_f32())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use safetensors::tensor::{TensorView, serialize};

    fn problem(content: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, content).unwrap();
        TensorFile::open(file.path()).unwrap_err().to_string()
    }

    #[test]
    fn rows_are_read_in_every_float_type() {
        let values = [1.0f32, -2.5, 0.0, 4.0, 0.15625, -6.0];
        let wide: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let half: Vec<u8> = values
            .iter()
            .flat_map(|v| f16::from_f32(*v).to_le_bytes())
            .collect();
        let brain: Vec<u8> = values
            .iter()
            .flat_map(|v| bf16::from_f32(*v).to_le_bytes())
            .collect();
        let view = |dtype, data| TensorView::new(dtype, vec![3, 2], data).unwrap();
        let tensors = [
            ("wide", view(Dtype::F32, wide.as_slice())),
            ("half", view(Dtype::F16, half.as_slice())),
            ("brain", view(Dtype::BF16, brain.as_slice())),
        ];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, serialize(tensors, None).unwrap()).unwrap();
        let tensors = TensorFile::open(file.path()).unwrap();
        for name in ["wide", "half", "brain"] {
            let info = tensors.info(name).unwrap();
            assert_eq!(
                tensors.rows(name, info, 1..3).unwrap(),
                values[2..],
                "{name}"
            );
        }
        assert!(tensors.info("other").is_none());
    }

    #[test]
    fn other_types_and_infinities_are_refused() {
        let bytes = 1i32.to_le_bytes();
        let infinite = f32::INFINITY.to_le_bytes();
        let tensors = [
            (
                "whole",
                TensorView::new(Dtype::I32, vec![1], &bytes).unwrap(),
            ),
            (
                "wild",
                TensorView::new(Dtype::F32, vec![1], &infinite).unwrap(),
            ),
        ];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, serialize(tensors, None).unwrap()).unwrap();
        let tensors = TensorFile::open(file.path()).unwrap();
        let error = |name: &str| {
            let info = tensors.info(name).unwrap();
            tensors.rows(name, info, 0..1).unwrap_err().to_string()
        };
        assert!(error("whole").contains("`whole` has type I32"));
        assert!(error("wild").contains("`wild` holds numbers that are not finite"));
    }

    #[test]
    fn files_of_another_kind_or_length_are_refused() {
        assert!(problem(b"").contains("not a safetensors file"));
        assert!(problem(&[255; 64]).contains("not a safetensors file"));
        assert!(problem(b"\x02\0\0\0\0\0\0\0[]").contains("not a safetensors file"));
        let whole = TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap();
        let mut bytes = serialize([("a", whole)], None).unwrap();
        bytes.pop();
        assert!(problem(&bytes).contains("may be cut short"));
    }
}
