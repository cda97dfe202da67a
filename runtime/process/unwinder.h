// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Call stacks of stopped threads, through libunwind with accessors of our own:
// stacks come from a copy, unwind tables and code are read once and kept, and
// which table belongs to an address is known from the loaded objects, not from
// files. Code outside of all objects (patch images) is added with its
// .eh_frame.
#ifndef LIBCARE_RUNTIME_PROCESS_UNWINDER_H
#define LIBCARE_RUNTIME_PROCESS_UNWINDER_H

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/arch/registers.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/object_names.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/stack_scan.h"

namespace care::runtime {

struct StackFrame {
  // Where the frame is executing: the program counter of the innermost frame
  // and of one that a signal interrupted; a return address in all others.
  RemoteAddress pc;
  RemoteAddress sp;
  bool is_return_address = false;
};

class Unwinder {
public:
  // `memory` and `objects` must outlive it and not move.
  Unwinder(const RemoteMemory &memory, std::span<const LoadedObject> objects);
  Unwinder(Unwinder &&) noexcept;
  ~Unwinder();

  // Code without an object: `eh_frame` holds CIEs and FDEs in the target. They
  // are read when the first frame is in this code.
  void add_code(AddressRange code, AddressRange eh_frame);

  // For messages: what code without an object is. `function` may be empty.
  void add_name(AddressRange code, std::string function, std::string origin);

  // Reads the unwind tables' headers of all objects now, so that a stop does
  // not have to; finds the tables of static programs through their files.
  void prepare();

  // Innermost first. An error unless the unwinder arrived at the outermost
  // frame (return address undefined or zero, as at thread starts): a stack that
  // was only partly understood is not an answer.
  Result<std::vector<StackFrame>> unwind(const Registers &registers,
                                         const StackCopy &stack);

  // Names from the object's symbol tables (its file if it can be had, else
  // its dynamic symbols in memory). Not for use during a stop: reads files.
  FrameName name(const StackFrame &frame);
  // "#0  0x401136 in parse_header+0x12 (server)"
  std::string describe(std::span<const StackFrame> frames);

  // For the callbacks of libunwind.
  struct Data;

private:
  std::unique_ptr<Data> data_;
};

} // namespace care::runtime

#endif
