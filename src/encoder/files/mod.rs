//! What models, word vectors and features have in common as files: safetensors read
//! from their headers, and hashes of content.

mod hash;
mod header;
mod tensor_file;

pub(crate) use hash::{file_hash, files_hash};
pub(crate) use header::{Header, LONGEST_HEADER, is_floating};
pub(crate) use tensor_file::TensorFile;
