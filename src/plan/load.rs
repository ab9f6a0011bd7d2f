//! How much a training reads in an epoch.

use serde_json::Value;

use super::resolve::Size;
use crate::systems::pure;

/// Words that an encoder reads in an epoch, and the steps of the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    pub(super) words: f64,
    pub(super) batches: f64,
}

/// What an epoch of the training with this description reads of a split of this size.
///
/// Most trainings read every sentence once. PURE's models read a window around it, and
/// its relation model reads that once for every pair of entities with four markers in it,
/// unless pairs share their text.
pub(super) fn load(kind: &str, description: &Value, size: Size) -> Load {
    let batch = description["train"]["batch"].as_f64().unwrap_or(1.0);
    let sentences = size.sentences as f64;
    let plain = Load {
        words: size.words as f64,
        batches: (sentences / batch).ceil(),
    };
    let switches = &description["pure"];
    let window = |key: &str| {
        let window = switches[key].as_f64().unwrap_or(0.0);
        // Nearly every window of a long document is full, and none exceeds its document.
        let own = size.words as f64 / sentences.max(1.0);
        let document = size.words as f64 / (size.documents as f64).max(1.0);
        sentences * own.max(window.min(document))
    };
    let entities = Load {
        words: window("entity_window"),
        ..plain
    };
    let pairs = size.pairs as f64;
    let input = switches["rel_input"].as_str().unwrap_or_default();
    let packed = switches["approximate"] == true && switches["packed_training"] == true;
    let context = window("relation_window") - size.words as f64;
    let relations = Load {
        words: if input.starts_with("text") || packed {
            size.words as f64 + context + if packed { 4.0 * pairs } else { 0.0 }
        } else {
            size.pair_words as f64 + pairs * (4.0 + context / sentences.max(1.0))
        },
        batches: (pairs / batch).ceil(),
    };
    match (kind, description["task"].as_str()) {
        (pure::TRAIN, Some("entities")) | (pure::JOINT, _) => entities,
        (pure::TRAIN, Some("relations")) => relations,
        (pure::TRAIN, Some("both")) => Load {
            words: entities.words + relations.words,
            batches: entities.batches + relations.batches,
        },
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Two documents of five sentences of 20 words, with two entities in each.
    const SIZE: Size = Size {
        documents: 2,
        sentences: 10,
        words: 200,
        pairs: 20,
        pair_words: 400,
        word_pairs: 4000,
        relation_types: 1,
    };

    fn relations(pure: &Value) -> Load {
        let description = json!({ "task": "relations", "pure": pure, "train": { "batch": 8 } });
        load(pure::TRAIN, &description, SIZE)
    }

    #[test]
    fn a_pair_is_read_by_itself_unless_it_shares_its_text() {
        let of = |words, batches| Load { words, batches };
        let full = json!({ "relation_window": 0, "rel_input": "typed_markers" });
        assert_eq!(relations(&full), of(480.0, 3.0));
        let text = json!({ "relation_window": 0, "rel_input": "text" });
        assert_eq!(relations(&text), of(200.0, 3.0));
        let packed = json!({
            "relation_window": 0, "rel_input": "markers", "approximate": true, "packed_training": true,
        });
        assert_eq!(relations(&packed), of(280.0, 3.0));
        let context = json!({ "relation_window": 50, "rel_input": "markers" });
        assert_eq!(relations(&context), of(1080.0, 3.0));
    }

    #[test]
    fn windows_end_with_their_document() {
        let entities = |window: usize| {
            let description = json!({
                "task": "entities", "pure": { "entity_window": window }, "train": { "batch": 4 },
            });
            load(pure::TRAIN, &description, SIZE).words
        };
        let found = [0, 50, 300].map(|window| entities(window) as usize);
        assert_eq!(found, [200, 500, 1000]);
        let other = load("jointere/train", &json!({ "train": { "batch": 3 } }), SIZE);
        let plain = Load {
            words: 200.0,
            batches: 4.0,
        };
        assert_eq!(other, plain);
    }
}
