//! What a corpus holds, counted: the numbers of `sweep data stats`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::{Corpus, Document, Sentence, Split, nesting_depth};

/// The counts of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// The corpus's name.
    pub name: String,
    /// Its content hash.
    pub content_hash: String,
    /// Its symmetric relation types.
    pub symmetric: Vec<String>,
    /// The counts of each split, train first.
    pub splits: Vec<SplitStatistics>,
}

/// The counts of one split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SplitStatistics {
    /// Which split.
    pub split: Split,
    /// Documents.
    pub documents: usize,
    /// Sentences.
    pub sentences: usize,
    /// Words.
    pub words: usize,
    /// Words of the longest sentence.
    pub longest_sentence: usize,
    /// Words of the longest document.
    pub longest_document: usize,
    /// Annotated entities, repeated ones included.
    pub entities: usize,
    /// Entities by type.
    pub entity_types: BTreeMap<String, usize>,
    /// Annotated relations, repeated ones included.
    pub relations: usize,
    /// Relations by type.
    pub relation_types: BTreeMap<String, usize>,
    /// Unordered pairs of different spans of a sentence that share a word.
    pub overlapping: usize,
    /// Those of them of which one lies inside the other.
    pub nested: usize,
    /// Nesting depth ω, as [`nesting_depth`] counts it.
    pub nesting_depth: usize,
    /// Entities by width in words.
    pub widths: BTreeMap<usize, usize>,
    /// Sentences without an entity.
    pub without_entities: usize,
    /// Sentences without a relation.
    pub without_relations: usize,
}

impl SplitStatistics {
    /// Entities of more than this many words.
    pub fn wider_than(&self, words: usize) -> usize {
        self.widths.range(words + 1..).map(|(_, count)| count).sum()
    }

    /// Words of the widest entity; 0 where there is none.
    pub fn widest(&self) -> usize {
        self.widths.last_key_value().map_or(0, |(width, _)| *width)
    }
}

/// Counts a corpus.
pub fn statistics(corpus: &Corpus) -> Statistics {
    Statistics {
        name: corpus.name.clone(),
        content_hash: corpus.content_hash(),
        symmetric: corpus.labels.symmetric.clone(),
        splits: Split::ALL
            .into_iter()
            .map(|split| count(split, corpus.split(split)))
            .collect(),
    }
}

fn count(split: Split, documents: &[Document]) -> SplitStatistics {
    let sentences: Vec<&Sentence> = documents
        .iter()
        .flat_map(|document| &document.sentences)
        .collect();
    let entities = || sentences.iter().flat_map(|sentence| &sentence.entities);
    let relations = || sentences.iter().flat_map(|sentence| &sentence.relations);
    let (overlapping, nested) = sentences
        .iter()
        .map(|sentence| overlaps(sentence))
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let words = |document: &Document| {
        document
            .sentences
            .iter()
            .map(|sentence| sentence.tokens.len())
            .sum::<usize>()
    };
    SplitStatistics {
        split,
        documents: documents.len(),
        sentences: sentences.len(),
        words: documents.iter().map(words).sum(),
        longest_sentence: sentences
            .iter()
            .map(|sentence| sentence.tokens.len())
            .max()
            .unwrap_or(0),
        longest_document: documents.iter().map(words).max().unwrap_or(0),
        entities: entities().count(),
        entity_types: tally(entities().map(|entity| entity.label.clone())),
        relations: relations().count(),
        relation_types: tally(relations().map(|relation| relation.label.clone())),
        overlapping,
        nested,
        nesting_depth: nesting_depth(documents),
        widths: tally(entities().map(|entity| entity.span.width())),
        without_entities: sentences
            .iter()
            .filter(|sentence| sentence.entities.is_empty())
            .count(),
        without_relations: sentences
            .iter()
            .filter(|sentence| sentence.relations.is_empty())
            .count(),
    }
}

/// Overlapping pairs of a sentence's distinct spans, and the nested ones among them.
fn overlaps(sentence: &Sentence) -> (usize, usize) {
    let spans: BTreeSet<_> = sentence.entities.iter().map(|entity| entity.span).collect();
    let spans: Vec<_> = spans.into_iter().collect();
    let pairs = || {
        spans
            .iter()
            .enumerate()
            .flat_map(|(place, a)| spans[..place].iter().map(move |b| (*a, *b)))
    };
    let overlapping = pairs().filter(|(a, b)| a.overlaps(*b)).count();
    let nested = pairs()
        .filter(|(a, b)| a.contains(*b) || b.contains(*a))
        .count();
    (overlapping, nested)
}

fn tally<K: Ord>(items: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_insert(0) += 1;
    }
    counts
}

/// A row of the rendering: what is counted, and how.
type Row = (&'static str, fn(&SplitStatistics) -> usize);

const ROWS: [Row; 15] = [
    ("documents", |split| split.documents),
    ("sentences", |split| split.sentences),
    ("  without entities", |split| split.without_entities),
    ("  without relations", |split| split.without_relations),
    ("words", |split| split.words),
    ("  longest sentence", |split| split.longest_sentence),
    ("  longest document", |split| split.longest_document),
    ("entities", |split| split.entities),
    ("  overlapping pairs", |split| split.overlapping),
    ("  nested pairs", |split| split.nested),
    ("  nesting depth", |split| split.nesting_depth),
    ("  wider than 8 words", |split| split.wider_than(8)),
    ("  wider than 12 words", |split| split.wider_than(12)),
    ("  widest", SplitStatistics::widest),
    ("relations", |split| split.relations),
];

impl std::fmt::Display for Statistics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            formatter,
            "{} (content {})",
            self.name,
            &self.content_hash[..12]
        )?;
        let line = |label: &str, value: &dyn Fn(&SplitStatistics) -> usize| {
            let mut line = format!("{label:<24}");
            for split in &self.splits {
                // Writing to a string cannot fail.
                let _ = write!(line, "{:>9}", value(split));
            }
            line
        };
        let mut header = format!("{:<24}", "");
        for split in &self.splits {
            write!(header, "{:>9}", split.split)?;
        }
        writeln!(formatter, "{header}")?;
        for (label, value) in ROWS {
            writeln!(formatter, "{}", line(label, &value))?;
        }
        writeln!(formatter, "entities by type")?;
        for label in keys(&self.splits, |split| {
            split.entity_types.keys().cloned().collect()
        }) {
            writeln!(
                formatter,
                "{}",
                line(&format!("  {label}"), &|split| at(
                    &split.entity_types,
                    &label
                ))
            )?;
        }
        writeln!(formatter, "relations by type")?;
        for label in keys(&self.splits, |split| {
            split.relation_types.keys().cloned().collect()
        }) {
            let mark = if self.symmetric.contains(&label) {
                " (symmetric)"
            } else {
                ""
            };
            writeln!(
                formatter,
                "{}",
                line(&format!("  {label}{mark}"), &|split| at(
                    &split.relation_types,
                    &label
                ))
            )?;
        }
        writeln!(formatter, "entities by width in words")?;
        for width in keys(&self.splits, |split| split.widths.keys().copied().collect()) {
            writeln!(
                formatter,
                "{}",
                line(&format!("  {width}"), &|split| at(&split.widths, &width))
            )?;
        }
        Ok(())
    }
}

fn at<K: Ord>(counts: &BTreeMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn keys<K: Ord>(
    splits: &[SplitStatistics],
    of: impl Fn(&SplitStatistics) -> Vec<K>,
) -> BTreeSet<K> {
    splits.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DemoConfig, Entity, Relation, Span, demo};

    #[test]
    fn a_small_corpus_is_counted_right() {
        let entity = |start, end, label: &str| Entity {
            span: Span::new(start, end),
            label: label.into(),
        };
        let sentence = Sentence {
            tokens: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
            entities: vec![
                entity(0, 1, "A"),
                entity(1, 1, "B"),
                entity(1, 2, "B"),
                entity(1, 2, "A"),
            ],
            relations: vec![Relation {
                head: Span::new(0, 1),
                tail: Span::new(1, 1),
                label: "r".into(),
            }],
        };
        let document = Document {
            key: "d".into(),
            sentences: vec![sentence, Sentence::default()],
        };
        let corpus = Corpus::new("x", [vec![document], vec![], vec![]], &["r".into()]);
        let statistics = statistics(&corpus);
        let train = &statistics.splits[0];
        assert_eq!(
            (
                train.documents,
                train.sentences,
                train.words,
                train.entities
            ),
            (1, 2, 4, 4)
        );
        assert_eq!((train.overlapping, train.nested), (3, 2));
        assert_eq!(train.nesting_depth, 2);
        assert_eq!((train.without_entities, train.without_relations), (1, 1));
        assert_eq!((train.widest(), train.wider_than(1)), (2, 3));
        let text = statistics.to_string();
        assert!(text.contains("  r (symmetric)                 1"), "{text}");
    }

    #[test]
    fn the_rendering_shows_every_type() {
        let text = statistics(&demo(&DemoConfig::default())).to_string();
        for label in [
            "Person",
            "Role",
            "works-for",
            "ally-of (symmetric)",
            "longest sentence",
        ] {
            assert!(text.contains(label), "{label} in {text}");
        }
    }
}
