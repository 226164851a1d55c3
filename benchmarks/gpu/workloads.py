"""What is trained, with which optimizer, on which data: the definitions of ../peers/README.md and of Workloads.java."""

from dataclasses import dataclass
from typing import Callable

import torch

import networks

VOCABULARY = 65
CLASSES = 10
INPUTS = 8
LABELS = 9


@dataclass
class Workload:
    """vocabulary: of how many tokens examples are sequences; 0 where they are numbers with a class each."""

    network: Callable
    optimizer: Callable
    batch: int
    example: tuple
    vocabulary: int = 0

    def unit(self):
        return "tokens/s" if self.vocabulary else "samples/s"

    def units_per_step(self):
        return self.batch * (self.example[0] if self.vocabulary else 1)

    def inputs(self):
        """Batches from fixed seeds, in memory of the host."""
        shape = (self.batch, *self.example)
        if self.vocabulary:
            return [whole(100 + number, self.vocabulary, shape) for number in range(INPUTS)]
        return [torch.randn(shape, generator=seeded(100 + number)) for number in range(INPUTS)]

    def labels(self):
        """Few tokens of a large vocabulary too, so that a few steps show that the network trains."""
        bound, shape = (VOCABULARY, (self.batch, *self.example)) if self.vocabulary else (CLASSES, (self.batch,))
        return [whole(200 + number, bound, shape) for number in range(LABELS)]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def whole(seed, bound, shape):
    return torch.randint(bound, shape, generator=seeded(seed))


def adam(parameters, **options):
    return torch.optim.Adam(parameters, lr=1e-3, **options)


def adam_w(parameters, **options):
    return torch.optim.AdamW(parameters, lr=1e-3, **options)


def sgd(parameters, **options):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, **options)


def gpt():
    return networks.Gpt(layers=4, heads=4, width=128, context=64, vocabulary=VOCABULARY)


def gpt_of_width_384():
    return networks.Gpt(layers=6, heads=6, width=384, context=256, vocabulary=VOCABULARY)


def gpt2():
    return networks.Gpt(layers=12, heads=12, width=768, context=1024, vocabulary=50257, gelu="tanh", tied=True)


ALL = {
    "mlp-train": Workload(networks.mlp, adam, 128, (784,)),
    "cnn-train": Workload(networks.cnn, sgd, 64, (3, 32, 32)),
    "resnet20-train": Workload(networks.resnet20, sgd, 64, (3, 32, 32)),
    "gpt-train": Workload(gpt, adam_w, 12, (64,), VOCABULARY),
    "gpt-384-train": Workload(gpt_of_width_384, adam_w, 64, (256,), VOCABULARY),
    "lstm-train": Workload(networks.Lstm, adam, 32, (64,), VOCABULARY),
    "gpt2-train": Workload(gpt2, adam_w, 8, (1024,), 50257),
}
