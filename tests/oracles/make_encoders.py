"""Writes tiny encoders of every architecture but BERT with expected hidden states and gradients.

The expectation comes from transformers in float64. Configurations are off the usual path on purpose: ALBERT with two
inner layers a group, BART with scaled embeddings and ReLU, DeBERTa without shared keys and buckets but with absolute
positions, T5 with other buckets and a gated SiLU. Needs torch, transformers and safetensors:

    python3 tests/oracles/make_encoders.py
"""

import json
import math
import pathlib

import torch
from safetensors.torch import save_file
from transformers import (
    AlbertConfig,
    AlbertModel,
    BartConfig,
    BartModel,
    DebertaV2Config,
    DebertaV2Model,
    T5Config,
    T5EncoderModel,
)

ROOT = pathlib.Path(__file__).parent / "encoders"
DICE = torch.Generator().manual_seed(1971)
TIED = {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}
MODELS = {
    "albert": (
        AlbertConfig(
            vocab_size=40, embedding_size=8, hidden_size=12, num_hidden_layers=4, num_hidden_groups=2,
            inner_group_num=2, num_attention_heads=3, intermediate_size=20, hidden_act="gelu", layer_norm_eps=1e-4,
            max_position_embeddings=40, type_vocab_size=2, pad_token_id=2, hidden_dropout_prob=0,
            attention_probs_dropout_prob=0, classifier_dropout_prob=0,
        ),
        AlbertModel,
        ["encoder.albert_layer_groups.1.albert_layers.1.ffn.weight", "embeddings.LayerNorm.weight"],
    ),
    "bart-encoder": (
        BartConfig(
            vocab_size=40, d_model=12, encoder_layers=3, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=18, decoder_ffn_dim=4, activation_function="relu",
            max_position_embeddings=38, scale_embedding=True, pad_token_id=1,
        ),
        BartModel,
        ["encoder.layers.0.self_attn.out_proj.weight", "encoder.layernorm_embedding.bias"],
    ),
    "deberta-v2-unshared": (
        DebertaV2Config(
            vocab_size=40, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
            max_position_embeddings=40, relative_attention=True, max_relative_positions=10, position_buckets=-1,
            norm_rel_ebd="none", share_att_key=False, pos_att_type=["p2c", "c2p"], position_biased_input=True,
            type_vocab_size=2, layer_norm_eps=1e-5, pad_token_id=0,
        ),
        DebertaV2Model,
        ["encoder.layer.1.attention.self.pos_query_proj.weight", "encoder.rel_embeddings.weight"],
    ),
    "t5-gated-silu": (
        T5Config(
            vocab_size=40, d_model=12, d_kv=5, d_ff=18, num_layers=3, num_decoder_layers=1, num_heads=2,
            relative_attention_num_buckets=8, relative_attention_max_distance=20, layer_norm_epsilon=1e-4,
            feed_forward_proj="gated-silu", pad_token_id=0,
        ),
        T5EncoderModel,
        ["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "encoder.block.2.layer.1.layer_norm.weight"],
    ),
}


def randomise(model):
    """Float32 values large enough that no part of the model is close to the identity."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            values = torch.randn(parameter.shape, generator=DICE)
            if parameter.dim() == 1:
                values = 0.2 * values + (1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0)
            else:
                embedding = "embed" in name or "shared" in name or "bias" in name
                values = values * (0.7 if embedding else 1.2 / math.sqrt(parameter.shape[1]))
            parameter.copy_(values.float().to(parameter.dtype))


def tensor(values):
    return {"shape": list(values.shape), "data": [float(f"{value:.9g}") for value in values.flatten().tolist()]}


def states(model, ids, mask):
    encoder = model.get_encoder() if isinstance(model, BartModel) else model
    hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return hidden * mask[..., None]


def case(model, config, name, lengths):
    columns = max(lengths)
    ids = torch.full((len(lengths), columns), config.pad_token_id)
    mask = torch.zeros(len(lengths), columns, dtype=torch.long)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(3, config.vocab_size, (length,), generator=DICE)
        mask[row, :length] = 1
    hidden = states(model, ids, mask)
    written = {
        "name": name,
        "lengths": lengths,
        "input_ids": ids.tolist(),
        "attention_mask": mask.tolist(),
        "last_hidden_state": tensor(hidden.detach()),
    }
    return written, ids, mask


def main():
    for folder, (config, kind, parameters) in MODELS.items():
        torch.manual_seed(0)
        model = kind(config).float().eval()
        randomise(model)
        model.double()
        cases = [case(model, config, "padded", [7, 4, 1]), case(model, config, "long", [33])]
        written, ids, mask = cases[0]
        weight = torch.randn((*ids.shape, config.hidden_size), generator=DICE).round(decimals=3).double() * mask[..., None]
        loss = (states(model, ids, mask) * weight).sum()
        loss.backward()
        named = dict(model.named_parameters())
        gradient = {
            "case": written["name"],
            "weight": tensor(weight),
            "loss": loss.item(),
            "parameters": {name: tensor(named[name].grad) for name in parameters},
        }
        path = ROOT / folder
        path.mkdir(parents=True, exist_ok=True)
        config.architectures = [kind.__name__]
        settings = {key: value for key, value in config.to_diff_dict().items() if key != "transformers_version"}
        (path / "config.json").write_text(json.dumps(settings, indent=1) + "\n")
        content = {"arch": folder, "cases": [entry for entry, _, _ in cases], "gradient": gradient}
        (path / "cases.json").write_text(json.dumps(content) + "\n")
        tensors = {name: value.float().contiguous() for name, value in model.state_dict().items() if name not in TIED}
        save_file(tensors, path / "model.safetensors", metadata={"format": "pt"})


main()
