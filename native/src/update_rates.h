// The numbers of an optimizer's step.
#ifndef BATON_UPDATE_RATES_H
#define BATON_UPDATE_RATES_H

namespace baton {

struct AdamRates {
    float beta1, beta2;
    float new1, new2;  // 1 - beta, rounded once
    float epsilon, decay, rate, correction1, correction2;
    bool decoupled;
};

struct SgdRates {
    float momentum, decay, rate;
    bool nesterov;
};

}  // namespace baton

#endif
