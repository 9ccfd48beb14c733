# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -D OUT=<file> -D PAGES=<files> -P Manual.cmake: pages as C++ strings.
set(text)
foreach(page IN LISTS PAGES)
  file(READ ${page} content)
  string(APPEND text "R\"gyre(${content})gyre\",\n")
endforeach()
file(WRITE ${OUT} "${text}")
