"""train.py eager|compiled WORKLOAD...: the speed of training with PyTorch on a GPU, by the protocol of ../peers/README.md.

Each metric is one line of JSON. "-bfloat16" behind the name of a workload trains with autocast to bfloat16; without it
everything is float32, products and convolutions too (no TF32). Compiled is torch.compile with mode="reduce-overhead",
which captures CUDA graphs, and the optimizer's fused kernels. --device cpu tries the programs without a GPU.
"""

import argparse
import collections
import contextlib
import itertools
import json
import os
import statistics
import sys
import time

try:
    import torch
except ImportError as missing:
    print(f"PyTorch is missing: {sys.executable} cannot import torch ({missing})", file=sys.stderr)
    sys.exit(3)

import workloads

BFLOAT16 = "-bfloat16"
WARM_SECONDS = float(os.environ.get("BENCH_WARM", 3))
ROUND_SECONDS = float(os.environ.get("BENCH_ROUND", 2))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
MOST_STEPS = 200
MOST_QUEUED = 16


class Training:
    """A network, its optimizer and its data. A step copies its batch to the device, as Baton's does."""

    def __init__(self, workload, rounded, compiled, device):
        torch.manual_seed(1)
        self.device = device
        self.precision = torch.autocast(device, torch.bfloat16) if rounded else contextlib.nullcontext()
        self.network = workload.network().to(device)
        on_gpu = device == "cuda"
        self.optimizer = workload.optimizer(self.network.parameters(), **({"fused": True} if compiled else {}))
        self.loss = torch.compile(self.loss_of, mode="reduce-overhead") if compiled else self.loss_of
        self.inputs = [batch.pin_memory() if on_gpu else batch for batch in workload.inputs()]
        self.labels = [batch.pin_memory() if on_gpu else batch for batch in workload.labels()]

    def loss_of(self, inputs, labels):
        with self.precision:
            answers = self.network(inputs)
            return torch.nn.functional.cross_entropy(answers.reshape(-1, answers.shape[-1]), labels.reshape(-1))

    def step(self, inputs, labels):
        torch.compiler.cudagraph_mark_step_begin()
        loss = self.loss(inputs.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True))
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def check(self):
        """Repeats one batch until the loss is under 0.8 of its first value."""
        first = last = self.step(self.inputs[0], self.labels[0]).item()
        steps = 1
        while steps < MOST_STEPS and not last < 0.8 * first:
            last = self.step(self.inputs[0], self.labels[0]).item()
            steps += 1
        if not last < 0.8 * first:
            raise RuntimeError(f"does not train: {first} -> {last}")
        return {"check": "loss", "steps": steps, "first": first, "last": last, "ok": True}

    def speed(self, per_step):
        """Steps are queued without looking at the loss; a round ends when the GPU has done all of them."""
        batches = zip(itertools.cycle(self.inputs), itertools.cycle(self.labels))
        self.measure(batches, WARM_SECONDS)
        rounds = [per_step * self.measure(batches, ROUND_SECONDS) for _ in range(ROUNDS)]
        return {"median": statistics.median(rounds), "min": min(rounds), "max": max(rounds)}

    def measure(self, batches, seconds):
        """Steps a second. Some are queued ahead, but not many: the round is to end in time."""
        self.wait()
        start = time.perf_counter()
        steps = 0
        queued = collections.deque()
        while steps < 3 or time.perf_counter() - start < seconds:
            self.step(*next(batches))
            steps += 1
            if self.device == "cuda":
                queued.append(torch.cuda.Event())
                queued[-1].record()
                if len(queued) > MOST_QUEUED:
                    queued.popleft().synchronize()
        self.wait()
        return steps / (time.perf_counter() - start)


def run(name, compiled, device):
    workload = workloads.ALL.get(name.removesuffix(BFLOAT16))
    if workload is None:
        raise ValueError(f"there is no such workload; there are {', '.join(workloads.ALL)}")
    training = Training(workload, name.endswith(BFLOAT16), compiled, device)
    parameters = sum(parameter.numel() for parameter in training.network.parameters())
    print(f"# {name}: {parameters} parameters", file=sys.stderr)
    yield training.check()
    yield {"metric": "train", "unit": workload.unit(), **training.speed(workload.units_per_step())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["eager", "compiled"])
    parser.add_argument("workloads", nargs="+")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} sees no GPU", file=sys.stderr)
        sys.exit(3)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    failed = False
    for name in options.workloads:
        head = {"peer": "pytorch-" + options.mode, "version": torch.__version__, "workload": name}
        try:
            for line in run(name, options.mode == "compiled", options.device):
                print(json.dumps({**head, **line}), flush=True)
        except Exception as failure:
            failed = True
            print(json.dumps({**head, "error": f"{type(failure).__name__}: {failure}".split("\n")[0]}), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
