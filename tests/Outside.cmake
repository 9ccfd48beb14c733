# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Projects outside of this one, on an installed tree that has been moved.
set(outside ${PROJECT_BINARY_DIR}/outside)
add_test(NAME install
  COMMAND ${CMAKE_COMMAND} -D BUILD=${PROJECT_BINARY_DIR} -D OUTSIDE=${outside}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/install/InstallAndMove.cmake)
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)

# gyre_outside_test(<name> <source folder> <program> [<option of cmake>...])
function(gyre_outside_test name source program)
  add_test(NAME ${name}
    COMMAND ${CMAKE_CTEST_COMMAND}
            --build-and-test ${CMAKE_CURRENT_SOURCE_DIR}/${source} ${outside}/${name}
            --build-generator Ninja
            --build-options -Dgyre_ROOT=${outside}/moved ${ARGN}
            --test-command ${outside}/${name}/${program})
  set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED installed)
endfunction()

foreach(compiler clang-22 gcc)
  find_program(found_${compiler} ${compiler})
  if(found_${compiler})
    gyre_outside_test(consumer-${compiler} install consumer -DCMAKE_C_COMPILER=${compiler})
    gyre_outside_test(serial-consumer-${compiler} install serial-consumer
                      -DCMAKE_C_COMPILER=${compiler})
  endif()
endforeach()
gyre_outside_test(extension extension signal-test
  -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER})
set_tests_properties(extension PROPERTIES FIXTURES_SETUP extension)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_test(NAME extension-sanitized COMMAND ${outside}/extension/signal-test-sanitized)
  set_tests_properties(extension-sanitized PROPERTIES FIXTURES_REQUIRED extension)
endif()
set(graph ${CMAKE_CURRENT_SOURCE_DIR}/extension/graphs/filters.mlir)
add_test(NAME extension-fusion
  COMMAND sh -c "compile=\"${outside}/moved/bin/gyrec ${graph} --load-dialect-plugin=${outside}/extension/Signal.so\"
    $compile --emit=buffers -o - | ${LLVM_TOOLS_BINARY_DIR}/FileCheck ${graph} &&
    $compile --report | ${LLVM_TOOLS_BINARY_DIR}/FileCheck ${graph} --check-prefix=REPORT")
set_tests_properties(extension-fusion PROPERTIES FIXTURES_REQUIRED extension)

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  add_test(NAME pkg-config
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install/pkg-config.sh ${outside}/moved ${CMAKE_C_COMPILER})
  add_test(NAME readme
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install/readme.sh ${PROJECT_SOURCE_DIR}/README.md
            ${outside}/moved ${CMAKE_C_COMPILER})
  set_tests_properties(pkg-config readme PROPERTIES FIXTURES_REQUIRED installed)
endif()
