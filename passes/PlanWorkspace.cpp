// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the PlanWorkspace pass: every buffer becomes a slice of
// the one workspace of a call, or of the scratch of a thread. Sizes are values,
// so the plan is code: it runs at the entry of the function, and once more in
// `@f.workspace` for the caller that asks how much to bring.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"
#include "passes/SizeBounds.h"

#include "dialect/structures/Structures.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_PLANWORKSPACE
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// What the widest vectors and cache lines ask for.
static constexpr int64_t alignment = 64;

namespace {
/// Positions of operations in program order; an operation with regions spans
/// all that is inside.
struct ProgramOrder {
  DenseMap<Operation *, std::pair<unsigned, unsigned>> spans;
  unsigned next = 0;

  explicit ProgramOrder(Operation *op) { visit(op); }
  void visit(Operation *op) {
    unsigned first = next++;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &inner : block)
          visit(&inner);
    spans[op] = {first, next++};
  }
  unsigned first(Operation *op) const { return spans.lookup(op).first; }
  unsigned last(Operation *op) const { return spans.lookup(op).second; }
};

struct Buffer {
  memref::AllocOp alloc;
  /// At the entry of the function.
  Value bytes;
  unsigned first, last;
  unsigned slot = 0;
};

/// Memory that buffers take one after the other.
struct Slot {
  Value bytes;
  SmallVector<std::pair<unsigned, unsigned>> taken;
  Value offset;

  bool isFree(const Buffer &buffer) const {
    return llvm::all_of(taken, [&](auto span) {
      return buffer.last < span.first || span.second < buffer.first;
    });
  }
};

struct PlanWorkspace : gyre::impl::PlanWorkspaceBase<PlanWorkspace> {
  void runOnOperation() override {
    for (auto func :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (func->hasAttr(entryAttrName) && failed(plan(func)))
        return signalPassFailure();
  }

  LogicalResult plan(func::FuncOp func) {
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return func.emitError("expected a well-formed ") << entryAttrName;
    SmallVector<Value> sizes(
        func.getArguments().take_back(entry->sizes.size()));
    OpBuilder b(func.getBody());
    Location loc = func.getLoc();
    Type memory = MemRefType::get({ShapedType::kDynamic}, b.getIntegerType(8));
    (void)func.insertArgument(func.getNumArguments(), memory, {}, loc);
    Value workspace = func.getArguments().back();

    // Buffers by where they live: in the function, or in one forall.
    llvm::MapVector<Operation *, SmallVector<Buffer>> scopes;
    ProgramOrder order(func);
    BufferViewFlowAnalysis aliases(func);
    SizeBounds bounds(b, sizes);
    WalkResult walk = func.walk([&](memref::AllocOp alloc) {
      Operation *scope = func;
      for (Operation *op = alloc; op != func; op = op->getParentOp())
        if (isa<scf::ForallOp>(op))
          scope = op;
      Buffer buffer{alloc, getBytes(b, alloc, bounds), 0, 0};
      if (!buffer.bytes) {
        func->setAttr("gyre.refused", b.getUnitAttr());
        return WalkResult(alloc.emitError(
            "expected the size of a buffer to follow from the named sizes"));
      }
      if (failed(findSpan(buffer, order, aliases)))
        return WalkResult::interrupt();
      scopes[scope].push_back(buffer);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return failure();

    Value shared = arith::ConstantIndexOp::create(b, loc, 0);
    Value scratch = shared;
    // The function's own buffers first: its scopes follow in program order.
    for (auto &[scope, buffers] : scopes) {
      SmallVector<Slot> slots = assign(b, loc, buffers);
      Value total = arith::ConstantIndexOp::create(b, loc, 0);
      for (Slot &slot : slots) {
        slot.offset = total;
        total = b.createOrFold<arith::AddIOp>(loc, total, slot.bytes);
      }
      Value base = workspace;
      if (auto forall = dyn_cast<scf::ForallOp>(scope)) {
        OpBuilder inside = OpBuilder::atBlockBegin(forall.getBody());
        base = ScratchOp::create(inside, loc, cast<MemRefType>(memory), total);
        scratch = b.createOrFold<arith::MaxSIOp>(loc, scratch, total);
      } else {
        shared = total;
      }
      for (Buffer &buffer : buffers) {
        OpBuilder at(buffer.alloc);
        Value view = memref::ViewOp::create(
            at, buffer.alloc.getLoc(), buffer.alloc.getType(), base,
            slots[buffer.slot].offset, buffer.alloc.getDynamicSizes());
        buffer.alloc.replaceAllUsesWith(view);
        buffer.alloc.erase();
      }
    }
    addQuery(func, sizes, shared, scratch);
    return success();
  }

  /// Bytes for `alloc`, a multiple of the alignment.
  static Value getBytes(OpBuilder &b, memref::AllocOp alloc,
                        SizeBounds &bounds) {
    MemRefType type = alloc.getType();
    Location loc = alloc.getLoc();
    if (!type.getLayout().isIdentity())
      return {};
    // Booleans take a byte; index is 64 bits wide on all targets.
    Type element = type.getElementType();
    int64_t fixed = element.isIndex()
                        ? 8
                        : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
    for (int64_t extent : type.getShape())
      if (ShapedType::isStatic(extent))
        fixed *= extent;
    if (type.hasStaticShape())
      return arith::ConstantIndexOp::create(b, loc,
                                            llvm::alignTo(fixed, alignment));
    SmallVector<Value> sizes;
    for (Value size : alloc.getDynamicSizes()) {
      sizes.push_back(bounds.upper(size));
      if (!sizes.back())
        return {};
    }
    AffineExpr bytes = b.getAffineConstantExpr(fixed);
    for (unsigned i = 0; i < sizes.size(); ++i)
      bytes = bytes * b.getAffineSymbolExpr(i);
    Value made = affine::AffineApplyOp::create(
        b, loc,
        AffineMap::get(0, sizes.size(), bytes.ceilDiv(alignment) * alignment),
        sizes);
    return made;
  }

  /// From where to where `buffer` is in use.
  static LogicalResult findSpan(Buffer &buffer, const ProgramOrder &order,
                                BufferViewFlowAnalysis &aliases) {
    memref::AllocOp alloc = buffer.alloc;
    buffer.first = order.first(alloc);
    buffer.last = order.last(alloc);
    for (Value alias : aliases.resolve(alloc.getMemref()))
      for (Operation *user : alias.getUsers()) {
        // The block around the buffer that the user is in, too.
        Operation *holder = alloc;
        Operation *use = holder->getBlock()->findAncestorOpInBlock(*user);
        while (!use) {
          holder = holder->getParentOp();
          use = holder->getBlock()->findAncestorOpInBlock(*user);
        }
        if (use->hasTrait<OpTrait::IsTerminator>() &&
            isa<LoopLikeOpInterface>(use->getParentOp()))
          return alloc.emitError("expected a loop to keep its buffers");
        // A value that leaves its region lives as long as what it leaves.
        buffer.first = std::min(buffer.first, order.first(holder));
        buffer.last =
            std::max({buffer.last, order.last(holder), order.last(use)});
      }
    return success();
  }

  /// Gives each buffer a slot; the slots grow to their largest buffer.
  static SmallVector<Slot> assign(OpBuilder &b, Location loc,
                                  MutableArrayRef<Buffer> buffers) {
    SmallVector<Slot> slots;
    for (Buffer &buffer : buffers) {
      Slot *best = nullptr;
      for (Slot &slot : slots)
        if (slot.isFree(buffer) &&
            (!best || isSameSize(slot.bytes, buffer.bytes)))
          best = &slot;
      if (!best) {
        slots.push_back({buffer.bytes, {}, {}});
        best = &slots.back();
      } else if (!isSameSize(best->bytes, buffer.bytes)) {
        best->bytes =
            b.createOrFold<arith::MaxSIOp>(loc, best->bytes, buffer.bytes);
      }
      best->taken.emplace_back(buffer.first, buffer.last);
      buffer.slot = best - slots.begin();
    }
    return slots;
  }

  static bool isSameSize(Value a, Value b) {
    if (a == b)
      return true;
    auto left = a.getDefiningOp<affine::AffineApplyOp>();
    auto right = b.getDefiningOp<affine::AffineApplyOp>();
    if (left && right)
      return left.getAffineMap() == right.getAffineMap() &&
             left.getMapOperands() == right.getMapOperands();
    IntegerAttr x, y;
    return matchPattern(a, m_Constant(&x)) && matchPattern(b, m_Constant(&y)) &&
           x == y;
  }

  /// `@f.workspace`: the plan's arithmetic once more.
  void addQuery(func::FuncOp func, ArrayRef<Value> sizes, Value shared,
                Value scratch) {
    OpBuilder b(func);
    b.setInsertionPointAfter(func);
    SmallVector<Type> types(sizes.size(), b.getIndexType());
    Type index = b.getIndexType();
    auto query = func::FuncOp::create(b, func.getLoc(),
                                      (func.getName() + ".workspace").str(),
                                      b.getFunctionType(types, {index, index}));
    Block *body = query.addEntryBlock();
    b.setInsertionPointToStart(body);
    SetVector<Operation *> slice;
    BackwardSliceOptions options;
    options.inclusive = true;
    options.filter = [&](Operation *op) {
      return op->getBlock() == &func.getBody().front();
    };
    (void)getBackwardSlice(shared, &slice, options);
    (void)getBackwardSlice(scratch, &slice, options);
    IRMapping mapping;
    mapping.map(sizes, body->getArguments());
    for (Operation *op : topologicalSort(slice))
      b.clone(*op, mapping);
    func::ReturnOp::create(b, func.getLoc(),
                           {mapping.lookup(shared), mapping.lookup(scratch)});
  }
};
} // namespace
