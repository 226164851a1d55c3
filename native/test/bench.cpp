#include "bench.h"

#include <cmath>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "check.h"
#include "fenced_memory.h"
#include "openblas_double.h"

namespace {

constexpr size_t FIRST_INPUT = 4;

std::map<std::tuple<std::string, int, std::string>, baton_backend*>& backends() {
    static std::map<std::tuple<std::string, int, std::string>, baton_backend*> opened;
    return opened;
}

// Each of them has joined one.
std::vector<baton_group*>& groups() {
    static std::vector<baton_group*> created;
    return created;
}

// Another core than the processor's (native/cuda) has no threads and no OpenBLAS, and in the place of instruction sets it has
// products of its own and, where one is installed, of a library.
bool is_processors_core() { return *baton_openblas_core() != '\0'; }

// Whether the core works on memory of its own processor, which holds its four spaces and copies of inputs.
bool has_own_memory() { return std::strncmp(instruction_sets().front(), "cuda", 4) == 0; }

// Such memory, for each of those spaces, until close_backends.
std::vector<baton_memory*>& own_memories() {
    static std::vector<baton_memory*> memories(FIRST_INPUT);
    return memories;
}

// An address in it with these bytes; 0 where it fails, which no plan takes.
int64_t in_own_memory(baton_backend* backend, size_t space, const Bench::Bytes& bytes) {
    constexpr int64_t CAPACITY = int64_t(1) << 30;
    baton_memory*& memory = own_memories()[space];
    int64_t size = static_cast<int64_t>(bytes.size());
    bool there = (memory != nullptr || baton_memory_reserve(backend, CAPACITY, &memory) == 0) &&
                 baton_memory_grow(memory, size) == 0;
    int64_t address = baton_memory_address(memory);
    return there && baton_copy(address, baton_address(bytes.data()), size) == 0 ? address : 0;
}

// Blocks of exactly the size that a plan is told, until the next plan's.
class Blocks {
  public:
    char* operator[](size_t i) const { return blocks_[i]; }
    size_t size() const { return blocks_.size(); }

    char* add(const Bench::Bytes& bytes) {
        const size_t size = bytes.size() + (bytes.empty() ? 1 : 0);
#if defined(__SANITIZE_ADDRESS__)
        owned_.emplace_back(new char[size]);
        char* block = owned_.back().get();
#else
        static std::deque<FencedMemory> fenced;
        if (blocks_.size() == fenced.size()) {
            fenced.emplace_back();
        }
        char* block = fenced[blocks_.size()].last(size);
#endif
        if (!bytes.empty()) {
            std::memcpy(block, bytes.data(), bytes.size());
        }
        blocks_.push_back(block);
        return block;
    }

  private:
    std::vector<char*> blocks_;
#if defined(__SANITIZE_ADDRESS__)
    std::vector<std::unique_ptr<char[]>> owned_;
#endif
};

// Of another core, runs one after the other must give the same bits.
const std::vector<int>& thread_counts() {
    static const std::vector<int> counts = is_processors_core() ? std::vector<int>{1, 2, 3, 7} : std::vector<int>{1, 1};
    return counts;
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
    bool any = !is_processors_core() && std::strcmp(isa, BASELINE) == 0;
    if (baton_backend_open(threads, any ? "" : isa, &backend) != 0) {
        backend = nullptr;
    } else {
        groups().push_back(nullptr);
        baton_group*& group = groups().back();
        CHECK(baton_group_create(1, &group) == 0 && baton_backend_join(backend, group, 0) == 0, "%s", baton_last_error());
    }
    return backends()[key] = backend;
}

void close_backends() {
    for (auto& opened : backends()) {
        baton_backend_close(opened.second);
    }
    backends().clear();
    for (baton_group* group : groups()) {
        baton_group_release(group);
    }
    groups().clear();
    for (baton_memory*& memory : own_memories()) {
        baton_memory_release(memory);
        memory = nullptr;
    }
}

bool is_emulated() { return std::getenv("BATON_TEST_EMULATED") != nullptr; }

bool shows_written_inputs() { return !has_own_memory(); }

const std::vector<const char*>& instruction_sets() {
    static const std::vector<const char*> sets = [] {
        std::vector<const char*> found;
        if (!is_processors_core()) {
            found.push_back(baton_backend_isa(backend_of("", 1)));
            static const std::string own = std::string(found.front()).substr(0, 4);
            if (own != found.front()) {
                found.push_back(own.c_str());
            }
            return found;
        }
        for (const char* isa : KNOWN_INSTRUCTION_SETS) {
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
    Blocks blocks;
    std::vector<int64_t> addresses, sizes;
    for (const Bytes& bytes : initial_) {
        addresses.push_back(baton_address(blocks.add(bytes)));
        sizes.push_back(static_cast<int64_t>(bytes.size()));
    }
    for (size_t i = 0; i < FIRST_INPUT && has_own_memory(); i++) {
        addresses[i] = in_own_memory(backend, i, initial_[i]);
    }
    // The plan's words, of exactly their size as well.
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
    const bool ran = status == 0;
    Bytes outputs(initial_[format::OUTPUTS].size());
    if (ran) {
        status = baton_plan_read(reinterpret_cast<int64_t>(handle), 0, baton_address(outputs.data()), sizes[format::OUTPUTS]);
    }
    baton_plan_destroy(handle);
    for (size_t i = 0; i < FIRST_INPUT && has_own_memory() && status == 0; i++) {
        status = baton_copy(baton_address(blocks[i]), addresses[i], sizes[i]);
    }
    after_.clear();
    for (size_t i = 0; i < blocks.size(); i++) {
        after_.emplace_back(blocks[i], blocks[i] + initial_[i].size());
    }
    CHECK(!ran || outputs == after_[format::OUTPUTS], "what is read of a plan is not what its outputs are");
    for (size_t space : scratch_) {
        after_[space].clear();
    }
    return status;
}

void Bench::run_everywhere(const char* name, const std::vector<int64_t>& plan,
                           const std::function<void(const char*)>& verify, const char* core) {
    if (!is_processors_core() && std::strcmp(core, "Haswell") != 0) {
        return;
    }
    bool paired = !plan.empty() && format::is_paired(plan[0]);
    for (const char* isa : instruction_sets()) {
        if (std::strcmp(isa, "avxvnni") == 0 && (plan.empty() || plan[0] != format::INT8_PRODUCT)) {
            continue;  // all else is that of avx2
        }
        baton_backend* backend = backend_of(isa, 1);
        if (!paired || baton_backend_has_bfloat16(backend)) {
            run_with_threads(name, isa, plan, verify, core);
        } else {
            bool accepted = true;
            run(backend, plan, &accepted);
            bool said = std::strstr(baton_last_error(), "AVX512-BF16") != nullptr;
            CHECK(!accepted && said, "%s on %s: %s", name, isa, baton_last_error());
        }
    }
}

void Bench::run_with_threads(const char* name, const char* isa, const std::vector<int64_t>& plan,
                             const std::function<void(const char*)>& verify, const char* core) {
    std::vector<Bytes> alone;
    for (int threads : thread_counts()) {
        int32_t status = run(backend_of(isa, threads, core), plan);
        CHECK(status == 0, "%s on %s, %d threads: %s", name, isa, threads, baton_last_error());
        if (status != 0) {
            return;
        }
        if (alone.empty()) {
            alone = after_;
            verify(isa);
        }
        CHECK(after_ == alone, "%s on %s: %d threads give other bits than the first run", name, isa, threads);
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
