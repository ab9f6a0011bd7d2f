//! Rows of single tensors out of a safetensors file, without reading the rest.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use burn::tensor::{bf16, f16};
use safetensors::tensor::{Dtype, TensorInfo};

use super::header::Header;
use crate::encoder::error::EncoderError;

/// An open safetensors file whose header has been read and checked.
#[derive(Debug)]
pub(crate) struct TensorFile {
    path: PathBuf,
    file: Mutex<File>,
    header: Header,
}

impl TensorFile {
    /// Reads the header and checks that the file holds what it says.
    ///
    /// # Errors
    /// As for `Header::read`.
    pub(crate) fn open(path: &Path) -> Result<Self, EncoderError> {
        let (header, file) = Header::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            header,
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An entry of the header's own metadata.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.header.note(key)
    }

    /// Names of the tensors in the order of their data.
    pub(crate) fn names(&self) -> &[String] {
        self.header.names()
    }

    /// Type and shape of a tensor.
    pub(crate) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.header.info(name)
    }

    /// Rows (along the first dimension) of a tensor as f32, checked to be finite.
    ///
    /// # Errors
    /// When the tensor is of another type, cannot be read, or holds numbers that are not
    /// finite.
    pub(crate) fn rows(
        &self,
        name: &str,
        info: &TensorInfo,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, EncoderError> {
        let fail = |reason: String| {
            EncoderError::unreadable(&self.path, format!("tensor `{name}` {reason}"))
        };
        let size = float_size(info.dtype).ok_or_else(|| {
            fail(format!(
                "has type {}; F32, F16 and BF16 can be read",
                info.dtype
            ))
        })?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let width = info.shape.iter().skip(1).product::<usize>() * size;
        let start = (info.data_offsets.0 + rows.start * width) as u64;
        let mut bytes = vec![0; rows.len() * width];
        {
            // A reader that panicked leaves nothing behind but the file's position.
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.header.data_start() + start))
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
    fn no_rows_of_however_wide_a_tensor_are_nothing() {
        // A shape of no elements passes every check of its size.
        let header = format!(
            r#"{{"a":{{"dtype":"F32","shape":[0,{0},{0}],"data_offsets":[0,0]}}}}"#,
            usize::MAX
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.into_bytes());
        std::fs::write(&file, bytes).unwrap();
        let tensors = TensorFile::open(file.path()).unwrap();
        let info = tensors.info("a").unwrap();
        assert!(tensors.rows("a", info, 0..0).unwrap().is_empty());
    }
}
