//! Label noise: annotators err in every split, so that no system can reach 100.

use super::dice::Dice;
use super::kinds::{Bond, Kind};
use crate::corpus::Sentence;

/// Replaces each type, with this probability, by another of the inventory.
pub(super) fn corrupt(sentence: &mut Sentence, probability: f64, dice: &mut Dice) {
    let kinds = Kind::ALL.map(Kind::name);
    let bonds = Bond::ALL.map(Bond::name);
    for entity in &mut sentence.entities {
        replace(&mut entity.label, &kinds, probability, dice);
    }
    for relation in &mut sentence.relations {
        replace(&mut relation.label, &bonds, probability, dice);
    }
}

fn replace(label: &mut String, labels: &[&str], probability: f64, dice: &mut Dice) {
    if dice.chance(probability) {
        let others: Vec<&str> = labels
            .iter()
            .copied()
            .filter(|other| other != label)
            .collect();
        dice.pick(&others).clone_into(label);
    }
}
