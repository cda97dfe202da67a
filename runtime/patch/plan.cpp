// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Planning, step by step: choose by build-id, lay out, resolve, read the
// functions, compare the original code.

#include "runtime/patch/plan.h"

#include "common/arch/arch.h"
#include "runtime/patch/original_code.h"
#include "runtime/patch/symbol_values.h"
#include "runtime/process/symbol_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace care::runtime {

static bool is_applied(const Target &target, const PatchFile &file,
                       const LoadedObject &object) {
  return std::any_of(target.regions().begin(), target.regions().end(),
                     [&](const PatchRegion &region) {
                       return region.journal.state == PatchState::Applied &&
                              region.id() == file.id() &&
                              target.object_of(region) == &object;
                     });
}

// Upper bound of what the journal takes: every function with its name, every
// part, every symbol of a further part.
static uint64_t journal_room(const PatchFile &file) {
  uint64_t ranges = file.info_count() * 2 + file.site_count();
  for (const PatchSymbol &symbol : file.symbols())
    ranges += symbol.name.find(".cold") != symbol.name.npos;
  uint64_t names = file.info_count();
  if (std::optional<size_t> strtab = file.find_section(section::strtab))
    names += file.sections()[*strtab].content.size();
  return journal_size(file.info_count(), ranges, names);
}

static Error check_architecture(const PatchFile &file,
                                const LoadedObject &object) {
  if (file.machine() == object.e_machine)
    return {};
  return format_error(fmt::format("'{}': the patch is for another architecture "
                                  "(e_machine {}, '{}' has {})",
                                  file.path(), file.machine(), object.name(),
                                  object.e_machine))
      .with_code("kpatch-architecture")
      .note("make the patch on the architecture that the program runs on");
}

static void describe_in_journal(PlannedPatch &planned) {
  const ImageLayout &layout = planned.layout;
  Journal &journal = planned.journal;
  journal.content_checksum = planned.file->content_checksum();
  journal.load_bias = planned.object->load_bias;
  journal.guard_size = layout.page_size;
  journal.region_size = layout.size_bytes;
  journal.text_offset = layout.text.offset;
  journal.text_size = layout.text_size_bytes;
  journal.data_offset = layout.data.offset;
  journal.data_size = layout.data.size_bytes;
  if (layout.eh_frame_offset) {
    journal.eh_frame = *layout.eh_frame_offset;
    journal.unwinder_storage = layout.unwinder_storage_offset;
  }
}

static Result<PlannedPatch> plan_patch(const Target &target,
                                       const SymbolLookup &lookup,
                                       const PatchFile &file,
                                       const LoadedObject &object) {
  if (Error error = check_architecture(file, object))
    return error;
  PlannedPatch planned;
  planned.file = &file;
  planned.object = &object;
  planned.placement.load_bias = object.load_bias;
  Result<ImageLayout> layout = plan_layout(file, journal_room(file));
  if (!layout)
    return layout.take_error();
  planned.layout = std::move(*layout);

  if (Error error = resolve_symbols(lookup, planned))
    return std::move(error).in("'" + file.path() + "'");
  Result<std::vector<ReplacedFunction>> functions =
      read_functions(file, planned.layout, planned.placement);
  if (!functions)
    return functions.take_error();
  planned.functions = std::move(*functions);
  if (planned.functions.empty())
    return format_error(
               fmt::format("'{}': the patch replaces no function", file.path()))
        .with_code("kpatch-format");
  if (Error error = check_original_code(target, planned))
    return std::move(error).in(
        fmt::format("'{}': {}", file.path(), object.name()));
  describe_in_journal(planned);
  return planned;
}

Result<PatchPlan> plan_patches(const Target &target,
                               std::span<const PatchFile *const> files) {
  PatchPlan plan;
  Result<const SymbolLookup *> lookup = target.symbols();
  if (!lookup)
    return lookup.take_error();
  std::set<std::pair<std::string_view, std::string_view>> planned_ids;
  for (const PatchFile *file : files) {
    // More than one object: a library that dlmopen() loaded twice.
    bool is_applicable = false;
    for (const LoadedObject &object : target.objects()) {
      if (object.build_id != file->build_id())
        continue;
      if (is_applied(target, *file, object)) {
        plan.already_applied.push_back(file);
        continue;
      }
      is_applicable = true;
      Result<PlannedPatch> planned =
          plan_patch(target, **lookup, *file, object);
      if (!planned)
        return planned.take_error();
      plan.patches.push_back(std::move(*planned));
    }
    if (is_applicable &&
        !planned_ids.emplace(file->build_id(), file->id()).second)
      return refused("kpatch-duplicate-id",
                     fmt::format("'{}': another patch given has the same id "
                                 "'{}' for the same object",
                                 file->path(), file->id()))
          .note("make the patches with different ids");
  }
  return plan;
}

} // namespace care::runtime
