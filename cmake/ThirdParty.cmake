# What is compiled into a program and leaves no file of its own that the running program could be asked for: libraries that are
# headers alone. Each program gets a source file that lists those its rooms name.

# jcs_header_version(VARIABLE HEADER REGEX): the numbers that the REGEX's lines of a header end in, with dots between them.
function(jcs_header_version variable header regex)
  set(numbers "")
  if(EXISTS ${header})
    file(STRINGS ${header} lines REGEX "${regex}")
    foreach(line IN LISTS lines)
      if(line MATCHES "([0-9]+)[ )]*$")
        list(APPEND numbers ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endif()
  list(JOIN numbers "." numbers)
  set(${variable} "${numbers}" PARENT_SCOPE)
endfunction()

# Target, name, version, SPDX licence. Versions that no file states stay empty.
function(jcs_compiled_in_parts variable)
  jcs_header_version(protozero "${JCS_protozero_INCLUDE}/protozero/version.hpp" "VERSION_(MAJOR|MINOR|PATCH) ")
  jcs_header_version(gloo "${JCS_gloo_INCLUDE}/gloo/config.h" "define GLOO_VERSION_(MAJOR|MINOR|PATCH) ")
  set(${variable}
    "CLI11::CLI11|CLI11|${CLI11_VERSION}|BSD-3-Clause"
    "nlohmann_json::nlohmann_json|nlohmann_json|${nlohmann_json_VERSION}|MIT"
    "jcs::mustache|Mustache of kainjow||BSL-1.0"
    "jcs::csv|fast-cpp-csv-parser||BSD-3-Clause"
    "jcs::protozero|protozero|${protozero}|BSD-2-Clause"
    "jcs::gloo|Gloo's headers|${gloo}|BSD-3-Clause"
    PARENT_SCOPE)
endfunction()

# All targets that a target links, directly or not.
function(jcs_linked variable target)
  set(seen "")
  set(open ${target})
  while(open)
    list(POP_FRONT open next)
    string(REGEX REPLACE "\\$<(BUILD_INTERFACE|LINK_ONLY):([^>]*)>" "\\2" next "${next}")
    if(next IN_LIST seen OR NOT TARGET ${next})
      continue()
    endif()
    list(APPEND seen ${next})
    get_target_property(real ${next} ALIASED_TARGET)
    if(real)
      list(APPEND open ${real})
    endif()
    foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(libraries ${next} ${property})
      if(libraries)
        list(APPEND open ${libraries})
      endif()
    endforeach()
  endwhile()
  set(${variable} "${seen}" PARENT_SCOPE)
endfunction()

# Writes the lists, once every program has named what it links.
function(jcs_write_third_party)
  jcs_compiled_in_parts(parts)
  get_property(programs GLOBAL PROPERTY JCS_PROGRAMS)
  foreach(program IN LISTS programs)
    jcs_linked(linked ${program})
    set(JCS_PARTS "")
    set(JCS_PART_COUNT 0)
    foreach(part IN LISTS parts)
      string(REPLACE "|" ";" fields "${part}")
      list(GET fields 0 target)
      if(target IN_LIST linked)
        list(GET fields 1 name)
        list(GET fields 2 version)
        list(GET fields 3 licence)
        string(APPEND JCS_PARTS "    {\"${name}\", \"${version}\", \"${licence}\"},\n")
        math(EXPR JCS_PART_COUNT "${JCS_PART_COUNT} + 1")
      endif()
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/apps/common/compiled_in.cpp.in
      ${PROJECT_BINARY_DIR}/third_party/${program}.cpp @ONLY)
  endforeach()
endfunction()
