//! From knobs to documents.

use super::clauses::Antecedent;
use super::config::DemoConfig;
use super::dice::Dice;
use super::draft::Draft;
use super::kinds::{Bond, Kind};
use super::names::Names;
use super::noise::corrupt;
use super::phrases::Speaker;
use crate::corpus::{Corpus, Document, Split};

/// Drafts thrown away before one is taken whatever it looks like; met only with extreme knobs.
const PATIENCE: usize = 500;

/// The demo corpus of these knobs. Every document has a random stream of its own, so that another number
/// of documents, in any split, leaves the others as they are.
pub fn demo(config: &DemoConfig) -> Corpus {
    let names = Names::new(config.seed);
    let sizes = &config.documents;
    let splits = [
        (Split::Train, sizes.train),
        (Split::Dev, sizes.dev),
        (Split::Test, sizes.test),
    ];
    let splits = splits.map(|(split, size)| {
        (0..size)
            .map(|number| document(config, &names, split, number))
            .collect()
    });
    let symmetric: Vec<String> = Bond::ALL
        .into_iter()
        .filter(|bond| bond.symmetric())
        .map(|bond| bond.name().to_owned())
        .collect();
    Corpus::new("demo", splits, &symmetric)
}

fn document(config: &DemoConfig, names: &Names, split: Split, number: usize) -> Document {
    let stream = ((split as u64) << 32) + number as u64;
    // Errors have a stream of their own, so that the knob changes labels and never words.
    let mut errors = Dice::new(config.seed, stream + (1 << 40));
    let mut speaker = Speaker {
        config,
        names,
        split,
        dice: Dice::new(config.seed, stream),
    };
    let length = 4 + speaker.dice.below(4);
    let mut antecedent = None;
    let mut sentences = Vec::with_capacity(length);
    for place in 0..length {
        let leads_on = place + 1 < length && speaker.dice.chance(config.context);
        let draft = draft(&mut speaker, antecedent, leads_on);
        antecedent = leads_on
            .then(|| last_kind(&draft))
            .flatten()
            .map(Antecedent);
        let mut sentence = draft.finish();
        corrupt(&mut sentence, config.noise, &mut errors);
        sentences.push(sentence);
    }
    Document {
        key: format!("demo-{split}-{number:04}"),
        sentences,
    }
}

/// A draft of the right length and number of mentions; one that leads on ends in a mention that a pronoun
/// can take up.
fn draft(speaker: &mut Speaker, antecedent: Option<Antecedent>, leads_on: bool) -> Draft {
    let mut draft = speaker.sentence(antecedent);
    for _ in 0..PATIENCE {
        let mentions = draft.outer().count();
        let related = !draft.bonds.is_empty();
        let fits = (8..=22).contains(&draft.words.len())
            && mentions <= 5
            && (!related || mentions >= 3)
            && distinct(&draft)
            && (!leads_on || last_kind(&draft).is_some());
        if fits {
            break;
        }
        draft = speaker.sentence(antecedent);
    }
    draft
}

/// Whether no two mentions have the same words: one name means one thing in a sentence.
fn distinct(draft: &Draft) -> bool {
    let texts: Vec<&[String]> = draft
        .mentions
        .iter()
        .map(|mention| &draft.words[mention.span.start..=mention.span.end])
        .collect();
    texts
        .iter()
        .enumerate()
        .all(|(place, text)| !texts[..place].contains(text))
}

/// The type of the mention that ends the sentence, where a pronoun can take it up.
fn last_kind(draft: &Draft) -> Option<Kind> {
    let last = draft.outer().last()?;
    let ends = last.span.end + 2 == draft.words.len();
    (ends && !last.pronoun && last.kind != Kind::Role).then_some(last.kind)
}
