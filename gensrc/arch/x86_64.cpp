// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x86_64, AT&T syntax.
//
// An import that the original does not use directly has no copy in the
// executable and no PLT entry that stands for its address. So `sym(%rip)`
// becomes a load of the address from the GOT and an access through a register:
// the destination itself where there is one (mov, lea), else a scratch register
// that is saved below the red zone. Flags stay as they are: only mov, lea, push
// and pop are added.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gensrc/arch/arch.h"
#include "gensrc/assembly.h"
#include "gensrc/statement.h"

namespace care::gensrc {
namespace {

// A stack of 32 bits. Its addresses are 64 bits wide here, also with -mx32.
bool is_foreign(std::string_view mnemonic, std::string_view operands) {
  return mnemonic == "pushl" || mnemonic == "popl" ||
         operands.find("(%esp") != operands.npos;
}

bool is_prefix(std::string_view word) {
  static constexpr std::array<std::string_view, 20> prefixes = {
      "lock", "rep",    "repe",   "repz",   "repne", "repnz", "notrack",
      "bnd",  "data16", "data32", "addr32", "rex64", "rex.w", "rex",
      "cs",   "ds",     "es",     "fs",     "gs",    "ss"};
  return std::find(prefixes.begin(), prefixes.end(), word) != prefixes.end();
}

bool is_branch(std::string_view mnemonic, std::string_view operands) {
  size_t space = mnemonic.find_last_of(" \t");
  if (space != mnemonic.npos)
    mnemonic = mnemonic.substr(space + 1); // behind prefixes
  bool transfers = mnemonic.starts_with('j') || mnemonic.starts_with("call") ||
                   mnemonic.starts_with("loop") || mnemonic == "xbegin";
  return transfers && !operands.starts_with('*');
}

bool is_return(std::string_view mnemonic) {
  size_t space = mnemonic.find_last_of(" \t");
  if (space != mnemonic.npos)
    mnemonic = mnemonic.substr(space + 1); // "rep ret"
  return mnemonic.starts_with("ret") || mnemonic.starts_with("iret");
}

bool is_stack_pointer(std::string_view cfi_register) {
  return cfi_register == "7" || cfi_register == "%rsp" || cfi_register == "rsp";
}

// %eax or %rax and so on, to %rax; empty if it is not a general register of
// 32 or 64 bits.
std::string wide_register(std::string_view name) {
  if (name.size() < 3 || name[0] != '%')
    return {};
  std::string_view rest = name.substr(1);
  static constexpr std::array<std::string_view, 8> legacy = {
      "ax", "bx", "cx", "dx", "si", "di", "bp", "sp"};
  if ((rest[0] == 'r' || rest[0] == 'e') &&
      std::find(legacy.begin(), legacy.end(), rest.substr(1)) != legacy.end())
    return "%r" + std::string(rest.substr(1));
  if (rest[0] == 'r' && is_class(rest[1], digit_char)) {
    if (rest.back() == 'd')
      rest.remove_suffix(1);
    if (rest.size() <= 3 && is_class(rest.back(), digit_char))
      return "%" + std::string(rest);
  }
  return {};
}

enum class Form { Memory, Immediate, Other };

struct Operand {
  Form form = Form::Other;
  int64_t offset = 0;
  std::string_view text;
};

// `sym+8(%rip)`, `sym` or `$sym+8`.
Operand parse_operand(std::string_view text) {
  Operand operand{.text = text};
  std::string_view body = text;
  Form form = Form::Memory;
  if (body.starts_with('*'))
    body.remove_prefix(1);
  if (body.starts_with('$')) {
    form = Form::Immediate;
    body.remove_prefix(1);
  } else if (body.ends_with("(%rip)")) {
    body.remove_suffix(6);
  }
  Expression expression = parse_expression(body);
  if (expression.symbol.empty() || body.find('%') != body.npos)
    return operand;
  operand.form = form;
  operand.offset = expression.offset;
  return operand;
}

class Rewriter {
public:
  explicit Rewriter(const ImportUse &use) : use_(use) {}
  Result<std::string> run();

private:
  Error refuse() const;
  void line(const std::string &text) { out_ += "\t" + text + "\n"; }
  void adjust_cfa(int bytes) {
    if (use_.cfa_is_sp)
      line(".cfi_adjust_cfa_offset " + std::to_string(bytes));
  }
  void load_address(const std::string &reg) {
    line("movq\t" + std::string(use_.symbol) + "@GOTPCREL(%rip), " + reg);
  }
  std::string at(const std::string &reg) const {
    return (operand_.offset != 0 ? std::to_string(operand_.offset) : "") + "(" +
           reg + ")";
  }
  void add_offset(const std::string &reg) {
    if (operand_.offset != 0)
      line("leaq\t" + at(reg) + ", " + reg);
  }
  bool into_destination();
  bool through_call();
  bool through_push();
  bool through_scratch();
  std::string free_scratch() const;

  const ImportUse &use_;
  std::vector<std::string_view> operands_;
  size_t index_ = 0; // of the operand with the symbol
  Operand operand_;
  std::string out_;
};

Error Rewriter::refuse() const {
  return refused(
             "kpatch-import-data",
             fmt::format("'{} {}' uses the address of '{}' in a way that the "
                         "original program does not, and that cannot be done "
                         "through the GOT",
                         use_.mnemonic, use_.operands, use_.symbol))
      .note(fmt::format("build the patch with -fPIE, or copy '{}' into a local "
                        "pointer first",
                        use_.symbol));
}

// mov and lea: the destination holds the address first.
bool Rewriter::into_destination() {
  std::string_view mnemonic = use_.mnemonic;
  if (operands_.size() != 2 || index_ != 0)
    return false;
  std::string wide = wide_register(operands_[1]);
  bool is_wide = wide == operands_[1];
  if (wide.empty() || wide == "%rsp")
    return false;
  bool is_move = mnemonic == "mov" || mnemonic == "movq" ||
                 mnemonic == "movl" || mnemonic == "movabsq";
  bool wants_address = (operand_.form == Form::Immediate && is_move) ||
                       (operand_.form == Form::Memory && is_wide &&
                        (mnemonic == "lea" || mnemonic == "leaq"));
  bool is_load = operand_.form == Form::Memory && is_move;
  if (!wants_address && !is_load)
    return false;
  load_address(wide);
  if (wants_address)
    add_offset(wide);
  else
    line(std::string(mnemonic) + "\t" + at(wide) + ", " +
         std::string(operands_[1]));
  return true;
}

// %r11 is free at a call and at a tail call (psABI, figure 3.4).
bool Rewriter::through_call() {
  bool indirect = operands_.size() == 1 && operands_[0].starts_with('*') &&
                  operand_.form == Form::Memory;
  if (!indirect)
    return false;
  load_address("%r11");
  line(std::string(use_.mnemonic) + "\t*" + at("%r11"));
  return true;
}

// The slot that push makes holds the scratch register meanwhile.
bool Rewriter::through_push() {
  bool is_push = use_.mnemonic == "push" || use_.mnemonic == "pushq";
  if (!is_push || operands_.size() != 1)
    return false;
  line("pushq\t%r11");
  adjust_cfa(8);
  load_address("%r11");
  if (operand_.form == Form::Memory)
    line("movq\t" + at("%r11") + ", %r11");
  else
    add_offset("%r11");
  line("xchgq\t%r11, (%rsp)");
  adjust_cfa(-8); // what follows counts the push itself
  return true;
}

std::string Rewriter::free_scratch() const {
  for (std::string_view name : {"%r11", "%r10", "%r9", "%r8"})
    if (use_.operands.find(name) == use_.operands.npos)
      return std::string(name);
  return {};
}

bool Rewriter::through_scratch() {
  std::string scratch = free_scratch();
  bool uses_stack = use_.mnemonic.starts_with("pop") ||
                    use_.operands.find("%rsp") != use_.operands.npos ||
                    use_.operands.find("%esp") != use_.operands.npos ||
                    use_.mnemonic.starts_with("call") ||
                    use_.mnemonic.starts_with('j');
  if (scratch.empty() || uses_stack)
    return false;
  line("leaq\t-128(%rsp), %rsp");
  adjust_cfa(128);
  line("pushq\t" + scratch);
  adjust_cfa(8);
  load_address(scratch);
  if (operand_.form == Form::Immediate)
    add_offset(scratch);
  std::string text;
  for (size_t i = 0; i < operands_.size(); i++) {
    text += i == 0 ? "" : ", ";
    if (i != index_)
      text += operands_[i];
    else
      text += operand_.form == Form::Immediate ? scratch : at(scratch);
  }
  std::string mnemonic(use_.mnemonic);
  line(mnemonic + "\t" + text);
  line("popq\t" + scratch);
  adjust_cfa(-8);
  line("leaq\t128(%rsp), %rsp");
  adjust_cfa(-128);
  return true;
}

Result<std::string> Rewriter::run() {
  std::string_view rest = use_.operands;
  size_t count = 0;
  while (!rest.empty()) {
    std::string_view operand = take_operand(rest);
    if (operand.find(use_.symbol) != operand.npos) {
      index_ = operands_.size();
      count++;
    }
    operands_.push_back(operand);
  }
  if (count != 1)
    return refuse();
  operand_ = parse_operand(operands_[index_]);
  // An immediate in a 32-bit comparison has no 64-bit register in its place.
  bool narrow = operand_.form == Form::Immediate &&
                use_.mnemonic.ends_with('l') && use_.mnemonic != "movl";
  if (operand_.form == Form::Other || narrow)
    return refuse();
  if (into_destination() || through_call() || through_push() ||
      through_scratch())
    return std::move(out_);
  return refuse();
}

Result<std::string> through_got(const ImportUse &use) {
  return Rewriter(use).run();
}

} // namespace

const AsmArch x86_64_asm = {
    .name = "x86_64",
    .is_foreign = is_foreign,
    .is_prefix = is_prefix,
    .is_branch = is_branch,
    .is_return = is_return,
    .is_stack_pointer = is_stack_pointer,
    .through_got = through_got,
};

} // namespace care::gensrc
