//! Disentangled attention: pieces attend by content and by relative position (He et
//! al. 2021, "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", §3.1).

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::config::DebertaConfig;
use super::distances::Distances;
use crate::encoder::dropout::{Noise, dropout};
use crate::encoder::transformer::attention::{Projected, Scores, attend};

/// Weights of one attention.
#[derive(Module, Debug)]
pub(super) struct SelfAttention {
    query_proj: Linear,
    key_proj: Linear,
    value_proj: Linear,
    pos_key_proj: Option<Linear>,
    pos_query_proj: Option<Linear>,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    content_to_position: bool,
    #[module(skip)]
    position_to_content: bool,
    #[module(skip)]
    position_dropout: f64,
    #[module(skip)]
    attention_dropout: f64,
}

/// What every attention of a forward pass sees beside the states.
pub(super) struct Surroundings<'a> {
    /// Batch size and padded length.
    pub(super) dims: [usize; 2],
    /// What is added to scores because of padding and permissions.
    pub(super) bias: Option<Tensor<4>>,
    /// Where the pieces stand to each other, where attention sees it.
    pub(super) relative: Option<Relative>,
    /// The noise of training.
    pub(super) noise: Option<&'a Noise>,
}

/// Where the pieces of a batch stand to each other, the same for every layer.
pub(super) struct Relative {
    /// The distances themselves.
    pub(super) distances: Distances,
    /// Embeddings of the distances that the batch needs, normed, rows × H.
    pub(super) embeddings: Tensor<2>,
}

impl SelfAttention {
    /// Projections with zero weights; positions have their own unless they share those
    /// of contents.
    pub(super) fn zeros(config: &DebertaConfig, device: &Device) -> Self {
        let width = config.hidden_size;
        let projection = || {
            LinearConfig::new(width, width)
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        let own = config.relative_attention && !config.share_att_key;
        let [content_to_position, position_to_content] =
            ["c2p", "p2c"].map(|term| config.adds(term));
        Self {
            query_proj: projection(),
            key_proj: projection(),
            value_proj: projection(),
            pos_key_proj: (own && content_to_position).then(projection),
            pos_query_proj: (own && position_to_content).then(projection),
            heads: config.num_attention_heads,
            content_to_position,
            position_to_content,
            position_dropout: config.hidden_dropout_prob,
            attention_dropout: config.attention_probs_dropout_prob,
        }
    }

    /// Attention over all heads, (batch · pieces) × H. Its scores are divided by
    /// √(terms · depth), so that their size does not depend on how many terms there are
    /// (He et al. 2021, eq. 4).
    pub(super) fn forward(&self, states: Tensor<2>, around: &Surroundings) -> Tensor<2> {
        let [_, width] = states.dims();
        let terms =
            1 + usize::from(self.content_to_position) + usize::from(self.position_to_content);
        let scale = 1.0 / ((terms * width / self.heads) as f64).sqrt();
        let query = self.query_proj.forward(states.clone());
        let key = self.key_proj.forward(states.clone());
        let value = self.value_proj.forward(states);
        let mut added = Vec::new();
        if let Some(relative) = &around.relative {
            let distances = &relative.distances;
            let rows = relative.embeddings.clone();
            let rows = dropout(rows, self.position_dropout, around.noise);
            if self.content_to_position {
                let projection = self.pos_key_proj.as_ref().unwrap_or(&self.key_proj);
                let positions = projection.forward(rows.clone());
                added.push(distances.content_to_position(query.clone(), positions, scale));
            }
            if self.position_to_content {
                let projection = self.pos_query_proj.as_ref().unwrap_or(&self.query_proj);
                let positions = projection.forward(rows);
                added.push(distances.position_to_content(key.clone(), positions, scale));
            }
        }
        let scores = Scores {
            scale,
            terms: added,
            mask: around.bias.as_ref(),
            dropout: self.attention_dropout,
        };
        let projected = Projected { query, key, value };
        attend(projected, around.dims, self.heads, scores, around.noise)
    }
}
