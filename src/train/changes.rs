//! What one model of several changes in the recipe that they share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recipe::{Initial, Recipe, Schedule};

/// Values in place of those of `[train]`; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecipeChanges {
    /// Passes over the training split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u32>,
    /// Examples a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// Evaluations on dev in every epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluations: Option<usize>,
    /// Epochs without a better evaluation after which training stops; 0 means all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u32>,
    /// Peak learning rate of the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder_rate: Option<f64>,
    /// Peak learning rate of everything outside the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_rate: Option<f64>,
    /// Share of all steps over which the rates rise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup: Option<f64>,
    /// What the rates do after the warm-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// `warmup` of everything outside the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_warmup: Option<f64>,
    /// `schedule` of everything outside the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_schedule: Option<Schedule>,
    /// Decoupled weight decay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// `weight_decay` of everything outside the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_weight_decay: Option<f64>,
    /// AdamW's ε.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// Largest global norm of a step's gradient; 0 means no clipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// First values of new weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<Initial>,
}

impl RecipeChanges {
    /// The recipe with these changes.
    pub fn apply(&self, recipe: &Recipe) -> Recipe {
        let or = |change: Option<f64>, value: f64| change.unwrap_or(value);
        Recipe {
            epochs: self.epochs.unwrap_or(recipe.epochs),
            batch: self.batch.unwrap_or(recipe.batch),
            evaluations: self.evaluations.unwrap_or(recipe.evaluations),
            patience: self.patience.unwrap_or(recipe.patience),
            encoder_rate: or(self.encoder_rate, recipe.encoder_rate),
            head_rate: or(self.head_rate, recipe.head_rate),
            warmup: or(self.warmup, recipe.warmup),
            schedule: self.schedule.unwrap_or(recipe.schedule),
            head_warmup: self.head_warmup.or(recipe.head_warmup),
            head_schedule: self.head_schedule.or(recipe.head_schedule),
            weight_decay: or(self.weight_decay, recipe.weight_decay),
            head_weight_decay: self.head_weight_decay.or(recipe.head_weight_decay),
            epsilon: or(self.epsilon, recipe.epsilon),
            clip: or(self.clip, recipe.clip),
            initial: self.initial.unwrap_or(recipe.initial),
            ..recipe.clone()
        }
    }

    /// Values that cannot work, as (key within the section, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        self.apply(&Recipe::default()).problems()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_stays() {
        let recipe = Recipe {
            epochs: 3,
            clip: 0.5,
            head_warmup: Some(0.2),
            ..Recipe::default()
        };
        assert_eq!(RecipeChanges::default().apply(&recipe), recipe);
        let changes = RecipeChanges {
            epochs: Some(7),
            patience: Some(2),
            head_schedule: Some(Schedule::Constant),
            head_weight_decay: Some(0.3),
            ..RecipeChanges::default()
        };
        let expected = Recipe {
            epochs: 7,
            patience: 2,
            head_schedule: Some(Schedule::Constant),
            head_weight_decay: Some(0.3),
            ..recipe.clone()
        };
        assert_eq!(changes.apply(&recipe), expected);
    }

    #[test]
    fn impossible_changes_are_told_by_their_key() {
        let changes = RecipeChanges {
            batch: Some(0),
            ..RecipeChanges::default()
        };
        let problems = changes.problems();
        assert_eq!((problems.len(), problems[0].0.as_str()), (1, "batch"));
    }
}
