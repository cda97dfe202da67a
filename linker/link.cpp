// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes in their order. Each relies on what the one before has
// established, and none changes its inputs.

#include "linker/link.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "llvm/BinaryFormat/ELF.h"

#include "common/patch_format.h"
#include "linker/passes/allow_active.h"
#include "linker/passes/check_libraries.h"
#include "linker/passes/check_moved.h"
#include "linker/passes/convert_references.h"
#include "linker/passes/extract_unwind.h"
#include "linker/passes/find_left_out.h"
#include "linker/passes/prove_original.h"
#include "linker/writer.h"

namespace care::linker {

static bool has_patch_sections(const Object &object) {
  return std::any_of(object.sections.begin(), object.sections.end(),
                     [](const Section &section) {
                       return section.is_patch() && section.is_allocated();
                     });
}

static Error check_pair(const Object &original, const Object &patched) {
  if (original.e_machine != patched.e_machine)
    return refused("kpatch-architecture",
                   fmt::format("the binaries are for different machines "
                               "({} and {})",
                               original.e_machine, patched.e_machine))
        .note("build the original and the patched binary for the machine of "
              "the processes");
  if (original.e_type != patched.e_type)
    return refused("kpatch-original-differs",
                   fmt::format("the patched binary has ELF type {}, the "
                               "original {}",
                               patched.e_type, original.e_type))
        .note("link both the same way (-no-pie, -shared, -static)");
  for (const Section &section : patched.sections)
    if (section.name == ".kpatch.info" &&
        !patched.relocations.contains(patched.index_of(section)))
      return refused("kpatch-no-relocations",
                     "the patched binary was linked without its relocations")
          .note("link it with -Wl,--emit-relocs, and do not strip it");
  return {};
}

// No unit gave a patch. Then nothing may have changed.
static Result<LinkedPatch> check_unchanged(const Places &original,
                                           const Places &patched,
                                           const Architecture &arch) {
  Result<Correspondence> ranges = prove_original(original, patched, arch);
  if (ranges)
    return LinkedPatch{.is_unchanged = true};
  Error why = ranges.take_error();
  if (why.kind() != ErrorKind::Refused)
    return why;
  return refused("kpatch-unpatched-change",
                 "the code differs from the original's, but no unit made a "
                 "patch of it: " +
                     why.message())
      .note(
          "compile every changed unit through libcare-cc with "
          "KPATCH_STAGE=patched; with link-time optimisation, optimise in the "
          "last link only, not in one with -r");
}

static std::vector<std::string> imports_of(const PatchObject &patch) {
  std::vector<std::string> names;
  for (const PatchSymbol &symbol : patch.symbols)
    if (symbol.section == PatchSymbol::undefined && !symbol.name.empty() &&
        symbol.binding != llvm::ELF::STB_WEAK)
      names.push_back(symbol.name.substr(0, symbol.name.find('@')));
  return names;
}

std::vector<std::string> read_allowed(const Object &object) {
  const Section *section = object.find_section(section::allowed);
  if (!section)
    return {};
  return split_allowed(section->bytes);
}

// What the units needed, and what this step did.
static std::vector<std::string> collect_allowed(const Object &patched,
                                                const Allowances &allowed) {
  std::set<std::string> all = allowed.needed();
  for (std::string &text : read_allowed(patched))
    all.insert(std::move(text));
  return {all.begin(), all.end()};
}

static void add_allowed(PatchObject &out,
                        const std::vector<std::string> &needed) {
  if (needed.empty())
    return;
  PatchSection section;
  section.name = section::allowed;
  section.type = llvm::ELF::SHT_PROGBITS;
  for (const std::string &text : needed) {
    section.bytes.insert(section.bytes.end(), text.begin(), text.end());
    section.bytes.push_back(0);
  }
  section.size_bytes = section.bytes.size();
  out.add_section(std::move(section));
}

Result<LinkedPatch> link_patch(const Object &original_object,
                               const Object &patched_object,
                               const LinkOptions &options) {
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  if (Error error = check_pair(original_object, patched_object))
    return error;
  Result<const Architecture *> arch =
      find_architecture(original_object.e_machine);
  if (!arch)
    return arch.take_error();
  Places original(original_object, **arch);
  Places patched(patched_object, **arch);
  if (!has_patch_sections(patched_object))
    return check_unchanged(original, patched, **arch);

  if (Error error = check_moved(original_object, patched_object))
    return error;

  // From here on places of the patched binary outside of .kpatch.* have a
  // known place in the original.
  Result<Correspondence> ranges = prove_original(original, patched, **arch);
  if (!ranges)
    return ranges.take_error();

  PatchObject out;
  out.e_machine = original_object.e_machine;
  TargetFinder targets(original, patched, *ranges, out);
  Result<std::map<uint64_t, uint64_t>> left_out =
      find_left_out(original, patched, targets);
  if (!left_out)
    return left_out.take_error();
  targets.set_left_out(std::move(*left_out));
  ReferenceConverter converter(original, patched, **arch, *ranges, targets,
                               out);
  if (Error error = converter.convert_sections())
    return error;
  if (Error error = extract_unwind(patched, **arch, targets, out))
    return error;
  Result<std::vector<PatchedFunction>> functions =
      collect_functions(original, patched, **arch, targets, allowed, out);
  if (!functions)
    return functions.take_error();
  bool replaces_nothing = std::all_of(
      functions->begin(), functions->end(),
      [](const PatchedFunction &function) { return function.is_new; });
  if (replaces_nothing)
    return LinkedPatch{.replaces_nothing = true,
                       .functions = std::move(*functions)};
  if (Error error =
          check_libraries(original_object, patched_object, out, options.loaded))
    return error;
  std::vector<std::string> not_replaced =
      allow_active(options.allow_active, *functions, out);
  std::vector<std::string> needed = collect_allowed(patched_object, allowed);
  add_allowed(out, needed);
  return LinkedPatch{.image = write_relocatable(out),
                     .functions = std::move(*functions),
                     .imports = imports_of(out),
                     .not_replaced = std::move(not_replaced),
                     .allowed = std::move(needed)};
}

} // namespace care::linker
