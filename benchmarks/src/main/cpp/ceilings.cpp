// ceilings THREADS BYTES...   measures what no program on this machine goes beyond, one line of JSON for each:
//
// - multiply-adds: float32, on all threads, in registers alone. Every vector instruction adds to a sum of its own, and
//   there are more sums than an instruction's latency times the instructions that start in a cycle, so none waits.
// - bandwidth, for each number of BYTES: all threads together read so many bytes, each thread its share, again and
//   again. What fits is then read from the caches, as the weights of a network are that answers in a row.
//
// The vectors are those of the instruction set that it is compiled for. Of several repetitions the fastest counts: what
// disturbs can only slow down.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int WIDTH = 16, SUMS = 24;
constexpr const char* INSTRUCTIONS = "avx512";
#elif defined(__FMA__)
constexpr int WIDTH = 8, SUMS = 12;
constexpr const char* INSTRUCTIONS = "avx2 with fma";
#else
constexpr int WIDTH = 4, SUMS = 12;
constexpr const char* INSTRUCTIONS = "baseline";
#endif

typedef float Vector __attribute__((vector_size(WIDTH * sizeof(float))));

// Where results go, so that the compiler computes them.
static volatile float sink;

static float total(const Vector* sums, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < WIDTH; j++) {
            sum += sums[i][j];
        }
    }
    return sum;
}

static void multiply_add(long times) {
    Vector sums[SUMS];
    for (int j = 0; j < SUMS; j++) {
        // Each starts elsewhere: of equal ones the compiler would compute one.
        sums[j] = Vector{} + static_cast<float>(j);
    }
    // Sums go towards 1: neither overflow nor denormal numbers.
    Vector factor = Vector{} + 0.75f, term = Vector{} + 0.25f;
    for (long i = 0; i < times; i++) {
#pragma GCC unroll 24
        for (int j = 0; j < SUMS; j++) {
            sums[j] = sums[j] * factor + term;
        }
    }
    sink = total(sums, SUMS);
}

// Vectors read in a turn of the loop; their number is a multiple of this.
constexpr long READ = 8;

static void read(const Vector* from, long vectors, long times) {
    Vector sums[READ] = {};
    for (long i = 0; i < times; i++) {
        for (const Vector* at = from; at < from + vectors; at += READ) {
#pragma GCC unroll 8
            for (long j = 0; j < READ; j++) {
                sums[j] += at[j];
            }
        }
    }
    sink = total(sums, READ);
}

// The seconds in which every thread does work(thread, times) once.
template <typename Work>
static double seconds(int threads, long times, Work work) {
    std::atomic<int> ready{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> workers;
    for (int thread = 0; thread < threads; thread++) {
        workers.emplace_back([&, thread] {
            ready++;
            while (!go) {
            }
            work(thread, times);
        });
    }
    while (ready < threads) {
        std::this_thread::yield();
    }
    auto start = std::chrono::steady_clock::now();
    go = true;
    for (std::thread& worker : workers) {
        worker.join();
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// How many times a second all threads together do the work at best.
template <typename Work>
static double rate(int threads, Work work) {
    long times = 1;
    while (seconds(threads, times, work) < 0.05) {
        times *= 2;
    }
    double best = 0;
    for (int repetition = 0; repetition < 10; repetition++) {
        best = std::max(best, times / seconds(threads, times, work));
    }
    return best;
}

static double bandwidth(int threads, long bytes) {
    long unit = READ * sizeof(Vector);
    long share = std::max(1L, bytes / threads / unit) * unit;
    std::vector<Vector*> memory;
    for (int thread = 0; thread < threads; thread++) {
        constexpr long LARGE_PAGE = 2 << 20;
        auto* block = static_cast<char*>(aligned_alloc(LARGE_PAGE, (share + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE));
        if (block == nullptr) {
            fprintf(stderr, "ceilings: there is no memory for %ld bytes: ask for less\n", bytes);
            exit(1);
        }
        madvise(block, share, MADV_HUGEPAGE);
        // Written, or all pages would be one page of zeros.
        std::fill_n(reinterpret_cast<float*>(block), share / sizeof(float), 1.0f);
        memory.push_back(reinterpret_cast<Vector*>(block));
    }
    double passes = rate(threads, [&](int thread, long times) {
        read(memory[thread], share / static_cast<long>(sizeof(Vector)), times);
    });
    for (Vector* block : memory) {
        free(block);
    }
    return passes * share * threads;
}

int main(int count, char** arguments) {
    int threads = count > 1 ? atoi(arguments[1]) : 0;
    if (threads < 1) {
        fprintf(stderr, "usage: ceilings THREADS BYTES...\n");
        return 2;
    }
    double turns = rate(threads, [](int, long times) { multiply_add(1000 * times); });
    printf("{\"ceiling\":\"multiply-adds\",\"instructions\":\"%s\",\"threads\":%d,\"perSecond\":%.4e}\n", INSTRUCTIONS,
        threads, turns * 1000 * SUMS * WIDTH * threads);
    for (int i = 2; i < count; i++) {
        long bytes = atol(arguments[i]);
        if (bytes < 1) {
            fprintf(stderr, "ceilings: '%s' is no number of bytes from 1\n", arguments[i]);
            return 2;
        }
        printf("{\"ceiling\":\"bandwidth\",\"bytes\":%ld,\"perSecond\":%.4e}\n", bytes, bandwidth(threads, bytes));
    }
}
