// The functions of baton.h whose answers are the CUDA core's own: its executors, their names and its commands.
#include "check.h"
#include "rejections.h"

namespace {

void backends() {
    baton_backend* backend = nullptr;
    for (int32_t number : {0, -1, INT32_MIN}) {
        fails("an impossible number", baton_backend_open(number, nullptr, &backend), "a backend's number is");
    }
    fails("no place for a backend", baton_backend_open(1, nullptr, nullptr), "null");
    CHECK(backend == nullptr, "a failure leaves the handle alone");
    fails("unknown products", baton_backend_open(1, "avx2", &backend), "there are no products 'avx2': known are ");
    CHECK(baton_backend_open(1, nullptr, &backend) == 0, "opening: %s", baton_last_error());
    std::string best = baton_backend_isa(backend), own = best.substr(0, 4);
    CHECK(own == "host" || own == "cuda", "the executor is '%s'", best.c_str());
    CHECK(best == own || best == own + "+cublaslt", "the products are those of '%s'", best.c_str());
    std::vector<std::string> names{best, own};
    if (best != own) {
        names.push_back(best + "+tf32");
    }
    for (const std::string& name : names) {
        baton_backend_close(backend);
        CHECK(baton_backend_open(1, name.c_str(), &backend) == 0, "opening: %s", baton_last_error());
        CHECK(baton_backend_isa(backend) == name, "%s is called %s", name.c_str(), baton_backend_isa(backend));
    }
    CHECK(baton_backend_has_own_products(backend) == 0 && baton_backend_has_bfloat16(backend) == 1, "products");
    int64_t bytes = 7;
    std::vector<int64_t> geometry(16, 1);
    auto scratch = [&](int64_t opcode) { return baton_convolution_scratch(backend, geometry.data(), opcode, &bytes); };
    CHECK(scratch(14) == 0 && bytes == 0, "a convolution needs no scratch");
    fails("Winograd's method", scratch(142), "by Winograd's method");
    geometry[5] = 0;
    fails("a kernel of nothing", scratch(80), "the side of a kernel is 0");
    baton_backend_close(backend);
    baton_backend_close(nullptr);
    CHECK(std::string(baton_backend_isa(nullptr)).empty(), "null has no executor");
    CHECK(std::string(baton_openblas_core()).empty(), "there is no OpenBLAS");
    CHECK(!std::string(baton_processor()).empty(), "the processor has a name");
    CHECK(baton_abi_version() == BATON_ABI_VERSION, "the library's version is the header's");
}

void commands_are_told_of() {
    for (int64_t opcode = 1; opcode <= 43; opcode++) {
        bool none = (opcode > 30 && opcode < 34) || (opcode > 36 && opcode < 40);
        CHECK(baton_has_command(opcode) == !none, "command %lld", static_cast<long long>(opcode));
    }
    for (int64_t opcode : {0, 66, 78, 142, -1}) {
        CHECK(baton_has_command(opcode) == 0, "there is no command %lld", static_cast<long long>(opcode));
    }
}

}  // namespace

void test_executor() {
    backends();
    commands_are_told_of();
}
