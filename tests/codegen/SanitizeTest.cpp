// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each kind of undefined result in a function of its own, instrumented,
// optimized and run: with arguments that are just right, and that are not.

#include "codegen/Sanitize.h"
#include "codegen/Object.h"
#include "codegen/Target.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include <csetjmp>
#include <doctest/doctest.h>
#include <string>

namespace orc = llvm::orc;

namespace {

/// The body of a function of two numbers: %a and %b, the same as %x and %y of
/// 8 bits, and %v and %w, vectors with these in lane 2.
struct Case {
  const char *body;
  int64_t fine[2];
  int64_t bad[2];
  const char *reason;
};

const int64_t nan = 0x7fc00000, infinity = 0x7f800000, one = 0x3f800000;
alignas(64) char memory[128];
const int64_t address = reinterpret_cast<int64_t>(memory);

const Case cases[] = {
    {"%r = add nsw i8 %x, %y", {100, 27}, {100, 28}, "signed overflow"},
    {"%r = add nuw i8 %x, %y", {200, 55}, {200, 56}, "unsigned overflow"},
    {"%r = sub nsw i8 %x, %y", {-100, 28}, {-100, 29}, "signed overflow"},
    {"%r = sub nuw i8 %x, %y", {28, 28}, {28, 29}, "unsigned overflow"},
    {"%r = mul nsw i8 %x, %y", {-16, 8}, {16, 8}, "signed overflow"},
    {"%r = mul nuw i8 %x, %y", {17, 15}, {16, 16}, "unsigned overflow"},
    {"%r = shl nsw i8 %x, %y", {31, 2}, {32, 2}, "signed overflow"},
    {"%r = shl nuw i8 %x, %y", {63, 2}, {64, 2}, "unsigned overflow"},
    {"%r = add nsw <4 x i8> %v, %w", {100, 27}, {100, 28}, "signed overflow"},
    {"%r = mul nuw <4 x i8> %v, %w", {17, 15}, {16, 16}, "unsigned overflow"},
    {"%r = shl i8 %x, %y", {1, 7}, {1, 8}, "shift by the width or more"},
    {"%r = lshr i8 %x, %y", {1, 7}, {1, 8}, "shift by the width or more"},
    {"%r = ashr <4 x i8> %v, %w",
     {1, 7},
     {1, -1},
     "shift by the width or more"},
    {"%r = lshr exact i8 %x, %y", {4, 2}, {6, 2}, "inexact result"},
    {"%r = udiv i8 %x, %y", {1, 2}, {1, 0}, "division by zero"},
    {"%r = urem i8 %x, %y", {1, 2}, {1, 0}, "division by zero"},
    {"%r = sdiv i8 %x, %y", {1, 2}, {1, 0}, "division by zero"},
    {"%r = sdiv i8 %x, %y",
     {-128, 1},
     {-128, -1},
     "the least number divided by -1"},
    {"%r = srem i8 %x, %y",
     {-127, -1},
     {-128, -1},
     "the least number divided by -1"},
    {"%o = or <4 x i8> %w, splat (i8 1)\n%r = sdiv <4 x i8> %v, %o",
     {-128, 3},
     {-128, -1},
     "the least number divided by -1"},
    {"%o = xor <4 x i8> %w, splat (i8 1)\n%r = udiv <4 x i8> %v, %o",
     {1, 0},
     {1, 1},
     "division by zero"},
    {"%r = sdiv exact i8 %x, %y", {6, 3}, {7, 3}, "inexact result"},
    {"%r = or disjoint i8 %x, %y", {5, 2}, {5, 4}, "bits in common"},

    {"%f = sitofp i64 %a to float\n%r = fptosi float %f to i8",
     {-128, 0},
     {-129, 0},
     "conversion out of range"},
    {"%f = sitofp i64 %a to float\n%r = fptosi float %f to i8",
     {127, 0},
     {128, 0},
     "conversion out of range"},
    {"%f = sitofp i64 %a to float\n%r = fptoui float %f to i8",
     {255, 0},
     {256, 0},
     "conversion out of range"},
    {"%f = sitofp i64 %a to float\n%h = fmul float %f, 0.5\n"
     "%r = fptoui float %h to i8",
     {-1, 0},
     {-2, 0},
     "conversion out of range"},
    {"%f = sitofp i64 %a to float\n%r = fptosi float %f to i32",
     {(1ll << 31) - 128, 0},
     {1ll << 31, 0},
     "conversion out of range"},
    {"%f = sitofp i64 %a to half\n%r = fptosi half %f to i32",
     {65504, 0},
     {1 << 17, 0},
     "conversion out of range"},
    {"%i = trunc i64 %a to i32\n%f = bitcast i32 %i to float\n"
     "%u = insertelement <4 x float> zeroinitializer, float %f, i64 3\n"
     "%r = fptosi <4 x float> %u to <4 x i32>",
     {one, 0},
     {nan, 0},
     "conversion out of range"},
    {"%r = zext nneg i8 %x to i32", {127, 0}, {128, 0}, "negative number"},
    {"%r = uitofp nneg i8 %x to float", {127, 0}, {128, 0}, "negative number"},
    {"%r = trunc nsw i64 %a to i8", {-128, 0}, {-129, 0}, "signed overflow"},
    {"%r = trunc nuw i64 %a to i8", {255, 0}, {256, 0}, "unsigned overflow"},
    {"%r = icmp samesign ult i8 %x, %y", {-1, -2}, {-1, 2}, "different signs"},
    {"%i = trunc i64 %a to i32\n%f = bitcast i32 %i to float\n"
     "%r = fadd nnan float %f, 1.0",
     {infinity, 0},
     {nan, 0},
     "NaN"},
    {"%i = trunc i64 %a to i32\n%f = bitcast i32 %i to float\n"
     "%r = fdiv ninf float 1.0, %f",
     {one, 0},
     {0, 0},
     "infinity"},

    {"%p = inttoptr i64 %a to ptr\n%r = getelementptr nusw i32, ptr %p, i64 %b",
     {16, -4},
     {16, -5},
     "address wraps"},
    {"%p = inttoptr i64 %a to ptr\n"
     "%r = getelementptr inbounds i32, ptr %p, i64 %b",
     {16, 1},
     {16, 1ll << 61},
     "address wraps"},
    {"%p = inttoptr i64 %a to ptr\n"
     "%r = getelementptr inbounds i32, ptr %p, i64 %b",
     {0, 0},
     {0, 1},
     "address from null"},
    {"%p = inttoptr i64 %a to ptr\n%r = getelementptr nuw i32, ptr %p, i64 %b",
     {16, 1},
     {16, -1},
     "address wraps"},
    {"%p = inttoptr i64 %a to ptr\n"
     "%i = insertelement <4 x i64> zeroinitializer, i64 %b, i64 2\n"
     "%r = getelementptr inbounds i32, ptr %p, <4 x i64> %i",
     {16, 1},
     {16, 1ll << 61},
     "address wraps"},

    {"%p = inttoptr i64 %a to ptr\n%r = load i32, ptr %p, align 4",
     {address + 4, 0},
     {address + 2, 0},
     "misaligned address"},
    {"%p = inttoptr i64 %a to ptr\n"
     "store <4 x float> zeroinitializer, ptr %p, align 16",
     {address + 16, 0},
     {address + 4, 0},
     "misaligned address"},
    {"%p = inttoptr i64 %a to ptr\n%m = icmp ne <4 x i8> %w, zeroinitializer\n"
     "%r = call <4 x float> @llvm.masked.load.v4f32.p0("
     "ptr align 16 %p, <4 x i1> %m, <4 x float> zeroinitializer)",
     {address + 4, 0},
     {address + 4, 1},
     "misaligned address"},
    {"%p = inttoptr i64 %a to ptr\n%m = icmp ne <4 x i8> %w, zeroinitializer\n"
     "call void @llvm.masked.store.v4f32.p0("
     "<4 x float> zeroinitializer, ptr align 16 %p, <4 x i1> %m)",
     {address + 4, 0},
     {address + 4, 1},
     "misaligned address"},
    {"%p = inttoptr i64 %a to ptr\n%i = sext <4 x i8> %w to <4 x i64>\n"
     "%q = getelementptr i8, ptr %p, <4 x i64> %i\n"
     "%r = call <4 x float> @llvm.masked.gather.v4f32.v4p0("
     "<4 x ptr> align 4 %q, <4 x i1> splat (i1 true), "
     "<4 x float> zeroinitializer)",
     {address, 4},
     {address, 6},
     "misaligned address"},
    {"%p = inttoptr i64 %a to ptr\n"
     "call void @llvm.memset.p0.i64(ptr align 8 %p, i8 0, i64 8, i1 false)",
     {address + 8, 0},
     {address + 4, 0},
     "misaligned address"},

    {"%c = icmp ult i64 %a, %b\ncall void @llvm.assume(i1 %c)",
     {1, 2},
     {2, 2},
     "false assumption"},
    {"%p = inttoptr i64 %a to ptr\n"
     "call void @llvm.assume(i1 true) [\"align\"(ptr %p, i64 16)]",
     {address, 0},
     {address + 8, 0},
     "misaligned address"},
    {"%r = extractelement <4 x i8> %v, i64 %b",
     {1, 3},
     {1, 4},
     "element behind the end of a vector"},
    {"%r = insertelement <4 x i8> %v, i8 1, i64 %b",
     {1, 3},
     {1, -1},
     "element behind the end of a vector"},
    {"%r = call i8 @llvm.ctlz.i8(i8 %x, i1 true)", {1, 0}, {0, 0}, "zero"},
    {"%r = call i8 @llvm.abs.i8(i8 %x, i1 true)",
     {-127, 0},
     {-128, 0},
     "signed overflow"},
    {"%c = icmp eq i64 %a, %b\nbr i1 %c, label %good, label %bad\n"
     "bad:\nunreachable\ngood:",
     {1, 1},
     {1, 2},
     "code that is never to be reached"},
};

std::string makeModule() {
  std::string text;
  for (auto [i, test] : llvm::enumerate(cases))
    text += "define void @f" + std::to_string(i) +
            "(i64 %a, i64 %b) {\n"
            "%x = trunc i64 %a to i8\n%y = trunc i64 %b to i8\n"
            "%v = insertelement <4 x i8> zeroinitializer, i8 %x, i64 2\n"
            "%w = insertelement <4 x i8> zeroinitializer, i8 %y, i64 2\n" +
            test.body + "\nret void\n}\n";
  return text;
}

std::jmp_buf back;
std::string found;

/// In place of the runtime's, which aborts.
void remember(const char *function, const char *what) {
  found = std::string(function) + ": " + what;
  std::longjmp(back, 1);
}

using Function = void(int64_t, int64_t);

/// What a call reports, or nothing.
std::string call(Function *function, const int64_t (&arguments)[2]) {
  found.clear();
  if (setjmp(back) == 0)
    function(arguments[0], arguments[1]);
  return found;
}

std::unique_ptr<orc::LLJIT> compile() {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  std::string text = makeModule();
  auto module = llvm::parseAssemblyString(text, diagnostic, context);
  std::string error;
  if (!module)
    FAIL(diagnostic.getMessage().str()
         << ": " << diagnostic.getLineContents().str());
  auto target = mlir::gyre::lookupTarget("host", error);
  REQUIRE_MESSAGE(succeeded(target), error);
  auto machine = mlir::gyre::createTargetMachine(*target, error);
  REQUIRE_MESSAGE(machine, error);
  module->setTargetTriple(machine->getTargetTriple());
  module->setDataLayout(machine->createDataLayout());
  mlir::gyre::checkUndefined(*module);
  mlir::gyre::optimize(*module, *machine, {});
  llvm::SmallString<0> object;
  llvm::raw_svector_ostream os(object);
  REQUIRE(succeeded(mlir::gyre::writeCode(
      *module, *machine, llvm::CodeGenFileType::ObjectFile, os)));
  auto jit = llvm::cantFail(orc::LLJITBuilder().create());
  llvm::cantFail(jit->getMainJITDylib().define(orc::absoluteSymbols(
      {{jit->mangleAndIntern("gyre_undefined"),
        {orc::ExecutorAddr::fromPtr(&remember),
         llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable}}})));
  llvm::cantFail(
      jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object)));
  return jit;
}

} // namespace

TEST_CASE("sanitize: each kind of undefined result is caught, nothing else") {
  std::unique_ptr<orc::LLJIT> jit = compile();
  for (auto [i, test] : llvm::enumerate(cases)) {
    std::string body = test.body;
    CAPTURE(body);
    std::string name = "f" + std::to_string(i);
    auto *function = llvm::cantFail(jit->lookup(name)).toPtr<Function>();
    CHECK(call(function, test.fine) == "");
    std::string report = call(function, test.bad);
    CAPTURE(report);
    CHECK(
        llvm::StringRef(report).starts_with(name + ": " + test.reason + ": "));
  }
}
