//! Reading the files, and scoring one against the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::corpus::{
    CorpusError, FileFormat, GoldFile, Matched, MatchedBy, Sentence, match_predictions,
    read_predicted,
};
use crate::score::{DocumentCounts, score};
use crate::spec::nearest;

use super::super::exit::Problem;
use super::Counting;

/// How many types an error names; corpora of triples have hundreds.
const LISTED: usize = 10;

/// Gold annotation and the types in it.
#[derive(Debug)]
pub(in crate::cli) struct Gold {
    pub(in crate::cli) file: GoldFile,
    entity_types: BTreeSet<String>,
    relation_types: BTreeSet<String>,
}

/// A file of predictions with its counts.
#[derive(Debug)]
pub(in crate::cli) struct Scored {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) format: FileFormat,
    /// What told which prediction belongs to which gold sentence.
    pub(in crate::cli) by: MatchedBy,
    /// Whether relations were predicted at all.
    pub(in crate::cli) related: bool,
    /// Counts in the order of the gold documents.
    pub(in crate::cli) counts: Vec<DocumentCounts>,
}

impl Gold {
    pub(super) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        let documents = self.file.documents.iter();
        documents.flat_map(|document| &document.sentences)
    }
}

/// The gold annotation in a file; relation types that are named as symmetric must be there.
pub(in crate::cli) fn read_gold(path: &Path, counting: &Counting) -> Result<Gold, Problem> {
    let file = crate::corpus::read_gold(path).map_err(Problem::set_up)?;
    with_types(file, counting)
}

/// The gold annotation that stands beside predictions.
pub(in crate::cli) fn own_gold(path: &Path, counting: &Counting) -> Result<Gold, Problem> {
    let file = crate::corpus::read_gold(path).map_err(|error| match &error {
        CorpusError::Malformed { message, .. } if message == "missing" => Problem::set_up(format!(
            "{error}; if gold is in another file, name it with --gold"
        )),
        _ => Problem::set_up(error),
    })?;
    match file.format {
        FileFormat::Dygie => with_types(file, counting),
        FileFormat::Spert | FileFormat::SpertLines => Err(Problem::set_up(format!(
            "{} is {}, which has no place for gold annotation beside predictions: name the file of gold with --gold",
            path.display(),
            file.format
        ))),
    }
}

fn with_types(file: GoldFile, counting: &Counting) -> Result<Gold, Problem> {
    let sentences = || file.documents.iter().flat_map(|one| &one.sentences);
    if sentences().next().is_none() {
        return Err(Problem::set_up(format!(
            "{} holds no sentence",
            file.path.display()
        )));
    }
    let entities = sentences().flat_map(|one| &one.entities);
    let entity_types = entities.map(|one| one.label.clone()).collect();
    let relations = sentences().flat_map(|one| &one.relations);
    let relation_types: BTreeSet<String> = relations.map(|one| one.label.clone()).collect();
    for name in &counting.symmetric_types {
        if !relation_types.contains(name) {
            return Err(Problem::set_up(format!(
                "--symmetric-types: `{name}` is no relation type of {}{}",
                file.path.display(),
                advice(name, &relation_types)
            )));
        }
    }
    Ok(Gold {
        file,
        entity_types,
        relation_types,
    })
}

/// Scores the predictions in a file.
pub(in crate::cli) fn score_file(
    path: &Path,
    gold: &Gold,
    counting: &Counting,
) -> Result<Scored, Problem> {
    let told = |error: CorpusError| Problem::set_up(error);
    let predicted = read_predicted(path).map_err(told)?;
    let (format, related) = (predicted.format, predicted.related);
    if format != FileFormat::Dygie && is_same(path, &gold.file.path) {
        return Err(Problem::set_up(format!(
            "{} is named as gold and as predictions, but {format} holds one annotation alone",
            path.display()
        )));
    }
    let matched = match_predictions(&gold.file, predicted).map_err(told)?;
    if !counting.other_types {
        check_types(path, gold, &matched)?;
    }
    let counts = score(
        &counting.scoring(),
        &gold.file.documents,
        &matched.predictions,
    );
    Ok(Scored {
        path: path.to_owned(),
        format,
        by: matched.by,
        related,
        counts: counts.map_err(Problem::internal)?,
    })
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| path.canonicalize().ok();
    one == other || resolved(one).is_some_and(|one| Some(one) == resolved(other))
}

/// Fails at the first prediction of a type that gold never has: mostly another spelling, with which everything would
/// be wrong.
fn check_types(path: &Path, gold: &Gold, matched: &Matched) -> Result<(), Problem> {
    for (document, line) in matched.predictions.iter().zip(&matched.lines) {
        for sentence in &document.sentences {
            let entities = sentence.entities.iter();
            let entities = entities.map(|one| ("entity", &one.label, &gold.entity_types));
            let relations = sentence.relations.iter();
            let relations = relations.map(|one| ("relation", &one.label, &gold.relation_types));
            let mut all = entities.chain(relations);
            if let Some((what, name, known)) = all.find(|(_, name, known)| !known.contains(*name)) {
                return Err(Problem::set_up(format!(
                    "{}:{line}: document `{}`: the {what} type `{name}` is none of those in {}{}; --other-types counts such \
                     predictions as wrong",
                    path.display(),
                    document.key,
                    gold.file.path.display(),
                    advice(name, known)
                )));
            }
        }
    }
    Ok(())
}

/// What `name` may have been meant to be.
fn advice(name: &str, known: &BTreeSet<String>) -> String {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    match nearest(name, names.iter().copied()) {
        Some(name) => format!(": did you mean `{name}`?"),
        None if names.is_empty() => ", which has none".to_owned(),
        None if names.len() > LISTED => {
            let (shown, more) = names.split_at(LISTED);
            format!(", which has {} and {} more", shown.join(", "), more.len())
        }
        None => format!(", which has {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_no_more_types_than_one_reads() {
        let types = |count: usize| -> BTreeSet<String> {
            (0..count)
                .map(|number| format!("type {number:03}"))
                .collect()
        };
        let few = advice("unlike", &types(3));
        assert_eq!(few, ", which has type 000, type 001, type 002");
        let many = advice("unlike", &types(170));
        assert!(many.ends_with("type 009 and 160 more"), "{many}");
        assert_eq!(
            advice("type_001", &types(170)),
            ": did you mean `type 001`?"
        );
        assert_eq!(advice("unlike", &types(0)), ", which has none");
    }
}
