//! Casing classes of words.

/// How a word is written, as one of eight classes.
///
/// Digits are all of Unicode's numeric characters (so `½` and `Ⅷ` too), cases are
/// Unicode's. A word is in lower (upper) case when it has a letter in that case and
/// none in the other; signs and digits have no case, so `u.s.` is lower and `B-2`
/// upper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Casing {
    /// Digits only: `1984`.
    Numeric,
    /// All lower case: `word`, `p53-like`.
    AllLower,
    /// All upper case: `NATO`, `I`.
    AllUpper,
    /// First character in upper case, others mixed: `Paris`, `McCarthy`.
    InitialUpper,
    /// More than half digits: `1,000`, `80s`.
    MainlyNumeric,
    /// Some digits, and no class above: `iPhone4`, `+-=1`.
    ContainsDigit,
    /// Anything else: `iPhone`, `,`, words of scripts without case.
    Other,
    /// No word at all.
    Padding,
}

impl Casing {
    /// Number of classes.
    pub const COUNT: usize = 8;

    /// A word's class. The first rule that holds decides, in the order numeric, mainly
    /// numeric, lower, upper, initial upper, contains digit, other; `80s` is therefore
    /// mainly numeric although its only letter is in lower case.
    pub fn of(word: &str) -> Self {
        let characters = word.chars().count();
        let digits = word.chars().filter(|c| c.is_numeric()).count();
        let lower = word.chars().any(char::is_lowercase);
        let upper = word.chars().any(char::is_uppercase);
        if characters > 0 && digits == characters {
            Self::Numeric
        } else if 2 * digits > characters {
            Self::MainlyNumeric
        } else if lower && !upper {
            Self::AllLower
        } else if upper && !lower {
            Self::AllUpper
        } else if word.chars().next().is_some_and(char::is_uppercase) {
            Self::InitialUpper
        } else if digits > 0 {
            Self::ContainsDigit
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_class_is_met() {
        for (word, class) in [
            ("1984", Casing::Numeric),
            ("½", Casing::Numeric),
            ("٣", Casing::Numeric),
            ("word", Casing::AllLower),
            ("naïve", Casing::AllLower),
            ("u.s.", Casing::AllLower),
            ("ab12", Casing::AllLower),
            ("NATO", Casing::AllUpper),
            ("I", Casing::AllUpper),
            ("ÉTÉ", Casing::AllUpper),
            ("B-2", Casing::AllUpper),
            ("Paris", Casing::InitialUpper),
            ("Élan", Casing::InitialUpper),
            ("McCarthy", Casing::InitialUpper),
            ("Boeing747", Casing::InitialUpper),
            ("1,000", Casing::MainlyNumeric),
            ("80s", Casing::MainlyNumeric),
            ("p53", Casing::MainlyNumeric),
            ("iPhone4", Casing::ContainsDigit),
            ("+-=1", Casing::ContainsDigit),
            ("$-12", Casing::ContainsDigit),
            ("iPhone", Casing::Other),
            (",", Casing::Other),
            ("東京", Casing::Other),
            ("", Casing::Other),
        ] {
            assert_eq!(Casing::of(word), class, "{word}");
        }
    }

    proptest! {
        #[test]
        fn words_are_never_padding(word in "\\PC{0,8}") {
            prop_assert_ne!(Casing::of(&word), Casing::Padding);
        }
    }
}
