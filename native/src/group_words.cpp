#include "group_words.h"

namespace baton {

AllReduceWords::AllReduceWords(PlanReader& in, bool in_group) {
    if (!in_group) {
        throw Failure("the backend has joined no group that it could add up with");
    }
    int64_t number = in.size("number of arrays");
    for (int64_t i = 0; i < number; i++) {
        int64_t from = in.word(), to = in.word();
        int64_t count = in.size("number of elements");
        arrays.push_back({in.resolve(from, count, Type::F32, false), in.resolve(to, count, Type::F32, false), count});
    }
}

}  // namespace baton
