//! What counts as right, by name: a scoring profile, and how relations without a direction are counted.
//!
//! The same predictions give other numbers under each convention, so that scores of two conventions must never
//! be compared with one another.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Metric;
use super::metric::UnknownName;

/// A scoring profile.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ScoringProfile")]
pub enum Profile {
    /// PURE's counting (Zhong and Chen 2021), also that of JointERE: raw lists, directed
    /// relations.
    #[default]
    Pure,
    /// ITER's release (2024): in each sentence a set of the words of an entity with its
    /// type, without positions.
    Iter,
    /// SpERT's counting (Eberts and Ulges 2020): in each sentence a set of positions with
    /// their types. ITER's scores by position.
    Spert,
    /// Crone's (Crone 2020): counted as `pure`, and the counts of every type kept, so that averages over types
    /// can be taken.
    Crone,
    /// PMEI's (Sun et al. 2021): cells of one representative word an entity; `rel-c` is its partial
    /// match, `rel+-c` its exact match.
    Pmei,
}

/// How relations without a direction are counted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Symmetric {
    /// As every other: the mirror image of a gold relation is wrong.
    Directed,
    /// Either direction is the same relation, and both together are one.
    UndirectedOnce,
    /// Gold holds both directions, and each predicted one is scored by itself; ITER's `(*)`.
    DoubleCount,
    /// Either direction is the same relation, which counts twice wherever it counts;
    /// PL-Marker's (Ye et al. 2022).
    DoubleCountOneDecision,
}

/// A scoring profile with its way to count relations without a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Convention {
    /// The profile.
    pub profile: Profile,
    /// How relations without a direction are counted.
    pub symmetric: Symmetric,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 5] = [Self::Pure, Self::Iter, Self::Spert, Self::Crone, Self::Pmei];

    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Iter => "iter",
            Self::Spert => "spert",
            Self::Crone => "crone",
            Self::Pmei => "pmei",
        }
    }

    /// How the profile counts relations without a direction unless told otherwise.
    pub fn own(self) -> Symmetric {
        match self {
            Self::Pure | Self::Crone | Self::Pmei => Symmetric::Directed,
            Self::Iter | Self::Spert => Symmetric::UndirectedOnce,
        }
    }

    /// What is counted, in words.
    pub fn counts(self) -> &'static str {
        match self {
            Self::Pure => "lists by position, what is repeated counts again",
            Self::Iter => "a set of each sentence by words, without positions",
            Self::Spert => "a set of each sentence by position",
            Self::Crone => "lists by position, and every type for itself",
            Self::Pmei => "cells of a sentence, an entity being its last word",
        }
    }

    /// Whether the counts of every type are kept, so that averages over types can be taken.
    pub fn keeps_types(self) -> bool {
        self == Self::Crone
    }

    /// What the profile calls a metric.
    pub fn title(self, metric: Metric) -> String {
        match (self, metric) {
            (Self::Pmei, Metric::RelC) => "Rel partial".to_owned(),
            (Self::Pmei, Metric::RelPlusC) => "Rel exact".to_owned(),
            _ => metric.to_string(),
        }
    }
}

impl Symmetric {
    /// All ways to count.
    pub const ALL: [Self; 4] = [
        Self::Directed,
        Self::UndirectedOnce,
        Self::DoubleCount,
        Self::DoubleCountOneDecision,
    ];

    /// The name in files and specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directed => "directed",
            Self::UndirectedOnce => "undirected_once",
            Self::DoubleCount => "double_count",
            Self::DoubleCountOneDecision => "double_count_one_decision",
        }
    }

    /// The way to count in words, as it follows a profile's name where it is not the profile's own.
    pub fn told(self) -> &'static str {
        match self {
            Self::Directed => "all relations directed",
            Self::UndirectedOnce => "symmetric relations once",
            Self::DoubleCount => "symmetric relations twice",
            Self::DoubleCountOneDecision => "symmetric relations twice, one decision",
        }
    }
}

impl Convention {
    /// A profile, with its own way to count relations without a direction unless another is given.
    pub fn new(profile: Profile, symmetric: Option<Symmetric>) -> Self {
        Self {
            profile,
            symmetric: symmetric.unwrap_or(profile.own()),
        }
    }

    /// What is wrong with `eval.symmetric`; nothing where the two go together.
    pub fn problem(self) -> Option<String> {
        let counted = match self.profile {
            Profile::Iter | Profile::Spert => return None,
            Profile::Pure | Profile::Crone => "lists",
            Profile::Pmei => "cells",
        };
        (self.symmetric != Symmetric::Directed).then(|| {
            format!(
                "is \"{}\", but the profile \"{}\" counts {counted} in which every relation has a \
                 direction; set `eval.profile` to \"spert\" or \"iter\", which count sets, or leave \
                 `eval.symmetric` out",
                self.symmetric.name(),
                self.profile
            )
        })
    }

    /// The way to count relations without a direction, where it is not the profile's own.
    pub fn stated(self) -> Option<Symmetric> {
        (self.symmetric != self.profile.own()).then_some(self.symmetric)
    }

    /// Whether scores of the two mean the same: entities have no direction, so that only the profile matters
    /// to theirs.
    pub fn compares(self, other: Self, metric: Metric) -> bool {
        match metric {
            Metric::EntI | Metric::EntC => self.profile == other.profile,
            _ => self == other,
        }
    }
}

impl From<Profile> for Convention {
    fn from(profile: Profile) -> Self {
        Self::new(profile, None)
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl std::fmt::Display for Convention {
    /// `iter`, or `iter (symmetric relations twice)`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.stated() {
            None => formatter.pad(self.profile.name()),
            Some(symmetric) => formatter.pad(&format!("{} ({})", self.profile, symmetric.told())),
        }
    }
}

impl FromStr for Profile {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let name = text.to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|known| known.name() == name);
        found.ok_or_else(|| UnknownName {
            what: "scoring profile",
            name: text.into(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

impl FromStr for Symmetric {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let name = text.to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|known| known.name() == name);
        found.ok_or_else(|| UnknownName {
            what: "way to count symmetric relations",
            name: text.into(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse::<Profile>().unwrap(), profile);
            assert_eq!(serde_json::to_value(profile).unwrap(), profile.name());
        }
        for symmetric in Symmetric::ALL {
            assert_eq!(symmetric.name().parse::<Symmetric>().unwrap(), symmetric);
            assert_eq!(serde_json::to_value(symmetric).unwrap(), symmetric.name());
        }
        let error = "itre".parse::<Profile>().unwrap_err().to_string();
        insta::assert_snapshot!(error, @"unknown scoring profile `itre`: expected one of pure, iter, spert, crone, pmei");
    }

    #[test]
    fn what_is_not_the_profiles_own_is_told() {
        let shown = Profile::ALL.map(|profile| Convention::from(profile).to_string());
        assert_eq!(shown, ["pure", "iter", "spert", "crone", "pmei"]);
        let shown = Symmetric::ALL
            .map(|symmetric| Convention::new(Profile::Spert, Some(symmetric)).to_string());
        insta::assert_snapshot!(shown.join("\n"), @r"
        spert (all relations directed)
        spert
        spert (symmetric relations twice)
        spert (symmetric relations twice, one decision)
        ");
    }

    #[test]
    fn lists_have_no_unordered_relations() {
        for symmetric in Symmetric::ALL {
            for profile in [Profile::Pure, Profile::Crone, Profile::Pmei] {
                let problem = Convention::new(profile, Some(symmetric)).problem();
                assert_eq!(problem.is_none(), symmetric == Symmetric::Directed);
            }
            assert!(
                Convention::new(Profile::Iter, Some(symmetric))
                    .problem()
                    .is_none()
            );
        }
    }

    #[test]
    fn entities_know_no_direction() {
        let once = Convention::from(Profile::Iter);
        let twice = Convention::new(Profile::Iter, Some(Symmetric::DoubleCount));
        assert!(once.compares(twice, Metric::EntC) && !once.compares(twice, Metric::RelI));
        assert!(!once.compares(Profile::Spert.into(), Metric::EntC));
        assert!(twice.compares(twice, Metric::RelPlusC));
    }
}
