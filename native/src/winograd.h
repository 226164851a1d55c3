// Convolutions by Winograd's method: what winograd.cpp and winograd_by_weights.cpp tell the others.
#ifndef BATON_WINOGRAD_H
#define BATON_WINOGRAD_H

#include "convolution_words.h"
#include "plan.h"

namespace baton {

// Fails where a convolution can't be computed so.
void require_winograd(const Geometry& geometry);

// What is multiplied: factors that are transformed, a weight that was transformed beforehand, or factors that are transformed
// and then rounded to bfloat16.
enum class WinogradFactors { PLAIN, TRANSFORMED, PAIRED };

std::unique_ptr<Command> decode_winograd(Decoder& in, bool backward, bool rectified, WinogradFactors factors);
std::unique_ptr<Command> decode_winograd_by_weights(Decoder& in);

// The bytes of scratch memory that one of a geometry wants.
int64_t winograd_scratch(Decoder& in, bool backward, WinogradFactors factors);
int64_t winograd_by_weights_scratch(Decoder& in);

}  // namespace baton

#endif
