//! Rows of pieces taken apart by heads, and put together again.

use burn::backend::flex::FlexTensor;
use burn::tensor::Shape;

/// `count` rows from row `first` on, heads × count × depth, without a copy.
pub(crate) fn apart(rows: &FlexTensor, first: usize, count: usize, heads: usize) -> FlexTensor {
    let depth = rows.layout().shape()[1] / heads;
    rows.narrow(0, first, count)
        .reshape(Shape::from(vec![count, heads, depth]))
        .permute(&[1, 0, 2])
}

/// Heads × pieces × depth as pieces × (heads · depth).
pub(crate) fn side_by_side(part: &[f32], rows: &mut [f32], [heads, depth]: [usize; 2]) {
    let width = heads * depth;
    for (head, part) in part.chunks_exact(rows.len() / heads).enumerate() {
        let rows = rows.chunks_exact_mut(width);
        for (row, part) in rows.zip(part.chunks_exact(depth)) {
            row[head * depth..][..depth].copy_from_slice(part);
        }
    }
}
