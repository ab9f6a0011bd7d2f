//! What `config.json` says of a DeBERTa.

use burn::tensor::Device;
use serde::{Deserialize, Deserializer, Serialize};

use super::buckets::Buckets;
use super::model::Deberta;
use crate::encoder::transformer::activation::Activation;

/// The parts of `config.json` that decide what DeBERTa computes, under their Hugging
/// Face names and with the defaults of Hugging Face, not those of the released models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DebertaConfig {
    /// Rows of the piece embedding.
    pub vocab_size: usize,
    /// Width H of hidden states.
    pub hidden_size: usize,
    /// Width of embeddings; absent means H. Others are projected to H.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_size: Option<usize>,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Heads; they divide the width.
    pub num_attention_heads: usize,
    /// Width of a head; absent means H / heads, and nothing else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention_head_size: Option<usize>,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Activation of the feed-forward layer.
    #[serde(default)]
    pub hidden_act: Activation,
    /// Dropout after embeddings and sub-layers and on relative positions.
    #[serde(default = "tenth")]
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights.
    #[serde(default = "tenth")]
    pub attention_probs_dropout_prob: f64,
    /// Added to variances.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// Rows of the absolute position embedding where there is one, and the reach of
    /// relative positions where they name none. Longer sequences are fine without
    /// absolute positions.
    #[serde(default = "positions")]
    pub max_position_embeddings: usize,
    /// Whether embeddings say where a piece stands in the sequence.
    #[serde(default = "yes")]
    pub position_biased_input: bool,
    /// Rows of the segment embedding; 0 means none.
    #[serde(default)]
    pub type_vocab_size: usize,
    /// Whether attention sees relative positions.
    #[serde(default)]
    pub relative_attention: bool,
    /// Distances are told apart below this; below 1 means
    /// `max_position_embeddings`.
    #[serde(default = "unset")]
    pub max_relative_positions: i64,
    /// Rows of the relative position embedding for one direction; below 1 means one a
    /// distance.
    #[serde(default = "unset")]
    pub position_buckets: i64,
    /// `layer_norm` or `none`: what is done to relative position embeddings.
    #[serde(default = "none")]
    pub norm_rel_ebd: String,
    /// Which of `c2p` (content to position) and `p2c` (position to content) scores
    /// attention adds; read from a list or from a string with `|` between.
    #[serde(default, deserialize_with = "terms")]
    pub pos_att_type: Vec<String>,
    /// Whether relative positions use the projections of contents.
    #[serde(default)]
    pub share_att_key: bool,
    /// Width of a convolution after the first block; only 0, none, is known.
    #[serde(default)]
    pub conv_kernel_size: usize,
    /// Piece that pads.
    #[serde(default)]
    pub pad_token_id: u32,
}

fn tenth() -> f64 {
    0.1
}
fn epsilon() -> f64 {
    1e-7
}
fn positions() -> usize {
    512
}
fn yes() -> bool {
    true
}
fn unset() -> i64 {
    -1
}
fn none() -> String {
    "none".to_owned()
}

fn terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "`pos_att_type` must be a string like `p2c|c2p`, a list of strings or null"
    )]
    enum Terms {
        Joined(String),
        Listed(Vec<String>),
        Absent(()),
    }
    let tidy = |term: &str| term.trim().to_lowercase();
    Ok(match Terms::deserialize(deserializer)? {
        Terms::Joined(text) => text.split('|').map(tidy).collect(),
        Terms::Listed(terms) => terms.iter().map(|term| tidy(term)).collect(),
        Terms::Absent(()) => Vec::new(),
    })
}

impl DebertaConfig {
    /// Builds the encoder with zero weights: they are loaded or drawn afterwards,
    /// never left to a global generator.
    pub fn init(&self, device: &Device) -> Deberta {
        Deberta::zeros(self, device)
    }

    /// The rows of the relative position table; without relative attention there is
    /// none.
    pub(super) fn buckets(&self) -> Option<Buckets> {
        let positive = |value: i64| usize::try_from(value).ok().filter(|value| *value > 0);
        self.relative_attention.then(|| {
            let reach =
                positive(self.max_relative_positions).unwrap_or(self.max_position_embeddings);
            Buckets::new(reach, positive(self.position_buckets))
        })
    }

    /// Whether attention adds this term, `c2p` or `p2c`.
    pub(super) fn adds(&self, term: &str) -> bool {
        self.pos_att_type.iter().any(|named| named == term)
    }

    /// The longest input in pieces: only absolute positions set one.
    pub(crate) fn longest(&self) -> Option<usize> {
        self.position_biased_input
            .then_some(self.max_position_embeddings)
    }

    /// The first thing that cannot work.
    pub(crate) fn problems(&self) -> Option<String> {
        let [width, heads] = [self.hidden_size, self.num_attention_heads];
        if heads == 0 || !width.is_multiple_of(heads) {
            return Some(format!(
                "`num_attention_heads` = {heads} does not divide `hidden_size` = {width}"
            ));
        }
        if let Some(depth) = self
            .attention_head_size
            .filter(|size| size * heads != width)
        {
            return Some(format!(
                "`attention_head_size` = {depth} is not `hidden_size` / `num_attention_heads` = {}, \
                 the only size supported",
                width / heads
            ));
        }
        if self.conv_kernel_size > 0 {
            return Some(format!(
                "`conv_kernel_size` = {}: the convolution of the large DeBERTa-v2 models is not \
                 supported; DeBERTa-v3 models do without",
                self.conv_kernel_size
            ));
        }
        self.position_problem()
    }

    fn position_problem(&self) -> Option<String> {
        let unknown = |term: &&String| !matches!(term.as_str(), "c2p" | "p2c" | "");
        if let Some(term) = self.pos_att_type.iter().find(unknown) {
            return Some(format!(
                "`pos_att_type` names `{term}`; only `c2p` and `p2c` are supported"
            ));
        }
        if !matches!(self.norm_rel_ebd.as_str(), "none" | "layer_norm") {
            return Some(format!(
                "`norm_rel_ebd` = `{}`; only `layer_norm` and `none` are supported",
                self.norm_rel_ebd
            ));
        }
        if self.max_position_embeddings == 0 {
            return Some("`max_position_embeddings` = 0 leaves no position to embed".to_owned());
        }
        let buckets = self.buckets()?;
        if self.position_buckets > 0 && !buckets.are_sound() {
            return Some(format!(
                "`position_buckets` = {} must be an even number from 4 on whose half is less than \
                 the greatest relative distance, one less than `max_relative_positions` or, where \
                 that is below 1, than `max_position_embeddings`",
                self.position_buckets
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SMALL: &str = r#""vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 16, "relative_attention": true"#;

    fn read(more: &str) -> Result<DebertaConfig, serde_json::Error> {
        serde_json::from_str(&format!("{{{SMALL}{more}}}"))
    }

    #[test]
    fn terms_are_read_from_a_string_a_list_or_nothing() {
        for (text, expected) in [
            (r#", "pos_att_type": "p2c|C2P""#, [true, true]),
            (r#", "pos_att_type": ["c2p"]"#, [true, false]),
            (r#", "pos_att_type": null"#, [false, false]),
            ("", [false, false]),
        ] {
            let config = read(text).unwrap();
            assert_eq!(["c2p", "p2c"].map(|term| config.adds(term)), expected);
            let written = serde_json::to_string(&config).unwrap();
            assert_eq!(
                serde_json::from_str::<DebertaConfig>(&written).unwrap(),
                config
            );
        }
        let error = read(r#", "pos_att_type": 3"#).unwrap_err();
        assert!(error.to_string().contains("`pos_att_type`"), "{error}");
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(read("").unwrap().problems(), None);
        for (more, key) in [
            (r#", "attention_head_size": 3"#, "attention_head_size"),
            (r#", "conv_kernel_size": 3"#, "conv_kernel_size"),
            (r#", "pos_att_type": "c2p|p2p""#, "p2p"),
            (r#", "norm_rel_ebd": "batch""#, "norm_rel_ebd"),
            (
                r#", "max_position_embeddings": 0"#,
                "max_position_embeddings",
            ),
            (r#", "position_buckets": 2"#, "position_buckets"),
            (r#", "position_buckets": 7"#, "position_buckets"),
            (
                r#", "position_buckets": 16, "max_relative_positions": 9"#,
                "position_buckets",
            ),
        ] {
            let problem = read(more).unwrap().problems().unwrap();
            assert!(problem.contains(&format!("`{key}`")), "{problem}");
        }
        let heads = DebertaConfig {
            num_attention_heads: 3,
            ..read("").unwrap()
        };
        assert!(heads.problems().unwrap().contains("`num_attention_heads`"));
    }

    #[test]
    fn the_reach_is_the_longest_position_unless_it_is_given() {
        let rows = |more| read(more).unwrap().buckets().unwrap().rows();
        assert_eq!(rows(""), 1024);
        assert_eq!(rows(r#", "max_relative_positions": 100"#), 200);
        assert_eq!(rows(r#", "position_buckets": 256"#), 512);
        let plain = read(r#", "position_buckets": 0"#).unwrap();
        let plain = DebertaConfig {
            relative_attention: false,
            ..plain
        };
        assert_eq!(plain.buckets(), None);
    }
}
