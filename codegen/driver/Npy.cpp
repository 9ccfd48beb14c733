// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NumPy's file format, versions 1 to 3: a magic, a header that is a Python
// dictionary, the elements.

#include "codegen/driver/Npy.h"

#include "codegen/Model.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringLiteral magic = "\x93NUMPY";

/// What NumPy calls an element type; it has no bf16 and no f8.
static StringRef spell(Type type) {
  if (type.isIndex())
    return "<i8";
  if (type.isBF16())
    return "<u2";
  unsigned bits = type.getIntOrFloatBitWidth();
  if (isa<FloatType>(type) && bits == 8)
    return "|u1";
  if (isa<FloatType>(type))
    return bits == 64 ? "<f8" : bits == 32 ? "<f4" : "<f2";
  return bits == 1    ? "|b1"
         : bits == 8  ? "|i1"
         : bits == 16 ? "<i2"
         : bits == 32 ? "<i4"
                      : "<i8";
}

int64_t Array::getNumElements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::string Array::describe() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (int64_t extent : shape)
    os << extent << 'x';
  os << type;
  return text;
}

double Array::get(int64_t index) const {
  int64_t size = getElementBytes(type);
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + index * size, size);
  if (auto floats = dyn_cast<FloatType>(type)) {
    llvm::APFloat value(floats.getFloatSemantics(),
                        llvm::APInt(floats.getWidth(), bits));
    return value.convertToDouble();
  }
  return type.isSignlessInteger(1) ? bits != 0
                                   : llvm::SignExtend64(bits, 8 * size);
}

void Array::set(int64_t index, double value) {
  int64_t size = getElementBytes(type);
  uint64_t bits;
  if (auto floats = dyn_cast<FloatType>(type)) {
    llvm::APFloat converted(value);
    bool lossy;
    converted.convert(floats.getFloatSemantics(),
                      llvm::APFloat::rmNearestTiesToEven, &lossy);
    bits = converted.bitcastToAPInt().getZExtValue();
  } else {
    bits = static_cast<int64_t>(value);
  }
  std::memcpy(bytes.data() + index * size, &bits, size);
}

FailureOr<Array> gyre::makeArray(Type type, ArrayRef<int64_t> shape) {
  int64_t bytes = getElementBytes(type);
  for (int64_t extent : shape)
    if (extent < 0 || llvm::MulOverflow(bytes, extent, bytes))
      return failure();
  return Array{type, SmallVector<int64_t>(shape), std::vector<char>(bytes)};
}

/// The value of a key in the header's dictionary, up to the comma or bracket
/// that ends it.
static StringRef lookup(StringRef header, StringRef key) {
  size_t found = header.find(("'" + key + "'").str());
  if (found == StringRef::npos)
    return {};
  StringRef rest = header.drop_front(found + key.size() + 2).ltrim(" :");
  if (rest.consume_front("("))
    return rest.take_until([](char c) { return c == ')'; });
  return rest.take_until([](char c) { return c == ',' || c == '}'; }).trim();
}

FailureOr<Array> gyre::readNpy(StringRef path, Type type, std::string &error) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error =
        ("cannot read '" + path + "': " + buffer.getError().message()).str();
    return failure();
  }
  auto fail = [&](const Twine &reason) {
    error = ("'" + path + "': " + reason).str();
    return failure();
  };
  StringRef text = (*buffer)->getBuffer();
  if (!text.consume_front(magic) || text.size() < 8)
    return fail("expected a .npy file");
  bool isLong = text[0] >= 2;
  uint64_t length = isLong ? llvm::support::endian::read32le(text.data() + 2)
                           : llvm::support::endian::read16le(text.data() + 2);
  text = text.drop_front(isLong ? 6 : 4);
  if (length > text.size())
    return fail("the header is cut off");
  StringRef header = text.take_front(length);
  text = text.drop_front(length);

  StringRef descr = lookup(header, "descr").trim("'");
  // Little-endian is what '=' means on all targets.
  std::string wanted = spell(type).str();
  if (descr.drop_front(descr.empty() ? 0 : 1) != StringRef(wanted).drop_front())
    return fail("expected elements of type '" + wanted + "', got '" + descr +
                "'");
  if (descr.starts_with(">"))
    return fail("expected little-endian elements");
  if (lookup(header, "fortran_order") != "False")
    return fail("expected row-major order");
  SmallVector<int64_t> shape;
  for (StringRef part : llvm::split(lookup(header, "shape"), ',')) {
    int64_t extent;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, extent))
      return fail("malformed shape");
    shape.push_back(extent);
  }
  FailureOr<Array> array = makeArray(type, shape);
  if (failed(array) || array->bytes.size() != text.size())
    return fail("expected as many bytes as the shape says, got " +
                Twine(text.size()));
  llvm::copy(text, array->bytes.begin());
  return array;
}

std::string gyre::writeNpy(const Array &array) {
  std::string header;
  llvm::raw_string_ostream os(header);
  os << "{'descr': '" << spell(array.type)
     << "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : array.shape)
    os << extent << ',';
  os << "), }";
  // The elements start at a multiple of 64.
  size_t before = magic.size() + 4;
  header.resize(llvm::alignTo(before + header.size() + 1, 64) - before - 1,
                ' ');
  header += '\n';
  std::string contents = magic.str() + std::string("\x01\x00", 2);
  contents += static_cast<char>(header.size() & 0xff);
  contents += static_cast<char>(header.size() >> 8);
  return contents + header +
         std::string(array.bytes.begin(), array.bytes.end());
}
