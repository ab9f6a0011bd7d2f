//! The networks: an encoder with a head for spans, for pairs, or for both.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::{PureConfig, RelInput};
use super::entity_head::EntityHead;
use super::instances::{Candidates, Instance};
use super::markers::{Argument, Marked, Markers};
use super::packing::packed_pairs;
use super::reading::{read, read_words};
use super::relation_head::{PairScores, RelationHead};
use super::steps::Task;
use super::text::Text;
use crate::corpus::{Labels, Span};
use crate::encoder::{Encoder, Noise};
use crate::systems::spans::{Words, indices};

/// An encoder with its heads.
#[derive(Module, Debug)]
pub(crate) struct Pure {
    pub(crate) encoder: Encoder,
    pub(crate) entity: Option<EntityHead>,
    pub(crate) relation: Option<RelationHead>,
    #[module(skip)]
    padding: u32,
    #[module(skip)]
    state_dropout: f64,
}

/// What the relation head needs to be told besides the network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairReading<'a> {
    /// The pieces that mark arguments.
    pub(crate) markers: &'a Markers,
    /// The switches.
    pub(crate) config: &'a PureConfig,
    /// The longest input in pieces.
    pub(crate) longest: usize,
}

impl Pure {
    /// A network for `task` around an encoder, which comes with its padding piece. The new
    /// weights are zero until `initialise` draws them.
    pub(crate) fn new(
        encoder: Encoder,
        (hidden, padding): (usize, u32),
        task: Task,
        labels: &Labels,
        config: &PureConfig,
        device: &Device,
    ) -> Self {
        let types = labels.entity_types.len();
        let counts = (types, labels.relation_types.len());
        let text = PureConfig {
            rel_input: RelInput::Text,
            ..config.clone()
        };
        let relation = match task {
            Task::Entities if config.aux_relation_loss > 0.0 => Some(&text),
            Task::Entities => None,
            Task::Relations | Task::Both => Some(config),
        };
        Self {
            encoder,
            entity: (task != Task::Relations)
                .then(|| EntityHead::new(hidden, types, config, device)),
            relation: relation.map(|config| RelationHead::new(hidden, counts, config, device)),
            padding,
            state_dropout: config.state_dropout,
        }
    }

    /// The device the parameters live on, with or without gradients.
    pub(crate) fn device(&self) -> Device {
        self.devices().into_iter().next().unwrap_or_default()
    }

    /// The states of the texts' own words.
    pub(crate) fn words(&self, texts: &[&Text], noise: Option<&Noise>) -> Words {
        let device = self.device();
        let rate = self.state_dropout;
        read_words(&self.encoder, texts, self.padding, rate, &device, noise)
    }

    /// Scores of pairs; none without a head for them, or without pairs.
    ///
    /// # Errors
    /// When a text is too long for its pairs' markers.
    pub(crate) fn pairs(
        &self,
        sentences: &[Candidates],
        batch: &[Instance],
        reading: PairReading<'_>,
        noise: Option<&Noise>,
    ) -> Result<Option<PairScores>, String> {
        let Some(head) = &self.relation else {
            return Ok(None);
        };
        if batch.is_empty() {
            return Ok(None);
        }
        if !reading.config.rel_input.has_markers() {
            return Ok(Some(self.text_pairs(head, sentences, batch, noise)));
        }
        let arguments: Vec<(Argument, Argument)> = batch
            .iter()
            .map(|instance| {
                let own = &sentences[instance.sentence].arguments;
                (own[instance.subject], own[instance.object])
            })
            .collect();
        let states = if reading.config.approximate {
            packed_pairs(
                &self.encoder,
                self.padding,
                sentences,
                batch,
                reading,
                noise,
            )?
        } else {
            self.marked_pairs(sentences, batch, reading, noise)
        };
        Ok(Some(head.of_markers(states, &arguments, noise)))
    }

    /// States of the markers before both arguments, pairs × 2H, of pairs that each have a
    /// sequence of their own.
    fn marked_pairs(
        &self,
        sentences: &[Candidates],
        batch: &[Instance],
        reading: PairReading<'_>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let device = self.device();
        let marked: Vec<Marked> = batch
            .iter()
            .map(|instance| {
                let sentence = &sentences[instance.sentence];
                reading.markers.insert(
                    &sentence.text,
                    sentence.arguments[instance.subject],
                    sentence.arguments[instance.object],
                    reading.longest,
                )
            })
            .collect();
        let ids: Vec<&[u32]> = marked.iter().map(|one| one.ids.as_slice()).collect();
        let states = read(&self.encoder, &ids, self.padding, &device, noise);
        let column = |place: &dyn Fn(&Marked) -> usize| {
            let rows = marked.iter().enumerate();
            let values: Vec<i32> = rows
                .map(|(row, one)| (row * states.columns + place(one)) as i32)
                .collect();
            indices(&values, &device)
        };
        let subjects = column(&|one| one.subject);
        let objects = column(&|one| one.object);
        let rows = states.rows;
        Tensor::cat(
            vec![rows.clone().select(0, subjects), rows.select(0, objects)],
            1,
        )
    }

    /// Scores of pairs by their words' states: pairs of one sentence share its states.
    fn text_pairs(
        &self,
        head: &RelationHead,
        sentences: &[Candidates],
        batch: &[Instance],
        noise: Option<&Noise>,
    ) -> PairScores {
        let mut chosen: Vec<usize> = Vec::new();
        let mut spans: Vec<(usize, Span)> = Vec::new();
        let mut first_span: Vec<usize> = Vec::new();
        let mut pairs = Vec::with_capacity(batch.len());
        let mut types = Vec::with_capacity(batch.len());
        for instance in batch {
            let sentence = &sentences[instance.sentence];
            let known = chosen.iter().rposition(|one| *one == instance.sentence);
            let row = known.unwrap_or_else(|| {
                first_span.push(spans.len());
                let row = chosen.len();
                chosen.push(instance.sentence);
                spans.extend(sentence.arguments.iter().map(|one| (row, one.span)));
                row
            });
            let from = first_span[row];
            pairs.push((from + instance.subject, from + instance.object));
            let label = |index: usize| sentence.arguments[index].label;
            types.push((label(instance.subject), label(instance.object)));
        }
        let texts: Vec<&Text> = chosen.iter().map(|one| &sentences[*one].text).collect();
        // The states get their dropout before the classifier alone.
        let words = read_words(
            &self.encoder,
            &texts,
            self.padding,
            0.0,
            &self.device(),
            noise,
        );
        head.of_text(&words, &spans, &pairs, &types, noise)
    }
}

#[cfg(test)]
mod tests;
