//! The `[train]` section: everything that decides how a model is trained.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a module is trained. The defaults train the demo's small encoder from scratch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Passes over the training split.
    pub epochs: u32,
    /// Sentences a batch; pairs a batch where pairs are examples of their own.
    pub batch: usize,
    /// How often the model is evaluated on dev in every epoch; the best is kept.
    pub evaluations: usize,
    /// Which model is kept: `best` (by the score on dev) or `last`, for a number of epochs
    /// that was chosen before.
    pub keep: Keep,
    /// Epochs without a better evaluation after which training stops; 0 means that it goes
    /// through all of them. Rates are laid out over all epochs either way.
    pub patience: u32,
    /// Peak learning rate of the encoder.
    pub encoder_rate: f64,
    /// Peak learning rate of everything outside the encoder.
    pub head_rate: f64,
    /// Share of all steps over which the rates rise from 0 to their peaks.
    pub warmup: f64,
    /// What the rates do after the warm-up.
    pub schedule: Schedule,
    /// `warmup` of everything outside the encoder; absent, the encoder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_warmup: Option<f64>,
    /// `schedule` of everything outside the encoder; absent, the encoder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_schedule: Option<Schedule>,
    /// How fast the rates fall under `inverse_time`, per step.
    pub time_decay: f64,
    /// Decoupled weight decay (AdamW).
    pub weight_decay: f64,
    /// `weight_decay` of everything outside the encoder; absent, the encoder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_weight_decay: Option<f64>,
    /// Whether biases and the encoder's layer norms decay too.
    pub decay_all: bool,
    /// How moments become a step: `adamw`, or `nadam`.
    pub optimiser: Method,
    /// AdamW's ε.
    pub epsilon: f64,
    /// Largest global norm of a step's gradient; 0 means no clipping.
    pub clip: f64,
    /// Whether every epoch sees the sentences in a new order.
    pub shuffle: bool,
    /// Batches that are sorted by length together before they are cut, so that a batch
    /// holds sentences of like length; 0 keeps the order as it is.
    pub bucket: usize,
    /// First values of new weights: `framework` (PyTorch's defaults) or `normal`
    /// (N(0, 0.02²), biases 0).
    pub initial: Initial,
}

/// Which model of a training is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The one with the best score on dev.
    #[default]
    Best,
    /// The last one, whatever its score.
    Last,
}

/// How a step is made of the gradient's moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Adam with decoupled decay (Loshchilov and Hutter 2019).
    #[default]
    Adamw,
    /// The same with Nesterov's momentum (Dozat 2016).
    Nadam,
}

/// What a learning rate does after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Falls to 0 at the last step.
    Linear,
    /// Stays at its peak.
    Constant,
    /// Falls as 1/(1 + `time_decay` · steps).
    InverseTime,
}

/// Distribution of a new head's first values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Initial {
    /// Linear U(±1/√fan-in), embeddings N(0, 1).
    Framework,
    /// Linear and embeddings N(0, 0.02²), biases 0.
    Normal,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            epochs: 15,
            batch: 20,
            evaluations: 1,
            keep: Keep::Best,
            patience: 0,
            encoder_rate: 1e-3,
            head_rate: 1e-3,
            warmup: 0.1,
            schedule: Schedule::Linear,
            head_warmup: None,
            head_schedule: None,
            time_decay: 1e-5,
            weight_decay: 0.01,
            head_weight_decay: None,
            decay_all: false,
            optimiser: Method::Adamw,
            epsilon: 1e-8,
            clip: 5.0,
            shuffle: true,
            bucket: 8,
            initial: Initial::Framework,
        }
    }
}

impl Recipe {
    /// Values that cannot work, as (key within `train`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, key: &str, reason: &str| {
            if !holds {
                problems.push((key.to_owned(), reason.to_owned()));
            }
        };
        let rate = |value: f64| value.is_finite() && value > 0.0;
        require(self.epochs > 0, "epochs", "must be at least 1");
        require(self.batch > 0, "batch", "must be at least 1");
        require(
            self.evaluations > 0,
            "evaluations",
            "must be at least 1, or no model would be chosen",
        );
        require(rate(self.encoder_rate), "encoder_rate", "must be above 0");
        require(rate(self.head_rate), "head_rate", "must be above 0");
        require(rate(self.epsilon), "epsilon", "must be above 0");
        for (key, share) in [
            ("warmup", Some(self.warmup)),
            ("head_warmup", self.head_warmup),
        ] {
            require(
                share.is_none_or(|share| (0.0..=1.0).contains(&share)),
                key,
                "is a share of the steps, from 0 to 1",
            );
        }
        for (key, decay) in [
            ("weight_decay", Some(self.weight_decay)),
            ("head_weight_decay", self.head_weight_decay),
        ] {
            require(
                decay.is_none_or(|decay| decay >= 0.0 && decay.is_finite()),
                key,
                "must not be negative",
            );
        }
        require(
            self.time_decay >= 0.0 && self.time_decay.is_finite(),
            "time_decay",
            "must not be negative",
        );
        require(
            self.clip >= 0.0 && self.clip.is_finite(),
            "clip",
            "must not be negative; 0 means no clipping",
        );
        problems
    }

    /// The same training said in one way: `time_decay` at its default where no rate falls by
    /// it, and the heads' own values only where they differ from the encoder's.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        let own = |heads: Option<f64>, encoder: f64| {
            heads.filter(|heads| heads.total_cmp(&encoder).is_ne())
        };
        self.head_warmup = own(self.head_warmup, self.warmup);
        self.head_schedule = self.head_schedule.filter(|value| *value != self.schedule);
        self.head_weight_decay = own(self.head_weight_decay, self.weight_decay);
        let falls = [Some(self.schedule), self.head_schedule];
        if !falls.contains(&Some(Schedule::InverseTime)) {
            self.time_decay = Self::default().time_decay;
        }
        self
    }

    /// Distribution of a new head's first values.
    pub fn head_scheme(&self) -> crate::encoder::Scheme {
        match self.initial {
            Initial::Framework => crate::encoder::Scheme::Framework,
            Initial::Normal => crate::encoder::Scheme::Normal(0.02),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_description_says_of_the_heads_only_what_differs() {
        let text = serde_json::to_value(Recipe::default()).unwrap();
        assert!(!text.as_object().unwrap().keys().any(|key| {
            ["head_warmup", "head_schedule", "head_weight_decay"].contains(&key.as_str())
        }));
        let aloud = Recipe {
            head_warmup: Some(0.1),
            head_schedule: Some(Schedule::Linear),
            head_weight_decay: Some(0.01),
            time_decay: 0.5,
            ..Recipe::default()
        };
        assert_eq!(aloud.canonical(), Recipe::default());
        let own = Recipe {
            head_warmup: Some(0.0),
            head_schedule: Some(Schedule::InverseTime),
            head_weight_decay: Some(0.2),
            time_decay: 0.5,
            ..Recipe::default()
        };
        assert_eq!(own.clone().canonical(), own);
    }

    #[test]
    fn what_cannot_work_is_told_by_its_key() {
        let wrong = Recipe {
            warmup: 1.5,
            head_warmup: Some(-0.1),
            weight_decay: f64::NAN,
            head_weight_decay: Some(-0.2),
            ..Recipe::default()
        };
        let keys: Vec<String> = wrong.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(
            keys,
            ["warmup", "head_warmup", "weight_decay", "head_weight_decay"]
        );
        assert!(Recipe::default().problems().is_empty());
    }
}
