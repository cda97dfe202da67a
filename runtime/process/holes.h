// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranges that are left out of others: thousands, if a process has as many
// patches.
#ifndef LIBCARE_RUNTIME_PROCESS_HOLES_H
#define LIBCARE_RUNTIME_PROCESS_HOLES_H

#include <vector>

#include "runtime/process/remote_address.h"

namespace care::runtime {

class Holes {
public:
  Holes() = default;
  // In any order; they may overlap.
  explicit Holes(std::vector<AddressRange> ranges);

  // What is left of `part`, ascending.
  std::vector<AddressRange> outside(AddressRange part) const;
  // Is all of `part` to be left out?
  bool contain(AddressRange part) const;

private:
  // The first that ends behind `address`.
  std::vector<AddressRange>::const_iterator first_behind(RemoteAddress) const;

  std::vector<AddressRange> ranges_; // ascending, with space between them
};

} // namespace care::runtime

#endif
