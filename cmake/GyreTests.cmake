# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Test programs. Each test case of doctest is a test of ctest.
include_guard(GLOBAL)
include(GyreAddLibrary)

set(GYRE_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer -g)

# gyre_unit_test(<target> <sources>... [PREFIX <text before each test's name>])
function(gyre_unit_test target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PREFIX" "")
  add_executable(${target} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE gyre_test_main)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
  # A name that matches no test case would pass unnoticed.
  doctest_discover_tests(${target} TEST_PREFIX "${ARG_PREFIX}"
    PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 ")
  gyre_test_program(${target})
endfunction()

# check-gyre builds these before it starts.
function(gyre_test_program target)
  set_property(GLOBAL APPEND PROPERTY GYRE_TEST_PROGRAMS ${target})
endfunction()

# gyre_numeric_test(<family> graphs/<name>.mlir <Test.cpp> [<option of gyrec>...])
#
# Compiles the graph with gyrec and adds the test to <family>-test, the one
# program of all numeric tests of a family. The test includes "<name>.h". The
# same test file may be given with several graphs. (lit looks for RUN lines in
# all folders but those named graphs.)
function(gyre_numeric_test family graph test)
  cmake_path(GET graph STEM stem)
  if(NOT TARGET ${family}-test)
    gyre_unit_test(${family}-test)
  endif()
  set(library ${family}-test-${stem})
  gyre_add_library(${library} ${graph} OPTIONS ${ARGN})
  target_link_libraries(${family}-test PRIVATE ${library})
  get_target_property(sources ${family}-test SOURCES)
  cmake_path(ABSOLUTE_PATH test)
  if(NOT test IN_LIST sources)
    target_sources(${family}-test PRIVATE ${test})
    set(added ${test})
  endif()
  # LLVM's instrumentation and the sanitizer's runtime have to be one version's.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    gyre_sanitized_test(${family} ${graph} "${added}" ${ARGN})
  endif()
endfunction()

# The same program again as <family>-test-sanitized: every load and store of a
# kernel is checked, those of its tiles on the stack and in the workspace too,
# and what LLVM IR leaves undefined.
function(gyre_sanitized_test family graph test)
  cmake_path(GET graph STEM stem)
  set(target ${family}-test-sanitized)
  if(NOT TARGET ${target})
    gyre_unit_test(${target} PREFIX sanitized/)
    target_compile_options(${target} PRIVATE -fsanitize=address)
    target_link_options(${target} PRIVATE -fsanitize=address)
  endif()
  gyre_add_library(${target}-${stem} ${graph} OPTIONS --sanitize=address,undefined ${ARGN})
  target_link_libraries(${target} PRIVATE ${target}-${stem})
  target_sources(${target} PRIVATE ${test})
endfunction()
