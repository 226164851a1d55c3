#!/usr/bin/env python3
"""onnx-cases.py CLONE FILE   writes some of ONNX's published operator cases as JSON.

CLONE is a git repository of github.com/onnx/onnx with COMMIT in it, the last one before the cases were taken out of the
repository (they are made by its test cases since). Needs nothing but git and Python's own library: what is read of protocol
buffers is their wire format, https://protobuf.dev/programming-guides/encoding/.
"""

import json
import struct
import subprocess
import sys

COMMIT = "6be0677fc22e74563e6eb472f931513aefe5648d"
FOLDER = "onnx/backend/test/data/node"
CASES = """
adagrad adagrad_multiple adam adam_multiple momentum momentum_multiple nesterov_momentum
attention_4d attention_4d_causal attention_4d_scaled attention_4d_diff_heads_sizes attention_4d_attn_mask_bool_4d
gelu_default_1 gelu_default_2 gelu_tanh_1 gelu_tanh_2
gru_defaults gru_with_initial_bias lstm_defaults lstm_with_initial_bias
group_normalization_example group_normalization_epsilon
layer_normalization_2d_axis1 layer_normalization_3d_axis1_epsilon layer_normalization_4d_axis2
layer_normalization_default_axis
rms_normalization_2d_axis1 rms_normalization_3d_axis1_epsilon rms_normalization_4d_axis2
nllloss_NC nllloss_NCd1 nllloss_NCd1_ii nllloss_NCd1_weight nllloss_NCd1_mean_weight_negative_ii
sce_mean sce_mean_3d sce_mean_no_weight_ii sce_mean_weight sce_mean_weight_ii sce_none sce_none_weights sce_sum
""".split()


def fields(data):
    """The fields of a message: pairs of a number and an int or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        number, kind = key >> 3, key & 7
        if kind == 0:
            yield number, varint()
        else:
            size = varint() if kind == 2 else {1: 8, 5: 4}[kind]
            yield number, data[at : at + size]
            at += size


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def varints(value):
    """One number, or several packed into bytes."""
    if isinstance(value, int):
        return [signed(value)]
    packed = []
    number = shift = 0
    for byte in value:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            packed.append(signed(number))
            number = shift = 0
    return packed


def tensor(data):
    """TensorProto: dims 1, data_type 2, raw_data 9."""
    shape, kind, raw = [], None, b""
    for number, value in fields(data):
        if number == 1:
            shape += varints(value)
        elif number == 2:
            kind = value
        elif number == 9:
            raw = value
    name, code = {1: ("float32", "f"), 6: ("int32", "i"), 7: ("int64", "q"), 9: ("bool", "?")}[kind]
    values = struct.unpack("<%d%s" % (len(raw) // struct.calcsize("<" + code), code), raw)
    if code == "f":
        values = [float("%.9g" % v) for v in values]
    return {"type": name, "shape": shape, "values": [int(v) if code == "?" else v for v in values]}


def attribute(data):
    """AttributeProto: name 1, f 2, i 3, s 4, floats 7, ints 8."""
    name = value = None
    for number, v in fields(data):
        if number == 1:
            name = v.decode()
        elif number == 2:
            value = float("%.9g" % struct.unpack("<f", v))
        elif number == 3:
            value = signed(v)
        elif number == 4:
            value = v.decode()
    return name, value


def node(model):
    """The first NodeProto (input 1, output 2, op_type 4, attribute 5) of ModelProto.graph (7).node (1)."""
    graph = next(v for number, v in fields(model) if number == 7)
    first = next(v for number, v in fields(graph) if number == 1)
    result = {"op": None, "attributes": {}, "inputs": []}
    for number, value in fields(first):
        if number == 1:
            result["inputs"].append(value.decode())
        elif number == 4:
            result["op"] = value.decode()
        elif number == 5:
            name, content = attribute(value)
            result["attributes"][name] = content
    return result


def main():
    clone, file = sys.argv[1:]

    def git(*arguments):
        return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True).stdout

    lines = []
    for name in CASES:
        folder = "%s/test_%s" % (FOLDER, name)
        case = {"name": name, **node(git("show", "%s:%s/model.onnx" % (COMMIT, folder)))}
        names = case.pop("inputs")
        data = git("ls-tree", "--name-only", "%s:%s/test_data_set_0" % (COMMIT, folder)).decode().split()

        def read(kind):
            files = sorted((f for f in data if f.startswith(kind)), key=lambda f: int(f[len(kind) + 1 : -3]))
            return [tensor(git("show", "%s:%s/test_data_set_0/%s" % (COMMIT, folder, f))) for f in files]

        given = iter(read("input"))
        # An input that an operator may leave out has an empty name and no file.
        case["inputs"] = [next(given) if one else None for one in names]
        case["outputs"] = read("output")
        lines.append("    " + json.dumps(case))
    head = {
        "source": "https://github.com/onnx/onnx, %s, commit %s" % (FOLDER, COMMIT),
        "licence": "Apache-2.0, Copyright (c) ONNX Project Contributors",
        "madeWith": "benchmarks/peers/oracle/onnx-cases.py",
    }
    with open(file, "w", encoding="utf-8") as out:
        out.write(json.dumps(head, indent=2)[:-2] + ',\n  "cases": [\n' + ",\n".join(lines) + "\n  ]\n}\n")


main()
