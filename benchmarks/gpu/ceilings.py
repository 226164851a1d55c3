"""ceilings.py BYTES...: what a GPU does at most, measured with PyTorch; one line of JSON each.

Multiply-adds a second are those of a product of 8192 x 8192 matrices, in float32, TF32 and bfloat16. The bandwidth is
that of a copy that reads and writes so many bytes in all, again and again: what fits into the caches comes from there.
"""

import json
import sys
import time

try:
    import torch
except ImportError as missing:
    print(f"PyTorch is missing: {sys.executable} cannot import torch ({missing})", file=sys.stderr)
    sys.exit(3)

SIZE = 8192
REPEATS = 50


def seconds(work):
    """The time of work, the shortest of several; captured as a CUDA graph, so that no time goes into launches."""
    work()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(REPEATS):
            work()
    times = []
    for _ in range(5):
        torch.cuda.synchronize()
        start = time.perf_counter()
        graph.replay()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) / REPEATS)
    return min(times)


def products(precision, dtype, float32_products):
    torch.set_float32_matmul_precision(float32_products)
    left, right = (torch.randn(SIZE, SIZE, device="cuda").to(dtype) for _ in range(2))
    result = torch.empty_like(left)
    rate = SIZE ** 3 / seconds(lambda: torch.mm(left, right, out=result))
    return {"ceiling": "multiply-adds", "precision": precision, "perSecond": rate}


def bandwidth(size):
    source = torch.zeros(size // 2, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return {"ceiling": "bandwidth", "bytes": size, "perSecond": size / seconds(lambda: target.copy_(source))}


def main():
    if not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} sees no GPU", file=sys.stderr)
        sys.exit(3)
    print(f"# {torch.cuda.get_device_name()}, PyTorch {torch.__version__}", file=sys.stderr)
    print(json.dumps(products("float32", torch.float32, "highest")))
    print(json.dumps(products("tf32", torch.float32, "high")))
    print(json.dumps(products("bfloat16", torch.bfloat16, "highest")))
    for size in map(int, sys.argv[1:]):
        print(json.dumps(bandwidth(size)))


if __name__ == "__main__":
    main()
