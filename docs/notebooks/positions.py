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
# # Positions
#
# What the second table is for, what is in it after training, and what two formulas do in its place. Run the cells from
# top to bottom. Each task asks you to guess first; the answer below it is folded, and was run like the rest.
#
# It goes with [Where the token sits](../positions.md) and [What the model receives](../input.md).

# %% [markdown]
# ## Load both tables
#
# `wte` has a row for each token, `wpe` a row for each position.

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
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)
encoding = tiktoken.get_encoding("gpt2")

n_ctx, n_embd = wpe.shape
print(f"{n_ctx:,} positions, {n_embd:,} numbers each")

# %% [markdown]
# ## Dog bites man
#
# Here are two sentences made of the same three tokens. The model receives, for each token, its row of `wte` plus the
# row of `wpe` for its place.

# %%
one = encoding.encode(" dog bites man")
other = encoding.encode(" man bites dog")
print(one)
print(other)

x = wte[one] + wpe[: len(one)]  # (3, 768)
y = wte[other] + wpe[: len(other)]  # (3, 768)

# %% [markdown]
# ### Task: what is equal, what is not?
#
# Predict, then check: are the sums of the three rows of `wte` the same for both sentences? The sums of the three
# rows of `x` and of `y`? Which rows of `x` and `y` are equal, place by place?

# %%
# your code here

# %% tags=["answer"]
print("largest difference of the sums")
for what, first, second in [
    ("rows of wte", wte[one], wte[other]),
    ("x and y", x, y),
]:
    difference = np.abs(first.sum(axis=0) - second.sum(axis=0))  # (768,)
    print(f"    {what:12} {difference.max():.7f}")
for p in range(len(one)):
    print(f"place {p}: equal {np.array_equal(x[p], y[p])}")

# %% [markdown] tags=["answer"]
# Both pairs of sums are equal except for rounding: the same rows go into them, only in another order. So the order
# is not in the *sum* of the vectors; it is in each vector. `' bites'` stands in the same place in both sentences, so
# its vector is the same, and the vectors of `' dog'` and `' man'` are different.

# %% [markdown]
# ### Task: how far does one place move a token?
#
# Take the vector of `' dog'` in place 0 and in place 2. Their difference must be the difference of two rows of
# `wpe`, whatever the token. Check it for `' dog'` and for `' man'`. Is it exact?

# %%
dog, man = (encoding.encode_single_token(text) for text in (" dog", " man"))
# your code here

# %% tags=["answer"]
step = wpe[2] - wpe[0]  # (768,)
for text, token in [(" dog", dog), (" man", man)]:
    moved = (wte[token] + wpe[2]) - (wte[token] + wpe[0])  # (768,)
    off = np.abs(moved - step).max()
    print(
        f"{text!r}: close {np.allclose(moved, step, atol=1e-6)}, off by at most {off:.1e}"
    )

# %% [markdown] tags=["answer"]
# On paper it is exact: the token's row cancels. In float32 each sum is rounded, so a difference in the last digits may
# be left.

# %% [markdown]
# ## What was learned
#
# How alike are two positions? The cosine of their rows, averaged over all pairs that stand equally far apart.


# %%
def by_distance(table, distances):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = unit @ unit.T  # (n_ctx, n_ctx)
    for distance in distances:
        pairs = np.diagonal(similarity, distance)
        print(
            f"{distance:8}  {pairs.mean():10.4f}  {pairs.min():7.4f}  {pairs.max():7.4f}"
        )


distances = [1, 2, 4, 8, 16, 32]
print("distance  mean cosine  lowest  highest")
by_distance(wpe, distances)

# %% [markdown]
# ### Task: a table by formula
#
# The original Transformer learned no positions. It filled the table with waves: for each pair of columns, the sine
# and the cosine of position × frequency. Fill `sinusoidal` below, and print the same lines for it. How do *lowest*
# and *highest* compare with those of `wpe`, and why? How long are its rows?

# %%
frequency = 10_000.0 ** (-np.arange(0, n_embd, 2) / n_embd)  # (384,)
angle = np.arange(n_ctx)[:, None] * frequency  # (1024, 384)
sinusoidal = np.empty((n_ctx, n_embd))  # (1024, 768)
# your code here: sines into the even columns, cosines into the odd ones

# %% tags=["answer"]
sinusoidal[:, 0::2] = np.sin(angle)
sinusoidal[:, 1::2] = np.cos(angle)

print("distance  mean cosine  lowest  highest")
by_distance(sinusoidal, distances)
norms = np.linalg.norm(sinusoidal, axis=1)  # (1024,)
print(f"row lengths {norms.min():.4f} to {norms.max():.4f}")
print(f"square root of half the width: {np.sqrt(n_embd / 2):.4f}")

# %% [markdown] tags=["answer"]
# In the formula, lowest and highest are equal: the similarity depends on nothing but the distance. The reason is
# sin *a* sin *b* + cos *a* cos *b* = cos(*a* − *b*), for each wave. With *a* = *b* each pair of columns gives 1, so
# every row has the same length. Nothing in training guarantees either.

# %% [markdown]
# ### Task: short rows, long rows
#
# Print the length of the rows of `wpe` at the first places, in the middle and at the last places. Do any stand out?

# %%
# your code here

# %% tags=["answer"]
length = np.linalg.norm(wpe, axis=1)  # (1024,)
for p in [0, 1, 2, 3, n_ctx // 2, n_ctx - 3, n_ctx - 2, n_ctx - 1]:
    print(f"position {p:4}  length {length[p]:.4f}")
print(f"median         length {np.median(length):.4f}")

# %% [markdown]
# ## A turn instead of a row
#
# Rotary positions add nothing. Inside the attention, they turn pairs of numbers of each query and each key by an
# angle that grows with the position. GPT-2 does not do this; its rows only serve as vectors to turn.


# %%
def turn(vector, p):
    pairs = vector[0::2] + 1j * vector[1::2]  # (384,), complex
    turned = pairs * np.exp(1j * p * frequency)  # (384,)
    return np.stack([turned.real, turned.imag], axis=1).ravel()  # (768,)


vector = wte[dog].astype(np.float64)  # (768,): any vector would do
before, after = np.linalg.norm(vector), np.linalg.norm(turn(vector, 5))
print(f"length before {before:.4f}, after {after:.4f}")

# %% [markdown]
# ### Task: what does the product know?
#
# Turn a query to place *p* and a key to place *q*, and take their dot product. Try several *p* and *q* with the
# same distance. Then another distance. What does the product depend on?

# %%
query, key = vector, wte[man].astype(np.float64)  # (768,) each
# your code here

# %% tags=["answer"]
for p, q in [(0, 3), (10, 13), (40, 43), (0, 9), (40, 49)]:
    product = turn(query, p) @ turn(key, q)
    print(f"query at {p:2}, key at {q:2}, distance {q - p}: {product:10.6f}")

# %% [markdown] tags=["answer"]
# On the query, on the key and on the distance between them, but not at all on where the two stand.

# %% [markdown]
# ## Is the token still to be found?
#
# Each vector of `x` is the sum of a token's row and a position's row. Does the position drown the token?

# %% [markdown]
# ### Task: find it again
#
# For `' dog'` at several places, take `wte[dog] + wpe[p]` and find the row of `wte` that points most nearly the
# same way. Is it `' dog'`? And what is the angle between the sum and `wte[dog]`?

# %%
unit = wte / np.linalg.norm(wte, axis=1, keepdims=True)  # (50257, 768)
places = [0, 1, 2, 10, n_ctx // 2, n_ctx - 1]
# your code here

# %% tags=["answer"]
for p in places:
    total = wte[dog] + wpe[p]  # (768,)
    scores = unit @ total / np.linalg.norm(total)  # (50257,)
    nearest = encoding.decode([int(scores.argmax())])
    degrees = np.degrees(np.arccos(min(scores[dog], 1)))
    print(f"place {p:4}: {degrees:5.1f} degrees from ' dog', nearest {nearest!r}")

# %% [markdown] tags=["answer"]
# Compare with the lengths above: the longer the position's row, the further it can turn the sum away from the token.

# %% [markdown]
# ## Where to go on
#
# Type a text of your own in the [dashboard](../dashboard.md), and slide its tokens from place to place.
