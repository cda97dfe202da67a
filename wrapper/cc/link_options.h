// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the patched stage changes about a link.
#ifndef LIBCARE_WRAPPER_CC_LINK_OPTIONS_H
#define LIBCARE_WRAPPER_CC_LINK_OPTIONS_H

#include <string>
#include <vector>

namespace care::wrapper {

// The arguments of a link with --emit-relocs added, and without those that
// strip symbols: the post-link pass works with relocations, and relocations
// need symbols. A link with -r has them anyway and is returned as it is.
std::vector<std::string>
with_relocations(const std::vector<std::string> &arguments);

} // namespace care::wrapper

#endif
