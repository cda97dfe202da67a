// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiler cache in front of libcare-cc (CC="ccache libcare-cc").
#ifndef LIBCARE_WRAPPER_CC_CACHE_H
#define LIBCARE_WRAPPER_CC_CACHE_H

namespace care::wrapper {

// Are we run by a compiler cache, which keeps what we make for later?
bool is_called_by_cache();

} // namespace care::wrapper

#endif
