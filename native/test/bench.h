// A plan's memory, and runs of the plan on every instruction set of this processor with 1, 2, 3 and 7 threads.
#ifndef BATON_BENCH_H
#define BATON_BENCH_H

#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "baton.h"
#include "plan_writer.h"

// The instruction sets that are known on this platform, best last, and the one that all of its processors have.
#if defined(__aarch64__)
constexpr const char* BASELINE = "neon";
constexpr const char* KNOWN_INSTRUCTION_SETS[] = {BASELINE};
#else
constexpr const char* BASELINE = "baseline";
constexpr const char* KNOWN_INSTRUCTION_SETS[] = {BASELINE, "avx2", "avxvnni", "avx512", "amx"};
#endif

// A backend that stays open until close_backends, in a group of its own; null where this processor lacks the instruction
// set. Of another core than the processor's, BASELINE is what it takes by itself.
baton_backend* backend_of(const char* isa, int threads, const char* core = "Haswell");
void close_backends();

const std::vector<const char*>& instruction_sets();

// Whether the processor is an emulated one (test.sh says so), on which what is large takes minutes.
bool is_emulated();

// Whether what commands write to inputs can be seen there: not where the core copies inputs to memory of its own.
bool shows_written_inputs();

class Bench {
  public:
    using Bytes = std::vector<char>;

    Bench() : initial_(4) {}

    // Values behind those that the space holds already.
    template <typename T>
    int64_t place(int64_t space, const std::vector<T>& values) {
        Bytes& bytes = initial_[static_cast<size_t>(space)];
        bytes.resize((bytes.size() + sizeof(T) - 1) / sizeof(T) * sizeof(T));
        size_t offset = bytes.size();
        bytes.resize(offset + values.size() * sizeof(T));
        if (!values.empty()) {
            std::memcpy(bytes.data() + offset, values.data(), values.size() * sizeof(T));
        }
        return format::reference(space, static_cast<int64_t>(offset));
    }

    // Values in a space of their own, so that the address sanitizer guards both of their ends; among the outputs where the
    // core would not show what is written to inputs.
    template <typename T>
    int64_t input(const std::vector<T>& values) {
        if (!shows_written_inputs()) {
            return place(format::OUTPUTS, values);
        }
        initial_.emplace_back();
        return place(static_cast<int64_t>(initial_.size()) - 1, values);
    }

    // Room for a result, filled with bytes that no result is made of.
    template <typename T>
    int64_t result(size_t count) {
        std::vector<T> values(count);
        if (count > 0) {
            std::memset(values.data(), 0x5a, count * sizeof(T));
        }
        return input(values);
    }

    // Memory that a command may use while it runs; what is left there is of no interest.
    int64_t scratch(size_t bytes) {
        if (!shows_written_inputs()) {
            return input(std::vector<int64_t>((bytes + 7) / 8));
        }
        int64_t place = input(std::vector<char>(bytes));
        scratch_.push_back(static_cast<size_t>(place >> 48));
        return place;
    }

    // What lies at a place after the last run.
    template <typename T>
    std::vector<T> at(int64_t place, size_t count) const {
        std::vector<T> values(count);
        if (count > 0) {
            std::memcpy(values.data(), after_[static_cast<size_t>(place >> 48)].data() + (place & 0xffffffffffff),
                        count * sizeof(T));
        }
        return values;
    }

    // Decodes the plan and runs it once on fresh copies of the memory; gives the status, and in accepted whether the
    // plan was decoded.
    int32_t run(baton_backend* backend, const std::vector<int64_t>& plan, bool* accepted = nullptr);

    // Runs the plan everywhere: every status must be success, and all memory bitwise the same for each number of
    // threads. verify is called once for each instruction set. A plan that begins with a product of bfloat16 must be refused
    // in words where the processor lacks them. Where there is no OpenBLAS, its other cores than the first mean nothing.
    void run_everywhere(const char* name, const std::vector<int64_t>& plan, const std::function<void(const char*)>& verify,
                        const char* core = "Haswell");

  private:
    void run_with_threads(const char* name, const char* isa, const std::vector<int64_t>& plan,
                          const std::function<void(const char*)>& verify, const char* core);
    std::vector<Bytes> initial_, after_;
    std::vector<size_t> scratch_;
};

// Numbers for tests, the same in every run.
class Numbers {
  public:
    explicit Numbers(uint64_t seed) : engine_(seed) {}
    uint64_t word() { return engine_(); }
    int64_t below(int64_t bound) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(bound)); }
    float real(float least, float most) {
        return least + (most - least) * static_cast<float>(static_cast<double>(engine_() >> 11) * 0x1p-53);
    }
    std::vector<float> reals(size_t count, float least = -2, float most = 2) {
        std::vector<float> values(count);
        for (float& value : values) value = real(least, most);
        return values;
    }

  private:
    std::mt19937_64 engine_;
};

// A float as bfloat16: the nearest one, of two the even one.
float rounded_to_bfloat16(float value);

// Whether a float is as near to the right value as allowed: so many units in its last place, or so far away.
bool near(float value, double right, double ulps, double distance = 0);

#endif
