// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Symbols of the target, resolved the way its dynamic linker did.
//
// The objects are searched in link-map order (the global scope: main program,
// its libraries, LD_PRELOAD where the linker put it), with DT_GNU_HASH or
// DT_HASH, symbol versions as ld.so compares them, all read from the target's
// memory. What the search finds is therefore what a call of the original code
// reaches: interposed functions, copy relocations and the right version.
#ifndef LIBCARE_RUNTIME_PROCESS_SYMBOL_LOOKUP_H
#define LIBCARE_RUNTIME_PROCESS_SYMBOL_LOOKUP_H

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "runtime/process/dynamic_symbols.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct ResolvedSymbol {
  // Where it is. For STT_GNU_IFUNC: the resolver, to be called in the target
  // (BorrowedThread::call_function). For STT_TLS: meaningless, see tls_offset.
  RemoteAddress address;
  uint64_t size_bytes = 0;
  uint8_t type = 0;        // STT_FUNC, STT_OBJECT, STT_GNU_IFUNC, STT_TLS, ...
  uint64_t tls_offset = 0; // STT_TLS: in the TLS block of `object`
  const LoadedObject *object = nullptr;
};

class SymbolLookup {
public:
  // `objects` must outlive the lookup and not move.
  static Result<SymbolLookup> make(const RemoteMemory &memory,
                                   std::span<const LoadedObject> objects);
  SymbolLookup(SymbolLookup &&) noexcept;
  ~SymbolLookup();

  // `version` is empty for a reference without one. `from` is the object whose
  // code refers to the symbol: it and what was loaded together with it are
  // searched last, for libraries opened with RTLD_LOCAL. Nothing if no object
  // defines it.
  std::optional<ResolvedSymbol>
  find(std::string_view name, std::string_view version,
       const LoadedObject &from,
       ReferenceKind kind = ReferenceKind::Call) const;

  // The dynamic linker's number of an object that has a TLS block, as
  // __tls_get_addr takes it. Refused [kpatch-tls] if it cannot be learnt.
  Result<uint64_t> tls_module_id(const LoadedObject &object) const;

  // Offset of a TLS symbol from the thread pointer, if its block is part of
  // the static TLS. Refused [kpatch-tls] otherwise.
  Result<int64_t> tls_offset_from_thread_pointer(const LoadedObject &object,
                                                 uint64_t tls_offset) const;

private:
  struct Data;
  explicit SymbolLookup(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

} // namespace care::runtime

#endif
