"""Compares `sweep embed` with transformers on real models: largest difference of last hidden states, in f32.

    python3 tests/compare_with_transformers.py SWEEP MODELS NAME...

SWEEP is the binary, MODELS the folder that holds the models NAME…. Words are split by white space for both; piece ids
and words must agree, and states within 1e-4. Tokenizers are read from `tokenizer.json` as they stand. Needs torch,
transformers and safetensors.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast, T5EncoderModel

SENTENCES = [
    "Word pieces of unaffable words are found by looking for the longest ones first .",
    "Née in Zürich , Dr. O'Neil-Müller moved to São Paulo ( Brazil ) in 1998 !",
    "One",
    "The model reads 3.14 tokens per milli-second ; e.g. DeBERTaV3 , T5 and BART-large use sub-words .",
    " ".join(["and so on , for as long as it takes to reach beyond the reach of every exact bucket ,"] * 12),
]
TOLERANCE = 1e-4


def load(folder):
    config = AutoConfig.from_pretrained(folder)
    kind = T5EncoderModel if config.model_type == "t5" else AutoModel
    model = kind.from_pretrained(folder, dtype=torch.float32).eval()
    return model.get_encoder() if config.model_type == "bart" else model


def ours(binary, folder, output):
    command = [binary, "embed", "--model", str(folder), "--output", str(output)]
    for sentence in SENTENCES:
        command += ["--text", sentence]
    subprocess.run(command, check=True)
    return load_file(output)


def main():
    binary, models, *names = sys.argv[1:]
    worst = 0.0
    for name in names:
        folder = pathlib.Path(models) / name
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        model = load(folder)
        with tempfile.TemporaryDirectory() as scratch:
            found = ours(binary, folder, pathlib.Path(scratch) / "states.safetensors")
        row, largest, pieces = 0, 0.0, 0
        for number, sentence in enumerate(SENTENCES):
            encoded = tokenizer(sentence.split(), is_split_into_words=True)
            count = len(encoded["input_ids"])
            part = slice(row, row + count)
            row += count
            pieces += count
            words = [-1 if word is None else word for word in encoded.word_ids()]
            assert found["piece"][part].tolist() == encoded["input_ids"], (name, sentence)
            assert found["word"][part].tolist() == words, (name, sentence)
            assert set(found["sentence"][part].tolist()) == {number}
            with torch.inference_mode():
                ids = torch.tensor([encoded["input_ids"]])
                expected = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
            largest = max(largest, (found["states"][part] - expected).abs().max().item())
        assert row == len(found["piece"]), "every row was compared"
        print(f"{name:20} {pieces:5} pieces, largest difference {largest:.1e}")
        worst = max(worst, largest)
    if worst > TOLERANCE:
        sys.exit(f"differences above {TOLERANCE}")


main()
