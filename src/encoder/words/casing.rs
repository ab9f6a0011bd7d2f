//! Casing classes of words.

use burn::tensor::{Device, Tensor, TensorData};

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

/// The classes of every sentence's words as one-hot vectors, sentences × longest
/// sentence × 8; shorter sentences are filled up with the class of padding.
pub fn casing_features(sentences: &[&[String]], device: &Device) -> Tensor<3> {
    let longest = sentences.iter().map(|words| words.len()).max();
    // Like a batch of pieces, a batch of nothing has one column of padding.
    let longest = longest.unwrap_or(1).max(1);
    let shape = [sentences.len(), longest, Casing::COUNT];
    let mut values = vec![0f32; shape.iter().product()];
    let mut rows = values.chunks_exact_mut(Casing::COUNT);
    for words in sentences {
        let classes = words
            .iter()
            .map(|word| Casing::of(word))
            .chain(std::iter::repeat(Casing::Padding));
        for (class, row) in classes.zip(rows.by_ref().take(longest)) {
            row[class as usize] = 1.0;
        }
    }
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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

    #[test]
    fn shorter_sentences_are_filled_up() {
        let long = ["The", "cat"].map(str::to_owned);
        let short = ["7".to_owned()];
        let features = casing_features(&[&long, &short, &[]], &Device::flex());
        assert_eq!(features.dims(), [3, 2, 8]);
        let values: Vec<f32> = features.into_data().try_into_vec().unwrap();
        let classes: Vec<usize> = values
            .chunks(8)
            .map(|row| {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-9);
                row.iter().position(|value| *value > 0.0).unwrap()
            })
            .collect();
        let padding = Casing::Padding as usize;
        let expected = [
            Casing::InitialUpper as usize,
            Casing::AllLower as usize,
            Casing::Numeric as usize,
            padding,
            padding,
            padding,
        ];
        assert_eq!(classes, expected);
        assert_eq!(padding, Casing::COUNT - 1);
        let empty = casing_features(&[&[]], &Device::flex());
        assert_eq!(empty.dims(), [1, 1, 8]);
    }

    proptest! {
        #[test]
        fn words_are_never_padding(word in "\\PC{0,8}") {
            prop_assert_ne!(Casing::of(&word), Casing::Padding);
        }
    }
}
