"""A decoder of GPT-2's kind, forward and backward, in numpy.

Pre-LayerNorm blocks, learned positions, GELU in the tanh form, causal attention, and an output tied to `wte`
(Radford et al., 2019). Parameters carry the names and the layout of GPT-2's checkpoint: every dense weight is
(in, out). Shapes in the comments: B texts, T positions, C = n_embd, H = n_head, D = C / H, V = n_vocab.
"""

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ids: TypeAlias = npt.NDArray[np.integer[Any]]
Params: TypeAlias = dict[str, Floats]

N_HEAD: Final = 4
_EPSILON: Final = 1e-5
_GELU: Final = float(np.sqrt(2 / np.pi))


def initial_parameters(
    seed: int, n_vocab: int, n_ctx: int, n_embd: int, n_layer: int, dtype: npt.DTypeLike = np.float64
) -> Params:
    """Noise to start from, as GPT-2 does: normal with deviation 0.02, the two projections into the residual smaller.

    Returns:
        Every parameter by its name in the checkpoint; `wte.weight` is (n_vocab, n_embd), `wpe.weight` (n_ctx, n_embd).
    """
    rng = np.random.Generator(np.random.PCG64(seed))

    def noise(*shape: int, deviation: float = 0.02) -> Floats:
        return (deviation * rng.standard_normal(shape)).astype(dtype)

    def norm(name: str) -> Params:
        return {f"{name}.weight": np.ones(n_embd, dtype), f"{name}.bias": np.zeros(n_embd, dtype)}

    def dense(name: str, n_in: int, n_out: int, deviation: float = 0.02) -> Params:
        return {
            f"{name}.weight": noise(n_in, n_out, deviation=deviation),
            f"{name}.bias": np.zeros(n_out, dtype),
        }

    into_residual = 0.02 / float(np.sqrt(2 * n_layer))
    params = {"wte.weight": noise(n_vocab, n_embd), "wpe.weight": noise(n_ctx, n_embd)}
    for layer in range(n_layer):
        h = f"h.{layer}"
        params |= norm(f"{h}.ln_1")
        params |= dense(f"{h}.attn.c_attn", n_embd, 3 * n_embd)
        params |= dense(f"{h}.attn.c_proj", n_embd, n_embd, into_residual)
        params |= norm(f"{h}.ln_2")
        params |= dense(f"{h}.mlp.c_fc", n_embd, 4 * n_embd)
        params |= dense(f"{h}.mlp.c_proj", 4 * n_embd, n_embd, into_residual)
    return params | norm("ln_f")


def forward(params: Params, ids: Ids, n_head: int = N_HEAD) -> Floats:
    """What comes next, at every position.

    Args:
        params: The parameters by name, all of one floating dtype.
        ids: Token IDs, (T,) or (B, T), with T at most n_ctx.
        n_head: How many heads the attention has; it must divide n_embd.

    Returns:
        Logits, (T, n_vocab) or (B, T, n_vocab), in the dtype of the parameters.

    Raises:
        ValueError: If T is zero or exceeds n_ctx, an ID is not in the vocabulary, or n_head does not divide n_embd.
    """
    logits, _ = _run(params, np.atleast_2d(ids), n_head)
    return logits[0] if ids.ndim == 1 else logits


def loss_and_gradients(params: Params, ids: Ids, targets: Ids, n_head: int = N_HEAD) -> tuple[float, Params]:
    """The mean cross-entropy of the next token, and its derivative by every parameter.

    Args:
        params: As for `forward`.
        ids: Token IDs, (T,) or (B, T).
        targets: The tokens that came next, of the same shape.
        n_head: As for `forward`.

    Returns:
        The loss in nats per token, and one gradient per parameter, of its shape and dtype.

    Raises:
        ValueError: As for `forward`, or if the shapes of `ids` and `targets` differ.
    """
    if ids.shape != targets.shape:
        raise ValueError(f"ids {ids.shape} and targets {targets.shape} must have one shape")
    logits, cache = _run(params, np.atleast_2d(ids), n_head)  # (B, T, V)
    flat = logits.reshape(-1, logits.shape[-1])  # (B T, V)
    n = len(flat)
    rows = np.arange(n)
    flat -= flat.max(axis=-1, keepdims=True)
    loss = -flat[rows, targets.ravel()].mean()
    np.exp(flat, out=flat)
    total = flat.sum(axis=-1, keepdims=True)  # (B T, 1)
    loss += np.log(total).mean()
    flat /= total * n
    flat[rows, targets.ravel()] -= 1 / n
    return float(loss), _run_back(params, flat, cache, n_head)


def cross_entropy(logits: Floats, targets: Ids) -> Floats:
    """The surprise at each target, in nats: (..., V) logits and (...) targets give (...)."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(shifted, targets[..., None], axis=-1)[..., 0]
    surprise: Floats = np.log(np.exp(shifted).sum(axis=-1)) - chosen
    return surprise


def _run(params: Params, ids: Ids, n_head: int) -> tuple[Floats, dict[str, Any]]:
    wte, wpe = params["wte.weight"], params["wpe.weight"]
    _check(ids, wte, wpe, n_head)
    cache: dict[str, Any] = {"ids": ids}
    x: Floats = wte[ids] + wpe[: ids.shape[1]]  # (B, T, C)
    layer = 0
    while f"h.{layer}.ln_1.weight" in params:
        h = f"h.{layer}"
        y, cache[f"{h}.ln_1"] = _norm(params, f"{h}.ln_1", x)
        y, cache[f"{h}.attn"] = _attention(params, f"{h}.attn", y, n_head)
        x = x + y
        y, cache[f"{h}.ln_2"] = _norm(params, f"{h}.ln_2", x)
        y, cache[f"{h}.mlp"] = _mlp(params, f"{h}.mlp", y)
        x = x + y
        layer += 1
    x, cache["ln_f"] = _norm(params, "ln_f", x)
    cache |= {"x": x, "n_layer": layer}
    logits: Floats = x.reshape(-1, wte.shape[1]) @ wte.T  # (B T, C) -> (B T, V)
    return logits.reshape(*ids.shape, -1), cache


def _run_back(params: Params, d_logits: Floats, cache: dict[str, Any], n_head: int) -> Params:
    wte, ids, x = params["wte.weight"], cache["ids"], cache["x"]
    grads: Params = {}
    d_wte = d_logits.T @ x.reshape(-1, x.shape[-1])  # (V, B T) @ (B T, C)
    dx = (d_logits @ wte).reshape(x.shape)  # (B T, C) -> (B, T, C)
    dx = _norm_back(params, "ln_f", dx, cache["ln_f"], grads)
    for layer in reversed(range(cache["n_layer"])):
        h = f"h.{layer}"
        dy = _mlp_back(params, f"{h}.mlp", dx, cache[f"{h}.mlp"], grads)
        dx = dx + _norm_back(params, f"{h}.ln_2", dy, cache[f"{h}.ln_2"], grads)
        dy = _attention_back(params, f"{h}.attn", dx, cache[f"{h}.attn"], n_head, grads)
        dx = dx + _norm_back(params, f"{h}.ln_1", dy, cache[f"{h}.ln_1"], grads)
    np.add.at(d_wte, ids, dx)
    d_wpe: Floats = np.zeros_like(params["wpe.weight"])
    d_wpe[: ids.shape[1]] = dx.sum(axis=0)
    grads |= {"wte.weight": d_wte, "wpe.weight": d_wpe}
    return {name: grads[name] for name in params}


def _check(ids: Ids, wte: Floats, wpe: Floats, n_head: int) -> None:
    if not 0 < ids.shape[1] <= len(wpe):
        raise ValueError(f"a text must have 1 to {len(wpe)} tokens, got {ids.shape[1]}")
    if ids.min() < 0 or ids.max() >= len(wte):
        raise ValueError(f"token IDs must lie in 0..{len(wte) - 1}, got {ids.min()}..{ids.max()}")
    if wte.shape[1] % n_head:
        raise ValueError(f"n_head {n_head} must divide n_embd {wte.shape[1]}")


def _norm(params: Params, name: str, x: Floats) -> tuple[Floats, Any]:
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)  # (B, T, 1)
    unit = centred * scale
    return unit * params[f"{name}.weight"] + params[f"{name}.bias"], (unit, scale)


def _norm_back(params: Params, name: str, dy: Floats, cache: Any, grads: Params) -> Floats:
    unit, scale = cache
    grads[f"{name}.weight"] = (dy * unit).sum(axis=(0, 1))
    grads[f"{name}.bias"] = dy.sum(axis=(0, 1))
    d_unit = dy * params[f"{name}.weight"]
    along = (d_unit * unit).mean(axis=-1, keepdims=True)
    dx: Floats = scale * (d_unit - d_unit.mean(axis=-1, keepdims=True) - unit * along)
    return dx


def _dense(params: Params, name: str, x: Floats) -> Floats:
    y: Floats = x @ params[f"{name}.weight"] + params[f"{name}.bias"]  # (B, T, in) -> (B, T, out)
    return y


def _dense_back(params: Params, name: str, dy: Floats, x: Floats, grads: Params) -> Floats:
    weight = params[f"{name}.weight"]
    grads[f"{name}.weight"] = x.reshape(-1, weight.shape[0]).T @ dy.reshape(-1, weight.shape[1])  # (in, out)
    grads[f"{name}.bias"] = dy.sum(axis=(0, 1))
    dx: Floats = dy @ weight.T  # (B, T, out) -> (B, T, in)
    return dx


def _attention(params: Params, name: str, x: Floats, n_head: int) -> tuple[Floats, Any]:
    b, t, c = x.shape
    qkv = _dense(params, f"{name}.c_attn", x)  # (B, T, 3 C)
    q, k, v = qkv.reshape(b, t, 3, n_head, c // n_head).transpose(2, 0, 3, 1, 4)  # 3 of (B, H, T, D)
    scores = q @ k.swapaxes(-1, -2) / (c // n_head) ** 0.5  # (B, H, T, T)
    scores[..., np.triu(np.ones((t, t), bool), 1)] = -np.inf
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    heads = (weights @ v).transpose(0, 2, 1, 3).reshape(b, t, c)  # (B, H, T, D) -> (B, T, C)
    return _dense(params, f"{name}.c_proj", heads), (x, q, k, v, weights, heads)


def _attention_back(params: Params, name: str, dy: Floats, cache: Any, n_head: int, grads: Params) -> Floats:
    x, q, k, v, weights, heads = cache
    b, t, c = x.shape
    d_heads = _dense_back(params, f"{name}.c_proj", dy, heads, grads)
    d_heads = d_heads.reshape(b, t, n_head, c // n_head).transpose(0, 2, 1, 3)  # (B, H, T, D)
    d_v = weights.swapaxes(-1, -2) @ d_heads  # (B, H, T, D)
    d_weights = d_heads @ v.swapaxes(-1, -2)  # (B, H, T, T)
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))
    d_scores /= (c // n_head) ** 0.5
    d_q = d_scores @ k  # (B, H, T, D)
    d_k = d_scores.swapaxes(-1, -2) @ q  # (B, H, T, D)
    d_qkv = np.stack([d_q, d_k, d_v]).transpose(1, 3, 0, 2, 4).reshape(b, t, 3 * c)  # (B, T, 3 C)
    return _dense_back(params, f"{name}.c_attn", d_qkv, x, grads)


def _mlp(params: Params, name: str, x: Floats) -> tuple[Floats, Any]:
    inner = _dense(params, f"{name}.c_fc", x)  # (B, T, 4 C)
    bent = np.tanh(_GELU * (inner + 0.044715 * inner * inner * inner))
    active = 0.5 * inner * (1 + bent)
    return _dense(params, f"{name}.c_proj", active), (x, inner, bent, active)


def _mlp_back(params: Params, name: str, dy: Floats, cache: Any, grads: Params) -> Floats:
    x, inner, bent, active = cache
    d_active = _dense_back(params, f"{name}.c_proj", dy, active, grads)  # (B, T, 4 C)
    slope = _GELU * (1 + 3 * 0.044715 * inner * inner)
    d_inner = d_active * 0.5 * (1 + bent + inner * (1 - bent * bent) * slope)
    return _dense_back(params, f"{name}.c_fc", d_inner, x, grads)
