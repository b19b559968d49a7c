"""TinyGPT: what its grammar, tokenizer, model, training and artefact promise."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import regex  # type: ignore[import-untyped]
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tiktoken.load import data_gym_to_mergeable_bpe_ranks

from scripts.tables import tiny
from scripts.tables.tiny import artefact, bpe, grammar, model, probes, training

ROOT = Path(__file__).parents[1]
FILES = (
    "config.json",
    "merges.txt",
    "model.safetensors",
    "provenance.json",
    "snapshots.safetensors",
    "vocab.json",
)
KINDS = (
    "cat kitten dog puppy cats kittens dogs puppies boat boats ship ships water sea lake river fluffy cute mat sat",
    "king queen prince princess man woman boy girl father mother brother sister uncle aunt he she his her actor actress",
    "kings queens men women boys girls children mice child mouse happy joyful glad cheerful sad unhappy angry upset",
    "France Paris Italy Rome Japan Tokyo Germany Berlin Spain Madrid England London",
    "car cars house houses tree trees hand hands book books bird birds foot feet tooth teeth city cities box boxes leaf leaves",
    "walk walked run ran go went take took eat ate drink drank swim swam sing sang write wrote see saw",
    "good better bad worse big bigger small smaller long longer short shorter",
    "table chair red blue the a my your and is are was were two three bites likes on in",
)
WORDS = [word for kind in KINDS for word in kind.split()]
BARE = [
    "The",
    "My",
    "Cat",
    "Dog",
    "Cats",
    "Dogs",
    "King",
    "Queen",
    "cat",
    "dog",
    "man",
    "woman",
    "Paris",
    "Rome",
]


@pytest.fixture(scope="module")
def corpus() -> training.Corpus:
    return training.make_corpus()


@pytest.fixture(scope="module")
def encoding() -> tiktoken.Encoding:
    return bpe.encoding(bpe.read_merges((tiny.ARTEFACT / "merges.txt").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def provenance() -> dict[str, object]:
    said = json.loads((tiny.ARTEFACT / "provenance.json").read_text(encoding="utf-8"))
    assert isinstance(said, dict)
    return said


@pytest.fixture(scope="module")
def ids(encoding: tiktoken.Encoding) -> dict[str, int]:
    return {word: encoding.encode_single_token(f" {word}") for word in WORDS}


# The grammar


def test_every_slot_is_filled_and_every_text_is_a_sentence() -> None:
    texts = grammar.sentences(seed=3, n=20_000)
    assert not [text for text in texts if "[" in text or "]" in text or "  " in text]
    headlines = [text for text in texts if text[0].islower()]
    assert all(len(text.split()) == 3 for text in headlines)
    assert not [text for text in texts if text not in headlines and text[-1] not in '.?!"']


@pytest.mark.parametrize(
    "start", ["The fluffy cat sat on the mat", "The cute cat", "The fluffy dog", "My dog is cute"]
)
def test_the_briefs_sentences_are_in_the_corpus(start: str) -> None:
    assert any(text.startswith(start) for text in grammar.sentences(training.RECIPE.corpus_seed, 20_000))


def test_the_briefs_headlines_are_in_the_corpus() -> None:
    assert {"dog bites man", "man bites dog"} < set(grammar.sentences(training.RECIPE.corpus_seed, 20_000))


def test_one_seed_writes_one_corpus_and_learns_one_tokenizer_whatever_the_hash_seed() -> None:
    program = (
        "import hashlib; from scripts.tables.tiny import bpe, grammar; texts = grammar.sentences(5, 2000); "
        "print(hashlib.sha256(repr((texts, bpe.learn_merges(texts, 300))).encode()).hexdigest())"
    )

    def digest(hash_seed: str) -> str:
        command = [sys.executable, "-c", program]
        return subprocess.run(
            command, env={"PYTHONHASHSEED": hash_seed}, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout

    assert digest("1") == digest("2") != ""
    assert grammar.sentences(5, 50) != grammar.sentences(6, 50)


def test_the_corpus_has_at_least_20_000_sentences_and_the_held_out_texts_are_new(
    corpus: training.Corpus,
) -> None:
    assert corpus.texts[0] >= 20_000
    assert corpus.texts[1] >= 500
    decoded = corpus.encoding.decode(corpus.held_out.tolist()).split(bpe.ENDOFTEXT)
    known = set(grammar.sentences(training.RECIPE.corpus_seed, training.RECIPE.corpus_size))
    assert decoded.pop() == ""
    assert len(decoded) == corpus.texts[1]
    assert not known & set(decoded)


def test_a_negative_number_of_sentences_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        grammar.sentences(0, -1)


# The tokenizer


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_brief_with_its_space_is_one_token(encoding: tiktoken.Encoding, word: str) -> None:
    assert len(encoding.encode_ordinary(f" {word}")) == 1


@pytest.mark.parametrize("word", BARE)
def test_a_word_that_starts_texts_is_one_token_without_a_space(
    encoding: tiktoken.Encoding, word: str
) -> None:
    assert len(encoding.encode_ordinary(word)) == 1


def test_every_word_of_the_corpus_is_one_token(corpus: training.Corpus) -> None:
    texts = grammar.sentences(training.RECIPE.corpus_seed, training.RECIPE.corpus_size)
    words = {word for text in texts for word in regex.findall(bpe.PAT_STR, text)}
    assert not [word for word in sorted(words) if len(corpus.encoding.encode_ordinary(word)) > 1]


def test_merges_join_the_most_frequent_pair_first_and_of_equals_the_first_in_byte_order() -> None:
    assert bpe.learn_merges(["abab", "abab", "cd"], limit=3) == [(b"a", b"b"), (b"ab", b"ab"), (b"c", b"d")]
    assert bpe.learn_merges(["zy ab"], limit=1) == [(b" ", b"a")]


def test_tiktokens_own_reader_reads_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "TIKTOKEN_CACHE_DIR", ""
    )  # tiktoken keeps files by their path, and would show old ones
    read = data_gym_to_mergeable_bpe_ranks(
        vocab_bpe_file=str(tiny.ARTEFACT / "merges.txt"), encoder_json_file=str(tiny.ARTEFACT / "vocab.json")
    )
    merges = bpe.read_merges((tiny.ARTEFACT / "merges.txt").read_text(encoding="utf-8"))
    assert read == bpe.ranks(merges)
    assert sorted(read.values()) == list(range(len(read)))


def test_bytes_come_first_in_gpt2s_order_and_endoftext_last(encoding: tiktoken.Encoding) -> None:
    first = [encoding.decode_single_token_bytes(i)[0] for i in range(256)]
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    assert first == printable + [b for b in range(256) if b not in printable]
    assert encoding.eot_token == encoding.n_vocab - 1


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    encoding = bpe.encoding(bpe.read_merges((tiny.ARTEFACT / "merges.txt").read_text(encoding="utf-8")))
    assert encoding.decode_bytes(encoding.encode_ordinary(text)) == text.encode()


@given(st.text(alphabet="abcdehiknotuyr ", max_size=30))
@settings(max_examples=50)
def test_tiktoken_applies_the_merges_in_the_order_they_were_learned(text: str) -> None:
    merges = bpe.read_merges((tiny.ARTEFACT / "merges.txt").read_text(encoding="utf-8"))
    expected: list[bytes] = []
    for word in regex.findall(bpe.PAT_STR, text):
        pieces = [bytes([b]) for b in word.encode()]
        for a, b in merges:
            at = 0
            while at < len(pieces) - 1:
                if (pieces[at], pieces[at + 1]) == (a, b):
                    pieces[at : at + 2] = [a + b]
                at += 1
        expected += pieces
    encoding = bpe.encoding(merges)
    assert [encoding.decode_single_token_bytes(i) for i in encoding.encode_ordinary(text)] == expected


def test_a_file_that_is_no_merges_txt_is_refused() -> None:
    with pytest.raises(ValueError, match=r"merges\.txt"):
        bpe.read_merges("a b\nc d\n")


# The model


def small_model(seed: int) -> model.Params:
    rng = np.random.default_rng(seed)
    params = model.initial_parameters(seed, n_vocab=13, n_ctx=6, n_embd=8, n_layer=2)
    return {name: value + 0.2 * rng.standard_normal(value.shape) for name, value in params.items()}


@pytest.mark.parametrize("name", sorted(small_model(0)))
def test_gradients_equal_finite_differences(name: str) -> None:
    rng = np.random.default_rng(1)
    params = small_model(0)
    ids, targets = rng.integers(0, 13, (2, 3, 5))
    _, gradients = model.loss_and_gradients(params, ids, targets)
    for at in rng.integers(0, params[name].size, 12):
        index = np.unravel_index(at, params[name].shape)
        losses = []
        for nudge in (1e-5, -1e-5):
            nudged = params[name].copy()
            nudged[index] += nudge
            losses.append(model.loss_and_gradients(params | {name: nudged}, ids, targets)[0])
        assert gradients[name][index] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6, abs=1e-9)


def test_the_loss_is_the_mean_surprise_of_the_forward_pass() -> None:
    rng = np.random.default_rng(2)
    params = small_model(1)
    ids, targets = rng.integers(0, 13, (2, 3, 5))
    loss, _ = model.loss_and_gradients(params, ids, targets)
    logits = model.forward(params, ids)
    by_hand = -np.log(np.exp(logits) / np.exp(logits).sum(-1, keepdims=True))
    assert loss == pytest.approx(np.mean([by_hand[b, t, targets[b, t]] for b in range(3) for t in range(5)]))


def test_a_position_sees_no_later_token() -> None:
    params = small_model(2)
    before = model.forward(params, np.array([1, 2, 3, 4, 5]))
    after = model.forward(params, np.array([1, 2, 3, 9, 9]))
    assert np.array_equal(before[:3], after[:3])
    assert not np.allclose(before[3], after[3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_model_computes_in_the_dtype_of_its_parameters(dtype: type[np.floating[Any]]) -> None:
    params: model.Params = {name: value.astype(dtype) for name, value in small_model(4).items()}
    ids = np.array([1, 2, 3])
    assert model.forward(params, ids).dtype == dtype
    _, gradients = model.loss_and_gradients(params, ids, ids)
    assert {name: value.dtype for name, value in gradients.items()} == dict.fromkeys(params, np.dtype(dtype))
    assert {name: value.shape for name, value in gradients.items()} == {
        name: v.shape for name, v in params.items()
    }


def test_one_text_alone_gives_what_it_gives_among_others() -> None:
    params = small_model(3)
    ids = np.array([[1, 2, 3], [4, 5, 6]])
    assert np.allclose(model.forward(params, ids)[1], model.forward(params, ids[1]), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("ids", "n_head", "says"),
    [
        ([0] * 7, 4, "1 to 6 tokens"),
        ([], 4, "1 to 6 tokens"),
        ([13], 4, "0..12"),
        ([-1], 4, "0..12"),
        ([0], 3, "n_head 3"),
    ],
)
def test_bad_input_to_the_model_is_named(ids: list[int], n_head: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        model.forward(small_model(0), np.array(ids, np.int64), n_head)


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        model.loss_and_gradients(small_model(0), np.array([1, 2]), np.array([1]))


def test_the_model_tells_dog_bites_man_from_man_bites_dog(encoding: tiktoken.Encoding) -> None:
    first, second = (np.array(encoding.encode(text)) for text in (" dog bites man", " man bites dog"))
    assert sorted(first) == sorted(second)
    last = [model.forward(tiny.parameters(), ids)[-1] for ids in (first, second)]
    assert np.abs(last[0] - last[1]).max() > 0.1


# The training


def test_a_short_run_retrained_equals_the_committed_one(corpus: training.Corpus) -> None:
    kept = tiny.snapshots()
    again = training.run(corpus, steps=20)
    assert np.allclose(again.loss, kept.loss[:20], rtol=0, atol=1e-5)
    assert sorted(again.snapshots) == [step for step in kept.steps if step <= 20]
    for step, wte in again.snapshots.items():
        committed = kept.wte[list(kept.steps).index(step)]
        assert np.allclose(wte, committed, rtol=2**-10, atol=1e-7), f"step {step}"


def test_the_rate_rises_in_the_warm_up_and_ends_at_a_tenth() -> None:
    recipe = training.RECIPE
    rates = [training.learning_rate(step) for step in range(recipe.steps)]
    assert max(rates) == rates[recipe.warm_up] == pytest.approx(recipe.rate)
    assert rates[: recipe.warm_up] == sorted(rates[: recipe.warm_up])
    assert rates[recipe.warm_up :] == sorted(rates[recipe.warm_up :], reverse=True)
    assert rates[-1] == pytest.approx(recipe.rate / 10, rel=0.01)


def test_a_training_that_diverges_stops(corpus: training.Corpus) -> None:
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="loss of step"):
        training.run(corpus, replace(training.RECIPE, rate=1e200, warm_up=0), steps=5)


def test_every_position_is_trained(corpus: training.Corpus) -> None:
    recipe = training.RECIPE
    start = model.initial_parameters(
        recipe.seed, corpus.encoding.n_vocab, recipe.n_ctx, recipe.n_embd, recipe.n_layer
    )
    moved = np.linalg.norm(tiny.parameters()["wpe.weight"] - start["wpe.weight"], axis=1)
    assert len(moved) == 64
    assert moved.min() > 0.05


def test_held_out_perplexity_beats_the_bigram_and_the_unigram(
    corpus: training.Corpus, provenance: dict[str, dict[str, float]]
) -> None:
    counted = training.baseline_perplexities(corpus)
    params: model.Params = {name: value.astype(np.float64) for name, value in tiny.parameters().items()}
    ours = training.perplexity(params, corpus.held_out, corpus.held_out_starts, training.RECIPE.n_head)
    assert ours < counted["bigram"] / 2 < counted["unigram"] / 10
    assert provenance["perplexity"] == pytest.approx(counted | {"tiny": ours}, abs=1e-4)


# What is kept


def test_the_artefact_is_under_2_mb_and_no_file_over_1() -> None:
    sizes = [file.stat().st_size for file in tiny.ARTEFACT.iterdir()]
    assert tuple(sorted(file.name for file in tiny.ARTEFACT.iterdir())) == FILES
    assert sum(sizes) < 2_000_000
    assert max(sizes) < 1_000_000


def test_the_artefact_is_whole_and_made_by_these_sources() -> None:
    assert artefact.quick_faults() == []


def test_tensors_have_gpt2s_names_shapes_and_dtype(encoding: tiktoken.Encoding) -> None:
    config = json.loads((tiny.ARTEFACT / "config.json").read_text(encoding="utf-8"))
    n_vocab, n_ctx, n_embd = config["vocab_size"], config["n_ctx"], config["n_embd"]
    shapes = {name: value.shape for name, value in tiny.parameters().items()}
    block = {
        "ln_1.weight": (n_embd,),
        "ln_1.bias": (n_embd,),
        "attn.c_attn.weight": (n_embd, 3 * n_embd),
        "attn.c_attn.bias": (3 * n_embd,),
        "attn.c_proj.weight": (n_embd, n_embd),
        "attn.c_proj.bias": (n_embd,),
        "ln_2.weight": (n_embd,),
        "ln_2.bias": (n_embd,),
        "mlp.c_fc.weight": (n_embd, 4 * n_embd),
        "mlp.c_fc.bias": (4 * n_embd,),
        "mlp.c_proj.weight": (4 * n_embd, n_embd),
        "mlp.c_proj.bias": (n_embd,),
    }
    assert shapes == {
        "wte.weight": (n_vocab, n_embd),
        "wpe.weight": (n_ctx, n_embd),
        **{f"h.{layer}.{name}": shape for layer in range(config["n_layer"]) for name, shape in block.items()},
        "ln_f.weight": (n_embd,),
        "ln_f.bias": (n_embd,),
    }
    assert {value.dtype for value in tiny.parameters().values()} == {np.dtype(np.float32)}
    assert n_vocab == encoding.n_vocab
    assert n_embd % config["n_head"] == 0


def test_snapshots_run_from_noise_to_the_finished_table() -> None:
    kept = tiny.snapshots()
    finished = tiny.parameters()["wte.weight"]
    assert kept.steps[0] == 0
    assert list(kept.steps) == sorted(set(kept.steps))
    assert len(kept.steps) >= 10
    assert kept.steps[-1] == len(kept.loss) == training.RECIPE.steps
    assert kept.wte.shape == (len(kept.steps), *finished.shape)
    assert kept.wte.dtype == np.float32
    assert kept.loss.dtype == np.float32
    assert np.array_equal(kept.wte[-1], finished)
    assert kept.wte[0].std() == pytest.approx(0.02, rel=0.02)
    assert kept.loss[0] == pytest.approx(np.log(len(finished)), abs=0.1)
    assert kept.loss[-100:].mean() < 0.3 * kept.loss[0]


@pytest.mark.parametrize("name", ["config.json", "merges.txt", "provenance.json", "vocab.json"])
def test_a_text_of_the_artefact_has_unix_lines_and_names_its_maker(name: str) -> None:
    content = (tiny.ARTEFACT / name).read_bytes()
    assert content.endswith(b"\n")
    assert b"\r" not in content
    if name == "vocab.json":  # GPT-2's format has room for tokens only
        assert list(json.loads(content)) == sorted(json.loads(content))
    else:
        assert tiny.MAKER.encode() in content


def test_a_missing_artefact_fails_the_check_with_the_command_that_mends_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tiny.train(check=True, folder=tmp_path / "nothing") == 1
    printed = capfd.readouterr().out
    assert "is missing" in printed
    assert f"mend it with: {tiny.MAKER}" in printed


@pytest.mark.parametrize("name", ["merges.txt", "vocab.json"])
def test_a_changed_tokenizer_file_is_named(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(tiny.ARTEFACT, tmp_path / "artefact"))
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    assert artefact.quick_faults(folder) == [f"{Path(name).stem}_sha256: not what provenance.json says"]


@pytest.mark.parametrize("name", ["model.safetensors", "provenance.json"])
def test_a_cut_file_fails_the_check_and_does_not_crash_it(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(tiny.ARTEFACT, tmp_path / "artefact"))
    (folder / name).write_bytes((folder / name).read_bytes()[:100])
    (fault,) = artefact.quick_faults(folder)
    assert "damaged" in fault


def test_cut_snapshots_are_named(tmp_path: Path) -> None:
    made = {name: (tiny.ARTEFACT / name).read_bytes() for name in FILES}
    folder = Path(shutil.copytree(tiny.ARTEFACT, tmp_path / "artefact"))
    (folder / "snapshots.safetensors").write_bytes(made["snapshots.safetensors"][:100])
    (fault,) = artefact.differences(folder, made)
    assert "snapshots.safetensors" in fault


def test_a_changed_source_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact, "recipe_hash", lambda: "0" * 64)
    assert [fault for fault in artefact.quick_faults() if "training.py" in fault]


def test_retraining_is_compared_tensor_by_tensor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = {name: (tiny.ARTEFACT / name).read_bytes() for name in FILES}
    folder = Path(shutil.copytree(tiny.ARTEFACT, tmp_path / "artefact"))
    assert artefact.differences(folder, made) == []
    assert "every byte the same" in capsys.readouterr().out

    tensors = load_file(folder / "model.safetensors")
    tensors["wpe.weight"][3, 5] += artefact.TOLERANCE / 10
    save_file(tensors, folder / "model.safetensors")
    assert artefact.differences(folder, made) == []
    assert "another kind of CPU" in capsys.readouterr().out

    tensors["wpe.weight"][3, 5] += artefact.TOLERANCE * 10
    save_file(tensors, folder / "model.safetensors")
    (fault,) = artefact.differences(folder, made)
    assert "wpe.weight" in fault


def test_importing_the_package_imports_no_training() -> None:
    program = "import sys, scripts.tables.tiny; print([m for m in sys.modules if m.startswith('scripts.tables.tiny.')])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


# The map


def test_the_probes_kept_are_those_of_the_table(
    encoding: tiktoken.Encoding, provenance: dict[str, object]
) -> None:
    merges = bpe.read_merges((tiny.ARTEFACT / "merges.txt").read_text(encoding="utf-8"))
    again = probes.probe(tiny.parameters()["wte.weight"], artefact.word_ids(merges))
    kept = provenance["probes"]
    assert isinstance(kept, dict)
    assert kept["analogy"] == again["analogy"]
    assert kept["cosine"] == pytest.approx(again["cosine"], abs=1e-5)
    for name, values in again["direction"].items():
        assert kept["direction"][name] == pytest.approx(values, abs=1e-5)


def test_pets_are_nearer_to_pets_than_to_boats_and_moods(ids: dict[str, int]) -> None:
    wte = tiny.parameters()["wte.weight"]
    pets = min(probes.cosine(wte[ids[a]], wte[ids[b]]) for a in probes.PETS for b in probes.PETS)
    others = max(
        probes.cosine(wte[ids[a]], wte[ids[b]]) for a in probes.PETS for b in probes.BOATS + probes.GLAD
    )
    assert pets > others + 0.1


def test_before_training_pets_were_no_nearer_to_pets(ids: dict[str, int]) -> None:
    noise = tiny.snapshots().wte[0]
    assert abs(probes.mean_cosine(noise, ids, probes.PETS)) < 0.2


@pytest.mark.parametrize(
    ("words", "separated", "top_1"),
    [
        (probes.PLURALS, 0.95, 0.3),
        (probes.PASTS, 0.95, 0.4),
        (probes.GENDERS, 0.95, 0.6),
        (probes.CAPITALS, 0.95, 0.6),
        (probes.COMPARATIVES, 0.95, 0.3),
    ],
    ids=["plural", "past", "gender", "capital", "comparative"],
)
def test_a_direction_learned_from_the_other_pairs_holds_for_a_pair_left_out(
    encoding: tiktoken.Encoding, words: str, separated: float, top_1: float
) -> None:
    ids = {word: encoding.encode_single_token(f" {word}") for pair in probes.pairs(words) for word in pair}
    kept = tiny.snapshots()
    trained = probes.held_out_direction(kept.wte[-1], ids, words)
    noise = probes.held_out_direction(kept.wte[0], ids, words)
    assert trained["separated"] >= separated
    assert trained["top_1"] >= top_1 > noise["top_1"]
    assert trained["cosine"] > noise["cosine"] + 0.3


def test_king_minus_man_plus_woman_is_among_the_nearest_two_with_the_inputs_removed(
    ids: dict[str, int],
) -> None:
    wte = tiny.parameters()["wte.weight"]
    kept, removed = probes.analogy_ranks(wte, ids, "king - man + woman = queen")
    assert removed <= 2
    assert removed <= kept <= removed + 3


def test_most_analogies_come_out_first_with_the_inputs_removed(
    provenance: dict[str, dict[str, object]],
) -> None:
    analogies = provenance["probes"]["analogy"]
    assert isinstance(analogies, dict)
    assert np.mean([ranks["inputs_removed"] == 1 for ranks in analogies.values()]) >= 0.6


def test_the_model_continues_a_sentence_of_the_brief(encoding: tiktoken.Encoding) -> None:
    logits = model.forward(tiny.parameters(), np.array(encoding.encode("The fluffy cat sat on the")))
    assert encoding.decode([int(logits[-1].argmax())]) == " mat"
