//! The network.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::{CroneConfig, FeedForward};
use super::data::Input;
use super::pairs::Pairs;
use super::scorer::PairScorer;
use super::tags;
use super::vocabulary::Vocabulary;
use crate::corpus::Labels;
use crate::encoder::Noise;
use crate::encoder::recurrent::{BiRnn, BiRnnConfig, CharacterRnn, CharacterRnnConfig, Crf};
use crate::encoder::words::{Casing, ScalarMix};
use crate::systems::spans::{indices, linear};

/// Layers and width of contextual features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct FeatureShape {
    pub(super) layers: usize,
    pub(super) width: usize,
}

/// Crone (2020, §3): shared recurrent layers, and layers of either task above them.
#[derive(Module, Debug)]
pub(super) struct Crone {
    /// One vector out of several layers of features.
    pub(super) mix: Option<ScalarMix>,
    pub(super) words: Embedding,
    pub(super) characters: CharacterRnn,
    pub(super) shared: BiRnn,
    pub(super) entities: BiRnn,
    pub(super) relations: BiRnn,
    /// The two layers below the chain of tags.
    pub(super) hidden: Linear,
    pub(super) emissions: Linear,
    pub(super) chain: Crf,
    /// None where the corpus has no relations.
    pub(super) scorer: Option<PairScorer>,
    #[module(skip)]
    activation: FeedForward,
    #[module(skip)]
    features: Option<FeatureShape>,
}

/// States of a batch, sentence after sentence without padding.
pub(super) struct States {
    /// Scores of tags, words × tags.
    pub(super) emissions: Tensor<2>,
    /// What relations are read from: words × 2·hidden, or × the words' own values where no layer
    /// lies below relations.
    pub(super) relations: Tensor<2>,
    /// Words of every sentence.
    pub(super) lengths: Vec<usize>,
}

impl States {
    /// Scores of tags with padding, sentences × longest × tags, as the chain reads them.
    pub(super) fn padded(&self) -> Tensor<3> {
        let longest = self.lengths.iter().copied().max().unwrap_or(0);
        let mut rows = Vec::with_capacity(self.lengths.len() * longest);
        let mut first = 0;
        for length in &self.lengths {
            // Padding is any row: the chain never looks at it.
            rows.extend((0..longest).map(|word| (first + word.min(length - 1)) as i32));
            first += length;
        }
        let [_, tags] = self.emissions.dims();
        let device = self.emissions.device();
        let padded = self.emissions.clone().select(0, indices(&rows, &device));
        padded.reshape([self.lengths.len(), longest, tags])
    }
}

impl Crone {
    /// A network around a table of words; all other weights are zero until they are drawn.
    pub(super) fn new(
        words: Embedding,
        vocabulary: &Vocabulary,
        features: Option<FeatureShape>,
        labels: &Labels,
        config: &CroneConfig,
        device: &Device,
    ) -> Self {
        let input = features.map_or(0, |shape| shape.width)
            + vocabulary.word_size
            + 2 * config.character_hidden
            + Casing::COUNT;
        let states = 2 * config.hidden;
        let rnn = |input, layers| {
            let rnn = BiRnnConfig {
                cell: config.cell,
                input,
                hidden: config.hidden,
                layers,
                dropout: config.dropout,
            };
            rnn.init(device)
        };
        let above = if config.shared_layers > 0 {
            states
        } else {
            input
        };
        let width = |layers: usize| if layers > 0 { states } else { above };
        let tags = tags::count(labels);
        let relations = labels.relation_types.len();
        Self {
            mix: features.map(|shape| ScalarMix::new(shape.layers, device)),
            words,
            characters: CharacterRnnConfig {
                characters: vocabulary.characters.count(),
                embedding: config.character_embedding,
                cell: config.cell,
                hidden: config.character_hidden,
            }
            .init(device),
            shared: rnn(input, config.shared_layers),
            entities: rnn(above, config.ner_layers),
            relations: rnn(above, config.re_layers),
            hidden: linear(width(config.ner_layers), config.ner_width, device),
            emissions: linear(config.ner_width, tags, device),
            chain: Crf::new(tags, device),
            scorer: (relations > 0)
                .then(|| PairScorer::new(width(config.re_layers), tags, relations, config, device)),
            activation: config.ner_activation,
            features,
        }
    }

    /// Reads a batch.
    pub(super) fn read(&self, batch: &[&Input], noise: Option<&Noise>) -> States {
        let lengths: Vec<usize> = batch.iter().map(|input| input.words()).collect();
        let input = self.input(batch);
        let shared = self.shared.packed(input, &lengths, noise);
        let entities = self.entities.packed(shared.clone(), &lengths, noise);
        let hidden = self.hidden.forward(entities);
        let hidden = match self.activation {
            FeedForward::Relu => relu(hidden),
            FeedForward::Tanh => tanh(hidden),
        };
        let emissions = self.emissions.forward(hidden);
        let relations = match self.scorer {
            Some(_) => self.relations.packed(shared, &lengths, noise),
            None => shared,
        };
        States {
            emissions,
            relations,
            lengths,
        }
    }

    /// What the words of a batch are before any context: v = [features; vector;
    /// characters; casing].
    fn input(&self, batch: &[&Input]) -> Tensor<2> {
        let device = self.words.weight.val().device();
        let rows: Vec<i32> = batch
            .iter()
            .flat_map(|input| &input.rows)
            .map(|row| *row as i32)
            .collect();
        let count = rows.len();
        let characters: Vec<Vec<u32>> = batch
            .iter()
            .flat_map(|input| &input.characters)
            .cloned()
            .collect();
        let mut casing = vec![0f32; count * Casing::COUNT];
        let classes = batch.iter().flat_map(|input| &input.casing);
        for (class, row) in classes.zip(casing.chunks_exact_mut(Casing::COUNT)) {
            row[*class as usize] = 1.0;
        }
        let casing = TensorData::new(casing, [count, Casing::COUNT]);
        let mut parts = Vec::new();
        if let (Some(mix), Some(FeatureShape { layers, width })) = (&self.mix, self.features) {
            let values: Vec<f32> = batch
                .iter()
                .flat_map(|input| &input.features)
                .copied()
                .collect();
            let values = TensorData::new(values, [count, layers, width]);
            parts.push(mix.forward(Tensor::from_data(values, &device)));
        }
        let table = self.words.weight.val();
        parts.push(table.select(0, indices(&rows, &device)));
        parts.push(self.characters.forward(&characters));
        parts.push(Tensor::from_data(casing, &device));
        Tensor::cat(parts, 1)
    }

    /// Scores of a batch's pairs, pairs × relations, whose words have these `tags`; none
    /// where there is nothing to score.
    pub(super) fn score(
        &self,
        states: &States,
        pairs: &Pairs,
        tags: &[usize],
        noise: Option<&Noise>,
    ) -> Option<Tensor<2>> {
        let scorer = self.scorer.as_ref().filter(|_| !pairs.places.is_empty())?;
        Some(scorer.forward(&states.relations, pairs, tags, noise))
    }
}
