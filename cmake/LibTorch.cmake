# An imported target jcs::libtorch for the LibTorch inside a PyTorch wheel or a LibTorch zip.
#
# find_package(Torch) of the wheel stops without a CUDA toolkit and a GPU. Building against the library
# needs neither: the headers and five shared objects are enough, and the CUDA ones are used at run time
# where a driver is present.

set(JCS_LIBTORCH_PINNED "2.11.0")
if(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_jcs_cache "$ENV{XDG_CACHE_HOME}/jcs")
else()
  set(_jcs_cache "$ENV{HOME}/.cache/jcs")
endif()
set(JCS_LIBTORCH "${_jcs_cache}/libtorch-${JCS_LIBTORCH_PINNED}/torch" CACHE PATH
    "Folder of LibTorch 2.x: the one that holds include/ and lib/")

if(NOT EXISTS "${JCS_LIBTORCH}/include/torch/csrc/api/include/torch/torch.h")
  message(FATAL_ERROR "No LibTorch in ${JCS_LIBTORCH}: expected include/torch/csrc/api/include/torch/torch.h there. "
                      "Run scripts/setup.sh, or name another LibTorch 2.x with -DJCS_LIBTORCH=DIR")
endif()

set(JCS_LIBTORCH_VERSION "")
foreach(_header include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
  if(NOT JCS_LIBTORCH_VERSION AND EXISTS "${JCS_LIBTORCH}/${_header}")
    file(STRINGS "${JCS_LIBTORCH}/${_header}" _lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    foreach(_line IN LISTS _lines)
      if(_line MATCHES "TORCH_VERSION_(MAJOR|MINOR|PATCH) +([0-9]+)")
        list(APPEND JCS_LIBTORCH_VERSION "${CMAKE_MATCH_2}")
      endif()
    endforeach()
    list(JOIN JCS_LIBTORCH_VERSION "." JCS_LIBTORCH_VERSION)
  endif()
endforeach()
if(NOT JCS_LIBTORCH_VERSION MATCHES "^2\\.")
  message(FATAL_ERROR "LibTorch in ${JCS_LIBTORCH}: expected version 2.x, got '${JCS_LIBTORCH_VERSION}'. "
                      "Name another with -DJCS_LIBTORCH=DIR")
endif()
message(STATUS "LibTorch ${JCS_LIBTORCH_VERSION} in ${JCS_LIBTORCH}")

if(NOT TARGET jcs::libtorch)
  add_library(jcs::libtorch INTERFACE IMPORTED GLOBAL)
  set(_jcs_torch_libs "")
  foreach(_lib torch torch_cpu c10 torch_cuda c10_cuda)
    if(EXISTS "${JCS_LIBTORCH}/lib/lib${_lib}.so")
      list(APPEND _jcs_torch_libs "${JCS_LIBTORCH}/lib/lib${_lib}.so")
    elseif(NOT _lib MATCHES "cuda")
      message(FATAL_ERROR "LibTorch in ${JCS_LIBTORCH} is incomplete: lib/lib${_lib}.so is missing")
    endif()
  endforeach()
  # No object refers to the CUDA libraries by name, they register themselves when loaded: keep them all.
  set_target_properties(jcs::libtorch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${JCS_LIBTORCH}/include;${JCS_LIBTORCH}/include/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "-Wl,--push-state,--no-as-needed;${_jcs_torch_libs};-Wl,--pop-state"
    # The wheel's libtorch.so exports pieces of an older libstdc++ (std::filesystem among them) that call nothing when
    # they stand in for the real ones. The system's libstdc++ named first wins.
    INTERFACE_LINK_OPTIONS "-Wl,--push-state,--no-as-needed,-lstdc++,--pop-state;-Wl,-rpath,${JCS_LIBTORCH}/lib;-Wl,--allow-shlib-undefined")
endif()
