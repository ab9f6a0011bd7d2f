//! The network: one encoder below all heads.

use burn::module::Module;
use burn::tensor::Device;

use super::config::JointBaselineConfig;
use super::heads::{Heads, Scores};
use crate::corpus::{Labels, Span};
use crate::encoder::{Encoder, Noise};
use crate::systems::pure::config::PureConfig;
use crate::systems::pure::reading::read_words;
use crate::systems::pure::text::Text;
use crate::systems::spans::all_spans;

/// An encoder with the heads over its words' states.
#[derive(Module, Debug)]
pub(crate) struct Joint {
    pub(crate) encoder: Encoder,
    pub(crate) heads: Heads,
    /// Longest candidate span in words.
    #[module(skip)]
    longest: usize,
    #[module(skip)]
    padding: u32,
    #[module(skip)]
    state_dropout: f64,
}

impl Joint {
    /// A network around an encoder, which comes with its width and its padding piece. The
    /// new weights are zero until `initialise` draws them.
    pub(crate) fn new(
        encoder: Encoder,
        (hidden, padding): (usize, u32),
        labels: &Labels,
        config: &PureConfig,
        own: &JointBaselineConfig,
        device: &Device,
    ) -> Self {
        Self {
            encoder,
            heads: Heads::new(hidden, labels, config, own.kept_share, device),
            longest: config.max_span,
            padding,
            state_dropout: config.state_dropout,
        }
    }

    /// The candidates of a batch as (text, span), text by text.
    pub(crate) fn spans(&self, texts: &[&Text]) -> Vec<(usize, Span)> {
        let rows = texts.iter().enumerate();
        rows.flat_map(|(row, text)| {
            let own = all_spans(text.words, self.longest).into_iter();
            own.map(move |span| (row, span))
        })
        .collect()
    }

    /// Scores the candidates of a batch, of which there must be one.
    ///
    /// # Errors
    /// When the backend cannot hand scores over.
    pub(crate) fn score(
        &self,
        texts: &[&Text],
        spans: &[(usize, Span)],
        noise: Option<&Noise>,
    ) -> Result<Scores, String> {
        let device = self.devices().into_iter().next().unwrap_or_default();
        let rate = self.state_dropout;
        let words = read_words(&self.encoder, texts, self.padding, rate, &device, noise);
        self.heads.score(&words, spans, noise)
    }
}
