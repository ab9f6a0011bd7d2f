//! What a module is given of a sentence: the annotation, or what an earlier module
//! extracted.

use super::examples::Example;
use super::module::{ModuleKind, SpanSource};
use crate::corpus::Extraction;

/// What the annotation gives a module: all that is decided before it, and nothing that
/// it decides itself.
pub(crate) fn gold_input(kind: ModuleKind, example: &Example) -> Extraction {
    let gold = &example.gold;
    let mut input = Extraction::default();
    match kind.spans() {
        SpanSource::All => {}
        SpanSource::Entities | SpanSource::Kept => input.spans.clone_from(&gold.spans),
        SpanSource::Pairs => {
            input.spans.clone_from(&gold.spans);
            input.entities.clone_from(&gold.entities);
            if kind == ModuleKind::Rc {
                input.pairs.clone_from(&gold.pairs);
            }
        }
    }
    input
}

/// Adds the annotated entities that an earlier module did not keep.
pub(crate) fn inject_gold(input: &mut Extraction, example: &Example) {
    for span in &example.gold.spans {
        if !input.spans.contains(span) {
            input.spans.push(*span);
        }
    }
}
