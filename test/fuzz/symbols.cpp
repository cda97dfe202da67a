// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic section, symbols and hash tables of an object in memory. The
// process is this one, the object is the input; its program headers say where
// the dynamic section is, as those of a loaded library do. Inputs are files,
// of which nothing is relocated: addresses count from the start.

#include <cstring>
#include <elf.h>
#include <unistd.h>

#include "runtime/process/dynamic_symbols.h"

using namespace care;
using namespace care::runtime;

static LoadedObject describe(const uint8_t *data, size_t size) {
  LoadedObject object;
  object.load_bias = reinterpret_cast<uint64_t>(data);
  object.range = {RemoteAddress(object.load_bias),
                  RemoteAddress(object.load_bias + size)};
  Elf64_Ehdr header;
  memcpy(&header, data, sizeof header);
  for (unsigned i = 0; i < header.e_phnum && i < 64; ++i) {
    Elf64_Phdr segment;
    uint64_t offset = header.e_phoff + i * sizeof segment;
    if (offset > size || size - offset < sizeof segment)
      break;
    memcpy(&segment, data + offset, sizeof segment);
    if (segment.p_type == PT_DYNAMIC && segment.p_offset < size)
      object.dynamic = {object.at(segment.p_offset), object.at(size)};
  }
  return object;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Result<RemoteMemory> memory = RemoteMemory::open(getpid());
  if (!memory || size < sizeof(Elf64_Ehdr))
    return 0;
  LoadedObject object = describe(data, size);
  if (!object.dynamic)
    return 0;
  std::unique_ptr<DynamicSymbols> symbols =
      DynamicSymbols::read(*memory, object);
  if (!symbols)
    return 0;
  for (const Elf64_Sym &symbol : symbols->symbols())
    (void)symbols->name_of(symbol).size();
  for (const char *name : {"malloc", "main", "greeting", ""})
    for (const char *version : {"", "GLIBC_2.2.5"})
      for (ReferenceKind kind : {ReferenceKind::Call, ReferenceKind::Address})
        (void)symbols->find(name, version, kind).has_value();
  return 0;
}
