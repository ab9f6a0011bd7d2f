//! The document model: words, entities and directed relations, with sentence-level word indices.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Inclusive word span inside a sentence; written as `[start, end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "[usize; 2]", into = "[usize; 2]")]
pub struct Span {
    /// Index of the first word.
    pub start: usize,
    /// Index of the last word, `>= start`.
    pub end: usize,
}

impl Span {
    /// The span from word `start` to word `end`, both inclusive.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Number of words.
    pub fn width(self) -> usize {
        (self.end + 1).saturating_sub(self.start)
    }

    /// Whether the two spans share a word.
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// Whether `other` lies inside this span without being equal to it.
    pub fn contains(self, other: Self) -> bool {
        self != other && self.start <= other.start && other.end <= self.end
    }
}

impl From<[usize; 2]> for Span {
    fn from([start, end]: [usize; 2]) -> Self {
        Self { start, end }
    }
}

impl From<Span> for [usize; 2] {
    fn from(span: Span) -> Self {
        [span.start, span.end]
    }
}

/// A typed span.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entity {
    /// The words of the mention.
    pub span: Span,
    /// The entity type.
    pub label: String,
}

/// A directed, labelled pair of spans: subject to object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relation {
    /// The subject's span.
    pub head: Span,
    /// The object's span.
    pub tail: Span,
    /// The relation type.
    pub label: String,
}

/// One sentence with its gold annotation. The lists keep the order of their source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// The words.
    pub tokens: Vec<String>,
    /// The gold entities; they may nest and overlap.
    pub entities: Vec<Entity>,
    /// The gold relations; both arguments lie in this sentence.
    pub relations: Vec<Relation>,
}

/// A document: sentences in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The document's name, unique within its split.
    pub key: String,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

/// The label inventory of a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Entity types of the training split, sorted; types that only occur in dev or test follow, sorted.
    pub entity_types: Vec<String>,
    /// Relation types, in the same order.
    pub relation_types: Vec<String>,
    /// The relation types without a direction, sorted.
    pub symmetric: Vec<String>,
}

/// One of the three parts of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The training documents.
    Train,
    /// The development documents, for selection.
    Dev,
    /// The test documents, for scores.
    Test,
}

impl Split {
    /// The three splits in their usual order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    /// The name used in files, keys and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

/// A corpus with its three splits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    /// The name it was asked for by.
    pub name: String,
    /// The training documents.
    pub train: Vec<Document>,
    /// The development documents.
    pub dev: Vec<Document>,
    /// The test documents.
    pub test: Vec<Document>,
    /// The label inventory.
    pub labels: Labels,
    /// The split that was read, and the document, of every relation that could not be kept, since an argument's words
    /// do not occur in its sentence.
    pub left_out: Vec<(Split, String)>,
}

impl Corpus {
    /// A corpus of these splits, its label inventory collected from them; `symmetric` names that are no
    /// relation type of the corpus are left out.
    pub fn new(
        name: impl Into<String>,
        [train, dev, test]: [Vec<Document>; 3],
        symmetric: &[String],
    ) -> Self {
        let labels = Labels::collect([&train, &dev, &test], symmetric);
        Self {
            name: name.into(),
            train,
            dev,
            test,
            labels,
            left_out: Vec::new(),
        }
    }

    /// The documents of one split.
    pub fn split(&self, split: Split) -> &[Document] {
        match split {
            Split::Train => &self.train,
            Split::Dev => &self.dev,
            Split::Test => &self.test,
        }
    }

    /// The blake3 hash, in hexadecimal, of all splits in canonical JSON. It does not depend on the
    /// corpus's name, path or file format.
    pub fn content_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for split in Split::ALL {
            hasher.update(split.name().as_bytes());
            for document in self.split(split) {
                hasher.update(b"\n");
                // The model holds only strings, numbers and lists, which always serialise into memory.
                hasher.update(&serde_json::to_vec(document).unwrap_or_default());
            }
            hasher.update(b"\n\n");
        }
        hasher.finalize().to_hex().to_string()
    }
}

impl Labels {
    /// The types that occur in the splits (train, dev, test).
    pub fn collect(splits: [&[Document]; 3], symmetric: &[String]) -> Self {
        let entity_types = ordered(splits, |sentence| {
            sentence
                .entities
                .iter()
                .map(|entity| &entity.label)
                .collect()
        });
        let relation_types = ordered(splits, |sentence| {
            sentence
                .relations
                .iter()
                .map(|relation| &relation.label)
                .collect()
        });
        let symmetric: BTreeSet<String> = symmetric
            .iter()
            .filter(|name| relation_types.contains(name))
            .cloned()
            .collect();
        Self {
            entity_types,
            relation_types,
            symmetric: symmetric.into_iter().collect(),
        }
    }
}

/// The labels of the first split sorted, then those that only later splits hold, sorted.
fn ordered(splits: [&[Document]; 3], labels: impl Fn(&Sentence) -> Vec<&String>) -> Vec<String> {
    let of = |split: &[Document]| -> BTreeSet<String> {
        split
            .iter()
            .flat_map(|document| &document.sentences)
            .flat_map(&labels)
            .cloned()
            .collect()
    };
    let [train, dev, test] = splits.map(of);
    let later: Vec<String> = dev
        .union(&test)
        .filter(|label| !train.contains(*label))
        .cloned()
        .collect();
    train.into_iter().chain(later).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn document(entity: &str, relation: &str) -> Document {
        let (head, tail) = (Span::new(0, 0), Span::new(1, 2));
        Document {
            key: "d".into(),
            sentences: vec![Sentence {
                tokens: vec!["a".into(), "b".into(), "c".into()],
                entities: vec![Entity {
                    span: head,
                    label: entity.into(),
                }],
                relations: vec![Relation {
                    head,
                    tail,
                    label: relation.into(),
                }],
            }],
        }
    }

    #[test]
    fn spans_know_width_overlap_and_nesting() {
        let outer = Span::new(2, 4);
        assert_eq!(outer.width(), 3);
        assert!(outer.contains(Span::new(3, 4)) && !outer.contains(outer));
        assert!(outer.overlaps(Span::new(4, 6)) && !outer.overlaps(Span::new(5, 6)));
        assert_eq!(serde_json::to_string(&outer).unwrap(), "[2,4]");
    }

    #[test]
    fn labels_are_sorted_and_unseen_ones_appended() {
        let splits = [
            vec![document("T", "r"), document("S", "r")],
            vec![document("A", "q")],
            vec![],
        ];
        let corpus = Corpus::new("x", splits, &["r".into(), "unknown".into()]);
        assert_eq!(corpus.labels.entity_types, ["S", "T", "A"]);
        assert_eq!(corpus.labels.relation_types, ["r", "q"]);
        assert_eq!(corpus.labels.symmetric, ["r"]);
    }

    #[test]
    fn the_content_hash_sees_every_split_and_no_name() {
        let corpus = |name: &str, splits| Corpus::new(name, splits, &[]).content_hash();
        let d = || vec![document("T", "r")];
        assert_eq!(
            corpus("x", [d(), d(), vec![]]),
            corpus("y", [d(), d(), vec![]])
        );
        assert_ne!(
            corpus("x", [d(), d(), vec![]]),
            corpus("x", [d(), vec![], d()])
        );
        assert_ne!(
            corpus("x", [d(), vec![], vec![]]),
            corpus("x", [vec![document("T", "q")], vec![], vec![]])
        );
    }
}
