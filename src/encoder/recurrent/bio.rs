//! Which tags may follow each other in the BIO scheme.

/// The rule that `I-x` comes only after `B-x` or `I-x`, for a list of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BioRules {
    tags: Vec<String>,
}

impl BioRules {
    /// The rule over tags such as `O`, `B-PER`, `I-PER`, in the order of their numbers.
    pub fn new<T: AsRef<str>>(tags: &[T]) -> Self {
        let tags = tags.iter().map(|tag| tag.as_ref().to_owned()).collect();
        Self { tags }
    }

    /// Whether a sequence may begin with this tag.
    pub(crate) fn may_begin(&self, tag: usize) -> bool {
        self.inside(tag).is_none()
    }

    /// Whether tag `after` may come next to tag `before`.
    pub(crate) fn may_follow(&self, before: usize, after: usize) -> bool {
        let Some(kind) = self.inside(after) else {
            return true;
        };
        let before = self.tags.get(before).and_then(|tag| tag.split_once('-'));
        before.is_some_and(|(part, other)| (part == "B" || part == "I") && other == kind)
    }

    /// The type of a tag that goes on with an entity.
    fn inside(&self, tag: usize) -> Option<&str> {
        self.tags.get(tag)?.strip_prefix("I-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_needs_its_own_type_before_it() {
        let rules = BioRules::new(&["O", "B-PER", "I-PER", "B-LOC-X", "I-LOC-X"]);
        let begin: Vec<bool> = (0..5).map(|tag| rules.may_begin(tag)).collect();
        assert_eq!(begin, [true, true, false, true, false]);
        let before = |after| {
            (0..5)
                .filter(|before| rules.may_follow(*before, after))
                .collect()
        };
        let all: [Vec<usize>; 5] = std::array::from_fn(before);
        let any = vec![0, 1, 2, 3, 4];
        assert_eq!(all, [any.clone(), any.clone(), vec![1, 2], any, vec![3, 4]]);
    }
}
