//! The network above the states: early predictions, what they pass on, final predictions.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::classifiers::{Classifiers, TAGS};
use super::config::{PmeiConfig, Variant};
use super::latent::{MapForm, Passage, PassageShape, Passed};
use super::table::{GoldCell, Grid};
use crate::encoder::Noise;
use crate::systems::spans::summed_cross_entropy;

/// Sun et al. 2021, Figure 2: everything above H.
#[derive(Module, Debug)]
pub(crate) struct Core {
    pub(crate) early: Option<Classifiers>,
    /// Makes t_e.
    pub(crate) to_entities: Option<Passage>,
    /// Makes t_r.
    pub(crate) to_relations: Option<Passage>,
    /// The final classifiers.
    pub(crate) last: Classifiers,
    /// Whether both tasks see both early predictions.
    #[module(skip)]
    interaction: bool,
}

/// What a batch should come to.
pub(crate) struct Gold {
    /// An index into [`TAGS`] for every row.
    pub(crate) tags: Vec<usize>,
    /// The cells that hold a relation, sorted.
    pub(crate) cells: Vec<GoldCell>,
}

/// The losses of a batch, each summed over its words, cells and relations.
pub(crate) struct Losses {
    pub(crate) tags: Tensor<1>,
    pub(crate) relations: Tensor<1>,
    pub(crate) early_tags: Option<Tensor<1>>,
    pub(crate) early_relations: Option<Tensor<1>>,
    pub(crate) entity_divergence: Option<Tensor<1>>,
    pub(crate) relation_divergence: Option<Tensor<1>>,
}

/// What is decided about a batch.
pub(crate) struct Decided {
    /// Scores of the tags, rows × 5.
    pub(crate) tags: Tensor<2>,
    /// The cells with p ≥ ½.
    pub(crate) cells: Vec<GoldCell>,
}

/// The two tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Entities,
    Relations,
}

/// Gives ε for a task's t, in the shape that is told; none where t is the mean.
pub(crate) type Draw<'a> = dyn Fn(Task, [usize; 2]) -> Option<Tensor<2>> + 'a;

/// Draws by `noise`, or nothing.
pub(crate) fn draw_by<'a>(
    noise: Option<&'a Noise>,
    device: &'a Device,
) -> impl Fn(Task, [usize; 2]) -> Option<Tensor<2>> + 'a {
    move |_, shape| {
        let values = noise?.normals(shape.iter().product());
        // A tensor without gradients is a constant beside one with them.
        let device = device.clone().without_autodiff();
        Some(Tensor::from_data(TensorData::new(values, shape), &device))
    }
}

/// Early predictions as both tasks see them.
pub(super) struct Early {
    to_entities: Tensor<2>,
    to_relations: Tensor<2>,
}

impl Core {
    /// A network of zeros over states of `width`, with `relations` outputs.
    pub(crate) fn new(
        config: &PmeiConfig,
        width: usize,
        relations: usize,
        device: &Device,
    ) -> Self {
        let classifiers = || Classifiers::new(width, relations, device);
        let variant = config.variant;
        let interaction = variant != Variant::NoInteraction;
        let form = match variant {
            Variant::MtlSm | Variant::NoGru => MapForm::Linear,
            _ => MapForm::Gru(config.gru),
        };
        let passage = |own: usize| {
            let early = match (variant.is_early(), interaction) {
                (false, _) => 0,
                (true, true) => relations + TAGS.len(),
                (true, false) => own,
            };
            let shape = PassageShape {
                form,
                early,
                width,
                prior_bias: config.prior_bias,
                positions: config.positions,
            };
            match variant {
                Variant::Mtl => None,
                Variant::NoSm => Some(shape.plain(device)),
                _ => Some(shape.stochastic(device)),
            }
        };
        Self {
            early: variant.is_early().then(classifiers),
            to_entities: passage(TAGS.len()),
            to_relations: passage(relations),
            last: classifiers(),
            interaction,
        }
    }

    /// y′ = [p̄_r; p_e] for both tasks, or each task its own.
    fn early(&self, tags: Tensor<2>, pooled: Tensor<2>) -> Early {
        let tags = activation::softmax(tags, 1);
        if self.interaction {
            let both = Tensor::cat(vec![pooled, tags], 1);
            Early {
                to_entities: both.clone(),
                to_relations: both,
            }
        } else {
            Early {
                to_entities: tags,
                to_relations: pooled,
            }
        }
    }

    /// The early predictions where nothing is learned.
    pub(super) fn early_of(&self, states: &Tensor<2>, grid: &Grid) -> Option<Early> {
        let early = self.early.as_ref()?;
        let scores = early.tags.forward(states.clone());
        Some(self.early(scores, early.pooled(states, grid)))
    }

    /// t_e and t_r.
    pub(super) fn pass(
        &self,
        early: Option<&Early>,
        states: &Tensor<2>,
        grid: &Grid,
        draw: &Draw<'_>,
        learning: bool,
    ) -> [Passed; 2] {
        let places: Vec<usize> = grid
            .lengths()
            .iter()
            .flat_map(|length| 0..*length)
            .collect();
        let pass = |task: Task, passage: &Option<Passage>, early: Option<&Tensor<2>>| match passage
        {
            Some(passage) => {
                let noise = passage.is_drawn().then(|| draw(task, states.dims()));
                passage.pass(early, states, &places, noise.flatten(), learning)
            }
            None => Passed {
                state: states.clone(),
                divergence: None,
            },
        };
        [
            pass(
                Task::Entities,
                &self.to_entities,
                early.map(|early| &early.to_entities),
            ),
            pass(
                Task::Relations,
                &self.to_relations,
                early.map(|early| &early.to_relations),
            ),
        ]
    }

    /// The losses over `states` (rows × K). `draw` gives what t is drawn with.
    pub(crate) fn losses(
        &self,
        states: &Tensor<2>,
        grid: &Arc<Grid>,
        gold: &Gold,
        draw: &Draw<'_>,
    ) -> Losses {
        let (mut early_tags, mut early_relations) = (None, None);
        let early = self.early.as_ref().map(|early| {
            let scores = early.tags.forward(states.clone());
            let table = early.table(states, grid, &gold.cells, true);
            early_tags = Some(summed_cross_entropy(scores.clone(), &gold.tags));
            early_relations = Some(table.loss);
            let none = || Tensor::zeros([grid.rows(), 0], &states.device());
            self.early(scores, table.pooled.unwrap_or_else(none))
        });
        let [entities, relations] = self.pass(early.as_ref(), states, grid, draw, true);
        let tags = self.last.tags.forward(entities.state);
        let table = self.last.table(&relations.state, grid, &gold.cells, false);
        Losses {
            tags: summed_cross_entropy(tags, &gold.tags),
            relations: table.loss,
            early_tags,
            early_relations,
            entity_divergence: entities.divergence,
            relation_divergence: relations.divergence,
        }
    }

    /// What is decided from `states`; `draw` gives what t is drawn with.
    pub(crate) fn decide(&self, states: &Tensor<2>, grid: &Grid, draw: &Draw<'_>) -> Decided {
        let early = self.early_of(states, grid);
        let [entities, relations] = self.pass(early.as_ref(), states, grid, draw, false);
        Decided {
            tags: self.last.tags.forward(entities.state),
            cells: self.last.likely(&relations.state, grid),
        }
    }
}

impl Losses {
    /// L_final + α·L_early + β_e·KL_e + β_r·KL_r, divided by the number of sentences.
    pub(crate) fn total(
        self,
        alpha: f64,
        [of_entities, of_relations]: [f64; 2],
        sentences: usize,
    ) -> Tensor<1> {
        let mut sum = self.tags + self.relations;
        for (loss, weight) in [
            (self.early_tags, alpha),
            (self.early_relations, alpha),
            (self.entity_divergence, of_entities),
            (self.relation_divergence, of_relations),
        ] {
            if let Some(loss) = loss {
                sum = sum + loss.mul_scalar(weight);
            }
        }
        sum.div_scalar(sentences.max(1) as f64)
    }
}
