//! What is passed from the early predictions to the final ones, and how much of it
//! (Sun et al. 2021, §3.3 and §3.4).
//!
//! A stochastic map draws t from a Gaussian around what the states and the early predictions
//! say; its divergence from a Gaussian that the early predictions alone explain is what the
//! states add, and costs.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Linear};
use burn::tensor::{Device, Tensor};

use super::gaussian::Gaussian;
use crate::encoder::recurrent::{GruCell, GruForm, tanh};
use crate::systems::spans::{indices, linear, unbiased};

/// One map of states and early predictions to values of the states' width.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one or two of them")]
pub(crate) enum Map {
    /// A GRU cell, early predictions in, whose state is the word's.
    Gru(GruCell),
    /// A linear map of both, or of the states alone where there are no early predictions.
    Linear(Linear),
}

/// How maps are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapForm {
    Gru(GruForm),
    Linear,
}

impl Map {
    pub(crate) fn new(form: MapForm, early: usize, width: usize, device: &Device) -> Self {
        match form {
            MapForm::Gru(form) => Self::Gru(GruCell::new(form, early, width, device)),
            MapForm::Linear => Self::Linear(linear(early + width, width, device)),
        }
    }

    /// `early` is rows × early predictions, `states` rows × K.
    fn forward(&self, early: Option<&Tensor<2>>, states: &Tensor<2>) -> Tensor<2> {
        match (self, early) {
            (Self::Gru(cell), Some(early)) => cell.forward(early.clone(), states.clone()),
            (Self::Gru(cell), None) => {
                let [rows, _] = states.dims();
                let nothing = Tensor::zeros([rows, 0], &states.device());
                cell.forward(nothing, states.clone())
            }
            (Self::Linear(map), Some(early)) => {
                map.forward(Tensor::cat(vec![early.clone(), states.clone()], 1))
            }
            (Self::Linear(map), None) => map.forward(states.clone()),
        }
    }
}

/// V₂ tanh(V₁ y), with a bias in each layer or in none.
#[derive(Module, Debug)]
pub(crate) struct Perceptron {
    pub(crate) inner: Linear,
    pub(crate) outer: Linear,
}

impl Perceptron {
    fn new(early: usize, width: usize, bias: bool, device: &Device) -> Self {
        let layer = |inputs| {
            if bias {
                linear(inputs, width, device)
            } else {
                unbiased(inputs, width, device)
            }
        };
        Self {
            inner: layer(early),
            outer: layer(width),
        }
    }

    fn forward(&self, early: Tensor<2>) -> Tensor<2> {
        self.outer.forward(tanh(self.inner.forward(early)))
    }
}

/// Mean and signed standard deviation of the prior.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one or two of them")]
pub(crate) enum Prior {
    /// Of the early predictions.
    Early(EarlyPrior),
    /// Of the word's place in its sentence.
    Place(PlacePrior),
}

/// A prior of the early predictions.
#[derive(Module, Debug)]
pub(crate) struct EarlyPrior {
    pub(crate) mean: Perceptron,
    pub(crate) deviation: Perceptron,
}

/// A prior of places.
#[derive(Module, Debug)]
pub(crate) struct PlacePrior {
    pub(crate) mean: Embedding,
    pub(crate) deviation: Embedding,
}

/// A stochastic map: mean and signed standard deviation of t, and its prior.
#[derive(Module, Debug)]
pub(crate) struct Stochastic {
    pub(crate) mean: Map,
    pub(crate) deviation: Map,
    pub(crate) prior: Prior,
}

/// What makes t of one task.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has one or two of them")]
pub(crate) enum Passage {
    /// t as it is.
    Plain(Map),
    /// t drawn.
    Stochastic(Stochastic),
}

/// The shape of a passage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PassageShape {
    pub(crate) form: MapForm,
    /// Early predictions that go in; 0 where there are none.
    pub(crate) early: usize,
    /// K.
    pub(crate) width: usize,
    pub(crate) prior_bias: bool,
    /// Places with a prior of their own, where there are no early predictions.
    pub(crate) positions: usize,
}

impl PassageShape {
    /// t as it is.
    pub(crate) fn plain(self, device: &Device) -> Passage {
        Passage::Plain(Map::new(self.form, self.early, self.width, device))
    }

    /// t drawn.
    pub(crate) fn stochastic(self, device: &Device) -> Passage {
        let Self { early, width, .. } = self;
        let map = || Map::new(self.form, early, width, device);
        let prior = if early == 0 {
            let places = || EmbeddingConfig::new(self.positions, width).init(device);
            Prior::Place(PlacePrior {
                mean: places(),
                deviation: places(),
            })
        } else {
            let perceptron = || Perceptron::new(early, width, self.prior_bias, device);
            Prior::Early(EarlyPrior {
                mean: perceptron(),
                deviation: perceptron(),
            })
        };
        Passage::Stochastic(Stochastic {
            mean: map(),
            deviation: map(),
            prior,
        })
    }
}

/// What a passage comes to.
pub(crate) struct Passed {
    /// t, rows × K.
    pub(crate) state: Tensor<2>,
    /// KL(p ‖ r) summed over words and values; none where t is as it is, or where nothing is
    /// learned.
    pub(crate) divergence: Option<Tensor<1>>,
}

impl Prior {
    /// The prior of every row; `places` are the rows' places in their sentences.
    pub(crate) fn of(&self, early: Option<&Tensor<2>>, places: &[usize]) -> Option<Gaussian> {
        match self {
            Self::Early(prior) => {
                // What explains the early predictions must not change them.
                let early = early?.clone().detach();
                Some(Gaussian {
                    deviation: prior.deviation.forward(early.clone()),
                    mean: prior.mean.forward(early),
                })
            }
            Self::Place(prior) => {
                let table = prior.mean.weight.val();
                let last = table.dims()[0].saturating_sub(1);
                let rows: Vec<i32> = places
                    .iter()
                    .map(|place| (*place).min(last) as i32)
                    .collect();
                let rows = indices(&rows, &table.device());
                Some(Gaussian {
                    deviation: prior.deviation.weight.val().select(0, rows.clone()),
                    mean: table.select(0, rows),
                })
            }
        }
    }
}

impl Stochastic {
    /// p(t | h, y).
    pub(crate) fn posterior(&self, early: Option<&Tensor<2>>, states: &Tensor<2>) -> Gaussian {
        Gaussian {
            mean: self.mean.forward(early, states),
            deviation: self.deviation.forward(early, states),
        }
    }
}

impl Passage {
    /// Whether t is drawn.
    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self, Self::Stochastic(_))
    }

    /// t of every row: μ + √v ∘ ε with this ε, or the mean without one. `learning` says
    /// whether the divergence is asked for, which needs an ε.
    pub(crate) fn pass(
        &self,
        early: Option<&Tensor<2>>,
        states: &Tensor<2>,
        places: &[usize],
        noise: Option<Tensor<2>>,
        learning: bool,
    ) -> Passed {
        let stochastic = match self {
            Self::Plain(map) => {
                return Passed {
                    state: map.forward(early, states),
                    divergence: None,
                };
            }
            Self::Stochastic(stochastic) => stochastic,
        };
        let Some(noise) = noise else {
            return Passed {
                state: stochastic.mean.forward(early, states),
                divergence: None,
            };
        };
        let posterior = stochastic.posterior(early, states);
        let prior = learning
            .then(|| stochastic.prior.of(early, places))
            .flatten();
        let Some(prior) = prior else {
            return Passed {
                state: posterior.draw(noise),
                divergence: None,
            };
        };
        let (state, divergence) = posterior.pass(&prior, noise);
        Passed {
            state,
            divergence: Some(divergence),
        }
    }
}
