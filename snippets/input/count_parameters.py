# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""GPT-2 in its four sizes: how much of it is a table?"""

# n_embd and n_layer: huggingface.co/openai-community/<name>/blob/main/config.json
models = {
    "gpt2": (768, 12),
    "gpt2-medium": (1024, 24),
    "gpt2-large": (1280, 36),
    "gpt2-xl": (1600, 48),
}
n_vocab, n_ctx = 50_257, 1_024  # the same in all four

print("             width  layers     parameters  in the tables")
for name, (n_embd, n_layer) in models.items():
    attention = 4 * n_embd**2 + 4 * n_embd  # query, key, value, output; biases
    mlp = 8 * n_embd**2 + 5 * n_embd  # to 4 x the width and back; biases
    norms = 2 * 2 * n_embd  # two layer norms, a gain and a bias each
    tables = (n_vocab + n_ctx) * n_embd
    total = tables + n_layer * (attention + mlp + norms) + 2 * n_embd
    print(f"{name:11} {n_embd:6}  {n_layer:6}  {total:13,}  {tables / total:13.1%}")

print()
print("             numbers in wte   in wpe   wte, float32  float16")
for name, (n_embd, _) in models.items():
    wte, wpe = n_vocab * n_embd, n_ctx * n_embd
    size = f"{wte * 4 / 1e6:9.1f} MB {wte * 2 / 1e6:6.1f} MB"
    print(f"{name:11}   {wte:14,} {wpe:9,}  {size}")
