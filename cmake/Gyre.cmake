# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Helpers of the build itself.

# gyre_tablegen(<file.td> <output> <generator flags>...): one generated file,
# on the include path under the same folder as its source.
function(gyre_tablegen td output)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR
             BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${output})
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${MLIR_TABLEGEN_EXE} ${ARGN} -I ${PROJECT_SOURCE_DIR}
            -I ${MLIR_INCLUDE_DIRS} ${CMAKE_CURRENT_SOURCE_DIR}/${td}
            --write-if-changed -o ${out} -d ${out}.d
    DEPFILE ${out}.d
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${td} ${MLIR_TABLEGEN_EXE}
    VERBATIM)
  # A rule is known in its own directory only; a target everywhere.
  string(MAKE_C_IDENTIFIER "tablegen_${folder}_${output}" target)
  add_custom_target(${target} DEPENDS ${out})
  add_dependencies(GyreCompiler ${target})
endfunction()

# The compiler's precompiled header for other targets, with the options that it
# was made with.
function(gyre_precompiled target)
  target_precompile_headers(${target} REUSE_FROM GyreCompiler)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:Clang,GNU>:-fPIC> $<$<CONFIG:Release>:-O1>)
endfunction()
