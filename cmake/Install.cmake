# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `cmake --install` copies. Nothing in it names the folder it was built in
# or installed to, so the tree may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gyre)

add_library(gyre_dialect INTERFACE)
set_target_properties(gyre_dialect PROPERTIES EXPORT_NAME dialect)
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/gyre-compiler)
target_include_directories(gyre_dialect INTERFACE $<INSTALL_INTERFACE:${headers}>)

# For programs: headers, runtime, gyre_add_library.
install(DIRECTORY runtime/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS gyre_runtime gyre_serial gyre_threads gyrec gyre_dialect EXPORT gyreTargets)
install(EXPORT gyreTargets NAMESPACE gyre:: DESTINATION ${package})
configure_package_config_file(cmake/gyreConfig.cmake.in gyreConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(gyreConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gyreConfig.cmake
              ${PROJECT_BINARY_DIR}/gyreConfigVersion.cmake
              cmake/GyreAddLibrary.cmake
        DESTINATION ${package})
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
           BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE GYRE_PC_PREFIX)
configure_file(cmake/gyre.pc.in gyre.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gyre.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# For compiler engineers: the tools, the plug-in of mlir-opt, and what a dialect
# of one's own includes.
set_target_properties(gyrec gyre-opt gyre-lsp-server GyrePlugin PROPERTIES
  INSTALL_RPATH_USE_LINK_PATH ON) # Debian's libMLIR is not on the loader's path
install(TARGETS gyre-opt gyre-lsp-server GyrePlugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY dialect ${PROJECT_BINARY_DIR}/dialect DESTINATION ${headers}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc"
        PATTERN "CMakeFiles" EXCLUDE)
