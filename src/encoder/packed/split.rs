//! How many pairs a sequence of limited length takes.

use std::ops::Range;

use super::marker_group::MARKERS;
use crate::encoder::error::EncoderError;

/// The groups of one text in sequences of at most `limit` pieces that each hold the text
/// and as many groups of four markers as have room; no groups need no sequence.
///
/// # Errors
/// When there are groups, but the text leaves no room for one.
pub fn split_groups(
    pieces: usize,
    groups: usize,
    limit: usize,
) -> Result<Vec<Range<usize>>, EncoderError> {
    let room = limit.saturating_sub(pieces) / MARKERS;
    if groups == 0 {
        return Ok(Vec::new());
    }
    if room == 0 {
        return Err(EncoderError::NoRoom { pieces, limit });
    }
    Ok((0..groups)
        .step_by(room)
        .map(|first| first..groups.min(first + room))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sequence_takes_groups_while_four_more_pieces_fit() {
        assert_eq!(split_groups(242, 3, 250).unwrap(), [0..2, 2..3]);
        assert_eq!(split_groups(243, 3, 250).unwrap(), [0..1, 1..2, 2..3]);
        assert_eq!(split_groups(30, 55, 250).unwrap().len(), 1);
        assert_eq!(split_groups(30, 56, 250).unwrap(), [0..55, 55..56]);
        assert!(split_groups(300, 0, 250).unwrap().is_empty());
    }

    #[test]
    fn a_text_without_room_is_told() {
        let message = split_groups(247, 1, 250).unwrap_err().to_string();
        assert_eq!(
            message,
            "a text of 247 pieces leaves no room for the four markers of a pair in a sequence of \
             250 pieces; give it less context, or allow longer sequences"
        );
        assert!(split_groups(400, 1, 250).is_err());
    }

    proptest! {
        #[test]
        fn every_group_is_in_one_sequence_and_no_sequence_is_needless(
            pieces in 0usize..60,
            groups in 0usize..60,
            limit in 0usize..80,
        ) {
            let Ok(parts) = split_groups(pieces, groups, limit) else {
                prop_assert!(groups > 0 && pieces + MARKERS > limit);
                return Ok(());
            };
            let all: Vec<usize> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..groups).collect::<Vec<_>>());
            for (index, part) in parts.iter().enumerate() {
                let length = pieces + MARKERS * part.len();
                prop_assert!(length <= limit);
                prop_assert!(index + 1 == parts.len() || length + MARKERS > limit);
            }
        }
    }
}
