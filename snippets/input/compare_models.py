# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Lookup tables of larger models."""

models = {  # rows (tokens) and width, each from the source at its right
    "BERT base": (30_522, 768),  # google-bert/bert-base-uncased, config.json
    "GPT-2 small": (50_257, 768),  # openai-community/gpt2, config.json
    "GPT-2 XL": (50_257, 1_600),  # openai-community/gpt2-xl, config.json
    "Gemma 2B": (256_000, 2_048),  # google/gemma-2b, config.json
    "Llama 2 7B": (32_000, 4_096),  # meta-llama/Llama-2-7b-hf, config.json
    "Llama 3 8B": (128_256, 4_096),  # meta-llama/Meta-Llama-3-8B, config.json
    "GPT-3 175B": (50_257, 12_288),  # arxiv.org/abs/2005.14165, table 2.1
}

print("                rows   width        numbers    float16")
for name, (rows, width) in models.items():
    numbers = rows * width
    print(
        f"{name:11} {rows:8,} {width:7,} {numbers:14,} {numbers * 2 / 1e6:7,.0f} MB"
    )
