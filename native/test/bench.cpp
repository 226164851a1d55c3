#include "bench.h"

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "check.h"
#include "openblas_double.h"

namespace {

constexpr int FIRST_INPUT = 4;

std::map<std::tuple<std::string, int, std::string>, baton_backend*>& backends() {
    static std::map<std::tuple<std::string, int, std::string>, baton_backend*> opened;
    return opened;
}

}  // namespace

baton_backend* backend_of(const char* isa, int threads, const char* core) {
    auto key = std::make_tuple(std::string(isa), threads, std::string(core));
    auto found = backends().find(key);
    if (found != backends().end()) {
        return found->second;
    }
    baton_backend* backend = nullptr;
    double_set_core(core);
    if (baton_backend_open(threads, isa, &backend) != 0) {
        backend = nullptr;
    }
    return backends()[key] = backend;
}

void close_backends() {
    for (auto& opened : backends()) {
        baton_backend_close(opened.second);
    }
    backends().clear();
}

const std::vector<const char*>& instruction_sets() {
    static const std::vector<const char*> sets = [] {
        std::vector<const char*> found;
        for (const char* isa : {"baseline", "avx2", "avx512"}) {
            if (backend_of(isa, 1) != nullptr) {
                found.push_back(isa);
            } else {
                std::printf("not tested here: %s\n", baton_last_error());
            }
        }
#if defined(__SANITIZE_THREAD__)
        // What threads share does not depend on the instruction set; the other runs test each, this slow one the best.
        found.erase(found.begin(), found.end() - 1);
#endif
        return found;
    }();
    return sets;
}

int32_t Bench::run(baton_backend* backend, const std::vector<int64_t>& plan, bool* accepted) {
    // Blocks of exactly the size that the plan is told, for the plan's words too.
    std::vector<std::unique_ptr<char[]>> blocks;
    std::vector<int64_t> addresses, sizes;
    for (const Bytes& bytes : initial_) {
        blocks.emplace_back(new char[bytes.size() + (bytes.empty() ? 1 : 0)]);
        if (!bytes.empty()) {
            std::memcpy(blocks.back().get(), bytes.data(), bytes.size());
        }
        addresses.push_back(baton_address(blocks.back().get()));
        sizes.push_back(static_cast<int64_t>(bytes.size()));
    }
    std::unique_ptr<int64_t[]> code(new int64_t[plan.size()]);
    std::copy(plan.begin(), plan.end(), code.get());
    std::vector<int64_t> arguments(addresses.begin() + FIRST_INPUT, addresses.end());
    std::fill(addresses.begin() + FIRST_INPUT, addresses.end(), 0);
    baton_plan* handle = nullptr;
    int32_t status = baton_plan_create(backend, code.get(), static_cast<int64_t>(plan.size()), addresses.data(),
                                       sizes.data(), static_cast<int32_t>(sizes.size()), baton_address(arguments.data()),
                                       &handle);
    if (accepted != nullptr) {
        *accepted = status == 0;
    }
    if (status != 0) {
        return status;
    }
    code.reset();
    status = baton_plan_run(reinterpret_cast<int64_t>(handle));
    baton_plan_destroy(handle);
    after_.clear();
    for (size_t i = 0; i < blocks.size(); i++) {
        after_.emplace_back(blocks[i].get(), blocks[i].get() + initial_[i].size());
    }
    for (size_t space : scratch_) {
        after_[space].clear();
    }
    return status;
}

void Bench::run_everywhere(const char* name, const std::vector<int64_t>& plan,
                           const std::function<void(const char*)>& verify, const char* core) {
    bool paired = !plan.empty() && plan[0] > format::PAIRED && plan[0] < format::WINOGRAD;
    for (const char* isa : instruction_sets()) {
        baton_backend* backend = backend_of(isa, 1);
        if (!paired || baton_backend_has_bfloat16(backend)) {
            run_with_threads(name, isa, plan, verify, core);
        } else {
            bool accepted = true;
            run(backend, plan, &accepted);
            CHECK(!accepted && std::strstr(baton_last_error(), "AVX512-BF16") != nullptr, "%s on %s: %s", name, isa,
                  baton_last_error());
        }
    }
}

void Bench::run_with_threads(const char* name, const char* isa, const std::vector<int64_t>& plan,
                             const std::function<void(const char*)>& verify, const char* core) {
    std::vector<Bytes> alone;
    for (int threads : {1, 2, 3, 7}) {
        int32_t status = run(backend_of(isa, threads, core), plan);
        CHECK(status == 0, "%s on %s, %d threads: %s", name, isa, threads, baton_last_error());
        if (status != 0) {
            return;
        }
        if (threads == 1) {
            alone = after_;
            verify(isa);
        }
        CHECK(after_ == alone, "%s on %s: %d threads give other bits than one", name, isa, threads);
    }
}

float rounded_to_bfloat16(float value) {
    // The eight bits of a mantissa that stay, by arithmetic on the value: not as the kernels do it.
    if (!std::isfinite(value) || value == 0) {
        return value;
    }
    int exponent;
    double mantissa = std::frexp(static_cast<double>(value), &exponent);
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(mantissa, 8)), exponent - 8));
}

bool near(float value, double right, double ulps, double distance) {
    float rounded = static_cast<float>(right);
    if (std::isnan(right) || std::isnan(value)) {
        return std::isnan(right) && std::isnan(value);
    }
    if (value == rounded) {
        return true;
    }
    if (std::isinf(rounded) || std::isinf(value)) {
        return false;
    }
    double unit = static_cast<double>(std::nextafter(std::fabs(rounded), INFINITY)) - std::fabs(rounded);
    double error = std::fabs(value - right);
    return error <= ulps * unit || error <= distance;
}
