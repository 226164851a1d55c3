/*
 * The compiler's static runtime, where it is built on glibc 2.35 or later, asks _dl_find_object of that glibc for the
 * unwind tables of a function and would bind the library to it; it has no other way to find them, and aborts the process
 * where an exception is thrown and nothing is found. This one finds them as older systems do.
 */
#include <dlfcn.h>
#include <link.h>

#include <cstdint>

#if __GLIBC_PREREQ(2, 35)

namespace {

struct Search {
    uintptr_t pc;
    dl_find_object* found;
};

int look(struct dl_phdr_info* info, size_t, void* data) {
    Search& search = *static_cast<Search*>(data);
    bool holds = false;
    search.found->dlfo_eh_frame = nullptr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr)& part = info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + part.p_vaddr;
        if (part.p_type == PT_LOAD && search.pc >= start && search.pc - start < part.p_memsz) {
            holds = true;
            search.found->dlfo_map_start = reinterpret_cast<void*>(start);
            search.found->dlfo_map_end = reinterpret_cast<void*>(start + part.p_memsz);
        } else if (part.p_type == PT_GNU_EH_FRAME) {
            search.found->dlfo_eh_frame = reinterpret_cast<void*>(start);
        }
    }
    return holds ? 1 : 0;
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) int _dl_find_object(void* pc, dl_find_object* found) noexcept {
    *found = {};
    Search search{reinterpret_cast<uintptr_t>(pc), found};
    return dl_iterate_phdr(look, &search) != 0 && found->dlfo_eh_frame != nullptr ? 0 : -1;
}

#endif
