//! What looks wrong with a corpus, or will surprise: the findings of `sweep data check`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::{Corpus, Sentence, Split};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// True of good corpora too, and worth knowing.
    Note,
    /// Scores will be off, or a part of the annotation cannot be learnt.
    Warning,
}

/// Something found, with how often and where first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The split it was found in.
    pub split: Split,
    /// What was found.
    pub what: String,
    /// How often.
    pub count: usize,
    /// The first places, as `document#sentence`.
    pub examples: Vec<String>,
}

/// All findings about a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The corpus's name.
    pub name: String,
    /// The findings, warnings first.
    pub findings: Vec<Finding>,
}

/// Places shown for each finding.
const EXAMPLES: usize = 3;

/// Looks a corpus over. No finding makes it unusable; files that cannot be used fail to load.
pub fn check(corpus: &Corpus) -> Check {
    let mut findings = Vec::new();
    for split in Split::ALL {
        findings.extend(within(corpus, split));
        findings.extend(unseen_labels(corpus, split));
    }
    findings.extend(across(corpus));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Check {
        name: corpus.name.clone(),
        findings,
    }
}

/// Findings of one kind while they are collected, in the order of their first place.
#[derive(Default)]
struct Found(Vec<((Severity, String), Vec<String>)>);

impl Found {
    fn add(&mut self, severity: Severity, what: impl Into<String>, place: &str) {
        let key = (severity, what.into());
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, places)) => places.push(place.to_owned()),
            None => self.0.push((key, vec![place.to_owned()])),
        }
    }

    fn findings(self, split: Split) -> impl Iterator<Item = Finding> {
        self.0
            .into_iter()
            .map(move |((severity, what), mut examples)| {
                let count = examples.len();
                examples.truncate(EXAMPLES);
                Finding {
                    severity,
                    split,
                    what,
                    count,
                    examples,
                }
            })
    }
}

fn within(corpus: &Corpus, split: Split) -> impl Iterator<Item = Finding> {
    let mut found = Found::default();
    let mut keys = HashSet::new();
    if corpus.split(split).is_empty() {
        found.add(
            Severity::Warning,
            "the split has no documents",
            split.name(),
        );
    }
    let left_out = corpus.left_out.iter().filter(|(of, _)| *of == split);
    for (_, key) in left_out {
        let what = "relations left out, since an argument's words do not occur in the sentence";
        found.add(Severity::Warning, what, &format!("{key}#0"));
    }
    for document in corpus.split(split) {
        if !keys.insert(&document.key) {
            found.add(
                Severity::Warning,
                "document keys that occur twice",
                &document.key,
            );
        }
        for (place, sentence) in document.sentences.iter().enumerate() {
            let place = format!("{}#{place}", document.key);
            look(sentence, &corpus.labels.symmetric, |severity, what| {
                found.add(severity, what, &place);
            });
        }
    }
    found.findings(split)
}

/// What is odd about one sentence.
fn look(sentence: &Sentence, symmetric: &[String], mut report: impl FnMut(Severity, &str)) {
    use Severity::{Note, Warning};
    if sentence.tokens.is_empty() {
        report(Warning, "sentences without words");
    }
    for _ in sentence.tokens.iter().filter(|word| word.trim().is_empty()) {
        report(Warning, "empty words");
    }
    let mut types: HashMap<_, BTreeSet<&str>> = HashMap::new();
    let mut entities = HashSet::new();
    for entity in &sentence.entities {
        types.entry(entity.span).or_default().insert(&entity.label);
        if !entities.insert(entity) {
            report(Warning, "entities annotated twice");
        }
    }
    for _ in types.values().filter(|types| types.len() > 1) {
        report(Warning, "spans with two types");
    }
    if !sentence.entities.is_sorted_by_key(|entity| entity.span) {
        report(Note, "sentences whose entities are not in text order");
    }
    let mut relations = HashSet::new();
    let mut labels: HashMap<_, BTreeSet<&str>> = HashMap::new();
    for relation in &sentence.relations {
        let (head, tail) = (relation.head, relation.tail);
        if !types.contains_key(&head) || !types.contains_key(&tail) {
            report(
                Warning,
                "relations with an argument that is no annotated entity",
            );
        }
        if head == tail {
            report(Warning, "relations of a span with itself");
        }
        if !relations.insert(relation) {
            report(Warning, "relations annotated twice");
        }
        labels
            .entry((head, tail))
            .or_default()
            .insert(&relation.label);
        let mirrored = |other: &super::Relation| {
            (other.head, other.tail, &other.label) == (tail, head, &relation.label)
        };
        if head < tail
            && symmetric.contains(&relation.label)
            && sentence.relations.iter().any(mirrored)
        {
            report(Warning, "symmetric relations annotated in both directions");
        }
    }
    for _ in labels.values().filter(|labels| labels.len() > 1) {
        report(Warning, "ordered pairs with two relations");
    }
}

fn unseen_labels(corpus: &Corpus, split: Split) -> impl Iterator<Item = Finding> {
    let mut found = Found::default();
    let labels = |sentence: &Sentence| -> Vec<(&'static str, String)> {
        let entities = sentence
            .entities
            .iter()
            .map(|entity| ("entity type", entity.label.clone()));
        let relations = sentence
            .relations
            .iter()
            .map(|relation| ("relation type", relation.label.clone()));
        entities.chain(relations).collect()
    };
    let seen: HashSet<(&str, String)> = corpus
        .train
        .iter()
        .flat_map(|document| &document.sentences)
        .flat_map(labels)
        .collect();
    for document in corpus.split(split) {
        for (place, sentence) in document.sentences.iter().enumerate() {
            for label in labels(sentence)
                .into_iter()
                .filter(|label| !seen.contains(label))
            {
                let what = format!("{} `{}` never occurs in train", label.0, label.1);
                found.add(
                    Severity::Warning,
                    what,
                    &format!("{}#{place}", document.key),
                );
            }
        }
    }
    found.findings(split)
}

/// What makes two sentences the same.
type Sameness = (&'static str, fn(&Sentence) -> String);

const SAMENESS: [Sameness; 2] = [
    ("", |sentence| sentence.tokens.join(" ")),
    (", case, punctuation and blanks aside", |sentence| {
        let letters = sentence.tokens.iter().flat_map(|word| word.chars());
        letters
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    }),
];

/// Distinct sentences of a later split that an earlier one holds too, word for word and nearly so.
fn across(corpus: &Corpus) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (split, earlier) in [
        (Split::Dev, &[Split::Train][..]),
        (Split::Test, &[Split::Train, Split::Dev]),
    ] {
        for (how, text) in SAMENESS {
            let seen: HashSet<String> = earlier
                .iter()
                .flat_map(|split| texts(corpus, *split, text).into_keys())
                .collect();
            let here = texts(corpus, split, text).into_iter();
            let mut examples: Vec<String> = here
                .filter(|(text, _)| seen.contains(text))
                .map(|(_, place)| place)
                .collect();
            let count = examples.len();
            examples.sort();
            examples.truncate(EXAMPLES);
            let names: Vec<&str> = earlier.iter().map(|split| split.name()).collect();
            let what = format!(
                "distinct sentences that also occur in {}{how}",
                names.join(" or ")
            );
            if count > 0 {
                findings.push(Finding {
                    severity: Severity::Note,
                    split,
                    what,
                    count,
                    examples,
                });
            }
        }
    }
    findings
}

/// The distinct sentences of a split that have a text, with the first place of each.
fn texts(corpus: &Corpus, split: Split, text: fn(&Sentence) -> String) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for document in corpus.split(split) {
        for (place, sentence) in document.sentences.iter().enumerate() {
            let text = text(sentence);
            if !text.is_empty() {
                texts
                    .entry(text)
                    .or_insert_with(|| format!("{}#{place}", document.key));
            }
        }
    }
    texts
}

impl std::fmt::Display for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.findings.is_empty() {
            return writeln!(formatter, "{}: nothing found", self.name);
        }
        let warnings = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Warning)
            .count();
        writeln!(
            formatter,
            "{}: {warnings} warnings, {} notes",
            self.name,
            self.findings.len() - warnings
        )?;
        for finding in &self.findings {
            let severity = match finding.severity {
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let Finding {
                split,
                count,
                what,
                examples,
                ..
            } = finding;
            writeln!(
                formatter,
                "{severity:<8}{split:<6}{count:>6}  {what} ({})",
                examples.join(", ")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DemoConfig, Document, Entity, Relation, Span, demo};

    #[test]
    fn the_demo_corpus_is_clean() {
        let check = check(&demo(&DemoConfig::default()));
        assert!(
            check
                .findings
                .iter()
                .all(|finding| finding.severity == Severity::Note),
            "{check}"
        );
    }

    #[test]
    fn every_oddity_is_found() {
        let entity = |start, label: &str| Entity {
            span: Span::new(start, start),
            label: label.into(),
        };
        let relation = |head, tail, label: &str| Relation {
            head: Span::new(head, head),
            tail: Span::new(tail, tail),
            label: label.into(),
        };
        let odd = Sentence {
            tokens: ["a", " ", "c"].map(str::to_owned).to_vec(),
            entities: vec![
                entity(1, "A"),
                entity(0, "A"),
                entity(0, "A"),
                entity(0, "B"),
            ],
            relations: vec![
                relation(0, 2, "r"),
                relation(0, 1, "r"),
                relation(1, 0, "r"),
                relation(0, 1, "q"),
                relation(0, 0, "r"),
                relation(0, 0, "r"),
            ],
        };
        let document = |key: &str, sentences| Document {
            key: key.into(),
            sentences,
        };
        let later = Sentence {
            entities: vec![entity(0, "C")],
            relations: vec![],
            ..odd.clone()
        };
        let train = vec![
            document("d", vec![odd, Sentence::default()]),
            document("d", vec![]),
        ];
        let corpus = Corpus::new(
            "x",
            [train, vec![], vec![document("t", vec![later])]],
            &["r".into()],
        );
        let check = check(&corpus);
        let text = check.to_string();
        for what in [
            "document keys that occur twice",
            "sentences without words",
            "empty words",
            "entities annotated twice",
            "spans with two types",
            "not in text order",
            "no annotated entity",
            "of a span with itself",
            "relations annotated twice",
            "annotated in both directions",
            "ordered pairs with two relations",
            "entity type `C` never occurs in train (t#0)",
            "dev        1  the split has no documents",
            "test       1  distinct sentences that also occur in train or dev (t#0)",
        ] {
            assert!(text.contains(what), "{what} in {text}");
        }
        assert!(
            check
                .findings
                .is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity))
        );
    }
}
