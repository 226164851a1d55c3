/* Loads a core while a program runs: for bindings that do not know which one there will be. */
#ifndef BATON_LOADER_H
#define BATON_LOADER_H

#include <dlfcn.h>

#include <string>

#include "baton.h"

inline std::string& baton_loader_failure() {
    thread_local std::string failure;
    return failure;
}

/* The functions of the core in a library; null where it cannot be loaded, and then baton_load_failure says why. */
inline const baton_core* baton_load(const char* path) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        baton_loader_failure() = dlerror();
        return nullptr;
    }
    auto functions = reinterpret_cast<const baton_core* (*)()>(dlsym(library, "baton_functions"));
    const baton_core* core = functions == nullptr ? nullptr : functions();
    if (core == nullptr || core->abi_version() != BATON_ABI_VERSION) {
        baton_loader_failure() = std::string(path) + " is none of Baton's cores, or that of another version";
        dlclose(library);
        return nullptr;
    }
    return core;
}

inline const char* baton_load_failure() { return baton_loader_failure().c_str(); }

#endif
