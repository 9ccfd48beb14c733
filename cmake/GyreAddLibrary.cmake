# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Model graphs as libraries of a C or C++ project.
include_guard(GLOBAL)

# gyre_add_library(<target> <model.mlir>... [THREADS on|off]
#                  [OPTIONS <option of gyrec>...] [DEPENDS <file or target>...])
#
# Compiles each graph with gyrec at build time. The target holds the object
# code, has <model>.h on its include path and links the runtime:
#
#   gyre_add_library(kernels attention.mlir OPTIONS --target=x86-64-v3)
#   target_link_libraries(program PRIVATE kernels)
function(gyre_add_library target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "THREADS" "OPTIONS;DEPENDS")
  set(runtime gyre::runtime)
  if(DEFINED ARG_THREADS AND NOT ARG_THREADS)
    set(runtime gyre::serial)
    list(APPEND ARG_OPTIONS --threads=off)
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.gyre)
  file(MAKE_DIRECTORY ${folder})
  set(outputs)
  foreach(model IN LISTS ARG_UNPARSED_ARGUMENTS)
    cmake_path(GET model STEM stem)
    cmake_path(ABSOLUTE_PATH model)
    set(generated ${folder}/${stem}.o ${folder}/${stem}.h ${folder}/${stem}.json)
    add_custom_command(
      OUTPUT ${generated}
      COMMAND gyre::gyrec ${model} -o ${folder}/${stem} ${ARG_OPTIONS}
      DEPENDS ${model} gyre::gyrec ${ARG_DEPENDS}
      COMMENT "gyrec ${stem}.mlir"
      VERBATIM)
    list(APPEND outputs ${generated})
  endforeach()
  set_source_files_properties(${outputs} PROPERTIES GENERATED ON)
  add_library(${target} STATIC ${outputs})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(${target} PUBLIC ${folder})
  target_link_libraries(${target} PUBLIC ${runtime})
endfunction()
