//! How deep entities nest.

use std::collections::BTreeSet;

use super::Document;

/// The nesting depth ω of the entities of documents: the largest number of words inside of
/// an entity, its own first word among them, at which entities of the sentence start. 0
/// where there are no entities.
pub fn nesting_depth(documents: &[Document]) -> usize {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    let depths = sentences.flat_map(|sentence| {
        let starts = sentence.entities.iter().map(|entity| entity.span.start);
        let starts: BTreeSet<usize> = starts.collect();
        let inside = move |span: super::Span| starts.range(span.start..=span.end).count();
        sentence
            .entities
            .iter()
            .map(move |entity| inside(entity.span))
    });
    depths.max().unwrap_or(0)
}
