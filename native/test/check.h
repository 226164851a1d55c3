// Counts what passed and what failed.
#ifndef BATON_CHECK_H
#define BATON_CHECK_H

#include <cstdio>

inline int passed = 0;
inline int failed = 0;

#define CHECK(condition, ...)                             \
    do {                                                  \
        if (condition) {                                  \
            passed++;                                     \
        } else {                                          \
            failed++;                                     \
            std::printf("%s:%d: ", __FILE__, __LINE__);   \
            std::printf(__VA_ARGS__);                     \
            std::printf("\n");                            \
        }                                                 \
    } while (false)

#endif
