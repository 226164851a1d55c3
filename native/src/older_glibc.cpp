/*
 * The compiler's static runtime, where it is built on glibc 2.35 or later, asks _dl_find_object of that glibc and would
 * bind the library to it. This one finds nothing, and the unwinder asks dl_iterate_phdr, as it does on older systems.
 */
extern "C" __attribute__((visibility("hidden"))) int _dl_find_object(void*, void*) {
    return -1;
}
