// Commands of a plan, as they are decoded and run.
#ifndef BATON_CUDA_COMMAND_H
#define BATON_CUDA_COMMAND_H

#include <memory>
#include <vector>

#include "commands.h"
#include "executor.h"
#include "plan_reader.h"

namespace baton {

// Where a reference points to, given where each space begins.
template <typename T>
BATON_CUDA_FUNCTION inline T* place(char* const* bases, const Reference& reference) {
    return reinterpret_cast<T*>(bases[reference.space] + reference.offset);
}

struct Run {
    const Stream& stream;
    char* const* bases;  // for the calling thread
    char* const* table;  // the same, where items read it
    template <typename T>
    T* at(const Reference& reference) const {
        return place<T>(bases, reference);
    }
    // Null where a command has none.
    template <typename T>
    T* optional(const Reference& reference) const {
        return reference.exists() ? at<T>(reference) : nullptr;
    }
};

struct Command {
    virtual ~Command() = default;
    virtual const char* name() const = 0;
    // Whether it meets other backends, which has to be anew in every run: no graph is made of it.
    virtual bool meets_others() const { return false; }
    // Starts what the command does.
    virtual void run(const Run& run) const = 0;
};

// Makes commands of the words of a plan. Two spaces follow those of the plan: what commands wrote down for their items
// while they were decoded, and scratch memory, which all commands share as they run one after the other.
class Decoder : public PlanReader {
  public:
    Decoder(const int64_t* code, int64_t words, const int64_t* addresses, const int64_t* sizes, int32_t spaces,
            const Executor& executor)
        : PlanReader(code, words, sizes, spaces), addresses_(addresses), executor_(executor), notes_space_(spaces),
          scratch_space_(spaces + 1) {}
    static constexpr int32_t OWN_SPACES = 2;
    static constexpr int64_t ALIGNMENT = 256;

    // Whether there is a command with this opcode; those of products of bfloat16 are not asked for.
    static bool has(int64_t opcode);
    std::vector<std::unique_ptr<Command>> commands();
    // A copy of these values that items can read.
    template <typename T>
    Reference note(const std::vector<T>& values) {
        static_assert(std::is_trivially_copyable_v<T>, "notes are copied as bytes");
        return note_bytes(reinterpret_cast<const char*>(values.data()), static_cast<int64_t>(values.size() * sizeof(T)));
    }
    // Room for so many elements of a type while the command runs.
    template <typename T>
    Reference scratch(int64_t elements) {
        return scratch_bytes(elements * static_cast<int64_t>(sizeof(T)));
    }
    // The backend's place in a group.
    const Member& member() const { return executor_.member(); }
    // What multiplies matrices; null where commands do so themselves.
    const MatrixLibrary* library() const { return executor_.library(); }
    // The address is a multiple of so many bytes whenever the command runs.
    int64_t alignment(const Reference& reference) const;
    const std::vector<char>& notes() const { return notes_; }
    int64_t scratch_size() const { return scratch_size_; }

  private:
    std::unique_ptr<Command> command(int64_t opcode);
    Reference note_bytes(const char* bytes, int64_t count);
    Reference scratch_bytes(int64_t bytes);
    const int64_t* addresses_;
    const Executor& executor_;
    int32_t notes_space_, scratch_space_;
    std::vector<char> notes_;
    int64_t scratch_used_ = 0, scratch_size_ = 0;  // by the command that is read, and by any
};

}  // namespace baton

#endif
