//! The three steps that follow the encoder: where brackets open, which positions close one,
//! and which of the spans between them are linked (Hennen et al. 2024, §3.2 to §3.4).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::brackets::Place;
use super::config::{IterConfig, NestedLink};
use super::gated::{Gated, Terms};
use crate::corpus::Labels;
use crate::encoder::{Architecture, Noise};
use crate::systems::spans::indices;

/// Numbers that the heads' shapes follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Width H of the encoder's states.
    pub(crate) hidden: usize,
    /// Width of the encoder's feed-forward layers.
    pub(crate) feed_forward: usize,
    /// ω.
    pub(crate) nesting: usize,
}

impl Shape {
    /// The shape over an encoder.
    pub(crate) fn over(architecture: &Architecture, nesting: usize) -> Self {
        Self {
            hidden: architecture.width(),
            feed_forward: architecture.feed_forward(),
            nesting,
        }
    }
}

/// The heads.
#[derive(Module, Debug)]
pub(crate) struct Heads {
    /// From a position to whether a bracket opens there.
    pub(crate) is_left: Gated,
    /// From a left bracket and a position to the types of the entity between them.
    pub(crate) is_span: Gated,
    /// From a tail and a head to their relations; none where the corpus has no relations.
    pub(crate) is_link: Option<Gated>,
    /// ω.
    #[module(skip)]
    pub(crate) nesting: usize,
    /// Whether a link reads both states of a span side by side.
    #[module(skip)]
    concatenated: bool,
}

/// What `is_link` makes of spans in either role, a row a span.
pub(crate) struct Linked {
    tail: Terms,
    head: Terms,
}

impl Heads {
    /// Heads for these labels; their weights are zero until they are drawn. Hidden widths
    /// are those of the paper's footnote on parameters: η for `is_left` and 2η for the
    /// others, where η is the encoder's feed-forward width, or `d_ff` for all three.
    pub(crate) fn new(shape: Shape, labels: &Labels, config: &IterConfig, device: &Device) -> Self {
        let Shape {
            hidden,
            feed_forward,
            nesting,
        } = shape;
        let [one, two] = match config.d_ff {
            0 => [feed_forward, 2 * feed_forward],
            given => [given; 2],
        };
        let gated = |input, width, outputs| {
            let sizes = [input, width, outputs];
            Gated::new(sizes, config.activation, config.dropout, device)
        };
        // Where brackets may nest, the last output stands for no entity.
        let none = usize::from(nesting > 1);
        let concatenated = nesting > 1 && config.nested_link == NestedLink::Concat4;
        let relations = labels.relation_types.len() * if config.inverse_labels { 2 } else { 1 };
        let parts = if concatenated { 4 } else { 2 };
        Self {
            is_left: gated(hidden, one, 1),
            is_span: gated(2 * hidden, two, labels.entity_types.len() + none),
            is_link: (relations > 0).then(|| gated(parts * hidden, two, relations)),
            nesting,
            concatenated,
        }
    }

    /// Scores of entity types for pairs of a left bracket and a position, as row numbers of
    /// `rows`, positions × H; pairs × (types, and none where ω > 1).
    pub(crate) fn spans(
        &self,
        rows: &Tensor<2>,
        pairs: &[(usize, usize)],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let left = self.is_span.terms(rows, 0);
        let here = self.is_span.terms(rows, 1);
        let [first, second] = sides(pairs, &rows.device());
        self.is_span.pairs((&left, first), (&here, second), noise)
    }

    /// What `is_link` makes of spans, given as row numbers of their first and last position.
    pub(crate) fn linked(&self, is_link: &Gated, rows: &Tensor<2>, places: &[Place]) -> Linked {
        let [start, end] = sides(places, &rows.device());
        let last = rows.clone().select(0, end);
        if self.nesting == 1 {
            return Linked {
                tail: is_link.terms(&last, 0),
                head: is_link.terms(&last, 1),
            };
        }
        let first = rows.clone().select(0, start);
        if self.concatenated {
            return Linked {
                tail: is_link.terms(&first, 0).add(is_link.terms(&last, 1)),
                head: is_link.terms(&first, 2).add(is_link.terms(&last, 3)),
            };
        }
        let span = first + last;
        Linked {
            tail: is_link.terms(&span, 0),
            head: is_link.terms(&span, 1),
        }
    }

    /// Scores of relations for pairs of a head and a tail, as row numbers of `heads` and
    /// `tails`; pairs × relations.
    pub(crate) fn links(
        is_link: &Gated,
        (heads, tails): (&Linked, &Linked),
        pairs: &[(usize, usize)],
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let [head, tail] = sides(pairs, &heads.head.gate.device());
        is_link.pairs((&tails.tail, tail), (&heads.head, head), noise)
    }
}

/// Both sides of pairs as row numbers.
fn sides(
    pairs: &[(usize, usize)],
    device: &Device,
) -> [burn::tensor::Tensor<1, burn::tensor::Int>; 2] {
    let column = |side: fn(&(usize, usize)) -> usize| {
        let values: Vec<i32> = pairs.iter().map(|pair| side(pair) as i32).collect();
        indices(&values, device)
    };
    [column(|pair| pair.0), column(|pair| pair.1)]
}
