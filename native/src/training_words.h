// What the words of cross-entropy and of the optimizers' updates say (PLAN_FORMAT.md), read and checked for every core.
#ifndef BATON_TRAINING_WORDS_H
#define BATON_TRAINING_WORDS_H

#include "plan_reader.h"
#include "update_rates.h"

namespace baton {

struct CrossEntropyWords {
    explicit CrossEntropyWords(PlanReader& in);
    int64_t n, classes;
    float smoothing;
    Reference logits, labels;
};

struct CrossEntropyForwardWords : CrossEntropyWords {
    explicit CrossEntropyForwardWords(PlanReader& in);
    Reference loss, log_sum_exp;
};

struct CrossEntropyBackwardWords : CrossEntropyWords {
    explicit CrossEntropyBackwardWords(PlanReader& in);
    Reference log_sum_exp, gradient, by_logits;
};

// What the optimizers share: nothing happens where the step is not finite.
struct UpdateWords {
    // One parameter: its gradient, then each value of its state before and after.
    struct Parameter {
        int64_t count;
        Reference gradient;
        Reference before[3], after[3];
    };
    int states;
    Reference finite, rate;
    std::vector<Parameter> parameters;

  protected:
    void read_parameters(PlanReader& in);
};

// The rate and the corrections are not known before the command runs.
struct AdamWords : UpdateWords {
    explicit AdamWords(PlanReader& in);
    AdamRates rates{};
    Reference correction1, correction2;
};

struct SgdWords : UpdateWords {
    explicit SgdWords(PlanReader& in);
    SgdRates rates{};
};

}  // namespace baton

#endif
