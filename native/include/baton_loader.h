/* Loads a core while a program runs: for bindings that do not know which one there will be. */
#ifndef BATON_LOADER_H
#define BATON_LOADER_H

#include <dlfcn.h>

#include <cstdio>

#include "baton.h"

/* Why the last library could not be loaded, in the calling thread. */
inline char (&baton_loader_failure())[1024] {
    thread_local char failure[1024];
    return failure;
}

/* The functions of the core in a library; null where it cannot be loaded, and then baton_load_failure says why. */
inline const baton_core* baton_load(const char* path) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::snprintf(baton_loader_failure(), sizeof baton_loader_failure(), "%s", dlerror());
        return nullptr;
    }
    auto functions = reinterpret_cast<const baton_core* (*)()>(dlsym(library, "baton_functions"));
    const baton_core* core = functions == nullptr ? nullptr : functions();
    if (core == nullptr || core->abi_version() != BATON_ABI_VERSION) {
        std::snprintf(baton_loader_failure(), sizeof baton_loader_failure(),
                      "%s is none of Baton's cores, or that of another version", path);
        dlclose(library);
        return nullptr;
    }
    return core;
}

inline const char* baton_load_failure() { return baton_loader_failure(); }

#endif
