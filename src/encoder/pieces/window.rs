//! The context that fits when a sentence is too long.

use std::ops::Range;

/// The words around `target` whose pieces fit `room`, where `counts` has the number of
/// pieces of every word.
///
/// Context is added word by word on the side that has fewer words so far (on the right
/// when both have as many); when one side's next word does not fit or does not exist,
/// the other side gets the rest. So both sides are as even as the sentence allows, and
/// neither could take another word. Nothing when the target itself does not fit or is
/// no part of the sentence.
pub(super) fn window(counts: &[usize], target: Range<usize>, room: usize) -> Option<Range<usize>> {
    let mut used: usize = counts.get(target.clone())?.iter().sum();
    if used > room {
        return None;
    }
    let (mut start, mut end) = (target.start, target.end);
    loop {
        let left = start > 0 && used + counts[start - 1] <= room;
        let right = end < counts.len() && used + counts[end] <= room;
        let left_is_shorter = target.start - start < end - target.end;
        if left && (left_is_shorter || !right) {
            start -= 1;
            used += counts[start];
        } else if right {
            used += counts[end];
            end += 1;
        } else {
            return Some(start..end);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_sides_shrink_evenly() {
        assert_eq!(window(&[1; 9], 4..5, 9), Some(0..9), "all of it fits");
        assert_eq!(window(&[1; 9], 4..5, 5), Some(2..7));
        assert_eq!(window(&[1; 9], 4..5, 4), Some(3..7), "the odd one is right");
        assert_eq!(window(&[1; 9], 4..5, 1), Some(4..5));
    }

    #[test]
    fn the_room_that_one_side_cannot_use_goes_to_the_other() {
        assert_eq!(window(&[1; 9], 1..2, 6), Some(0..6), "the sentence begins");
        assert_eq!(
            window(&[1, 1, 1, 1, 1, 9], 3..4, 4),
            Some(1..5),
            "a long word"
        );
    }

    #[test]
    fn a_target_that_does_not_fit_has_no_window() {
        assert_eq!(window(&[1, 5, 1], 1..2, 4), None);
        assert_eq!(window(&[1, 1], 1..3, 9), None, "beyond the sentence");
    }

    proptest! {
        #[test]
        fn a_window_is_even_and_cannot_grow(
            counts in prop::collection::vec(1_usize..7, 1..30),
            start in 0_usize..30,
            length in 0_usize..4,
            room in 0_usize..60,
        ) {
            let start = start.min(counts.len());
            let target = start..(start + length).min(counts.len());
            let needed: usize = counts[target.clone()].iter().sum();
            let Some(found) = window(&counts, target.clone(), room) else {
                prop_assert!(needed > room);
                return Ok(());
            };
            prop_assert!(found.start <= target.start && target.end <= found.end);
            let used: usize = counts[found.clone()].iter().sum();
            prop_assert!(used <= room);
            let full_left = found.start == 0 || used + counts[found.start - 1] > room;
            let full_right = found.end == counts.len() || used + counts[found.end] > room;
            prop_assert!(full_left && full_right);
            // The shorter side stopped because its next word did not fit at the time
            // when both sides were even: give the longer side's surplus back and see.
            let (left, right) = (target.start - found.start, found.end - target.end);
            if left + 1 < right && found.start > 0 {
                let even = found.start..target.end + left + 1;
                let used: usize = counts[even].iter().sum();
                prop_assert!(used + counts[found.start - 1] > room);
            }
            if right < left && found.end < counts.len() {
                let even = target.start - right..found.end;
                let used: usize = counts[even].iter().sum();
                prop_assert!(used + counts[found.end] > room);
            }
        }
    }
}
