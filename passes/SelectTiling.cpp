// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the SelectTiling pass: the policy of kernels. It says
// which operations form one kernel (`gyre.kernel`, a number) and how the root
// of each is cut (`gyre.tiling`), and changes nothing else. Bounds of tile
// sizes come from `gyre.target`.

#include "passes/CostModel.h"
#include "passes/Passes.h"

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_SELECTTILING
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Tile sizes
//===----------------------------------------------------------------------===//

namespace {
struct TilingBuilder {
  SmallVector<int64_t> cut, least, most, whole;

  void add(int64_t loop, int64_t atLeast, int64_t atMost) {
    cut.push_back(loop);
    least.push_back(atLeast);
    most.push_back(atMost);
  }
  TilingAttr get(MLIRContext *context, int64_t points) {
    return TilingAttr::get(context, cut, least, most, whole, points);
  }
};
} // namespace

/// The loops of a result, the fastest first.
static SmallVector<unsigned> getResultLoops(const LoopView &view) {
  SmallVector<unsigned> loops;
  for (AffineExpr expr : llvm::reverse(view.resultMaps.front().getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      loops.push_back(dim.getPosition());
  return loops;
}

/// Whether some operand is contiguous along `loop`.
static bool isContiguous(const LoopView &view, unsigned loop) {
  return llvm::any_of(view.operandMaps, [&](AffineMap map) {
    return map && map.getNumResults() != 0 &&
           map.getResults().back() == getAffineDimExpr(loop, map.getContext());
  });
}

static bool isProduct(Operation *op) {
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
    return linalg::isaContractionOpInterface(linalg);
  return isa<ContractReduceOp>(op);
}

/// A product: the dimensions of rows (in the left operand) and of columns (in
/// the right one) are cut; a payload's own dimension never is, for each part
/// of it would form the scores again.
static TilingAttr tileProduct(const LoopView &view) {
  MLIRContext *context = view.op->getContext();
  TargetAttr target = TargetAttr::of(view.op);
  AffineMap left = view.operandMaps[0], right = view.operandMaps[1];
  int64_t mostRows = target.getProductRows();
  int64_t mostColumns = target.getProductColumns();
  Type element = getElementTypeOrSelf(view.op->getOperand(0));
  if (target.getMatrixRows() && (element.isF16() || element.isBF16())) {
    mostRows = target.getMatrixRows();
    mostColumns = target.getMatrixColumns();
  }
  TilingBuilder tiling;
  bool rows = false, columns = false;
  for (unsigned loop : getResultLoops(view)) {
    bool inLeft = left.isFunctionOfDim(loop);
    bool inRight = right.isFunctionOfDim(loop);
    if (inLeft && !inRight && !rows) {
      tiling.add(loop, 1, mostRows);
      rows = true;
    } else if (inRight && !inLeft && !columns) {
      tiling.add(loop, 1, mostColumns);
      columns = true;
    } else if (inLeft || inRight) {
      tiling.add(loop, 1, 1);
    }
  }
  return tiling.get(context, mostRows * mostColumns);
}

/// Whether a scan may walk one row after the other: its steps compose, and all
/// that moves with them is contiguous along them.
static bool scansRows(const LoopView &view) {
  auto scan = dyn_cast<ScanOp>(view.op);
  if (!scan || !scan.getAffineStep())
    return false;
  AffineExpr carried =
      getAffineDimExpr(scan.getCarriedDim(), view.op->getContext());
  return llvm::all_of(scan.getIndexingMapsArray(), [&](AffineMap map) {
    return !map.isFunctionOfDim(scan.getCarriedDim()) ||
           map.getResults().back() == carried;
  });
}

static TilingAttr selectTiling(const LoopView &view) {
  MLIRContext *context = view.op->getContext();
  if (isProduct(view.op))
    return tileProduct(view);
  TargetAttr target = TargetAttr::of(view.op);
  TilingBuilder tiling;
  // Threads of a tile walk rows of their own, side by side.
  bool isRows = target.getThreads() == 1 && scansRows(view);
  // The fastest loop of the result grows first. A loop that vectors run along
  // keeps whole vectors.
  for (unsigned loop : getResultLoops(view))
    if (view.parallel[loop])
      tiling.add(
          loop, isContiguous(view, loop) && !isRows ? 4 * target.getLanes() : 1,
          0);
  if (view.isMap())
    return tiling.get(context, target.getMapPoints());
  if (isRows) {
    tiling.whole.push_back(cast<ScanOp>(view.op).getCarriedDim());
    return tiling.get(context, target.getScanSteps());
  }
  if (isa<ScanOp>(view.op))
    return tiling.get(context, target.getScanPoints());
  for (auto [loop, parallel] : llvm::enumerate(view.parallel))
    if (!parallel)
      tiling.whole.push_back(loop);
  return tiling.get(context, target.getReducePoints());
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

namespace {
/// For each loop of an operation the loop of the kernel's root that it follows,
/// or -1 where it stays whole.
using Ties = SmallVector<int>;

struct Kernel {
  int64_t number;
  TilingAttr tiling;
  llvm::MapVector<Operation *, Ties> members;

  /// Whether work tied like this is done once a tile and not more often.
  bool coversCuts(const Ties &ties) const {
    return llvm::all_of(tiling.getCut(), [&](int64_t loop) {
      return llvm::is_contained(ties, static_cast<int>(loop));
    });
  }
};

/// The kernels of one block.
class BlockPlan {
public:
  explicit BlockPlan(Block &block);
  void select(int64_t &nextNumber);

private:
  void grow(Kernel &kernel);
  bool addProducers(Kernel &kernel, Operation *consumer);
  bool addConsumers(Kernel &kernel, Operation *producer);
  bool tryAdd(Kernel &kernel, Operation *op, Ties ties);
  bool isOrdered() const;
  std::optional<LoopView> getFree(Operation *op) const;

  Block &block;
  SmallVector<Operation *> ops;
  DenseMap<Operation *, LoopView> views;
  /// What an operation and its regions use of this block.
  DenseMap<Operation *, SmallVector<Operation *>> inputs;
  DenseMap<Operation *, int64_t> kernelOf;
};
} // namespace

BlockPlan::BlockPlan(Block &block) : block(block) {
  for (Operation &op : block) {
    ops.push_back(&op);
    llvm::SetVector<Operation *> used;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *def = operand.getDefiningOp())
          if (Operation *here = block.findAncestorOpInBlock(*def);
              here && here != &op)
            used.insert(here);
    });
    inputs[&op] = used.takeVector();
    auto view = LoopView::of(&op);
    if (view && op.getNumResults() != 0)
      views[&op] = *view;
  }
}

void BlockPlan::select(int64_t &nextNumber) {
  // Structures choose first, the most expensive before the others: what stands
  // around them is theirs. Maps that nobody takes are kernels of their own.
  auto rank = [&](Operation *op) {
    return isProduct(op) ? 0 : isa<ScanOp>(op) ? 1 : views[op].isMap() ? 3 : 2;
  };
  for (int wanted = 0; wanted < 4; ++wanted) {
    SmallVector<Operation *> roots;
    for (Operation *op : ops)
      if (views.contains(op) && rank(op) == wanted)
        roots.push_back(op);
    // The last of several reductions and maps pulls the others up.
    if (wanted >= 2)
      std::reverse(roots.begin(), roots.end());
    for (Operation *root : roots) {
      if (kernelOf.contains(root))
        continue;
      Kernel kernel{nextNumber++, selectTiling(views[root]), {}};
      Ties ties;
      for (unsigned i = 0; i < views[root].getNumLoops(); ++i)
        ties.push_back(i);
      kernel.members[root] = ties;
      kernelOf[root] = kernel.number;
      root->setAttr("gyre.tiling", kernel.tiling);
      grow(kernel);
      Builder b(root->getContext());
      for (auto &[op, unused] : kernel.members)
        op->setAttr("gyre.kernel", b.getI64IntegerAttr(kernel.number));
    }
  }
}

void BlockPlan::grow(Kernel &kernel) {
  // By index: members are added while it runs.
  for (unsigned i = 0; i < kernel.members.size(); ++i) {
    Operation *op = kernel.members.begin()[i].first;
    addProducers(kernel, op);
    addConsumers(kernel, op);
  }
}

/// A map or a reduction without a kernel.
std::optional<LoopView> BlockPlan::getFree(Operation *op) const {
  if (!op || op->getBlock() != &block || kernelOf.contains(op))
    return std::nullopt;
  auto it = views.find(op);
  if (it == views.end() || isProduct(op) || isa<ScanOp>(op))
    return std::nullopt;
  return it->second;
}

/// Ties of `to`'s loops when `toMap` and `fromMap` index one value.
static void tie(AffineMap toMap, AffineMap fromMap, const Ties &from,
                Ties &to) {
  for (auto [a, b] : llvm::zip(toMap.getResults(), fromMap.getResults())) {
    auto inner = dyn_cast<AffineDimExpr>(a), outer = dyn_cast<AffineDimExpr>(b);
    if (inner && outer)
      to[inner.getPosition()] = from[outer.getPosition()];
  }
}

bool BlockPlan::addProducers(Kernel &kernel, Operation *consumer) {
  bool changed = false;
  // By value: adding members may move the map's entries.
  Ties from = kernel.members[consumer];
  const LoopView &view = views[consumer];
  // What a scan reads stays out: one pass over memory is cheap beside its
  // chain of steps, and a tile of all steps would not stay in cache.
  if (isa<ScanOp>(consumer))
    return false;
  for (auto [operand, map] :
       llvm::zip(consumer->getOpOperands(), view.operandMaps)) {
    auto result = dyn_cast<OpResult>(operand.get());
    auto producer = result ? getFree(result.getOwner()) : std::nullopt;
    if (!producer || !map)
      continue;
    Operation *op = producer->op;
    AffineMap resultMap = producer->resultMaps[result.getResultNumber()];
    Ties ties(producer->getNumLoops(), -1);
    tie(resultMap, map, from, ties);
    // Two readers of different parts would need it twice. Readers elsewhere
    // find it in memory, as they would if it were a kernel of its own.
    bool agree = llvm::all_of(op->getUses(), [&](OpOperand &use) {
      Operation *user = use.getOwner();
      if (!kernel.members.contains(user))
        return true;
      Ties other(producer->getNumLoops(), -1);
      tie(producer->resultMaps[cast<OpResult>(use.get()).getResultNumber()],
          views[user].operandMaps[use.getOperandNumber()], kernel.members[user],
          other);
      return other == ties;
    });
    if (agree && kernel.coversCuts(ties))
      changed |= tryAdd(kernel, op, ties);
  }
  return changed;
}

bool BlockPlan::addConsumers(Kernel &kernel, Operation *producer) {
  bool changed = false;
  SmallVector<Operation *> users;
  for (Operation *op : ops)
    if (llvm::is_contained(inputs[op], producer))
      users.push_back(op);
  for (Operation *user : users) {
    auto consumer = getFree(user);
    if (!consumer || !consumer->isMap())
      continue;
    std::optional<Ties> ties;
    bool agree = true;
    for (auto [operand, map] :
         llvm::zip(user->getOpOperands(), consumer->operandMaps)) {
      auto result = dyn_cast<OpResult>(operand.get());
      if (!result || !kernel.members.contains(result.getOwner()))
        continue;
      Operation *op = result.getOwner();
      Ties found(consumer->getNumLoops(), -1);
      tie(map, views[op].resultMaps[result.getResultNumber()],
          kernel.members[op], found);
      agree &= !ties || *ties == found;
      ties = found;
    }
    // Behind a row's sums stand its elements; behind a product nothing larger
    // than its tiles.
    if (ties && isProduct(kernel.members.front().first) &&
        llvm::is_contained(*ties, -1))
      continue;
    if (ties && agree && kernel.coversCuts(*ties))
      changed |= tryAdd(kernel, user, *ties);
  }
  return changed;
}

bool BlockPlan::tryAdd(Kernel &kernel, Operation *op, Ties ties) {
  // What is folded stays whole.
  for (auto [loop, parallel] : llvm::enumerate(views[op].parallel))
    if (!parallel && llvm::is_contained(kernel.tiling.getCut(), ties[loop]))
      return false;
  kernelOf[op] = kernel.number;
  if (!isOrdered()) {
    kernelOf.erase(op);
    return false;
  }
  kernel.members[op] = std::move(ties);
  return true;
}

/// Whether there is an order in which kernels run one after the other: none
/// needs what another makes that needs it in turn.
bool BlockPlan::isOrdered() const {
  // Nodes are kernels (negative) and other operations.
  DenseMap<int64_t, llvm::SmallSetVector<int64_t, 4>> edges;
  DenseMap<int64_t, unsigned> waiting;
  DenseMap<Operation *, int64_t> nodes;
  int64_t next = 0;
  for (Operation *op : ops) {
    auto it = kernelOf.find(op);
    nodes[op] = it == kernelOf.end() ? ++next : -1 - it->second;
    waiting.try_emplace(nodes[op], 0);
  }
  for (Operation *op : ops)
    for (Operation *input : inputs.find(op)->second)
      if (nodes[input] != nodes[op] && edges[nodes[input]].insert(nodes[op]))
        ++waiting[nodes[op]];
  SmallVector<int64_t> ready;
  for (auto [node, count] : waiting)
    if (count == 0)
      ready.push_back(node);
  unsigned done = 0;
  while (!ready.empty()) {
    int64_t node = ready.pop_back_val();
    ++done;
    for (int64_t after : edges[node])
      if (--waiting[after] == 0)
        ready.push_back(after);
  }
  return done == waiting.size();
}

namespace {
struct SelectTiling : gyre::impl::SelectTilingBase<SelectTiling> {
  void runOnOperation() override {
    int64_t nextNumber = 0;
    SmallVector<Block *> blocks;
    getOperation().walk([&](Operation *op) {
      // Not inside structures, linalg or loops that are tiled already.
      if (!isa<func::FuncOp, scf::ForOp, scf::IfOp, scf::WhileOp,
               scf::IndexSwitchOp>(op) ||
          op->getParentOfType<scf::ForallOp>())
        return;
      for (Region &region : op->getRegions())
        for (Block &block : region)
          blocks.push_back(&block);
    });
    for (Block *block : blocks)
      BlockPlan(*block).select(nextNumber);
  }
};
} // namespace
