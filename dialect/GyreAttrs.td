// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attributes shared by all levels.

#ifndef GYRE_ATTRS_TD
#define GYRE_ATTRS_TD

include "dialect/GyreDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Gyre_TargetAttr : AttrDef<Gyre_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "what a target can do, as plain data";
  let description = [{
    Stands on the module as `gyre.target`. Passes and emitters read widths and
    sizes from it and never ask for a target's name; codegen/Target.cpp fills
    it. `features` is LLVM's feature string; the booleans are the features that
    choose an instruction sequence. `l3_bytes` is what one program may expect of
    the last cache, which others share. `threads` is how many threads share the
    work of a tile, and the other sizes bound a tile: elements of a map, elements
    of the rows of a reduction, points of a scan and steps of one that composes
    them, rows and columns of a product, and those of a product of operands of
    two bytes where a target has units for them (0: none).

    ```mlir
    module attributes {gyre.target = #gyre.target<name = "x86-64-v4",
        vector_bytes = 64, vector_registers = 32, l1_bytes = 32768,
        l2_bytes = 1048576, l3_bytes = 33554432, scalef = true, fma = true,
        features = "+avx512f">} {}
    ```
  }];
  let parameters = (ins
    StringRefParameter<"for people and reports only">:$name,
    "int64_t":$vector_bytes, "int64_t":$vector_registers,
    "int64_t":$l1_bytes, "int64_t":$l2_bytes, "int64_t":$l3_bytes,
    "bool":$scalef, "bool":$fma,
    StringRefParameter<"LLVM's feature string">:$features,
    DefaultValuedParameter<"int64_t", "1">:$threads,
    // Hides the cost of a work item while all operands stay in L2.
    DefaultValuedParameter<"int64_t", "8192">:$map_points,
    // Within 3 % of the best choice for rows of 5 to 4096, with and without
    // fused maps around.
    DefaultValuedParameter<"int64_t", "2048">:$reduce_points,
    // States fill the registers several times over.
    DefaultValuedParameter<"int64_t", "128">:$scan_points,
    // Whole rows of so many.
    DefaultValuedParameter<"int64_t", "8192">:$scan_steps,
    // Rows over which a panel of the right operand is read from L2, or copied
    // into one, once: copying costs 2 to 5 % of attention at 192 rows, three
    // times that at 64. A multiple of 6 and 8, the rows of register blocks.
    DefaultValuedParameter<"int64_t", "192">:$product_rows,
    // Four panels of 64.
    DefaultValuedParameter<"int64_t", "256">:$product_columns,
    DefaultValuedParameter<"int64_t", "0">:$matrix_rows,
    DefaultValuedParameter<"int64_t", "0">:$matrix_columns);
  let assemblyFormat = "`<` struct(params) `>`";
  // What all machines leave at its default need not be said.
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$name,
      "int64_t":$vectorBytes, "int64_t":$vectorRegisters, "int64_t":$l1Bytes,
      "int64_t":$l2Bytes, "int64_t":$l3Bytes, "bool":$scalef, "bool":$fma,
      "::llvm::StringRef":$features), [{
    return $_get($_ctxt, name, vectorBytes, vectorRegisters, l1Bytes, l2Bytes,
                 l3Bytes, scalef, fma, features, 1, 8192, 2048, 128, 8192, 192,
                 256, 0, 0);
  }]>];
  let extraClassDeclaration = [{
    /// Lanes of f32 in one register.
    int64_t getLanes() const { return getVectorBytes() / 4; }
    /// The attribute of the module that holds `op`; a plain 64-byte-vector
    /// machine where there is none, so that passes can be tried alone.
    static TargetAttr of(::mlir::Operation *op);
  }];
}

def Gyre_TilingAttr : AttrDef<Gyre_Dialect, "Tiling"> {
  let mnemonic = "tiling";
  let summary = "how an operation is cut into tiles";
  let description = [{
    Tile sizes of the loops in `cut`, given as a rule because extents are
    run-time values. Beginning with the first, each takes as much as is left of
    `points` after the loops before it and the extents of the loops in `whole`,
    but no less than its entry in `least`, no more than the one in `most` (0:
    any), and never more than there is. Loops that are not in `cut` stay whole.

    * (C1) `least` and `most` have an entry for each loop in `cut`.
    * (C2) `points` is positive.

    ```mlir
    // rows of j, as many as make 2048 elements
    #gyre.tiling<cut = [0], least = [1], most = [0], whole = [1], points = 2048>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t">:$cut, ArrayRefParameter<"int64_t">:$least,
    ArrayRefParameter<"int64_t">:$most,
    OptionalArrayRefParameter<"int64_t">:$whole, "int64_t":$points);
  let assemblyFormat = [{
    `<` `cut` `=` `[` $cut `]` `,` `least` `=` `[` $least `]` `,`
        `most` `=` `[` $most `]` `,` `whole` `=` `[` (`]`) : ($whole^ `]`)? `,`
        `points` `=` $points `>`
  }];
  let genVerifyDecl = 1;
}

#endif // GYRE_ATTRS_TD
