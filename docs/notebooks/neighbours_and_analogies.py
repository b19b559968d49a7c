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
# # Neighbours and analogies
#
# Which rows are near each other, by which measure, and what do you get by adding and subtracting rows? Run the cells
# from top to bottom. Each task asks you to guess first; the answer below it is folded, and was run like the rest.
#
# It goes with [The map of meaning](../meaning.md) and [Directions and analogies](../analogies.md).

# %% [markdown]
# ## Load the table

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
# Two helpers. `token` takes a word without its leading space and gives the ID of the token with it, or raises an error
# if that is not one token; `name` is for printing.


# %%
def token(word):
    return encoding.encode_single_token(" " + word)


def name(token):
    data = encoding.decode_single_token_bytes(token)
    return repr(data.decode(errors="backslashreplace"))


print(name(token("dog")), "has the ID", token("dog"))

# %% [markdown]
# ## Cosine similarity
#
# The cosine of the angle between two rows: 1 if they point the same way, 0 at a right angle, −1 if they point
# opposite ways. Here first are three vectors that you can check on paper.


# %%
def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


a, b, c = np.array([3.0, 4.0]), np.array([6.0, 8.0]), np.array([-4.0, 3.0])
print(f"a and b: {cosine(a, b):.3f}   a and c: {cosine(a, c):.3f}")

# %% [markdown]
# ### Task: which pair is nearest?
#
# Put these pairs in order, nearest first, before you compute: *cat* and *kitten*, *cat* and *dog*, *cat* and
# *boat*, *boat* and *ship*, *happy* and *sad*.

# %%
pairs = ["cat kitten", "cat dog", "cat boat", "boat ship", "happy sad"]
# your code here

# %% tags=["answer"]
found = []
for pair in pairs:
    first, second = pair.split()
    found.append((cosine(wte[token(first)], wte[token(second)]), pair))
for similarity, pair in sorted(found, reverse=True):
    print(f"{pair:12} {similarity:.3f}")

# %% [markdown] tags=["answer"]
# Where did *happy* and *sad* end up? Near does not mean “the same”. Words that stand in the same places of sentences
# can get similar rows, and opposites often do stand in the same places.

# %% [markdown]
# ## Neighbours in the whole table
#
# Now one word against every row, by three measures. Each gives an order, nearest first.

# %%
lengths = np.linalg.norm(wte, axis=1)  # (50257,)
dog = wte[token("dog")]  # (768,)

by_dot = np.argsort(-(wte @ dog), kind="stable")
by_cosine = np.argsort(-(wte @ dog) / lengths, kind="stable")
by_distance = np.argsort(np.linalg.norm(wte - dog, axis=1), kind="stable")

print("    cosine          dot product     Euclidean")
for place in range(6):
    shown = [name(order[place]) for order in (by_cosine, by_dot, by_distance)]
    print(f"{place:2}  " + "".join(f"{text:16}" for text in shown).rstrip())

# %% [markdown]
# ### Task: do the measures agree?
#
# The cosine above was divided by the length of each row, but not by the length of *dog*. Why is the order right all
# the same? And how many of the first fifty do cosine and dot product share, how many cosine and Euclidean distance?

# %%
# your code here

# %% tags=["answer"]
for other, order in [("dot product", by_dot), ("Euclidean", by_distance)]:
    shared = len(set(by_cosine[:50]) & set(order[:50]))
    print(f"first 50 by cosine and by {other}: {shared} in common")

# %% [markdown] tags=["answer"]
# The length of *dog* is the same whichever row it is compared with, so dividing by it does not change the order. The
# dot product favours long rows, the cosine ignores length, and the Euclidean distance asks for a similar length as
# well. If all rows had length 1, the three orders would be the same.

# %% [markdown]
# ### Task: what is an ordinary cosine?
#
# A cosine says little until you know what two rows drawn at random have. Draw two thousand pairs of rows, and look
# at the mean and the spread. Then subtract the mean of all rows from every row, and look again.

# %%
draw = np.random.default_rng(0).integers(len(wte), size=(2, 2000))
# your code here

# %% tags=["answer"]
centred = wte - wte.mean(axis=0)  # (50257, 768)
for kind, table in [("raw", wte), ("centred", centred)]:
    first, second = table[draw]  # (2000, 768) each
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    chance = np.sum(first * second, axis=1) / norms  # (2000,)
    pair = cosine(table[token("cat")], table[token("dog")])
    ahead = np.mean(chance < pair)
    print(
        f"{kind:8} mean {chance.mean():6.3f}  standard deviation {chance.std():.3f}"
    )
    print(f"         cat, dog {pair:.3f}: more than {ahead:.1%} of the pairs")

# %% [markdown] tags=["answer"]
# The mean row is what all rows have in common, if they have anything in common. How much the mean cosine falls without
# it tells how much that is. Then compare the two shares: a cosine says whether two words are near only in comparison
# with random pairs.

# %% [markdown]
# ## King, man, woman
#
# *king* − *man* + *woman* is a vector like any other. What is near it? `rank` counts from 1: it is the number of rows
# with a greater cosine, plus one.


# %%
def similarities(target):
    return wte @ target / (lengths * np.linalg.norm(target))  # (50257,)


def rank(scores, wanted):
    return 1 + np.sum(scores > scores[wanted])


target = wte[token("king")] - wte[token("man")] + wte[token("woman")]  # (768,)
scores = similarities(target)
for place, other in enumerate(np.argsort(-scores, kind="stable")[:5], start=1):
    print(f"{place}  {name(other):14} {scores[other]:.3f}")

# %% [markdown]
# ### Task: with and without the inputs
#
# Find the rank of *queen* in this order. Then remove *king*, *man* and *woman* from it, as many programs do without
# saying so. What is the rank now?

# %%
# your code here

# %% tags=["answer"]
removed = scores.copy()
removed[[token("king"), token("man"), token("woman")]] = -np.inf
for inputs, order in [("kept", scores), ("removed", removed)]:
    print(f"rank of queen, inputs {inputs:8} {rank(order, token('queen')):6,}")

# %% [markdown]
# ### Task: how much does the sum do?
#
# Leave the sum out. Where is *queen* among the neighbours of *king* alone, with the same three words removed? Do
# the same, with their own three words removed, for other analogies: *man* is to *woman* as *boy* is to *girl*, and
# *France* is to *Paris* as *Italy* is to *Rome*.

# %%
analogies = [
    "man woman king queen",
    "man woman boy girl",
    "France Paris Italy Rome",
]
# your code here

# %% tags=["answer"]
print("                          with the sum  without")
for analogy in analogies:
    a, b, c, wanted = (token(word) for word in analogy.split())
    ranks = []
    for target in (wte[c] - wte[a] + wte[b], wte[c]):
        scores = similarities(target)
        scores[[a, b, c]] = -np.inf
        ranks.append(rank(scores, wanted))
    print(f"{analogy:25} {ranks[0]:13,} {ranks[1]:8,}")

# %% [markdown] tags=["answer"]
# Where the right-hand rank is small as well, the answer was a neighbour of the third word to begin with, and
# removing the inputs did much of the work. The sum has achieved something only where the left-hand rank is better than
# the right-hand one.

# %% [markdown]
# ## A direction from pairs
#
# A single step, such as from *cat* to *cats*, contains the plural and whatever else differs between these two words.
# The average of several steps keeps what they share. Here it is for five other pairs.

# %%
learned_from = "dog dogs car cars house houses tree trees hand hands"
words = [token(word) for word in learned_from.split()]
direction = (wte[words[1::2]] - wte[words[0::2]]).mean(axis=0)  # (768,)
print("numbers in the direction:", direction.size)

# %% [markdown]
# ### Task: test it on pairs it has not seen
#
# Take the dot product of a word with `direction`: does the plural lie further along than its singular? Try it on
# the pairs below, of which none was used above. How often would a *random* direction be right?

# %%
held_out = (
    "book books bird birds game games road roads room rooms man men foot feet"
)
singular = wte[[token(word) for word in held_out.split()[0::2]]]  # (7, 768)
plural = wte[[token(word) for word in held_out.split()[1::2]]]  # (7, 768)
# your code here

# %% tags=["answer"]
step = plural - singular  # (7, 768)
right = np.sum(step @ direction > 0)
print(f"the direction from five pairs: right on {right} of {len(step)}")

rng = np.random.default_rng(0)
random = rng.standard_normal((1000, len(direction)))  # (1000, 768)
by_chance = np.sum(step @ random.T > 0, axis=0)  # (1000,)
print(f"1,000 random directions: right on {by_chance.mean():.2f} on average,")
print(f"    and {np.mean(by_chance >= right):.1%} of them are at least as good")

# %% [markdown] tags=["answer"]
# On average, half of the pairs come out right by chance. With so few pairs, some random directions may get all of them
# right; that is why the last line is there.

# %% [markdown]
# ## Where to go on
#
# [Positions](positions.md) adds the second table, which says where a token stands.
