//! What can be wrong with the numbers of a `config.json`, in words that name the key.

/// The first size that is 0.
pub(crate) fn zero(sizes: &[(&str, usize)]) -> Option<String> {
    sizes
        .iter()
        .find(|(_, size)| *size == 0)
        .map(|(key, _)| format!("`{key}` is 0, and must be at least 1"))
}

/// Heads that do not divide the width evenly.
pub(crate) fn uneven(heads: (&str, usize), width: (&str, usize)) -> Option<String> {
    (heads.1 == 0 || !width.1.is_multiple_of(heads.1)).then(|| {
        format!(
            "`{}` = {} does not divide `{}` = {}",
            heads.0, heads.1, width.0, width.1
        )
    })
}

/// The first dropout that is not a probability below 1.
pub(crate) fn impossible(dropouts: &[(&str, f64)]) -> Option<String> {
    dropouts
        .iter()
        .find(|(_, probability)| !(0.0..1.0).contains(probability))
        .map(|(key, probability)| {
            format!("`{key}` = {probability} is not a probability from 0 up to, but not, 1")
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_names_its_key_and_passes_what_works() {
        assert!(zero(&[("a", 1), ("b", 0)]).unwrap().contains("`b`"));
        assert_eq!(zero(&[("a", 1)]), None);
        assert!(uneven(("h", 3), ("w", 8)).unwrap().contains("`h` = 3"));
        assert!(uneven(("h", 0), ("w", 8)).is_some());
        assert_eq!(uneven(("h", 4), ("w", 8)), None);
        assert!(impossible(&[("p", 1.0)]).unwrap().contains("`p` = 1"));
        assert!(impossible(&[("p", f64::NAN)]).is_some());
        assert_eq!(impossible(&[("p", 0.0), ("q", 0.9)]), None);
    }
}
