//! Many pairs behind one text (Zhong and Chen 2021, "A Frustratingly Easy Approach for
//! Entity and Relation Extraction", §3.4): the four markers of a pair have the positions
//! of the pieces they mark, look at the text and at each other, and nothing looks at
//! them, so pairs share the text and do not notice one another.

mod flat;
mod layout;
mod marker_group;
mod ragged_attention;
mod rectangle;
mod split;
mod states;

pub use marker_group::{MarkerGroup, PackedText};
pub use split::split_groups;
pub use states::packed_states;
