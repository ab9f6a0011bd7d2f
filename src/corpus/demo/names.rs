//! Names put together from syllables: pools of known ones, and of ones kept for dev and test.

use std::collections::HashSet;

use super::dice::Dice;

const OPENINGS: &[&str] = &[
    "B", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V", "Br", "Dr", "Gr", "Kl",
    "St", "Tr",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "ei"];
const MIDDLES: &[&str] = &[
    "l", "r", "n", "m", "v", "d", "t", "k", "s", "b", "rd", "ln", "st", "nk", "rm", "lt",
];
/// Endings that no English word takes after the middles, so that no name is a word by chance.
const ENDINGS: &[&str] = &[
    "ava", "ov", "esk", "isk", "umo", "ek", "aur", "ast", "iel", "oma", "und", "aro",
];

/// The names of a corpus. No name is in two pools.
pub(super) struct Names {
    /// Names that can be a person, an organization or a place.
    pub(super) ambiguous: Vec<String>,
    pub(super) surnames: Vec<String>,
    pub(super) firms: Vec<String>,
    pub(super) places: Vec<String>,
    pub(super) products: Vec<String>,
    /// Names of any type that training documents use seldom, so that rare words are met in training.
    pub(super) rare: Vec<String>,
    /// Names of any type for dev and test alone.
    pub(super) unseen: Vec<String>,
}

impl Names {
    /// The pools of a seed.
    pub(super) fn new(seed: u64) -> Self {
        // Documents use the streams from 0 on, so that the last stream is free.
        let mut dice = Dice::new(seed, u64::MAX);
        let mut taken = HashSet::new();
        let mut pool = |size: usize| -> Vec<String> {
            let mut names = Vec::with_capacity(size);
            while names.len() < size {
                let name = name(&mut dice);
                if taken.insert(name.clone()) {
                    names.push(name);
                }
            }
            names
        };
        Self {
            ambiguous: pool(60),
            surnames: pool(50),
            firms: pool(50),
            places: pool(50),
            products: pool(30),
            rare: pool(160),
            unseen: pool(300),
        }
    }
}

fn name(dice: &mut Dice) -> String {
    let mut name = String::from(dice.pick(OPENINGS));
    for _ in 0..=usize::from(dice.chance(0.35)) {
        name.push_str(dice.pick(VOWELS));
        name.push_str(dice.pick(MIDDLES));
    }
    name.push_str(dice.pick(ENDINGS));
    name
}
