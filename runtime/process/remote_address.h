// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses of the target. They are integers in a class of their own: they
// cannot be dereferenced here, and nothing converts to or from them by itself.
#ifndef LIBCARE_RUNTIME_PROCESS_REMOTE_ADDRESS_H
#define LIBCARE_RUNTIME_PROCESS_REMOTE_ADDRESS_H

#include <compare>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace care::runtime {

class RemoteAddress {
public:
  constexpr RemoteAddress() = default;
  constexpr explicit RemoteAddress(uint64_t value) : value_(value) {}

  constexpr uint64_t value() const { return value_; }
  constexpr bool is_null() const { return value_ == 0; }
  std::string hex() const { return fmt::format("{:#x}", value_); }

  constexpr auto operator<=>(const RemoteAddress &) const = default;

  constexpr RemoteAddress &operator+=(uint64_t distance) {
    value_ += distance;
    return *this;
  }

private:
  uint64_t value_ = 0;
};

// Arithmetic wraps around, as addresses in ELF files do.
constexpr RemoteAddress operator+(RemoteAddress address, uint64_t distance) {
  return RemoteAddress(address.value() + distance);
}
constexpr RemoteAddress operator-(RemoteAddress address, uint64_t distance) {
  return RemoteAddress(address.value() - distance);
}
constexpr uint64_t operator-(RemoteAddress to, RemoteAddress from) {
  return to.value() - from.value();
}

constexpr RemoteAddress align_down(RemoteAddress address, uint64_t alignment) {
  return RemoteAddress(address.value() & ~(alignment - 1));
}
constexpr RemoteAddress align_up(RemoteAddress address, uint64_t alignment) {
  return align_down(address + (alignment - 1), alignment);
}

// [start, end)
struct AddressRange {
  RemoteAddress start;
  RemoteAddress end;

  constexpr bool operator==(const AddressRange &) const = default;
  constexpr uint64_t size_bytes() const { return end - start; }
  constexpr bool is_empty() const { return start >= end; }
  constexpr bool contains(RemoteAddress address) const {
    return start <= address && address < end;
  }
  constexpr bool contains(const AddressRange &other) const {
    return start <= other.start && other.end <= end;
  }
  constexpr bool overlaps(const AddressRange &other) const {
    return start < other.end && other.start < end;
  }
};

} // namespace care::runtime

#endif
