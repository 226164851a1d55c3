// Copies of pictures with their padding: what convolution.cpp and winograd.cpp read.
#ifndef BATON_CONVOLUTION_PLANES_H
#define BATON_CONVOLUTION_PLANES_H

#include <algorithm>
#include <utility>
#include <vector>

#include "convolution_words.h"
#include "plan.h"

namespace baton {

inline int64_t divided_down(int64_t a, int64_t b) { return a >= 0 ? a / b : -divided_up(-a, b); }

constexpr int64_t LINE = 16;   // floats
constexpr int64_t BEHIND = 64;  // floats that may be read behind the last plane

// Copies of channels with padding, cut into phases: row j of phase (a, b) holds the row j * step + a - before.
struct Padded {
    int64_t height, width;              // of the picture
    int64_t step_down, step_across;     // 1 where there are no phases
    int64_t before_down, before_across;
    int64_t rows, row_width;
    std::vector<std::pair<int64_t, int64_t>> phases;

    int64_t plane() const { return rounded_up(times(rows, row_width), LINE); }
    int64_t channel() const { return times(plane(), static_cast<int64_t>(phases.size())); }

    void copy(const float* picture, float* to) const {
        each_row(to, [&](int64_t y, int64_t skipped, int64_t count, float* target) {
            ahead(picture + y * width, width);
            every(step_across, picture + y * width + skipped, count, target);
        });
    }

    // A plane of pairs; the second of each is 0 where there is no second picture.
    void copy_pairs(const PairKernels& kernels, const float* first, const float* second, float* to) const {
        each_row(to, [&](int64_t y, int64_t skipped, int64_t count, float* target) {
            int64_t from = y * width + skipped;
            if (step_across == 1) {
                ahead(first + y * width, width);
                kernels.interleave(first + from, second == nullptr ? nullptr : second + from, count, target);
                return;
            }
            constexpr int64_t PART = 64;
            float one[PART], other[PART];
            for (int64_t i = 0; i < count; i += PART) {
                int64_t part = std::min(PART, count - i);
                every(step_across, first + from + i * step_across, part, one);
                if (second != nullptr) every(step_across, second + from + i * step_across, part, other);
                kernels.interleave(one, second == nullptr ? nullptr : other, part, target + i);
            }
        });
    }

  private:
    // Fills the rows of all phases with zeros, but for where each(row, column, count, target) puts what a picture has there:
    // elements from a column on, step_across from one to the next.
    template <typename Each>
    void each_row(float* to, Each&& each) const {
        for (const auto& phase : phases) {
            // The columns first .. end - 1 come from the picture.
            int64_t first = std::clamp<int64_t>(divided_up(before_across - phase.second, step_across), 0, row_width);
            int64_t end = std::clamp<int64_t>(divided_up(width + before_across - phase.second, step_across), first, row_width);
            int64_t skipped = first * step_across + phase.second - before_across;
            for (int64_t row = 0; row < rows; row++) {
                int64_t y = row * step_down + phase.first - before_down;
                float* target = to + row * row_width;
                if (y < 0 || y >= height || first == end) {
                    std::fill_n(target, row_width, 0.0f);
                } else {
                    zeros(target, first);
                    each(y, skipped, end - first, target + first);
                    zeros(target + end, row_width - end);
                }
            }
            std::fill(to + rows * row_width, to + plane(), 0.0f);
            to += plane();
        }
    }

    // Mostly one or two: not worth a call of memset, which gcc would make of the loop.
    static void zeros(float* to, int64_t count) {
        for (int64_t i = 0; i < count; i++) {
            to[i] = 0.0f;
            asm volatile("" ::: "memory");
        }
    }

    // The row a page further on, mostly one of the next channel: pages of 4 KiB are what the processor itself looks ahead in.
    static void ahead(const float* row, int64_t count) {
        constexpr int64_t PAGE = 1024;  // floats
        for (int64_t i = 0; i < count; i += LINE) __builtin_prefetch(row + PAGE + i);
    }

    static void every(int64_t step, const float* from, int64_t count, float* to) {
        if (step == 1) {
            std::copy_n(from, count, to);
        } else if (step == 2) {
            for (int64_t i = 0; i < count; i++) to[i] = from[2 * i];
        } else {
            for (int64_t i = 0; i < count; i++) to[i] = from[i * step];
        }
    }
};

}  // namespace baton

#endif
