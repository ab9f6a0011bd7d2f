//! The pretrained architectures, one file each, behind one interface: what they share,
//! how their configurations and checkpoints name things, and what is kept from training.

mod activation;
mod albert;
mod architecture;
mod attention;
mod bart;
mod bert;
mod deberta;
mod freeze;
mod gelu;
mod grow;
pub(crate) mod heads;
mod host_attention;
pub(crate) mod host_linear;
mod interface;
pub(crate) mod lanes;
mod lookup;
mod model;
mod names;
mod norm;
mod pointwise;
pub(crate) mod post_norm;
mod problems;
mod relative_bias;
mod score_terms;
mod self_attention;
pub(crate) mod softmax;
mod t5;
mod terms;

pub(crate) use activation::Activation;
pub use albert::{Albert, AlbertConfig};
pub use architecture::{ARCHITECTURES, Architecture};
pub use bart::{Bart, BartConfig};
pub use bert::{Bert, BertConfig};
pub use deberta::{Deberta, DebertaConfig};
pub use freeze::{Freeze, freeze};
pub use grow::grow_vocabulary;
pub use interface::Transformer;
pub use model::Encoder;
pub(crate) use pointwise::{exp_of_negative, pointwise};
pub use t5::{T5, T5Config};
