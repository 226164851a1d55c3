// What commands share that move elements whatever their type: only the size of an element matters.
#ifndef BATON_CUDA_MOVES_H
#define BATON_CUDA_MOVES_H

#include "command.h"

namespace baton {

// Calls body with an unsigned number as large as an element of the type.
template <typename Body>
void by_size(Type type, Body body) {
    switch (size_of(type)) {
        case 1: body(uint8_t()); break;
        case 4: body(uint32_t()); break;
        default: body(uint64_t()); break;
    }
}

// The bytes of a number in a type that it can be converted to.
uint64_t bits_of_number(Type type, double value);

}  // namespace baton

#endif
