// Small valid plans of every command.
#include "sample_plans.h"

std::vector<Sample> sample_plans() {
    std::vector<Sample> plans;
    for (auto family : {primitive_plans, training_plans, normalization_plans, rotary_plans, plans_of_this_core}) {
        for (const Sample& sample : family()) plans.push_back(sample);
    }
    for (const Sample& sample : {convolution_plan(0), picture_plan(), attention_plan(), recurrent_plan(),
                                 Sample{"nothing", {}, {}}}) {
        plans.push_back(sample);
    }
    return plans;
}
