//! In which order the messages of one iteration are sent.

use super::config::Schedule;

/// Messages that are sent at the same time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// How many iterations old the head's marginals are; 0 are those of this iteration.
    pub(super) head: usize,
    /// How many iterations old the tail's marginals are.
    pub(super) tail: usize,
    /// Whether the messages go to spans; those see the pairs of the iteration before.
    pub(super) to_spans: bool,
    /// Whether they go to pairs.
    pub(super) to_pairs: bool,
}

/// To spans alone.
const SPANS: Pass = Pass {
    head: 1,
    tail: 1,
    to_spans: true,
    to_pairs: false,
};

const PARALLEL: [Pass; 1] = [Pass {
    to_pairs: true,
    ..SPANS
}];

const ENTITIES_FIRST: [Pass; 2] = [
    SPANS,
    Pass {
        head: 0,
        tail: 0,
        to_spans: false,
        to_pairs: true,
    },
];

const AS_PRINTED: [Pass; 2] = [
    SPANS,
    Pass {
        head: 0,
        tail: 1,
        to_spans: false,
        to_pairs: true,
    },
];

impl Schedule {
    /// The passes of an iteration.
    pub(super) fn passes(self) -> &'static [Pass] {
        match self {
            Self::Parallel => &PARALLEL,
            Self::EntitiesFirst => &ENTITIES_FIRST,
            Self::AsPrinted => &AS_PRINTED,
        }
    }
}
