# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
# %% [markdown]
# # Tokens and rows
#
# From a text to token IDs, from IDs to rows of the table, and back again: hands-on, with the real tables.
# Run the cells from top to bottom. Each task asks you to guess first; the answer below it is folded, and was run like
# the rest.
#
# It goes with [From text to token IDs](../tokens.md) and [The lookup table](../lookup.md).

# %% [markdown]
# ## Load the table
#
# `wte` is GPT-2's table of token embeddings. `encoding` turns text into token IDs, and back.

# %%
import numpy as np
import tiktoken
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # (50257, 768)
encoding = tiktoken.get_encoding("gpt2")

print("rows, and numbers a row:", wte.shape)

# %% [markdown]
# ## From text to IDs
#
# A text is cut into tokens, and each token has a number, its ID. The space before a word belongs to the token.

# %%
text = "The fluffy cat sat on the mat"
tokens = encoding.encode(text)
for token in tokens:
    print(f"{token:6}  {encoding.decode([token])!r}")

# %% [markdown]
# ### Task: one word, six spellings
#
# Which of these do you expect to be *one* token: `" cat"`, `"cat"`, `" Cat"`, `"Cat"`, `"CAT"`, `" cats"`? Write
# down your guess, then let the tokenizer decide. Do those that are one token share an ID?

# %%
spellings = [" cat", "cat", " Cat", "Cat", "CAT", " cats"]
# your code here

# %% tags=["answer"]
for spelling in spellings:
    pieces = encoding.encode(spelling)
    shown = " | ".join(encoding.decode([piece]) for piece in pieces)
    print(f"{spelling!r:8} {len(pieces)} token(s) {pieces!s:13} {shown}")

# %% [markdown] tags=["answer"]
# Every spelling that is one token has an ID of its own, and so a row of its own. Nothing in the IDs says that they
# are spellings of one word. Whatever the model knows about that, it has learned.

# %% [markdown]
# ### Task: is anything lost?
#
# Cut a text with an accent and an emoji into tokens. How many tokens does it have, how many characters, how many
# bytes? Does `decode` give the text back? And can each token be decoded alone?

# %%
strange = "naïve 🐈"
# your code here

# %% tags=["answer"]
pieces = encoding.encode(strange)
print("characters:", len(strange))
print("bytes:     ", len(strange.encode()))
print("tokens:    ", len(pieces))
print("the text comes back:", encoding.decode(pieces) == strange)
for piece in pieces:
    data = encoding.decode_single_token_bytes(piece)
    print(
        f"{piece:6}  bytes {data.hex(' '):12} alone: {data.decode(errors='replace')!r}"
    )

# %% [markdown] tags=["answer"]
# Nothing is lost, since the bytes of all tokens, joined, are the bytes of the text. A single token can be only part of
# a character, and then it cannot be shown as text: `�` stands for such bytes.

# %% [markdown]
# ## From ID to row
#
# Looking up an embedding takes just a pair of brackets.

# %%
cat = encoding.encode_single_token(" cat")
row = wte[cat]  # (768,)
print("shape:     ", row.shape)
print("it begins: ", *(f"{number:9.6f}" for number in row[:4]))

# %% [markdown]
# ### Task: the whole sentence at once
#
# numpy also takes a list of row numbers, so no loop is needed. Get the rows of all tokens of `text`. What is the
# shape? Does `"The"`, the first token, have the same row as `" the"`?

# %%
# your code here

# %% tags=["answer"]
vectors = wte[tokens]  # (number of tokens, 768)
print("tokens:", len(tokens), " shape:", vectors.shape)

first, later = vectors[0], wte[encoding.encode_single_token(" the")]
cosine = first @ later / (np.linalg.norm(first) * np.linalg.norm(later))
print("the same row:", np.array_equal(first, later))
print(f"cosine similarity of the two: {cosine:.3f}")

# %% [markdown] tags=["answer"]
# One row for each token, in the order of the text. `"The"` and `" the"` are different tokens, and each has its
# own row; the [cosine](../glossary.md#cosine) says how closely their directions agree.

# %% [markdown]
# ### Task: the lookup as a multiplication
#
# Make a vector with one number for each row of the table: a 1 at the ID of `" cat"`, and 0 everywhere else.
# Multiply it with `wte`. What comes out, and is it *exactly* the row?

# %%
one_hot = np.zeros(len(wte), dtype=np.float32)  # (50257,)
# your code here

# %% tags=["answer"]
one_hot[cat] = 1
product = one_hot @ wte  # (768,)
print("exactly the row:", np.array_equal(product, row))
print(f"multiplications in the product: {wte.size:,}; in the lookup: none")

# %% [markdown] tags=["answer"]
# Each zero removes a row from the sum, and the 1 keeps one. No number is rounded, since a number times 1 is itself,
# and adding zeros changes nothing.

# %% [markdown]
# ## From row to ID
#
# The table has no way back from a row to its ID: you have to search for the row.

# %% [markdown]
# ### Task: whose row is it?
#
# Somebody hands you `row`, without the ID. Find every token whose row is exactly this one. Then add a little noise
# to the row: which token is nearest to it now?

# %%
noise = np.random.default_rng(0).standard_normal(
    len(row), dtype=np.float32
)  # (768,)
noise *= np.linalg.norm(row) / np.linalg.norm(noise) / 2  # half as long as the row
# your code here

# %% tags=["answer"]
exact = np.flatnonzero((wte == row).all(axis=1))
print("exactly this row:", [encoding.decode([token]) for token in exact])

distance = np.linalg.norm(wte - (row + noise), axis=1)  # (50257,)
for token in np.argsort(distance, kind="stable")[:3]:
    name = encoding.decode_single_token_bytes(token).decode(
        errors="backslashreplace"
    )
    print(f"{name!r:12} distance {distance[token]:.4f}")
print(f"length of the noise:  {np.linalg.norm(noise):.4f}")

# %% [markdown] tags=["answer"]
# The distance to the token's own row is the length of the noise. Is the token still the nearest? Make the noise
# longer, step by step, and see when another token takes its place.

# %% [markdown]
# ### Task: the shortest and the longest rows
#
# The length of a row is the square root of the sum of its squares, `np.linalg.norm`. Which five tokens have the
# shortest rows, and which five the longest? What kind of tokens are they?

# %%
# your code here

# %% tags=["answer"]
length = np.linalg.norm(wte, axis=1)  # (50257,)
order = np.argsort(length, kind="stable")
for name, found in [("shortest", order[:5]), ("longest", order[-5:])]:
    print(name)
    for token in found:
        data = encoding.decode_single_token_bytes(token)
        print(
            f"   {length[token]:7.4f}  {data.decode(errors='backslashreplace')!r}"
        )
print(f"median {np.median(length):.4f}")

# %% [markdown] tags=["answer"]
# Length is not a measure of importance. [Words it never learned](../unlearned.md) asks what the rows of tokens look
# like that training hardly met.

# %% [markdown]
# ### Task: how large is it?
#
# Work out how many bytes `wte` takes as float32 (four bytes a number), and how many as float16. Then ask numpy.

# %%
# your code here

# %% tags=["answer"]
n_vocab, n_embd = wte.shape
print(f"by hand:    {n_vocab * n_embd * 4:,} bytes")
print(f"numpy says: {wte.nbytes:,} bytes as {wte.dtype}")
print(f"            {wte.astype(np.float16).nbytes:,} bytes as float16")

# %% [markdown]
# ## Where to go on
#
# [Neighbours and analogies](neighbours_and_analogies.md) compares the rows with one another.
