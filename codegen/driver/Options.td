// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of gyrec. Options of LLVM's own, which libLLVM registers by
// the hundred, are kept apart by --mllvm.

include "llvm/Option/OptParser.td"

def both : OptionGroup<"both">, HelpText<"OPTIONS">;
def compile : OptionGroup<"compile">, HelpText<"OPTIONS OF gyrec <graph>">;
def run : OptionGroup<"run">, HelpText<"OPTIONS OF gyrec run <graph>">;

// --name=value and --name value.
multiclass Value<string name, string metavar, string help, OptionGroup group> {
  def _EQ : Joined<["--"], name#"=">, HelpText<help>, MetaVarName<metavar>,
            Group<group>;
  def "" : Separate<["--"], name>, Alias<!cast<Joined>(NAME#"_EQ")>, Group<group>;
}

defm emit : Value<"emit", "<what>",
  "One thing only: obj, header, json, asm, llvm; for the last GPU ptx, nvvm (LLVM IR); or the graph after a stage: graph, structures, kernels, buffers, code",
  compile>;
def o : Separate<["-"], "o">, MetaVarName<"<path>">, Group<compile>,
  HelpText<"Where to write: <path>.o, <path>.h and <path>.json; with --emit one file, '-' is standard output">;
def report : Flag<["--"], "report">, Group<compile>,
  HelpText<"Say which kernels were formed and what they cost, and write nothing else">;
def report_EQ : Joined<["--"], "report=">, MetaVarName<"<text|json|html>">,
  Group<compile>, HelpText<"The same as text, JSON or a page with pictures">;
def save_temps : Flag<["--"], "save-temps">, Group<compile>,
  HelpText<"Write <path>.ll besides, and for the last GPU <path>.nvvm.ll and <path>.ptx">;

def benchmark : Flag<["--"], "benchmark">, Group<run>,
  HelpText<"Time repeated calls">;
def describe : Flag<["--"], "describe">, Group<run>,
  HelpText<"Print the functions and stop">;
defm device : Value<"device", "<cpu|cuda>",
  "Where to run (default: cpu); cuda is the first NVIDIA GPU, for which sm_80 is compiled where --target names none",
  run>;
defm entry : Value<"entry", "<name>",
  "The function to run; may be left out where there is one", run>;
defm input : Value<"in", "<[name=]x.npy>",
  "An input: a .npy file, or a number for a scalar; in order, or by name", run>;
defm output : Value<"out", "<[name=]y.npy>",
  "Where a result goes; in order, or by name", run>;
defm random : Value<"random", "<seed>",
  "Fill inputs and weights that are not given with numbers drawn from a seed",
  run>;
defm weights : Value<"weights", "<w.safetensors>", "The model's weights", run>;

def help : Flag<["--", "-"], "help">, Group<both>, HelpText<"Print this">;
def h : Flag<["-"], "h">, Alias<help>;
defm load_dialect_plugin : Value<"load-dialect-plugin", "<plugin.so>",
  "Load a dialect with operators of its own", both>;
def mllvm : Separate<["--", "-"], "mllvm">, MetaVarName<"<option>">,
  Group<both>, HelpText<"An option of LLVM's or MLIR's own">;
defm prefix : Value<"prefix", "<name>", "Lead all symbols with <name>_", both>;
defm sanitize : Value<"sanitize", "<address,undefined>",
  "Check, while it runs, memory accesses (the program is linked with -fsanitize=address by clang of the same version) and what LLVM IR leaves undefined",
  both>;
defm size : Value<"size", "<T=5>",
  "A size that no input tells; numbers instead of names in a report", both>;
defm target : Value<"target", "<names>",
  "host (default), x86-64-v2, x86-64-v3, x86-64-v4, aarch64, and the GPUs sm_80, sm_90, sm_90a, sm_100, sm_120; several, with commas, go into one object and are chosen among at run time",
  both>;
defm threads : Value<"threads", "<on|off>",
  "Whether the code may run on several threads (default: on); off leaves no symbol of them",
  both>;
def time : Flag<["--"], "time">, Group<both>,
  HelpText<"Say where compile time goes">;
def verify_each : Flag<["--"], "verify-each">, Group<both>,
  HelpText<"Verify the graph after each pass">;
def version : Flag<["--"], "version">, Group<both>, HelpText<"Print the version">;
