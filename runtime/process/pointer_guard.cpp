// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// It is the second word of the random bytes that the kernel gives a process at
// its start (AT_RANDOM in the auxiliary vector; glibc's dl-osinfo.h).

#include "runtime/process/pointer_guard.h"

#include <array>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace care::runtime {

uint64_t read_pointer_guard(const RemoteMemory &memory) {
  UniqueFd file(::open(fmt::format("/proc/{}/auxv", memory.tid()).c_str(),
                       O_RDONLY | O_CLOEXEC));
  std::array<Elf64_auxv_t, 64> entries{};
  ssize_t size =
      file.is_open() ? ::read(file.get(), entries.data(), sizeof entries) : 0;
  for (size_t i = 0;
       size > 0 && i < static_cast<size_t>(size) / sizeof entries[0]; ++i)
    if (entries[i].a_type == AT_RANDOM)
      return memory
          .read_value<uint64_t>(RemoteAddress(entries[i].a_un.a_val) +
                                sizeof(uint64_t))
          .value_or(0);
  return 0;
}

} // namespace care::runtime
