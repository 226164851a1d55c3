// Functions of libraries that are looked up while running.
#ifndef BATON_CUDA_DEVICE_SYMBOLS_H
#define BATON_CUDA_DEVICE_SYMBOLS_H

#include <dlfcn.h>

namespace baton {

// Whether the library has a function of this name.
template <typename Entry>
bool look_up(void* library, const char* name, Entry& entry) {
    entry = reinterpret_cast<Entry>(dlsym(library, name));
    return entry != nullptr;
}

}  // namespace baton

#endif
