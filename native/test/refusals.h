// Refuses memory and threads.
#ifndef BATON_REFUSALS_H
#define BATON_REFUSALS_H

#include <atomic>

// How many more allocations are granted on this thread, and how many more threads; negative: no limit.
extern thread_local int allocations_left;
extern std::atomic<int> threads_left;

#endif
