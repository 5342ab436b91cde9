# The house: each room of the library is a target of its own that sees only the rooms it names.

add_library(jcs_warnings INTERFACE)
target_compile_options(jcs_warnings INTERFACE -Wall -Wextra $<$<BOOL:${JCS_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of overlapping copies inside std::string's operator+ where there are none (its bug 105651).
  target_compile_options(jcs_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Sources that are compiled together look to GCC like headers, in which unnamed namespaces would be a mistake.
  target_compile_options(jcs_warnings INTERFACE -Wno-subobject-linkage)
endif()
if(JCS_SANITIZE)
  # "ON" is what it was before there were two kinds.
  string(REGEX REPLACE "^(ON|1|TRUE)$" "address,undefined" kinds "${JCS_SANITIZE}")
  # What is found ends the program, so that no test passes over it.
  target_compile_options(jcs_warnings INTERFACE -fsanitize=${kinds} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(jcs_warnings INTERFACE -fsanitize=${kinds})
  if(JCS_FUZZ)
    # Fuzzers are led by the branches that an input takes.
    target_compile_options(jcs_warnings INTERFACE -fsanitize=fuzzer-no-link)
  endif()
elseif(JCS_HARDEN)
  # What a damaged or hostile file may do to memory ends the program instead of going on. tests/cli/hardening_test.cpp reads
  # the programs' headers, tests/benchmarks/README.md says what it costs.
  target_compile_options(jcs_warnings INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:JCS_UNCHECKED>>>:-D_GLIBCXX_ASSERTIONS> -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(jcs_warnings INTERFACE -fcf-protection=full)
  endif()
  target_link_options(jcs_warnings INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

# jcs_unchecked(TARGET): the standard library's own checks (operator[] among them) are left out of a room that touches every
# voxel and takes no bytes from files. They keep its loops from being vectorised.
function(jcs_unchecked target)
  set_target_properties(${target} PROPERTIES JCS_UNCHECKED ON)
endfunction()

# One precompiled <torch/torch.h> for all targets that use it: it costs more to parse than our own code.
if(JCS_TORCH)
  # Written only where it is missing: a new time stamp would compile it again.
  if(NOT EXISTS ${PROJECT_BINARY_DIR}/torch_pch.cpp)
    file(WRITE ${PROJECT_BINARY_DIR}/torch_pch.cpp "")
  endif()
  add_library(jcs_torch_pch OBJECT ${PROJECT_BINARY_DIR}/torch_pch.cpp)
  target_link_libraries(jcs_torch_pch PRIVATE jcs::libtorch jcs_warnings)
  set_target_properties(jcs_torch_pch PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_precompile_headers(jcs_torch_pch PRIVATE <torch/torch.h>)
endif()

# Compile settings shared by rooms, programs and tests.
function(jcs_target target)
  cmake_parse_arguments(ARG "TORCH" "" "" ${ARGN})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:jcs_warnings>)
  # One kind of code for libraries and programs alike: a precompiled header fits only code compiled as it was.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_compile_options(${target} PRIVATE -fPIC)
    if(JCS_SANITIZE)
      set(options ${PROJECT_SOURCE_DIR}/tests/sanitizers/options.cpp)
      target_sources(${target} PRIVATE ${options})
      set_source_files_properties(${options} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  else()
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  if(ARG_TORCH)
    target_precompile_headers(${target} REUSE_FROM jcs_torch_pch)
  endif()
endfunction()

# jcs_room(NAME [TORCH] [FOLDER f] SOURCES a.cpp ... [USES room ...] [LINKS library ...])
#
# A room's headers are reached through a folder that holds that room's headers alone, so including a header
# of a room that is not in USES does not compile. TORCH: the room uses LibTorch. FOLDER: where its headers are
# below include/jcs, when that is not NAME.
function(jcs_room name)
  cmake_parse_arguments(ARG "TORCH" "FOLDER" "SOURCES;USES;LINKS" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${name})
  endif()
  set(view ${PROJECT_BINARY_DIR}/rooms/${name}/jcs/${ARG_FOLDER})
  cmake_path(GET view PARENT_PATH view_parent)
  file(MAKE_DIRECTORY ${view_parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/jcs/${ARG_FOLDER} ${view} SYMBOLIC)

  if(ARG_SOURCES)
    add_library(jcs_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    if(ARG_TORCH)
      jcs_target(jcs_${name} TORCH)
    else()
      jcs_target(jcs_${name})
    endif()
  else()
    add_library(jcs_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(jcs::${name} ALIAS jcs_${name})
  set_target_properties(jcs_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(jcs_${name} ${scope}
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/rooms/${name}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(jcs_${name} ${scope} cxx_std_20)
  foreach(room IN LISTS ARG_USES)
    target_link_libraries(jcs_${name} ${scope} jcs::${room})
  endforeach()
  target_link_libraries(jcs_${name} ${scope} ${ARG_LINKS})
  if(ARG_TORCH)
    target_link_libraries(jcs_${name} ${scope} jcs::libtorch)
  endif()
  set_property(GLOBAL APPEND PROPERTY JCS_ROOMS ${name})
endfunction()

# jcs_program(NAME SOURCES a.cpp ... USES room ...)
function(jcs_program name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  if(ARG_TORCH)
    jcs_target(${name} TORCH)
  else()
    jcs_target(${name})
  endif()
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    # Programs use our namespace whole, which LibTorch's headers bear only where they come first.
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(${name} PRIVATE CLI11::CLI11)
  # The list of what is compiled in is written when all is known that the program links.
  target_sources(${name} PRIVATE ${PROJECT_BINARY_DIR}/third_party/${name}.cpp)
  set_source_files_properties(${PROJECT_BINARY_DIR}/third_party/${name}.cpp PROPERTIES
    GENERATED ON SKIP_PRECOMPILE_HEADERS ON INCLUDE_DIRECTORIES ${PROJECT_SOURCE_DIR}/apps)
  set_property(GLOBAL APPEND PROPERTY JCS_PROGRAMS ${name})
  foreach(room IN LISTS ARG_USES)
    target_link_libraries(${name} PRIVATE jcs::${room})
  endforeach()
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# jcs_test(NAME [TORCH] SOURCES a_test.cpp ... USES room ... [LINKS library ...])
#
# One program of GoogleTest tests for a room. JCS_SHARED_DIR tells the tests where reference files and real
# data may lie; a test that wants them and does not find them is skipped and says so.
function(jcs_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;USES;LINKS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  if(ARG_TORCH)
    jcs_target(${name}_test TORCH)
  else()
    jcs_target(${name}_test)
  endif()
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name}_test PRIVATE JCS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    JCS_SHARED_DIR="${JCS_SHARED_DIR}" JCS_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  target_link_libraries(${name}_test PRIVATE GTest::gmock GTest::gtest_main ${ARG_LINKS})
  foreach(room IN LISTS ARG_USES)
    target_link_libraries(${name}_test PRIVATE jcs::${room})
  endforeach()
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  include(GoogleTest)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 600 LABELS ${name})
endfunction()
