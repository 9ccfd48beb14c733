// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear arithmetic on sizes: a claim holds where its opposite, together with
// what is known, has no solution.

#include "passes/SizeProver.h"

#include "dialect/structures/Structures.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::gyre;
using presburger::BoundType;

/// Eliminating variables costs more with each of them; proofs worth having are
/// about a handful.
static constexpr unsigned maxVariables = 24;

AffineExpr SizeProver::simplify(AffineExpr expr) {
  return simplifyAffineExpr(expr, 0, tracer.getNumSymbols());
}

static llvm::SmallSetVector<unsigned, 8>
getSymbols(ArrayRef<AffineExpr> exprs) {
  llvm::SmallSetVector<unsigned, 8> symbols;
  for (AffineExpr expr : exprs)
    expr.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        symbols.insert(symbol.getPosition());
    });
  return symbols;
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

/// The extent of a loop of an operation with `maps`: that of an operand
/// dimension that it alone indexes; null where there is none.
static AffineExpr getExtent(SizeTracer &tracer, Operation *op,
                            ArrayRef<AffineMap> maps, unsigned loop) {
  for (auto [number, map] : llvm::enumerate(maps))
    if (isa<RankedTensorType>(op->getOperand(number).getType()))
      for (auto [d, expr] : llvm::enumerate(map.getResults()))
        if (expr == getAffineDimExpr(loop, op->getContext()))
          return tracer.express(op->getOperand(number), d);
  return {};
}

void SizeProver::addFacts(unsigned symbol, Facts &facts) {
  AffineExpr self = getAffineSymbolExpr(symbol, context);
  auto isBelow = [&](AffineExpr end) {
    if (end)
      facts.natural.push_back(end - 1 - self);
  };
  Value value = tracer.getUnknown(symbol);
  if (!value) {
    if (tracer.isSize(symbol) || tracer.isUnknownExtent(symbol))
      facts.natural.push_back(self);
    return;
  }
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar() || !tracer.countsUp(loop))
      return;
    AffineExpr first = tracer.express(loop.getLowerBound());
    facts.natural.push_back(self - first);
    isBelow(tracer.express(loop.getUpperBound()));
    auto step = dyn_cast<AffineConstantExpr>(tracer.express(loop.getStep()));
    if (step && step.getValue() > 1)
      facts.zero.push_back((self - first) % step.getValue());
    return;
  }
  auto natural = [&]() { facts.natural.push_back(self); };
  auto constant = [](Value operand) {
    APInt number;
    return matchPattern(operand, m_ConstantInt(&number)) &&
                   number.isNonNegative()
               ? std::optional<int64_t>(number.getSExtValue())
               : std::nullopt;
  };
  llvm::TypeSwitch<Operation *>(value.getDefiningOp())
      .Case([&](linalg::IndexOp op) {
        auto parent = op->getParentOfType<linalg::LinalgOp>();
        natural();
        isBelow(getExtent(tracer, parent, parent.getIndexingMapsArray(),
                          op.getDim()));
      })
      .Case([&](IndexOp op) {
        auto parent = op->getParentOfType<StructureOpInterface>();
        if (!parent.getOffsets().empty())
          return;
        natural();
        isBelow(getExtent(tracer, parent, parent.getIndexingMapsArray(),
                          op.getDim()));
      })
      .Case([&](arith::RemUIOp op) {
        if (auto divisor = constant(op.getRhs()); divisor && *divisor > 0) {
          natural();
          isBelow(getAffineConstantExpr(*divisor, context));
        }
      })
      .Case([&](arith::AndIOp op) {
        if (auto mask = constant(op.getRhs())) {
          natural();
          facts.natural.push_back(*mask - self);
        }
      })
      .Case([&](arith::IndexCastUIOp op) {
        if (op.getIn().getType().isInteger() &&
            op.getIn().getType().getIntOrFloatBitWidth() < 64)
          natural();
      })
      .Case([&](arith::MinSIOp op) {
        for (Value operand : op->getOperands())
          facts.natural.push_back(tracer.express(operand) - self);
      })
      .Case([&](arith::MaxSIOp op) {
        for (Value operand : op->getOperands())
          facts.natural.push_back(self - tracer.express(operand));
      });
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

namespace {
/// A system of linear constraints. Products of sizes are variables of their
/// own.
struct System {
  explicit System(unsigned numVariables)
      : constraints(numVariables), numVariables(numVariables) {}

  /// Adds a variable that is equal to `expr`, over dimensions.
  bool add(AffineExpr expr, BoundType type, int64_t bound) {
    unsigned position = constraints.appendVar(presburger::VarKind::SetDim);
    AffineMap map = AffineMap::get(constraints.getNumDimVars(), 0, expr);
    if (failed(constraints.addBound(BoundType::EQ, position, map)))
      return false;
    constraints.addBound(type, position, bound);
    return true;
  }

  FlatLinearConstraints constraints;
  unsigned numVariables;
};

/// Gives each symbol, and each part that is not linear, a dimension.
struct Linearizer {
  SmallVector<AffineExpr> variables;

  AffineExpr variable(AffineExpr of) {
    auto found = llvm::find(variables, of);
    unsigned position = found - variables.begin();
    if (found == variables.end())
      variables.push_back(of);
    return getAffineDimExpr(position, of.getContext());
  }

  AffineExpr operator()(AffineExpr expr) {
    if (isa<AffineConstantExpr>(expr))
      return expr;
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary)
      return variable(expr);
    AffineExpr left = binary.getLHS(), right = binary.getRHS();
    auto constant = dyn_cast<AffineConstantExpr>(right);
    if (expr.getKind() != AffineExprKind::Add && !constant)
      return variable(expr);
    if (expr.getKind() != AffineExprKind::Add &&
        expr.getKind() != AffineExprKind::Mul && constant.getValue() <= 0)
      return variable(expr);
    return getAffineBinaryOpExpr(expr.getKind(), (*this)(left), (*this)(right));
  }
};
} // namespace

bool SizeProver::follows(AffineExpr goal, Facts facts) {
  // Whatever the facts speak of has facts of its own.
  llvm::DenseSet<unsigned> seen;
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<AffineExpr> all{goal};
    llvm::append_range(all, facts.natural);
    llvm::append_range(all, facts.zero);
    for (unsigned symbol : getSymbols(all))
      if (seen.size() < maxVariables && seen.insert(symbol).second) {
        addFacts(symbol, facts);
        changed = true;
      }
  }
  Linearizer linearize;
  AffineExpr claim = linearize(goal);
  for (AffineExpr &fact : facts.natural)
    fact = linearize(fact);
  for (AffineExpr &fact : facts.zero)
    fact = linearize(fact);
  unsigned numVariables = linearize.variables.size();
  if (numVariables > maxVariables)
    return false;
  System system(numVariables);
  for (auto [position, variable] : llvm::enumerate(linearize.variables)) {
    // A product of sizes is no negative number either.
    bool natural = isa<AffineBinaryOpExpr>(variable);
    variable.walk([&, &natural = natural](AffineExpr part) {
      auto symbol = dyn_cast<AffineSymbolExpr>(part);
      natural &= part.getKind() == AffineExprKind::Mul ||
                 (symbol && tracer.isSize(symbol.getPosition()));
    });
    if (natural)
      system.constraints.addBound(BoundType::LB, position, int64_t(0));
  }
  for (AffineExpr fact : facts.natural)
    if (!system.add(fact, BoundType::LB, 0))
      return false;
  for (AffineExpr fact : facts.zero)
    if (!system.add(fact, BoundType::EQ, 0))
      return false;
  return system.add(claim, BoundType::UB, -1) && system.constraints.isEmpty();
}

/// What `value` is one of: the operands of a minimum, maximum or choice.
static SmallVector<Value> getChoices(Value value) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (isa_and_nonnull<arith::MinSIOp, arith::MaxSIOp>(op))
    return llvm::to_vector(op->getOperands());
  if (auto select = dyn_cast_or_null<arith::SelectOp>(op))
    return {select.getTrueValue(), select.getFalseValue()};
  return {};
}

bool SizeProver::prove(AffineExpr goal, Facts facts,
                       llvm::DenseSet<unsigned> split) {
  if (follows(goal, facts))
    return true;
  if (split.size() == 3)
    return false;
  SmallVector<AffineExpr> all{goal};
  llvm::append_range(all, facts.natural);
  for (unsigned symbol : getSymbols(all)) {
    SmallVector<Value> choices = getChoices(tracer.getUnknown(symbol));
    if (choices.empty() || !split.insert(symbol).second)
      continue;
    AffineExpr self = getAffineSymbolExpr(symbol, context);
    return llvm::all_of(choices, [&](Value choice) {
      Facts more = facts;
      more.zero.push_back(self - tracer.express(choice));
      return prove(goal, more, split);
    });
  }
  return false;
}

bool SizeProver::isNeverNegative(AffineExpr expr) {
  expr = simplify(expr);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() >= 0;
  return prove(expr, {}, {});
}

//===----------------------------------------------------------------------===//
// Extremes
//===----------------------------------------------------------------------===//

AffineExpr SizeProver::getLeast(AffineExpr expr, ArrayRef<AffineExpr> extents) {
  AffineExpr least = getExtreme(expr, /*least=*/true, extents);
  return least ? simplify(least) : least;
}

AffineExpr SizeProver::getGreatest(AffineExpr expr,
                                   ArrayRef<AffineExpr> extents) {
  AffineExpr most = getExtreme(expr, /*least=*/false, extents);
  return most ? simplify(most) : most;
}

AffineExpr SizeProver::getExtreme(AffineExpr expr, bool least,
                                  ArrayRef<AffineExpr> extents) {
  if (isa<AffineConstantExpr>(expr))
    return expr;
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    AffineExpr extent = extents[dim.getPosition()];
    return least ? getAffineConstantExpr(0, context)
                 : (extent ? getExtreme(extent, least, {}) - 1 : extent);
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    if (tracer.isKnownAtEntry(expr))
      return expr;
    auto position = dyn_cast_or_null<BlockArgument>(
        tracer.getUnknown(symbol.getPosition()));
    auto loop = position
                    ? dyn_cast<scf::ForOp>(position.getOwner()->getParentOp())
                    : scf::ForOp();
    if (!loop || position != loop.getInductionVar() || !tracer.countsUp(loop))
      return {};
    if (least)
      return getExtreme(tracer.express(loop.getLowerBound()), least, {});
    AffineExpr end =
        getExtreme(tracer.express(loop.getUpperBound()), least, {});
    AffineExpr first = tracer.express(loop.getLowerBound());
    auto step = dyn_cast<AffineConstantExpr>(tracer.express(loop.getStep()));
    if (!end || !step || step.getValue() == 1 ||
        !isa<AffineConstantExpr>(first))
      return end ? end - 1 : end;
    return first +
           (end - 1 - first).floorDiv(step.getValue()) * step.getValue();
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = binary.getLHS(), right = binary.getRHS();
  auto constant = dyn_cast<AffineConstantExpr>(right);
  switch (expr.getKind()) {
  case AffineExprKind::Add: {
    left = getExtreme(left, least, extents);
    right = getExtreme(right, least, extents);
    return left && right ? left + right : AffineExpr();
  }
  case AffineExprKind::Mul:
    if (!constant)
      break;
    left = getExtreme(left, least == (constant.getValue() >= 0), extents);
    return left ? left * right : left;
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
    if (!constant || constant.getValue() <= 0)
      break;
    left = getExtreme(left, least, extents);
    return left ? getAffineBinaryOpExpr(expr.getKind(), left, right) : left;
  case AffineExprKind::Mod:
    if (!constant || constant.getValue() <= 0)
      break;
    if (extents.empty() && tracer.isKnownAtEntry(expr))
      return expr;
    return getAffineConstantExpr(least ? 0 : constant.getValue() - 1, context);
  default:
    break;
  }
  // Anything else stays as it is, if it may.
  bool fixed = tracer.isKnownAtEntry(expr);
  expr.walk([&](AffineExpr part) { fixed &= !isa<AffineDimExpr>(part); });
  return fixed ? expr : AffineExpr();
}

//===----------------------------------------------------------------------===//
// Requirements
//===----------------------------------------------------------------------===//

SizeProver::Answer SizeProver::require(Requirement requirement) {
  // The runtime's expressions are of limited depth.
  for (const std::string &text : {requirement.left, requirement.right}) {
    SmallVector<std::string> names = entry.getSymbols();
    std::string reason;
    if (failed(parseSizeExpression(text, names, context, reason)))
      return Answer::Unknown;
  }
  if (!llvm::is_contained(entry.requirements, requirement))
    entry.requirements.push_back(std::move(requirement));
  return Answer::Required;
}

/// Takes a sum apart by the sign of its terms: `positive` minus `negative`.
static void splitSum(AffineExpr expr, AffineExpr &positive,
                     AffineExpr &negative) {
  if (expr.getKind() == AffineExprKind::Add) {
    auto sum = cast<AffineBinaryOpExpr>(expr);
    splitSum(sum.getLHS(), positive, negative);
    splitSum(sum.getRHS(), positive, negative);
    return;
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    if (constant.getValue() < 0)
      negative = negative - constant.getValue();
    else
      positive = positive + expr;
    return;
  }
  if (expr.getKind() == AffineExprKind::Mul)
    if (auto factor = dyn_cast<AffineConstantExpr>(
            cast<AffineBinaryOpExpr>(expr).getRHS());
        factor && factor.getValue() < 0) {
      negative = negative +
                 cast<AffineBinaryOpExpr>(expr).getLHS() * -factor.getValue();
      return;
    }
  positive = positive + expr;
}

SizeProver::Answer SizeProver::requireNeverNegative(AffineExpr expr) {
  if (isNeverNegative(expr))
    return Answer::Holds;
  AffineExpr least = getLeast(simplify(expr));
  if (!least)
    return Answer::Unknown;
  if (auto constant = dyn_cast<AffineConstantExpr>(least))
    return constant.getValue() >= 0  ? Answer::Holds
           : least == simplify(expr) ? Answer::Wrong
                                     : Answer::Unknown;
  AffineExpr more = getAffineConstantExpr(0, context), less = more;
  splitSum(least, more, less);
  return require({tracer.print(less), tracer.print(more), /*atMost=*/true});
}

SizeProver::Answer SizeProver::requireEqual(AffineExpr a, AffineExpr b) {
  if (a == b)
    return Answer::Holds;
  AffineExpr difference = simplify(a - b);
  if (auto constant = dyn_cast<AffineConstantExpr>(difference))
    return constant.getValue() == 0 ? Answer::Holds : Answer::Wrong;
  if (tracer.isKnownAtEntry(a) && tracer.isKnownAtEntry(b))
    return require({tracer.print(a), tracer.print(b)});
  return isNeverNegative(difference) && isNeverNegative(-difference)
             ? Answer::Holds
             : Answer::Unknown;
}
