//! Folds: which one is read, and how a corpus that comes in none is divided.

use super::arrange::{Parts, pool};
use super::{CorpusConfig, CorpusError, Split};

/// The fold to read of a corpus that comes in `count` folds.
///
/// # Errors
/// [`CorpusError::FoldNeeded`] where none is asked for, [`CorpusError::Folds`] where it is not there or
/// folds of another making are wanted.
pub(super) fn own_fold(name: &str, count: u32, config: &CorpusConfig) -> Result<u32, CorpusError> {
    if config.folds.is_some() {
        let message = format!("comes in {count} folds of its own; remove `corpus.folds`");
        return Err(wrong(name, message));
    }
    let fold = asked(name, count, config)?;
    if fold >= count {
        let last = count.saturating_sub(1);
        let message = format!("has the folds 0 to {last}, and fold {fold} is asked for");
        return Err(wrong(name, message));
    }
    Ok(fold)
}

/// The number of folds to make of a corpus that comes in none, and the fold to read; nothing where the
/// corpus is to be read whole.
///
/// # Errors
/// [`CorpusError::FoldNeeded`] where no fold is asked for, [`CorpusError::NoFolds`] where no folds are to
/// be made.
pub(super) fn made_fold(
    name: &str,
    config: &CorpusConfig,
) -> Result<Option<(u32, u32)>, CorpusError> {
    match (config.folds, config.fold) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(CorpusError::NoFolds { name: name.into() }),
        (Some(folds), _) => Ok(Some((folds, asked(name, folds, config)?))),
    }
}

fn asked(name: &str, folds: u32, config: &CorpusConfig) -> Result<u32, CorpusError> {
    config.fold.ok_or_else(|| CorpusError::FoldNeeded {
        name: name.into(),
        folds,
    })
}

fn wrong(name: &str, message: String) -> CorpusError {
    CorpusError::Folds {
        name: name.into(),
        message,
    }
}

/// The fold of a corpus whose documents are pooled in the order train, dev, test: document i is test
/// in fold i mod `folds`, and trained on in every other.
///
/// # Errors
/// [`CorpusError::Folds`] where there are fewer documents than folds.
pub(super) fn divide(
    name: &str,
    whole: Parts,
    (folds, fold): (u32, u32),
) -> Result<Parts, CorpusError> {
    let pooled = pool([
        (Split::Train, whole.train),
        (Split::Dev, whole.dev.unwrap_or_default()),
        (Split::Test, whole.test),
    ]);
    if pooled.len() < folds as usize {
        let message = format!(
            "has {} documents, too few for {folds} folds; lower `corpus.folds`",
            pooled.len()
        );
        return Err(wrong(name, message));
    }
    let mut parts = Parts {
        symmetric: whole.symmetric,
        left_out: whole.left_out,
        ..Parts::default()
    };
    for (place, document) in pooled.into_iter().enumerate() {
        if place % folds as usize == fold as usize {
            parts.test.push(document);
        } else {
            parts.train.push(document);
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::corpus::Document;
    use proptest::prelude::*;

    fn config(folds: Option<u32>, fold: Option<u32>) -> CorpusConfig {
        CorpusConfig {
            fold,
            folds,
            ..CorpusConfig::default()
        }
    }

    #[test]
    fn the_fold_of_a_corpus_in_folds_is_one_of_them() {
        let told = |folds, fold| match own_fold("x", 10, &config(folds, fold)) {
            Ok(fold) => fold.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told(None, Some(9)), "9");
        insta::assert_snapshot!(told(None, None), @"the corpus `x` is read by folds: put `fold = { count = 10 }` into [axes]");
        insta::assert_snapshot!(told(None, Some(10)), @"the corpus `x` has the folds 0 to 9, and fold 10 is asked for");
        insta::assert_snapshot!(told(Some(10), Some(0)), @"the corpus `x` comes in 10 folds of its own; remove `corpus.folds`");
    }

    #[test]
    fn folds_are_made_where_their_number_is_given() {
        let told = |folds, fold| match made_fold("x", &config(folds, fold)) {
            Ok(made) => format!("{made:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(told(None, None), "None");
        assert_eq!(told(Some(3), Some(2)), "Some((3, 2))");
        insta::assert_snapshot!(told(Some(3), None), @"the corpus `x` is read by folds: put `fold = { count = 3 }` into [axes]");
        insta::assert_snapshot!(told(None, Some(0)), @"the corpus `x` has no folds; remove `fold` from [axes], or say with `corpus.folds` how many to make");
    }

    fn whole(sizes: [usize; 3]) -> Parts {
        let mut numbers = 0..;
        let mut documents = |size| {
            let numbers = numbers.by_ref().take(size);
            let document = |number: usize| Document {
                key: number.to_string(),
                sentences: Vec::new(),
            };
            numbers.map(document).collect()
        };
        Parts {
            train: documents(sizes[0]),
            dev: Some(documents(sizes[1])),
            test: documents(sizes[2]),
            symmetric: vec!["r".into()],
            left_out: Vec::new(),
        }
    }

    #[test]
    fn more_folds_than_documents_are_refused() {
        let error = divide("x", whole([2, 1, 0]), (4, 0)).unwrap_err();
        insta::assert_snapshot!(error, @"the corpus `x` has 3 documents, too few for 4 folds; lower `corpus.folds`");
    }

    proptest! {
        #[test]
        fn every_document_is_test_in_one_fold_and_trained_on_in_the_others(
            train in 0_usize..30, dev in 0_usize..10, test in 0_usize..10, folds in 2_u32..8,
        ) {
            let all = train + dev + test;
            prop_assume!(all >= folds as usize);
            let mut tested = vec![0; all];
            for fold in 0..folds {
                let parts = divide("x", whole([train, dev, test]), (folds, fold)).unwrap();
                prop_assert!(parts.dev.is_none() && !parts.test.is_empty());
                prop_assert_eq!(parts.train.len() + parts.test.len(), all);
                prop_assert!(parts.train.iter().all(|one| !parts.test.contains(one)));
                for document in parts.test {
                    tested[document.key.parse::<usize>().unwrap()] += 1;
                }
            }
            prop_assert_eq!(tested, vec![1; all]);
        }
    }
}
