#include "plan.h"

#include <cstring>

namespace baton {
namespace {

// Cuts a block of memory into parts.
struct Parts {
    int64_t size = 0;
    int64_t add(int64_t bytes) {
        constexpr int64_t MOST = int64_t(1) << 48;
        if (bytes > MOST - size) {
            throw Failure("a plan needs more memory than there can be");
        }
        int64_t start = size;
        size = rounded_up(size + bytes, Decoder::ALIGNMENT);
        return start;
    }
};

}  // namespace

Plan::Plan(const Executor& executor, const int64_t* code, int64_t words, const int64_t* addresses, const int64_t* sizes,
           int32_t spaces, const int64_t* arguments)
    : executor_(executor), sizes_(sizes, sizes + spaces), arguments_(arguments) {
    executor.enter();
    Decoder decoder(code, words, addresses, sizes, spaces, executor);
    commands_ = decoder.commands();
    for (const auto& command : commands_) meets_others_ |= command->meets_others();
    int64_t space_count = spaces + Decoder::OWN_SPACES;
    Parts parts;
    int64_t table = parts.add(space_count * static_cast<int64_t>(sizeof(char*)));
    int64_t notes_size = static_cast<int64_t>(decoder.notes().size());
    int64_t notes = parts.add(notes_size);
    int64_t scratch = parts.add(decoder.scratch_size());
    first_input_ = parts.size;
    std::vector<int64_t> inputs;
    for (int32_t i = FIRST_INPUT; i < spaces && !INPUTS_IN_PLACE; i++) inputs.push_back(parts.add(sizes[i]));
    memory_ = Block(parts.size);
    inputs_size_ = parts.size - first_input_;
    if (inputs_size_ > 0) {
        staging_ = pinned_memory(inputs_size_);
    }
    if (sizes_[OUTPUTS] > 0 && sizes_[OUTPUTS] <= MOST_RETURNED) {
        returned_ = pinned_memory(sizes_[OUTPUTS]);
        std::memset(returned_.get(), 0, static_cast<size_t>(sizes_[OUTPUTS]));
    }
    for (int32_t i = 0; i < spaces; i++) {
        bool copied = i >= FIRST_INPUT && !INPUTS_IN_PLACE;
        bases_.push_back(copied ? memory_.address() + inputs[static_cast<size_t>(i - FIRST_INPUT)]
                                : reinterpret_cast<char*>(addresses[i]));
    }
    bases_.push_back(memory_.address() + notes);
    bases_.push_back(memory_.address() + scratch);
    copy(memory_.address() + table, bases_.data(), space_count * static_cast<int64_t>(sizeof(char*)));
    if (notes_size > 0) {
        copy(memory_.address() + notes, decoder.notes().data(), notes_size);
    }
}

// Its memory is given back on its own GPU; where that is lost there is nothing to give back.
Plan::~Plan() {
    try {
        executor_.enter();
    } catch (const Failure&) {
    }
}

void Plan::take_inputs() {
    for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) {
        char* from = input(arguments_, i, sizes_[i]);
        if (INPUTS_IN_PLACE) {
            bases_[i] = from;
        } else if (sizes_[i] > 0) {
            std::memcpy(staging_.get() + (bases_[i] - memory_.address() - first_input_), from, static_cast<size_t>(sizes_[i]));
        }
    }
    if (INPUTS_IN_PLACE) {
        std::copy(bases_.begin(), bases_.end(), reinterpret_cast<char**>(memory_.address()));
    }
}

void Plan::start_commands() const {
    Run run{executor_.stream(), bases_.data(), reinterpret_cast<char* const*>(memory_.address())};
    for (size_t i = 0; i < commands_.size(); i++) {
        try {
            commands_[i]->run(run);
        } catch (const Failure& failure) {
            throw Failure("command " + std::to_string(i + 1) + " (" + commands_[i]->name() + "): " + failure.what());
        }
    }
}

// Both copies are a part of the graph: a call of CUDA's takes longer than many a kernel.
void Plan::start_all() const {
    if (inputs_size_ > 0) {
        executor_.copy(memory_.address() + first_input_, staging_.get(), inputs_size_);
    }
    start_commands();
    if (returns_outputs()) {
        executor_.copy(returned_.get(), bases_[OUTPUTS], sizes_[OUTPUTS]);
    }
}

void Plan::start() {
    take_inputs();
    if (!has_run_ || meets_others_) {
        start_all();
        return;
    }
    if (graph_ == nullptr) {
        graph_ = std::make_unique<Graph>(executor_, [this] { start_all(); });
    }
    graph_->launch();
}

void Plan::read(int64_t first, void* to, int64_t bytes) const {
    if (returns_outputs()) {
        std::memcpy(to, returned_.get() + first, static_cast<size_t>(bytes));
    } else {
        copy(to, bases_[OUTPUTS] + first, bytes);
    }
}

void Plan::run() {
    try {
        executor_.enter();
        start();
        executor_.finish();
    } catch (...) {
        // What was started before may wait for the others of a group, as they may for this one.
        executor_.member().break_up();
        // It is over when the caller hears of it; what failed first is what is told.
        try {
            executor_.finish();
        } catch (const Failure&) {
        }
        throw;
    }
    has_run_ = true;
}

}  // namespace baton
