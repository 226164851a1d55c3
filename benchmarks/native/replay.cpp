// Runs a plan that SavePlans has saved, without Java; PlanFile says what is in the file. One thread; BATON_ISA names an
// instruction set, the best one where it is not set.
//
//   replay step FILE           runs it once to warm up, and once more as counted_step, for callgrind to count
//   replay product FILE SIZE   a product of square matrices, in turn with OpenBLAS's own on the same memory: the MFLOP/s of
//                              both, the best of all rounds
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include "baton.h"

extern "C" {
void cblas_sgemm(int order, int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
void openblas_set_num_threads(int threads);
}

namespace {

constexpr size_t VARIABLES = 1, CONSTANTS = 2, OUTPUTS = 3, FIRST_INPUT = 4;

void check(int32_t status) {
    if (status != 0) {
        throw std::runtime_error(baton_last_error());
    }
}

class File {
  public:
    explicit File(const char* name) : name_(name), file_(std::fopen(name, "rb")) {
        if (file_ == nullptr) {
            throw std::runtime_error("cannot open " + name_ + ": " + std::strerror(errno));
        }
    }
    ~File() { std::fclose(file_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void read(void* target, int64_t bytes) {
        if (std::fread(target, 1, static_cast<size_t>(bytes), file_) != static_cast<size_t>(bytes)) {
            throw std::runtime_error(name_ + " ends too early: save the plans again");
        }
    }

    std::vector<int64_t> words(int64_t count) {
        std::vector<int64_t> words(static_cast<size_t>(count));
        read(words.data(), count * 8);
        return words;
    }

  private:
    std::string name_;
    std::FILE* file_;
};

// Whole pages, so that no count depends on where they lie; given back when the process ends.
int64_t memory_of(baton_backend* backend, int64_t bytes) {
    baton_memory* memory = nullptr;
    check(baton_memory_reserve(backend, std::max<int64_t>(bytes, 1), &memory));
    check(baton_memory_grow(memory, bytes));
    return baton_memory_address(memory);
}

struct Saved {
    std::vector<int64_t> addresses;
    baton_plan* plan = nullptr;

    explicit Saved(const char* name) {
        File file(name);
        std::vector<int64_t> head = file.words(2);
        std::vector<int64_t> sizes = file.words(head[1]);
        std::vector<int64_t> code = file.words(head[0]);
        baton_backend* backend = nullptr;
        check(baton_backend_open(1, std::getenv("BATON_ISA"), &backend));
        for (size_t space = 0; space < sizes.size(); space++) {
            addresses.push_back(memory_of(backend, sizes[space]));
            if (space == VARIABLES || space == CONSTANTS || space >= FIRST_INPUT) {
                file.read(reinterpret_cast<void*>(addresses[space]), sizes[space]);
            }
        }
        check(baton_plan_create(backend, code.data(), head[0], addresses.data(), sizes.data(),
                                static_cast<int32_t>(sizes.size()), baton_address(addresses.data() + FIRST_INPUT), &plan));
    }

    void run() const { check(baton_plan_run(reinterpret_cast<int64_t>(plan))); }
};

}  // namespace

// Callgrind finds it by its name.
extern "C" __attribute__((noinline)) void counted_step(const Saved& saved) { saved.run(); }

namespace {

// Of the processor's time: waiting for a core, which others may use too, is not counted.
double seconds_now() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Body>
double seconds(Body&& body) {
    double start = seconds_now();
    body();
    return seconds_now() - start;
}

void compare_products(const Saved& saved, int size) {
    constexpr int ROW_MAJOR = 101, AS_IS = 111;
    openblas_set_num_threads(1);
    auto* a = reinterpret_cast<const float*>(saved.addresses[FIRST_INPUT]);
    auto* b = reinterpret_cast<const float*>(saved.addresses[FIRST_INPUT + 1]);
    auto* c = reinterpret_cast<float*>(saved.addresses[OUTPUTS]);
    double operations = 2.0 * size * size * size;
    int rounds = static_cast<int>(std::max(20.0, 1e10 / operations));
    double ours = 1e9, openblas = 1e9;
    for (int round = 0; round < rounds; round++) {
        ours = std::min(ours, seconds([&] { saved.run(); }));
        openblas = std::min(openblas, seconds([&] {
                                cblas_sgemm(ROW_MAJOR, AS_IS, AS_IS, size, size, size, 1, a, size, b, size, 0, c, size);
                            }));
    }
    std::printf("%.0f %.0f\n", operations / ours * 1e-6, operations / openblas * 1e-6);
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count == 3 && std::strcmp(arguments[1], "step") == 0) {
            Saved saved(arguments[2]);
            saved.run();
            counted_step(saved);
        } else if (count == 4 && std::strcmp(arguments[1], "product") == 0) {
            compare_products(Saved(arguments[2]), std::atoi(arguments[3]));
        } else {
            throw std::runtime_error("usage: replay step FILE, or replay product FILE SIZE");
        }
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "replay: %s\n", e.what());
        return 1;
    }
}
