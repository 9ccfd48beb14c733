# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs the build folder BUILD below OUTSIDE and moves the tree, so that a path
# that points to its first place ends in a failure.
file(REMOVE_RECURSE ${OUTSIDE})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${OUTSIDE}/first
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${OUTSIDE}/first ${OUTSIDE}/moved)
file(GLOB_RECURSE files ${OUTSIDE}/moved/*.cmake ${OUTSIDE}/moved/*.pc)
foreach(file IN LISTS files)
  file(STRINGS ${file} lines REGEX "${OUTSIDE}|${BUILD}")
  if(lines)
    message(FATAL_ERROR "${file} names a folder of this machine: ${lines}")
  endif()
endforeach()
