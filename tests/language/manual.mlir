// Each example of the manual compiles, or is refused as it says.
// RUN: python3 %S/blocks.py %gyre_source/docs/language.md %t | FileCheck %s
// CHECK: {{[1-9][0-9]*}} blocks, 0 failed
