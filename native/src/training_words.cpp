#include "training_words.h"

namespace baton {

CrossEntropyWords::CrossEntropyWords(PlanReader& in) {
    n = in.size("number of rows");
    classes = in.within(1, int64_t(1) << 31, "number of classes");
    smoothing = static_cast<float>(in.real());
    logits = in.reference(times(n, classes), Type::F32);
    labels = in.reference(n, Type::I32);
}

CrossEntropyForwardWords::CrossEntropyForwardWords(PlanReader& in) : CrossEntropyWords(in) {
    loss = in.reference(n, Type::F32);
    log_sum_exp = in.reference(n, Type::F32);
}

CrossEntropyBackwardWords::CrossEntropyBackwardWords(PlanReader& in) : CrossEntropyWords(in) {
    log_sum_exp = in.reference(n, Type::F32);
    gradient = in.reference(n, Type::F32);
    by_logits = in.reference(n * classes, Type::F32);
}

void UpdateWords::read_parameters(PlanReader& in) {
    int64_t count = in.size("number of parameters");
    for (int64_t i = 0; i < count; i++) {
        Parameter p{};
        p.count = in.size("number of elements");
        p.gradient = in.reference(p.count, Type::F32);
        for (int state = 0; state < 2 || state < states; state++) {
            bool optional = state >= states;
            p.before[state] = in.reference(p.count, Type::F32, optional);
            p.after[state] = in.reference(p.count, Type::F32, optional);
        }
        parameters.push_back(p);
    }
}

AdamWords::AdamWords(PlanReader& in) {
    states = 3;
    double beta1 = in.real();
    double beta2 = in.real();
    rates.beta1 = static_cast<float>(beta1);
    rates.beta2 = static_cast<float>(beta2);
    rates.new1 = static_cast<float>(1 - beta1);
    rates.new2 = static_cast<float>(1 - beta2);
    rates.epsilon = static_cast<float>(in.real());
    rates.decay = static_cast<float>(in.real());
    rates.decoupled = in.within(0, 1, "flag of decoupled decay") == 1;
    finite = in.reference(1, Type::BOOL);
    rate = in.reference(1, Type::F32);
    correction1 = in.reference(1, Type::F32);
    correction2 = in.reference(1, Type::F32);
    read_parameters(in);
}

SgdWords::SgdWords(PlanReader& in) {
    rates.momentum = static_cast<float>(in.real());
    rates.nesterov = in.within(0, 1, "flag of Nesterov's momentum") == 1;
    rates.decay = static_cast<float>(in.real());
    states = rates.momentum > 0 ? 2 : 1;
    finite = in.reference(1, Type::BOOL);
    rate = in.reference(1, Type::F32);
    read_parameters(in);
}

}  // namespace baton
