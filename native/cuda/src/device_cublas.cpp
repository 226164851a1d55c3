#include "cublas.h"
#include "device_symbols.h"

namespace baton {
namespace {

bool look_up_all(void* library, CublasLt& found) {
    return look_up(library, "cublasLtCreate", found.create) && look_up(library, "cublasLtDestroy", found.destroy) &&
           look_up(library, "cublasLtGetStatusString", found.status_string) &&
           look_up(library, "cublasLtMatmulDescCreate", found.create_operation) &&
           look_up(library, "cublasLtMatmulDescSetAttribute", found.set_operation) &&
           look_up(library, "cublasLtMatmulDescDestroy", found.destroy_operation) &&
           look_up(library, "cublasLtMatrixLayoutCreate", found.create_layout) &&
           look_up(library, "cublasLtMatrixLayoutSetAttribute", found.set_layout) &&
           look_up(library, "cublasLtMatrixLayoutDestroy", found.destroy_layout) &&
           look_up(library, "cublasLtMatmulPreferenceCreate", found.create_preference) &&
           look_up(library, "cublasLtMatmulPreferenceSetAttribute", found.set_preference) &&
           look_up(library, "cublasLtMatmulPreferenceDestroy", found.destroy_preference) &&
           look_up(library, "cublasLtMatmulAlgoGetHeuristic", found.choose) &&
           look_up(library, "cublasLtMatmul", found.multiply);
}

}  // namespace

// That of the CUDA whose runtime this library carries: what its functions take is that version's.
const CublasLt* cublas_lt() {
    static CublasLt found;
    static const bool there = [] {
        void* library = dlopen("libcublasLt.so.13", RTLD_NOW | RTLD_LOCAL);
        return library != nullptr && look_up_all(library, found);
    }();
    return there ? &found : nullptr;
}

}  // namespace baton
