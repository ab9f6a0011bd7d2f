//! Words to pieces under every family of tokenizers, and back.

mod alignment;
mod extra_pieces;
mod limit;
mod prefix_space;
mod special;
#[cfg(test)]
mod tiny_tokenizers;
mod vocabulary;
mod window;
mod word_pieces;

pub use alignment::Pieces;
pub use special::SpecialPieces;
pub use vocabulary::word_vocabulary;
pub use word_pieces::WordPieces;
