#include "rotary_words.h"

#include <cmath>

namespace baton {

RotaryWords::RotaryWords(PlanReader& words) {
    outer = words.size("outer size");
    positions = words.size("number of positions");
    inner = words.size("inner size");
    width = words.within(2, 1 << 20, "width");
    if (width % 2 != 0) {
        throw Failure("pairs of an odd width are turned");
    }
    double base = words.real();
    neighbours = words.within(0, 1, "flag of neighbours") == 1;
    bool back = words.within(0, 1, "flag of turning back") == 1;
    elements = times(times(times(outer, positions), inner), width);
    in = words.reference(elements, Type::F32);
    out = words.reference(elements, Type::F32);
    int64_t half = width / 2;
    // Without elements there is no bound on the positions, and nothing to turn.
    for (int64_t i = 0; elements > 0 && i < positions * half; i++) {
        double angle = static_cast<double>(i / half) * std::pow(base, -static_cast<double>(i % half) / static_cast<double>(half));
        cos.push_back(static_cast<float>(std::cos(angle)));
        sin.push_back(static_cast<float>(back ? -std::sin(angle) : std::sin(angle)));
    }
}

}  // namespace baton
