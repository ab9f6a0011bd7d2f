//! Tests of the room as a whole, with a configuration made up for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod errors;
mod expansion;
mod included;
mod layering;
mod schemas;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Configuration, Experiment, Options, Problem, SpecError, Vocabulary};

/// A configuration with nested sections, enums, numbers and optional values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Kitchen {
    pan: Pan,
    train: Train,
    #[serde(rename = "side-dish")]
    side_dish: SideDish,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Pan {
    /// What it is made of.
    kind: Kind,
    /// Its width in centimetres.
    width: Option<u32>,
    lid: Lid,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Lid {
    tight: bool,
    name: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Heavy.
    #[default]
    CastIron,
    /// Light.
    Copper,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Train {
    epochs: u32,
    rate: f64,
    warmup: u32,
    layers: Vec<u32>,
}

/// Internally tagged, so that serde buffers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum SideDish {
    Rice {
        #[serde(default)]
        grams: u32,
    },
    Salad {
        #[serde(default)]
        leaves: u32,
    },
}

impl Default for SideDish {
    fn default() -> Self {
        Self::Rice { grams: 100 }
    }
}

impl Default for Pan {
    fn default() -> Self {
        Self {
            kind: Kind::CastIron,
            width: None,
            lid: Lid::default(),
        }
    }
}

impl Default for Train {
    fn default() -> Self {
        Self {
            epochs: 10,
            rate: 0.1,
            warmup: 1,
            layers: vec![8, 8],
        }
    }
}

impl Configuration for Kitchen {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.train.epochs == 0 {
            problems.push(Problem::new("train.epochs", "must be at least 1"));
        }
        if self.train.warmup > self.train.epochs {
            problems.push(Problem::new(
                "train.warmup",
                "must not exceed `train.epochs`",
            ));
        }
        problems
    }
}

const VOCABULARY: Vocabulary<'_> = Vocabulary {
    metrics: &["taste", "smell"],
    averages: &["taste-of-all"],
    measures: &["mean", "worst"],
    rates: &["haste"],
    sizes: &["weight"],
};

fn read_with(text: &str, options: &Options) -> Result<Experiment<Kitchen>, SpecError> {
    Experiment::parse(Path::new("dinner.toml"), text, options, &VOCABULARY)
}

fn read(text: &str) -> Experiment<Kitchen> {
    read_with(text, &Options::default()).unwrap()
}

fn set(arguments: &[&str]) -> Options {
    Options {
        set: arguments.iter().map(ToString::to_string).collect(),
        ..Options::default()
    }
}

fn variables(variables: &[(&str, &str)]) -> Options {
    let owned = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Options {
        environment: owned.collect(),
        ..Options::default()
    }
}

fn profile(name: &str) -> Options {
    Options {
        profile: Some(name.to_owned()),
        ..Options::default()
    }
}
