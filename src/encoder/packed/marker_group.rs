//! What is packed: a text and the markers of its pairs.

/// Markers of a pair: before and behind its subject, before and behind its object.
pub(super) const MARKERS: usize = 4;

/// The four markers of one pair: ⟨S⟩, ⟨/S⟩, ⟨O⟩ and ⟨/O⟩.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkerGroup {
    /// Their piece ids.
    pub ids: [u32; MARKERS],
    /// The pieces of the text whose positions they have: first and last piece of the
    /// subject, first and last piece of the object.
    pub positions: [u32; MARKERS],
}

/// A text with the groups of markers that look at it.
#[derive(Debug, Clone, Copy)]
pub struct PackedText<'a> {
    /// Its piece ids, special ones included.
    pub pieces: &'a [u32],
    /// One group a pair.
    pub groups: &'a [MarkerGroup],
}
