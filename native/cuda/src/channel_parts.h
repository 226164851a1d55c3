// How the elements [examples, channels, count] of each channel are cut into parts. A part is the work of a warp, of
// which every thread takes 16 elements and keeps them in registers, neighbours beside each other. Where a channel has
// few neighbours (after linear layers it has none) a part is the 16 elements of one thread, and neighbouring threads
// take neighbouring channels.
#ifndef BATON_CUDA_CHANNEL_PARTS_H
#define BATON_CUDA_CHANNEL_PARTS_H

#include "executor.h"

namespace baton {

constexpr int64_t KEPT = 16;  // elements of a thread
constexpr int64_t FEW = 8;    // neighbours of one channel, for which no warp is called

// How many elements of a part one thread takes: on the host, where a team has one thread, all of a warp's.
template <typename Workers>
constexpr int SHARE = std::is_same_v<Workers, Alone> ? KEPT : KEPT * WARP / Workers::SIZE;

// Values of one thread, 0 where a part has no more of them.
template <typename Workers>
struct Kept {
    float values[SHARE<Workers>];
    BATON_CUDA_FUNCTION float operator[](int i) const { return values[i]; }
};

// How channels are cut into parts.
struct ChannelParts {
    int64_t examples, channels, count;
    int64_t size, of_channel;  // elements of a part, and parts of a channel

    ChannelParts(int64_t examples, int64_t channels, int64_t count)
        : examples(examples), channels(channels), count(count) {
        size = KEPT * (count < FEW ? 1 : WARP);
        of_channel = channels == 0 ? 0 : divided_up(elements(), size);
    }
    BATON_CUDA_FUNCTION int64_t elements() const { return examples * count; }  // of a channel
    BATON_CUDA_FUNCTION int32_t size_of(int64_t part) const {
        int64_t left = elements() - part * size;
        return static_cast<int32_t>(left < size ? left : size);
    }
    // Calls body(i, place) with where this thread's elements of a part lie; the number of turns is constant, so that
    // they are unrolled.
    template <typename Workers, typename Body>
    BATON_CUDA_FUNCTION void each_place(const Workers& workers, int64_t channel, int64_t part, Body body) const {
        int64_t first = part * size + workers.rank();
        int64_t neighbour = first % count, place = (first / count * channels + channel) * count + neighbour;
        int64_t step = Workers::SIZE % count, to_next = Workers::SIZE / count * channels * count + step;
        int64_t to_next_example = (channels - 1) * count;
        int32_t left = size_of(part) - workers.rank();
        for (int i = 0; i < SHARE<Workers>; i++) {
            if (i * Workers::SIZE < left) {
                body(i, place);
            }
            neighbour += step;
            place += to_next;
            if (neighbour >= count) {
                neighbour -= count;
                place += to_next_example;
            }
        }
    }
    template <typename Workers>
    BATON_CUDA_FUNCTION Kept<Workers> taken(const Workers& workers, int64_t channel, int64_t part,
                                            const float* from) const {
        Kept<Workers> kept{};
        each_place(workers, channel, part, [&](int i, int64_t place) { kept.values[i] = from[place]; });
        return kept;
    }
};

// Calls part(workers, channel, number) for each part; neighbours are those of neighbouring channels.
template <typename Part>
struct WorkOnPart {
    Part part;
    int64_t channels;
    BATON_CUDA_FUNCTION void operator()(int64_t item) const { part(Alone(), item % channels, item / channels); }
    template <typename Workers>
    BATON_CUDA_FUNCTION void operator()(const Workers& workers, int64_t item) const {
        part(workers, item % channels, item / channels);
    }
};

template <typename Part>
void each_part(const Stream& stream, const ChannelParts& parts, const Part& part) {
    int64_t count = parts.channels * parts.of_channel;
    if (parts.count < FEW) {
        each(stream, count, WorkOnPart<Part>{part, parts.channels});
    } else {
        each_team<WARP>(stream, count, WorkOnPart<Part>{part, parts.channels});
    }
}

}  // namespace baton

#endif
