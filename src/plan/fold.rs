//! A run's fold: a part of its corpus's configuration, so that each fold is a corpus with a hash of its own.

use crate::systems::Configuration;

/// The configuration of a cell with the fold of a run.
///
/// # Errors
/// Where the configuration names a fold itself.
pub(super) fn at_fold(
    configuration: &Configuration,
    fold: Option<u32>,
) -> Result<Configuration, String> {
    let mut configuration = configuration.clone();
    if fold.is_some() && configuration.corpus.fold.is_some() {
        return Err(
            "`corpus.fold` and `fold` in [axes] both say which fold is read: remove one of them"
                .to_owned(),
        );
    }
    configuration.corpus.fold = fold.or(configuration.corpus.fold);
    Ok(configuration)
}

/// The label of a step that reads a fold: without it those of all folds would be alike.
pub(super) fn with_fold(label: &str, fold: Option<u32>) -> String {
    match fold {
        Some(fold) => format!("{label}, fold {fold}"),
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, HashSet};

    use crate::plan::{Places, Plan, Timing, build};
    use crate::spec::{Experiment, Options, Vocabulary};
    use crate::store::Store;

    const EIGHT: &str = r#"
name = "eight"
[corpus.demo]
documents = { train = 4, dev = 2, test = 2 }
[axes]
"system.approach" = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]
"#;

    fn plan(set: &[&str]) -> Plan {
        try_plan(set).unwrap()
    }

    fn try_plan(set: &[&str]) -> Result<Plan, String> {
        let options = Options {
            set: set.iter().map(|change| (*change).to_owned()).collect(),
            ..Options::default()
        };
        let vocabulary = Vocabulary::default();
        let experiment = Experiment::parse("eight.toml".as_ref(), EIGHT, &options, &vocabulary);
        let places = Places {
            data: "no/data".into(),
            models: Vec::new(),
        };
        build(
            &experiment.unwrap(),
            &places,
            &Store::at("no/store".as_ref()),
            Timing::AsShown,
        )
    }

    #[test]
    fn every_fold_is_a_corpus_of_its_own() {
        let folds = ["corpus.folds=3", "axes.fold={count=3}"];
        let whole = plan(&folds);
        assert!(whole.missing.is_empty(), "{:?}", whole.missing);
        assert_eq!((whole.runs.len(), whole.trainings()), (8 * 3, 11 * 3));
        let chains: HashSet<&str> = whole.runs.iter().map(|run| run.score.as_str()).collect();
        assert_eq!(chains.len(), 8 * 3);
        let read: BTreeMap<Option<u64>, usize> =
            whole.steps.iter().fold(BTreeMap::new(), |mut read, step| {
                *read
                    .entry(step.hints["corpus"]["fold"].as_u64())
                    .or_default() += 1;
                read
            });
        // Scores read no corpus; every other step reads that of its fold.
        let scores = whole.runs.len();
        assert_eq!(read[&None], scores);
        let others = (whole.steps.len() - scores) / 3;
        assert_eq!([0, 1, 2].map(|fold| read[&Some(fold)]), [others; 3]);
        let of_second = |label: &str| label.ends_with(", fold 1");
        let labelled = whole.steps.iter().filter(|step| of_second(&step.label));
        assert_eq!(labelled.count(), whole.steps.len() / 3);
        // The same fold by its key is the same corpus.
        let keys = |plan: &Plan| -> HashSet<String> {
            plan.steps.iter().map(|step| step.key.clone()).collect()
        };
        let one = plan(&["corpus.folds=3", "corpus.fold=1"]);
        assert!(keys(&one).is_subset(&keys(&whole)));
        assert_eq!(one.steps.len(), whole.steps.len() / 3);
    }

    #[test]
    fn folds_that_are_not_there_are_missing() {
        let reasons = |set: &[&str]| -> Vec<(String, usize)> {
            let missing = plan(set).missing.into_iter();
            missing.map(|one| (one.reason, one.runs)).collect()
        };
        assert_eq!(
            reasons(&["axes.fold={count=2}"]),
            [(
                "the corpus `demo` has no folds; remove `fold` from [axes], or say with `corpus.folds` how many to make".to_owned(),
                16
            )]
        );
        let beyond = reasons(&["corpus.folds=2", "axes.fold={count=3}"]);
        assert_eq!(beyond[0].1, 8);
        assert!(
            beyond[0]
                .0
                .starts_with("`corpus.fold`: 2 is none of the folds 0 to 1"),
            "{beyond:?}"
        );
        assert_eq!(
            reasons(&["corpus.folds=2"]),
            [(
                "the corpus `demo` is read by folds: put `fold = { count = 2 }` into [axes]"
                    .to_owned(),
                8
            )]
        );
    }

    #[test]
    fn two_ways_to_name_a_fold_are_refused() {
        let error = try_plan(&["corpus.fold=0", "axes.fold={count=2}"]).unwrap_err();
        assert!(
            error.starts_with("`corpus.fold` and `fold` in [axes] both say"),
            "{error}"
        );
    }
}
