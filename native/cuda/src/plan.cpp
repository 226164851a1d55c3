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
    : executor_(executor),
      sizes_(sizes, sizes + spaces),
      arguments_(arguments),
      places_(static_cast<size_t>(spaces)),
      prefetched_(static_cast<size_t>(spaces)) {
    executor.enter();
    Decoder decoder(code, words, addresses, sizes, spaces, executor);
    commands_ = decoder.commands();
    for (const auto& command : commands_) meets_others_ |= command->meets_others();
    Parts parts;
    int64_t notes_size = static_cast<int64_t>(decoder.notes().size());
    int64_t notes = parts.add(notes_size);
    int64_t scratch = parts.add(decoder.scratch_size());
    memory_ = Block(parts.size);
    if (notes_size > 0) {
        copy(memory_.address() + notes, decoder.notes().data(), notes_size);
    }
    for (int32_t i = 0; i < spaces; i++) {
        bases_.push_back(i < FIRST_INPUT ? reinterpret_cast<char*>(addresses[i]) : nullptr);
    }
    bases_.push_back(memory_.address() + notes);
    bases_.push_back(memory_.address() + scratch);
    place_inputs();
    slot(INPUTS_IN_PLACE ? IN_PLACE : current_);
    if (sizes_[OUTPUTS] > 0 && sizes_[OUTPUTS] <= MOST_RETURNED) {
        returned_ = pinned_memory(sizes_[OUTPUTS]);
        std::memset(returned_.get(), 0, static_cast<size_t>(sizes_[OUTPUTS]));
    }
}

void Plan::place_inputs() {
    Parts parts;
    for (bool together : {true, false}) {
        for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) {
            if ((sizes_[i] <= MOST_TOGETHER) == together) {
                places_[i] = parts.add(sizes_[i]);
            }
        }
        (together ? together_size_ : inputs_size_) = parts.size;
    }
}

// Made when it is first needed: that of the next run when something is copied ahead.
Plan::Slot& Plan::slot(int which) {
    if (slots_[which] == nullptr) {
        auto made = std::make_unique<Slot>();
        Parts parts;
        parts.add(static_cast<int64_t>(bases_.size() * sizeof(char*)));
        bool copies = which != IN_PLACE && inputs_size_ > 0;
        int64_t inputs = parts.add(copies ? inputs_size_ : 0);
        made->memory = Block(parts.size);
        made->bases = bases_;
        if (copies) {
            for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) made->bases[i] = made->memory.address() + inputs + places_[i];
            made->staging = pinned_memory(inputs_size_);
        }
        write_table(*made);
        slots_[which] = std::move(made);
    }
    return *slots_[which];
}

void Plan::write_table(const Slot& slot) const {
    copy(slot.memory.address(), slot.bases.data(), static_cast<int64_t>(slot.bases.size() * sizeof(char*)));
}

// Its memory is given back on its own GPU, when nothing works on it any more; where that is lost there is nothing to give
// back.
Plan::~Plan() {
    try {
        executor_.enter();
        executor_.finish_prefetching();
        finish();
    } catch (...) {
    }
}

bool Plan::stage(const Slot& slot, size_t space, const char* from) const {
    if (sizes_[space] > 0) {
        std::memcpy(staged(slot, space), from, static_cast<size_t>(sizes_[space]));
    }
    return sizes_[space] > MOST_TOGETHER;
}

Plan::Slot& Plan::inputs_in_place() {
    Slot& slot = this->slot(IN_PLACE);
    for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) slot.bases[i] = input(arguments_, i, sizes_[i]);
    write_table(slot);
    return slot;
}

Plan::Slot& Plan::inputs_copied() {
    bool awaits = false, replaces = false;
    for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) {
        awaits |= was_prefetched(i);
        replaces |= prefetched_[i] && !was_prefetched(i);
    }
    if (replaces) {
        // It must not arrive behind what takes its place.
        executor_.finish_prefetching();
    }
    if (awaits) {
        current_ = 1 - current_;
    }
    Slot& slot = this->slot(current_);
    for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) {
        if (!was_prefetched(i) && stage(slot, i, input(arguments_, i, sizes_[i]))) {
            executor_.copy(slot.bases[i], staged(slot, i), sizes_[i]);
        }
    }
    if (awaits) {
        executor_.await_prefetched();
    }
    return slot;
}

void Plan::forget_prefetched() { prefetched_.assign(prefetched_.size(), false); }

void Plan::prefetch() {
    if (!started_) {
        throw Failure("inputs are copied ahead while a run goes on, and none was started");
    }
    executor_.enter();
    Slot& next = slot(1 - current_);
    // What was copied ahead before, for a run that was then given something else, may still be on its way.
    executor_.finish_prefetching();
    forget_prefetched();
    for (size_t i = FIRST_INPUT; i < sizes_.size(); i++) {
        prefetched_[i] = arguments_[i - FIRST_INPUT] != 0;
        if (prefetched_[i] && stage(next, i, reinterpret_cast<const char*>(arguments_[i - FIRST_INPUT]))) {
            executor_.prefetch(next.bases[i], staged(next, i), sizes_[i]);
        }
    }
}

void Plan::start_commands(const Slot& slot) const {
    Run run{executor_.stream(), slot.bases.data(), reinterpret_cast<char* const*>(slot.memory.address())};
    for (size_t i = 0; i < commands_.size(); i++) {
        try {
            commands_[i]->run(run);
        } catch (const Failure& failure) {
            throw Failure("command " + std::to_string(i + 1) + " (" + commands_[i]->name() + "): " + failure.what());
        }
    }
}

// Both copies are a part of the graph: a call of CUDA's takes longer than many a kernel.
void Plan::start_all(const Slot& slot) const {
    if (slot.staging != nullptr && together_size_ > 0) {
        executor_.copy(slot.bases[FIRST_INPUT] - places_[FIRST_INPUT], slot.staging.get(), together_size_);
    }
    start_commands(slot);
    if (returns_outputs()) {
        executor_.copy(returned_.get(), slot.bases[OUTPUTS], sizes_[OUTPUTS]);
    }
}

void Plan::launch(Slot& slot) {
    if (!has_run_ || meets_others_) {
        executor_.enqueue([this, &slot] { start_all(slot); });
        return;
    }
    if (slot.graph == nullptr) {
        slot.graph = std::make_unique<Graph>(executor_, [this, &slot] { start_all(slot); });
    }
    executor_.enqueue([&slot] { slot.graph->launch(); });
}

void Plan::read(int64_t first, void* to, int64_t bytes) const {
    if (returns_outputs()) {
        std::memcpy(to, returned_.get() + first, static_cast<size_t>(bytes));
    } else {
        copy(to, bases_[OUTPUTS] + first, bytes);
    }
}

// What was started before may wait for the others of a group, as they may for this one. It is over when the caller hears
// of it; what failed first is what is told.
void Plan::break_up() const {
    executor_.member().break_up();
    try {
        executor_.finish_prefetching();
        executor_.finish();
    } catch (const Failure&) {
    }
}

void Plan::start(bool in_place) {
    if (started_) {
        throw Failure("the run that was started before has not been finished");
    }
    try {
        executor_.enter();
        launch(in_place ? inputs_in_place() : inputs_copied());
        started_ = true;
        forget_prefetched();
    } catch (...) {
        forget_prefetched();
        break_up();
        throw;
    }
}

void Plan::start() { start(false); }

void Plan::finish() {
    if (!started_) {
        return;
    }
    started_ = false;
    try {
        executor_.enter();
        executor_.finish();
    } catch (...) {
        break_up();
        throw;
    }
    has_run_ = true;
}

void Plan::run() {
    start(INPUTS_IN_PLACE);
    finish();
}

}  // namespace baton
