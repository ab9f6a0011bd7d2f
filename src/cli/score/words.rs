//! What was read and what counted as right, in words.

use crate::corpus::MatchedBy;
use crate::report::counted;
use crate::score::Symmetric;

use super::{Counting, Gold, Scored};

/// Which gold annotation there is.
pub(in crate::cli) fn gold_line(gold: &Gold) -> String {
    let sum = |of: fn(&crate::corpus::Sentence) -> usize| gold.sentences().map(of).sum();
    let [entities, relations]: [usize; 2] = [
        sum(|one| one.entities.len()),
        sum(|one| one.relations.len()),
    ];
    format!(
        "Gold: {}, {}; {}, {}, {}, {}.",
        gold.file.path.display(),
        gold.file.format,
        counted(gold.file.documents.len(), "document"),
        counted(gold.sentences().count(), "sentence"),
        if entities == 1 {
            "1 entity".to_owned()
        } else {
            format!("{entities} entities")
        },
        counted(relations, "relation"),
    )
}

/// Which predictions there are.
pub(super) fn predictions_line(gold: &Gold, scored: &Scored) -> String {
    let same = gold.file.path == scored.path;
    let place = if same {
        "in the same file".to_owned()
    } else {
        let by = match scored.by {
            MatchedBy::Names => "the names of documents",
            MatchedBy::Order => "the order of sentences",
        };
        format!(
            "{}, {}; matched with gold by {by} and their words",
            scored.path.display(),
            scored.format
        )
    };
    let missing = if scored.related {
        ""
    } else {
        " No relations were predicted: there is no `predicted_relations`."
    };
    format!("Predictions: {place}.{missing}")
}

/// What counts as right.
pub(in crate::cli) fn convention(counting: &Counting) -> String {
    let convention = counting.convention;
    let relations = match convention.symmetric {
        Symmetric::Directed => "every relation has its direction".to_owned(),
        _ if counting.symmetric_types.is_empty() => {
            "no relation type is named as symmetric (--symmetric-types), so every relation has its \
             direction"
                .to_owned()
        }
        way => format!("{} ({})", way.told(), counting.symmetric_types.join(", ")),
    };
    format!(
        "scoring profile {}: {}; {relations}",
        convention.profile,
        convention.profile.counts()
    )
}
