//! The space before every word that byte-level tokenizers need.

use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence;

/// Makes a byte-level tokenizer read every word as if a space stood before it; other
/// tokenizers stay as they are.
///
/// BART's and RoBERTa's vocabularies tell a word in running text (`Ġword`) from the
/// rest of one (`word`). Their published files read text as it comes, so that a word
/// given on its own would be taken for the rest of another.
pub(super) fn ensure_prefix_space(tokenizer: &mut Tokenizer) {
    if let Some(changed) = tokenizer.get_pre_tokenizer().and_then(with_prefix_space) {
        tokenizer.with_pre_tokenizer(Some(changed));
    }
}

fn with_prefix_space(reader: &PreTokenizerWrapper) -> Option<PreTokenizerWrapper> {
    match reader {
        PreTokenizerWrapper::ByteLevel(bytes) if !bytes.add_prefix_space => {
            Some(bytes.add_prefix_space(true).into())
        }
        PreTokenizerWrapper::Sequence(sequence) => {
            let mut steps = sequence.as_ref().to_vec();
            if let Some(first) = steps.first().and_then(with_prefix_space) {
                steps[0] = first;
            } else if lacks_prefix_space(&steps) {
                // A byte-level step that comes later would put its space before every
                // part that the earlier steps cut, so the space goes in before them all.
                let space = Metaspace::new(' ', PrependScheme::Always, false);
                steps.insert(0, space.into());
            } else {
                return None;
            }
            Some(Sequence::new(steps).into())
        }
        _ => None,
    }
}

/// Whether a later step is byte-level without a space, and no first step gives one.
fn lacks_prefix_space(steps: &[PreTokenizerWrapper]) -> bool {
    let given = matches!(
        steps.first(),
        Some(PreTokenizerWrapper::Metaspace(_) | PreTokenizerWrapper::ByteLevel(_))
    );
    !given
        && steps.iter().any(
            |step| matches!(step, PreTokenizerWrapper::ByteLevel(bytes) if !bytes.add_prefix_space),
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tiny_tokenizers::{byte_level, nasty_words};
    use super::*;
    use tokenizers::pre_tokenizers::byte_level::ByteLevel;
    use tokenizers::pre_tokenizers::digits::Digits;

    fn ids(tokenizer: &Tokenizer, words: &[String]) -> Vec<u32> {
        tokenizer.encode(words, true).unwrap().get_ids().to_vec()
    }

    #[test]
    fn a_byte_level_reader_alone_or_first_gets_its_own_switch() {
        let expected = byte_level(true);
        let mut alone = byte_level(false);
        let mut first = byte_level(false);
        first.with_pre_tokenizer(Some(Sequence::new(vec![ByteLevel::default().into()])));
        let words = nasty_words();
        assert_ne!(ids(&alone, &words), ids(&expected, &words));
        for tokenizer in [&mut alone, &mut first] {
            ensure_prefix_space(tokenizer);
            assert_eq!(ids(tokenizer, &words), ids(&expected, &words));
        }
    }

    #[test]
    fn a_later_byte_level_step_puts_no_space_inside_a_word() {
        let mut tokenizer = byte_level(false);
        tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![
            Digits::new(true).into(),
            ByteLevel::new(false, true, false).into(),
        ])));
        ensure_prefix_space(&mut tokenizer);
        let encoding = tokenizer.encode(&["the", "x1"][..], false).unwrap();
        assert_eq!(encoding.get_tokens(), ["Ġthe", "Ġ", "x", "1"]);
        let changed = tokenizer.get_pre_tokenizer().cloned();
        ensure_prefix_space(&mut tokenizer);
        assert_eq!(tokenizer.get_pre_tokenizer().cloned(), changed, "once");
    }

    #[test]
    fn other_readers_stay_as_they_are() {
        let metaspace: PreTokenizerWrapper = Metaspace::default().into();
        assert_eq!(with_prefix_space(&metaspace), None);
        let inside: PreTokenizerWrapper = Sequence::new(vec![metaspace]).into();
        assert_eq!(with_prefix_space(&inside), None);
    }
}
