# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Test programs. Each test case of doctest is a test of ctest.
include_guard(DIRECTORY)
include(GyreAddLibrary)

set(GYRE_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer -g)

option(GYRE_TEST_FULL "tests leave no sample out, and all of them run for aarch64" OFF)

# gyre_unit_test(<target> <sources>... [PREFIX <text before each test's name>])
#
# A program with a prefix repeats another one's tests: it samples, always.
function(gyre_unit_test target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PREFIX" "")
  add_executable(${target} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE gyre_test_main)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
  set(environment)
  if(GYRE_TEST_FULL AND NOT ARG_PREFIX)
    set(environment ENVIRONMENT GYRE_TEST_FULL=1)
  endif()
  # A name that matches no test case would pass unnoticed.
  doctest_discover_tests(${target} TEST_PREFIX "${ARG_PREFIX}"
    PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 " ${environment})
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
  set(tests ${family}-test-objects)
  if(NOT TARGET ${tests})
    add_library(${tests} OBJECT)
    target_link_libraries(${tests} PRIVATE gyre_test_main)
    # They take longer to compile than to run.
    target_compile_options(${tests} PRIVATE -O0)
    gyre_unit_test(${family}-test $<TARGET_OBJECTS:${tests}>)
  endif()
  set(library ${family}-test-${stem})
  gyre_add_library(${library} ${graph} OPTIONS ${ARGN})
  target_link_libraries(${tests} PRIVATE ${library})
  target_link_libraries(${family}-test PRIVATE ${library})
  get_target_property(sources ${tests} SOURCES)
  cmake_path(ABSOLUTE_PATH test)
  if(NOT test IN_LIST sources)
    target_sources(${tests} PRIVATE ${test})
    set(added ${test})
  endif()
  # LLVM's instrumentation and the sanitizer's runtime have to be one version's.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    gyre_sanitized_test(${family} ${graph} ${ARGN})
    if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/ops/" AND NOT "${ARGN}" MATCHES "--target")
      gyre_device_test(${family} ${graph} "${added}" ${ARGN})
    endif()
  endif()
  # The other target of CPUs: all graphs, or the first one of each family.
  get_property(known GLOBAL PROPERTY GYRE_EMULATED_${family} SET)
  if(GYRE_EMULATOR AND (GYRE_TEST_FULL OR (NOT known AND
                        CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/(ops|codegen)/")))
    gyre_emulated_test(${family} ${graph} "${added}" ${ARGN})
  endif()
endfunction()

# The same program again as <family>-test-sanitized: every load and store of a
# kernel is checked, those of its tiles on the stack and in the workspace too,
# and what LLVM IR leaves undefined. The tests' own code is not instrumented:
# what they give to kernels lies on the heap, which the sanitizer watches.
function(gyre_sanitized_test family graph)
  cmake_path(GET graph STEM stem)
  set(target ${family}-test-sanitized)
  if(NOT TARGET ${target})
    gyre_unit_test(${target} $<TARGET_OBJECTS:${family}-test-objects> PREFIX sanitized/)
    target_link_options(${target} PRIVATE -fsanitize=address)
  endif()
  gyre_add_library(${target}-${stem} ${graph} OPTIONS --sanitize=address,undefined ${ARGN})
  target_link_libraries(${target} PRIVATE ${target}-${stem})
endfunction()

# The same program for the other target of CPUs, under an emulator: Debian's
# qemu-user, and libstdc++-12-dev-arm64-cross to compile it with. clang is a
# cross compiler as it is.
find_program(GYRE_EMULATOR qemu-aarch64)
if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" OR NOT EXISTS /usr/aarch64-linux-gnu/include/c++ OR
   NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(GYRE_EMULATOR "" CACHE FILEPATH "" FORCE)
endif()

# What all of these programs have: doctest's main and the runtime.
set(GYRE_EMULATED_FLAGS --target=aarch64-linux-gnu -std=c++20 -O1 -fuse-ld=lld
    -I${PROJECT_SOURCE_DIR} -I${PROJECT_SOURCE_DIR}/runtime/include
    -I${PROJECT_SOURCE_DIR}/tests -I${PROJECT_BINARY_DIR}/tests/emulated)
set(GYRE_EMULATED_SUPPORT ${PROJECT_BINARY_DIR}/tests/emulated/support.o)
if(GYRE_EMULATOR AND NOT TARGET gyre_emulated_support)
  # doctest's folder alone: the headers beside it are the host's.
  find_package(doctest REQUIRED)
  get_target_property(folder doctest::doctest INTERFACE_INCLUDE_DIRECTORIES)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/tests/emulated)
  file(CREATE_LINK ${folder}/doctest ${PROJECT_BINARY_DIR}/tests/emulated/doctest SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/*.cpp)
  list(FILTER sources EXCLUDE REGEX "Parallel.cpp") # OpenMP
  list(APPEND sources ${PROJECT_SOURCE_DIR}/tests/support/Main.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/*.h
       ${PROJECT_SOURCE_DIR}/runtime/include/gyre/*.h)
  add_custom_command(
    OUTPUT ${GYRE_EMULATED_SUPPORT}
    COMMAND ${CMAKE_CXX_COMPILER} ${GYRE_EMULATED_FLAGS} -r -nostdlib ${sources}
            -o ${GYRE_EMULATED_SUPPORT}
    DEPENDS ${sources} ${headers}
    COMMENT "The runtime for aarch64-linux-gnu"
    VERBATIM)
  add_custom_target(gyre_emulated_support DEPENDS ${GYRE_EMULATED_SUPPORT})
endif()

function(gyre_emulated_test family graph test)
  cmake_path(GET graph STEM stem)
  cmake_path(ABSOLUTE_PATH graph)
  set(base ${CMAKE_CURRENT_BINARY_DIR}/${family}-test-emulated.gyre/${stem})
  add_custom_command(
    OUTPUT ${base}.o ${base}.h
    COMMAND gyre::gyrec ${graph} -o ${base} --target=aarch64 --threads=off ${ARGN}
    DEPENDS ${graph} gyre::gyrec
    COMMENT "gyrec ${stem}.mlir for aarch64-linux-gnu"
    VERBATIM)
  get_property(known GLOBAL PROPERTY GYRE_EMULATED_${family} SET)
  set_property(GLOBAL APPEND PROPERTY GYRE_EMULATED_${family} ${base}.o ${test})
  if(NOT known)
    cmake_language(EVAL CODE "cmake_language(DEFER CALL gyre_emulated_program ${family})")
  endif()
endfunction()

# At the end of the folder, when all graphs and tests of a family are known.
function(gyre_emulated_program family)
  get_property(inputs GLOBAL PROPERTY GYRE_EMULATED_${family})
  set(program ${PROJECT_BINARY_DIR}/tests/bin/${family}-test-emulated)
  set(definitions $<TARGET_PROPERTY:${family}-test-objects,COMPILE_DEFINITIONS>)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.h
       ${PROJECT_SOURCE_DIR}/tests/ops/*.h ${PROJECT_SOURCE_DIR}/dialect/ops/*/*Reference.h)
  add_custom_command(
    OUTPUT ${program}
    COMMAND ${CMAKE_CXX_COMPILER} ${GYRE_EMULATED_FLAGS} -static
            -I${CMAKE_CURRENT_BINARY_DIR}/${family}-test-emulated.gyre
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
            ${inputs} ${GYRE_EMULATED_SUPPORT} -o ${program}
    DEPENDS ${inputs} ${headers} ${GYRE_EMULATED_SUPPORT} gyre_emulated_support
    COMMENT "${family}-test for aarch64-linux-gnu"
    VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${family}-test-emulated DEPENDS ${program})
  add_test(NAME emulated/${family} COMMAND ${GYRE_EMULATOR} ${program})
  gyre_test_program(${family}-test-emulated)
endfunction()

# The same test a third time as <family>-test-device: its calls go to f_cuda,
# whose kernels run on the emulator (tests/emulator), with the address sanitizer
# in them.
function(gyre_device_test family graph test)
  cmake_path(GET graph STEM stem)
  cmake_path(ABSOLUTE_PATH graph)
  set(target ${family}-test-device)
  if(NOT TARGET ${target})
    gyre_unit_test(${target} PREFIX device/)
    target_compile_options(${target} PRIVATE -O0)
    target_link_options(${target} PRIVATE -fsanitize=address)
    target_compile_definitions(${target} PRIVATE GYRE_TEST_ON_DEVICE)
    target_link_libraries(${target} PRIVATE gyre::runtime gyre_emulator)
    # The emulator finds kernels by name.
    set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.gyre)
  set(base ${folder}/host/${stem})
  file(MAKE_DIRECTORY ${folder}/host)
  add_custom_command(
    OUTPUT ${folder}/${stem}.h ${base}.o ${base}.kernels.o
    COMMAND gyre::gyrec ${graph} -o ${base} --save-temps --target=host,sm_80 ${ARGN}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/emulator/on_device.py ${base}.h ${folder}/${stem}.h
    COMMAND gyre-emulate ${base}.nvvm.ll ${base}.kernels.ll
    COMMAND ${LLVM_TOOLS_BINARY_DIR}/opt -passes=forceattrs,asan
            -force-attribute=sanitize_address ${base}.kernels.ll -o ${base}.kernels.bc
    COMMAND ${LLVM_TOOLS_BINARY_DIR}/llc -O1 -relocation-model=pic -filetype=obj
            ${base}.kernels.bc -o ${base}.kernels.o
    DEPENDS ${graph} gyre::gyrec gyre-emulate ${PROJECT_SOURCE_DIR}/tests/emulator/on_device.py
    COMMENT "gyrec ${stem}.mlir, emulated"
    VERBATIM)
  set_source_files_properties(${base}.o ${base}.kernels.o PROPERTIES
    EXTERNAL_OBJECT ON GENERATED ON)
  target_sources(${target} PRIVATE ${folder}/${stem}.h ${base}.o ${base}.kernels.o ${test})
  target_include_directories(${target} BEFORE PRIVATE ${folder})
  set_property(GLOBAL APPEND PROPERTY GYRE_DEVICE_OBJECTS ${base}.o)
endfunction()

# gyre_example(<name> <graph>.mlir)
#
# The program <name>-example of an example's main.cpp and graph, and a test that
# runs it. A project of one's own wants the first two lines and the link.
function(gyre_example name graph)
  gyre_add_library(${name}-model ${graph})
  add_executable(${name}-example main.cpp)
  set_target_properties(${name}-example PROPERTIES CXX_STANDARD 17)
  target_compile_options(${name}-example PRIVATE -Wall -Wextra -pedantic)
  target_link_libraries(${name}-example PRIVATE ${name}-model)
  if(GYRE_BUILD_TESTS)
    add_test(NAME ${name}-example COMMAND ${name}-example)
    gyre_test_program(${name}-example)
  endif()
endfunction()
