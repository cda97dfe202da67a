// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of functions for messages to a person: from the symbol table of the
// object's file if it can be had, else of its separate debug file, else from
// its dynamic symbols in memory.
#ifndef LIBCARE_RUNTIME_PROCESS_OBJECT_NAMES_H
#define LIBCARE_RUNTIME_PROCESS_OBJECT_NAMES_H

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "runtime/process/loaded_object.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct FrameName {
  std::string function; // empty if unknown
  uint64_t offset = 0;  // of the address in it
  std::string object;   // file name of the object; empty if none
};

class ObjectNames {
public:
  ObjectNames(const RemoteMemory &memory, std::span<const LoadedObject> objects)
      : memory_(memory), objects_(objects) {}

  // Code outside of all objects, by the names that the caller knows. Of two
  // ranges around an address the one added first counts.
  void add_code(AddressRange code, std::string function, std::string origin);

  // A return address belongs to the function that the call is in.
  FrameName find(RemoteAddress address, bool is_return_address);

private:
  struct Function {
    uint64_t value; // st_value
    uint64_t size_bytes;
    std::string name;
  };
  struct AddedCode {
    AddressRange range;
    std::string function, origin;
  };
  const std::vector<Function> &functions_of(const LoadedObject &object);

  const RemoteMemory &memory_;
  std::span<const LoadedObject> objects_;
  std::map<const LoadedObject *, std::vector<Function>> functions_;
  std::vector<AddedCode> added_;
};

} // namespace care::runtime

#endif
