# An installed tree from which find_package(jcs) works: libraries, headers, programs and the package files.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY JCS_ROOMS)
list(TRANSFORM rooms PREPEND jcs_ OUTPUT_VARIABLE targets)
install(TARGETS ${targets} EXPORT jcsTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Without the header whose parser the sources alone are built with.
install(DIRECTORY include/jcs DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} PATTERN csv_reader.hpp EXCLUDE)
install(EXPORT jcsTargets NAMESPACE jcs:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/jcs)

configure_package_config_file(cmake/jcsConfig.cmake.in ${PROJECT_BINARY_DIR}/jcsConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/jcs)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/jcsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/jcsConfig.cmake ${PROJECT_BINARY_DIR}/jcsConfigVersion.cmake
              cmake/LibTorch.cmake cmake/Dependencies.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/jcs)
