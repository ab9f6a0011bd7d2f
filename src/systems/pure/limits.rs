//! How long the relation model's inputs may be.

use super::config::PureConfig;
use crate::encoder::EncoderError;
use crate::systems::error::SystemError;

/// Pieces of the longest input by default beyond the words of context.
const BEYOND_CONTEXT: usize = 128;

/// Markers of a pair.
const MARKERS: usize = 4;

/// Longest text and longest input of the relation model in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Of the text before markers are added; its context shrinks to fit. None where the
    /// text is as long as it is, and the input is cut if it has markers.
    pub(crate) text: Option<usize>,
    /// Of the input, which is cut where it is longer.
    pub(crate) input: usize,
}

/// The limits of a model whose encoder reads at most `longest` pieces (Zhong and Chen
/// 2021, the release: 128 pieces for a sentence alone and 228 for 100 words of context).
pub(crate) fn limits(config: &PureConfig, longest: Option<usize>) -> Limits {
    let own = match config.rel_length {
        0 => default_length(config),
        length => length,
    };
    let input = longest.map_or(own, |longest| longest.min(own));
    let text = if config.approximate {
        let packed = config.packed_length.saturating_sub(MARKERS);
        Some(longest.map_or(packed, |longest| longest.min(packed)))
    } else if config.rel_input.has_markers() {
        None
    } else {
        // Nothing is cut from a text without markers, so the encoder alone sets a limit.
        longest
    };
    Limits { text, input }
}

/// Pieces of the longest input where `rel_length` does not say.
pub(crate) fn default_length(config: &PureConfig) -> usize {
    config.relation_window + BEYOND_CONTEXT
}

/// The error of a sentence that is too long, with the switch that says so where it is the
/// packed length and not the encoder.
pub(crate) fn too_long(error: EncoderError, config: &PureConfig) -> SystemError {
    let limit = config.packed_length.saturating_sub(MARKERS);
    match error {
        EncoderError::TooLong {
            pieces,
            positions,
            start,
        } if config.approximate && positions == limit => SystemError::Training(format!(
            "a sentence of {pieces} pieces is longer than the {limit} that the relation model \
             may read: `{start} …`; raise pure.packed_length, which has room for four markers \
             behind it"
        )),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::pure::config::RelInput;

    #[test]
    fn the_release_has_128_pieces_more_than_words_of_context() {
        let limits_of = |window| {
            let config = PureConfig {
                relation_window: window,
                ..PureConfig::default()
            };
            limits(&config, Some(512)).input
        };
        assert_eq!(
            [limits_of(0), limits_of(100), limits_of(400)],
            [128, 228, 512]
        );
    }

    #[test]
    fn packed_texts_leave_room_for_a_pair() {
        let config = PureConfig {
            approximate: true,
            ..PureConfig::default()
        };
        assert_eq!(limits(&config, None).text, Some(246));
        let text = PureConfig {
            rel_input: RelInput::Text,
            ..PureConfig::default()
        };
        assert_eq!(limits(&text, Some(512)).text, Some(512));
        assert_eq!(limits(&PureConfig::default(), Some(512)).text, None);
    }
}
