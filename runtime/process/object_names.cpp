// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The symbols come from .symtab of the object's file, from its debug file, or
// from the dynamic symbols in memory: the first of these that knows a function.

#include "runtime/process/object_names.h"

#include <algorithm>

#include "runtime/process/debug_file.h"
#include "runtime/process/dynamic_symbols.h"
#include "runtime/process/elf_file.h"

namespace care::runtime {

namespace {

// Calls use(symbol, name) for each symbol of the file's .symtab.
void for_each_symbol(std::span<const uint8_t> bytes, const auto &use) {
  ElfFile file(bytes);
  std::span<const Elf64_Shdr> sections = file.sections();
  for (const Elf64_Shdr &section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size())
      continue;
    std::span<const uint8_t> table = file.content_of(section);
    std::span<const uint8_t> names = file.content_of(sections[section.sh_link]);
    for (size_t at = 0; auto symbol = value_at<Elf64_Sym>(table, at);
         at += sizeof(Elf64_Sym))
      use(*symbol, string_at(names, symbol->st_name));
  }
}

} // namespace

const std::vector<ObjectNames::Function> &
ObjectNames::functions_of(const LoadedObject &object) {
  auto [place, is_new] = functions_.try_emplace(&object);
  std::vector<Function> &functions = place->second;
  if (!is_new)
    return functions;
  auto add = [&](const Elf64_Sym &symbol, std::string_view name) {
    bool is_function = ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
                       symbol.st_shndx != SHN_UNDEF && !name.empty();
    if (is_function)
      functions.push_back({symbol.st_value, symbol.st_size, std::string(name)});
  };
  Result<MappedFile> file = open_object_file(memory_.pid(), object);
  if (file)
    for_each_symbol(file->bytes(), add);
  if (functions.empty()) // stripped
    if (std::optional<MappedFile> debug =
            find_debug_file(memory_.pid(), object,
                            file ? file->bytes() : std::span<const uint8_t>()))
      for_each_symbol(debug->bytes(), add);
  if (functions.empty())
    if (auto symbols = DynamicSymbols::read(memory_, object))
      for (const Elf64_Sym &symbol : symbols->symbols())
        add(symbol, symbols->name_of(symbol));
  std::stable_sort(
      functions.begin(), functions.end(),
      [](const Function &a, const Function &b) { return a.value < b.value; });
  return functions;
}

void ObjectNames::add_code(AddressRange code, std::string function,
                           std::string origin) {
  added_.push_back({code, std::move(function), std::move(origin)});
}

FrameName ObjectNames::find(RemoteAddress address, bool is_return_address) {
  FrameName name;
  for (const AddedCode &code : added_)
    if (code.range.contains(address - uint64_t{is_return_address}))
      return {code.function, address - code.range.start, code.origin};
  const LoadedObject *object = find_object(objects_, address);
  if (object == nullptr)
    return name;
  name.object = object->name();
  uint64_t value = address.value() - object->load_bias;
  const std::vector<Function> &functions = functions_of(*object);
  auto after = std::upper_bound(
      functions.begin(), functions.end(), value - is_return_address,
      [](uint64_t at, const Function &f) { return at < f.value; });
  if (after == functions.begin())
    return name;
  const Function &function = *std::prev(after);
  bool is_inside =
      function.size_bytes == 0 ||
      value - is_return_address - function.value < function.size_bytes;
  if (!is_inside)
    return name;
  name.function = function.name;
  name.offset = value - function.value;
  return name;
}

} // namespace care::runtime
