"""The recipe: what TinyGPT is trained on, how long, and with what steps.

Adam is Kingma & Ba (2015), with decoupled weight decay (Loshchilov & Hutter, 2019), a linear warm-up and a cosine
decay. Everything is float64: rounding then differs between two kinds of CPU by far less than float32 can show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import tiktoken

from . import bpe, grammar, model


@dataclass(frozen=True)
class Recipe:
    """Every number that decides the result."""

    corpus_seed: int = 1
    corpus_size: int = 30_000
    held_out_seed: int = 2
    held_out_size: int = 3_000
    merges: int = 1_000
    n_ctx: int = 64
    n_embd: int = 48
    n_head: int = model.N_HEAD
    n_layer: int = 1
    seed: int = 1
    batch: int = 8
    steps: int = 2_600
    warm_up: int = 50
    rate: float = 4e-3
    beta_1: float = 0.9
    beta_2: float = 0.98
    epsilon: float = 1e-8
    decay: float = 0.3
    snapshots: tuple[int, ...] = (0, 10, 20, 50, 100, 200, 400, 800, 1_400)


RECIPE: Final = Recipe()


@dataclass(frozen=True)
class Corpus:
    """The texts as the model meets them.

    Attributes:
        merges: The tokenizer's merges, learned from the training texts alone.
        encoding: The tokenizer they make.
        train: Training texts as token IDs, int64 (n,), each text followed by `<|endoftext|>`.
        starts: Where in `train` each text starts, int64.
        held_out: Texts that do not stand among the training texts, encoded the same way.
        held_out_starts: Where in `held_out` each text starts.
        texts: How many training texts there are, and how many held-out texts.
    """

    merges: list[bpe.Merge]
    encoding: tiktoken.Encoding
    train: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.int64]
    held_out_starts: npt.NDArray[np.int64]
    texts: tuple[int, int]


@dataclass(frozen=True)
class Training:
    """What a training run leaves.

    Attributes:
        params: The parameters after the last step, float64.
        loss: The loss of every step's batch before the step, in nats per token, float64 (steps,).
        snapshots: Step to `wte`, float64 (n_vocab, n_embd), as it was after that many steps.
    """

    params: model.Params
    loss: npt.NDArray[np.float64]
    snapshots: dict[int, model.Floats]


def make_corpus(recipe: Recipe = RECIPE) -> Corpus:
    """Write the texts, learn the tokenizer from them, and encode them."""
    texts = grammar.sentences(recipe.corpus_seed, recipe.corpus_size)
    known = set(texts)
    new = [t for t in grammar.sentences(recipe.held_out_seed, recipe.held_out_size) if t not in known]
    merges = bpe.learn_merges(texts, recipe.merges)
    encoding = bpe.encoding(merges)
    train, starts = _encode(encoding, texts)
    held_out, held_out_starts = _encode(encoding, new)
    return Corpus(merges, encoding, train, starts, held_out, held_out_starts, (len(texts), len(new)))


def run(
    corpus: Corpus,
    recipe: Recipe = RECIPE,
    steps: int | None = None,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
) -> Training:
    """Train from noise, on windows of n_ctx tokens that each begin where a text begins.

    Args:
        corpus: What to train on.
        recipe: The numbers.
        steps: Stop after so many steps of the recipe; all of them by default.
        on_step: Called before each step with its number and its loss.

    Returns:
        The parameters, the loss curve, and the snapshots taken on the way.

    Raises:
        FloatingPointError: If the loss is no number any more.
    """
    rng = np.random.Generator(np.random.PCG64([recipe.seed, 1]))
    params = model.initial_parameters(
        recipe.seed, corpus.encoding.n_vocab, recipe.n_ctx, recipe.n_embd, recipe.n_layer
    )
    mean = {name: np.zeros_like(value) for name, value in params.items()}
    square = {name: np.zeros_like(value) for name, value in params.items()}
    losses: list[float] = []
    snapshots: dict[int, model.Floats] = {}
    starts = corpus.starts[corpus.starts + recipe.n_ctx < len(corpus.train)]
    for step in range(recipe.steps if steps is None else steps):
        if step in recipe.snapshots:
            snapshots[step] = params["wte.weight"].copy()
        first = starts[(rng.random(recipe.batch) * len(starts)).astype(np.int64)]
        window = corpus.train[first[:, None] + np.arange(recipe.n_ctx + 1)]  # (batch, n_ctx + 1)
        loss, grads = model.loss_and_gradients(params, window[:, :-1], window[:, 1:], recipe.n_head)
        if not np.isfinite(loss):
            raise FloatingPointError(f"the loss of step {step} is {loss}")
        on_step(step, loss)
        losses.append(loss)
        _adam(params, grads, mean, square, step, recipe)
    if len(losses) in recipe.snapshots:
        snapshots[len(losses)] = params["wte.weight"].copy()
    return Training(params, np.array(losses), snapshots)


def learning_rate(step: int, recipe: Recipe = RECIPE) -> float:
    """The rate of one step: a straight line up to `rate`, then half a cosine down to a tenth of it."""
    if step < recipe.warm_up:
        return recipe.rate * (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return recipe.rate * (0.1 + 0.45 * (1 + float(np.cos(np.pi * done))))


def perplexity(
    params: model.Params, ids: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], n_head: int
) -> float:
    """Exp of the mean surprise at the tokens of held-out texts, each text read by itself from its first token."""
    ends = np.append(starts[1:], len(ids))
    surprises: list[model.Floats] = []
    for length in np.unique(ends - starts):
        rows = ids[starts[ends - starts == length][:, None] + np.arange(length)]  # (n, length)
        surprises.append(
            model.cross_entropy(model.forward(params, rows[:, :-1], n_head), rows[:, 1:]).ravel()
        )
    return float(np.exp(np.concatenate(surprises).mean()))


def baseline_perplexities(corpus: Corpus) -> dict[str, float]:
    """The same for counting the tokens, and the pairs of tokens, of the training texts.

    The unigram has one count added to each token. The bigram is mixed with it (Jelinek & Mercer, 1980), at the weight
    that suits the held-out texts best, so that it is no straw man.
    """
    n_vocab = corpus.encoding.n_vocab
    single = np.bincount(corpus.train, minlength=n_vocab) + 1.0  # (V,)
    unigram = single / single.sum()
    pairs = np.zeros((n_vocab, n_vocab))  # (V, V)
    np.add.at(pairs, (corpus.train[:-1], corpus.train[1:]), 1)
    bigram = pairs / np.maximum(pairs.sum(axis=1, keepdims=True), 1)
    inside = np.ones(len(corpus.held_out), bool)
    inside[corpus.held_out_starts] = False
    at = np.flatnonzero(inside)
    before, after = corpus.held_out[at - 1], corpus.held_out[at]
    mixtures = [
        float(np.exp(-np.log(weight * bigram[before, after] + (1 - weight) * unigram[after]).mean()))
        for weight in np.arange(1, 100) / 100
    ]
    return {"unigram": float(np.exp(-np.log(unigram[after]).mean())), "bigram": min(mixtures)}


def _encode(
    encoding: tiktoken.Encoding, texts: list[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    encoded = [[*encoding.encode_ordinary(text), encoding.eot_token] for text in texts]
    starts = np.cumsum([0, *(len(ids) for ids in encoded[:-1])])
    return np.array([token for ids in encoded for token in ids], np.int64), starts.astype(np.int64)


def _adam(
    params: model.Params,
    grads: model.Params,
    mean: model.Params,
    square: model.Params,
    step: int,
    recipe: Recipe,
) -> None:
    rate = learning_rate(step, recipe)
    for name, gradient in grads.items():
        mean[name] += (1 - recipe.beta_1) * (gradient - mean[name])
        square[name] += (1 - recipe.beta_2) * (gradient * gradient - square[name])
        unbiased = mean[name] / (1 - recipe.beta_1 ** (step + 1))
        scale = np.sqrt(square[name] / (1 - recipe.beta_2 ** (step + 1))) + recipe.epsilon
        if params[name].ndim == 2:
            params[name] *= 1 - rate * recipe.decay
        params[name] -= rate * unbiased / scale
