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
#include <elf.h>
#include <map>
#include <optional>
#include <set>

namespace care::runtime {

// The region that `file` is applied with; its index.
static std::optional<size_t> find_applied(const Target &target,
                                          const PatchFile &file,
                                          const LoadedObject &object,
                                          const PlanOptions &options) {
  for (size_t i = 0; i < target.regions().size(); ++i) {
    const PatchRegion &region = target.regions()[i];
    // A patch of the same id but other content can be replaced.
    bool is_same = region.journal.state == PatchState::Applied &&
                   region.id() == file.id() &&
                   target.object_of(region) == &object &&
                   (!options.replace ||
                    region.journal.content_checksum == file.content_checksum());
    if (is_same)
      return i;
  }
  return std::nullopt;
}

// Upper bound of what the journal takes: every function with its name, every
// part, every symbol of a further part.
static uint64_t journal_room(const PatchFile &file) {
  uint64_t ranges = file.info_count() * 2 + file.site_count();
  for (const PatchSymbol &symbol : file.symbols())
    ranges += symbol.name.find(".cold") != symbol.name.npos;
  uint64_t exports = 0, held = 0;
  uint64_t names = file.info_count();
  for (const PatchSymbol &symbol : file.symbols()) {
    exports += symbol.binding != STB_LOCAL && !symbol.is_import();
    held += symbol.is_import();
    names += symbol.name.size() + 1;
  }
  if (std::optional<size_t> strtab = file.find_section(section::strtab))
    names += file.sections()[*strtab].content.size();
  return journal_size({.sites = file.info_count(),
                       .ranges = ranges,
                       .exports = exports,
                       .held = held,
                       .name_bytes = names});
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
  journal.is_code_address_taken = takes_code_address(*planned.file);
  for (const ExportedSymbol &symbol : find_exports(*planned.file, layout))
    journal.exports.push_back({std::string(symbol.name), symbol.offset});
}

static Result<PlannedPatch> plan_patch(const Target &target,
                                       const SymbolLookup &lookup,
                                       std::span<const size_t> removals,
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

  PatchSymbols patches(target, object, removals);
  if (Error error = resolve_symbols(lookup, patches, planned))
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

// Every patch that stays must find those that it refers to.
static Error check_holders(const Target &target,
                           const std::vector<size_t> &removals) {
  std::set<uint64_t> removed_bases;
  for (size_t index : removals)
    removed_bases.insert(target.regions()[index].base.value());
  std::set<size_t> removed(removals.begin(), removals.end());
  for (size_t i = 0; i < target.regions().size(); ++i) {
    const PatchRegion &holder = target.regions()[i];
    if (holder.journal.state != PatchState::Applied || removed.contains(i))
      continue;
    for (uint64_t base : holder.journal.held) {
      if (!removed_bases.contains(base))
        continue;
      auto held = std::find_if(
          target.regions().begin(), target.regions().end(),
          [&](const PatchRegion &r) { return r.base.value() == base; });
      return refused("kpatch-held",
                     fmt::format("patch '{}' is in use by patch '{}' of the "
                                 "same object, which refers to its symbols",
                                 held->id(), holder.id()))
          .note(fmt::format("take patch '{}' off first, or both together",
                            holder.id()));
    }
  }
  return {};
}

Result<PatchPlan> plan_removal(const Target &target,
                               std::vector<size_t> regions) {
  if (Error error = check_holders(target, regions))
    return error;
  PatchPlan plan;
  plan.removals = std::move(regions);
  return plan;
}

namespace {

// A file and an object that it is for: more than one object if a library was
// loaded twice (dlmopen).
struct Fit {
  const PatchFile *file;
  const LoadedObject *object;
};

struct Choice {
  std::vector<Fit> fits; // not applied yet
  std::set<size_t> kept; // regions of files that are applied already
  std::set<const LoadedObject *> objects;
};

Choice choose(const Target &target, std::span<const PatchFile *const> files,
              const PlanOptions &options, PatchPlan &plan) {
  Choice choice;
  for (const PatchFile *file : files)
    for (const LoadedObject &object : target.objects()) {
      if (object.build_id != file->build_id())
        continue;
      choice.objects.insert(&object);
      if (std::optional<size_t> region =
              find_applied(target, *file, object, options)) {
        plan.already_applied.push_back(file);
        choice.kept.insert(*region);
      } else {
        choice.fits.push_back({file, &object});
      }
    }
  return choice;
}

std::vector<size_t> regions_to_replace(const Target &target,
                                       const Choice &choice) {
  std::vector<size_t> regions;
  for (size_t i = 0; i < target.regions().size(); ++i) {
    const PatchRegion &region = target.regions()[i];
    if (region.journal.state == PatchState::Applied &&
        choice.objects.contains(target.object_of(region)) &&
        !choice.kept.contains(i))
      regions.push_back(i);
  }
  return regions;
}

Error duplicate_id(const PatchFile &file) {
  return refused("kpatch-duplicate-id",
                 fmt::format("'{}': another patch given has the same id "
                             "'{}' for the same object",
                             file.path(), file.id()))
      .note("make the patches with different ids");
}

} // namespace

Result<PatchPlan> plan_patches(const Target &target,
                               std::span<const PatchFile *const> files,
                               const PlanOptions &options) {
  PatchPlan plan;
  Choice choice = choose(target, files, options, plan);
  if (options.replace)
    plan.removals = regions_to_replace(target, choice);
  if (Error error = check_holders(target, plan.removals))
    return error;
  if (choice.fits.empty())
    return plan;
  Result<const SymbolLookup *> lookup = target.symbols();
  if (!lookup)
    return lookup.take_error();
  std::map<std::pair<std::string_view, std::string_view>, const PatchFile *>
      planned_ids;
  for (const Fit &fit : choice.fits) {
    const PatchFile &file = *fit.file;
    auto [known, is_new] =
        planned_ids.try_emplace({file.build_id(), file.id()}, &file);
    if (!is_new && known->second != &file)
      return duplicate_id(file);
    Result<PlannedPatch> planned =
        plan_patch(target, **lookup, plan.removals, file, *fit.object);
    if (!planned)
      return planned.take_error();
    plan.patches.push_back(std::move(*planned));
  }
  return plan;
}

} // namespace care::runtime
