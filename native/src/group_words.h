// What the words of the command say that adds up among the members of a group (PLAN_FORMAT.md), read and checked.
#ifndef BATON_GROUP_WORDS_H
#define BATON_GROUP_WORDS_H

#include "plan_reader.h"

namespace baton {

struct AllReduceWords {
    // Fails in words unless there are others to add up with.
    AllReduceWords(PlanReader& in, bool in_group);
    struct Array {
        Reference in, out;
        int64_t count;
    };
    std::vector<Array> arrays;
};

}  // namespace baton

#endif
