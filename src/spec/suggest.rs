//! "Did you mean": the nearest of the names that are valid at a place.

/// The nearest candidate, if it is near enough to be a slip: at most one edit in three letters.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The advice for a wrong name: the nearest candidate, or else all of them. `what` names them in the plural.
pub(crate) fn advice(word: &str, candidates: &[&str], what: &str) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if candidates.is_empty() => format!("there are no {what} here"),
        None => format!("valid {what}: {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert_eq!(nearest("epoch", ["epochs", "batch"]), Some("epochs"));
        assert_eq!(nearest("Sedd", ["fold", "seed"]), Some("seed"));
        assert_eq!(nearest("optimiser", ["epochs", "batch"]), None);
    }

    #[test]
    fn advice_lists_all_when_none_is_near() {
        assert_eq!(
            advice("zebra", &["corpus", "train"], "keys"),
            "valid keys: corpus, train"
        );
    }
}
