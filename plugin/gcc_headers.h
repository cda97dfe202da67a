// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The headers of GCC in the order they want. GCC poisons names that the
// standard library uses, so this comes after every standard header.
#ifndef LIBCARE_PLUGIN_GCC_HEADERS_H
#define LIBCARE_PLUGIN_GCC_HEADERS_H

#include "gcc-plugin.h"

#include "plugin-version.h"

#include "backend.h"
#include "tree.h"

#include "cgraph.h"
#include "context.h"
#include "diagnostic.h"
#include "tree-ssa-alias.h"
#include "internal-fn.h"
#include "gimple-expr.h"
#include "gimple.h"
#include "tree-pass.h"
#include "gimple-iterator.h"
#include "langhooks.h"
#include "options.h"
#include "opts.h"
#include "output.h"
#include "real.h"
#include "stringpool.h"
#include "tree-iterator.h"
#include "toplev.h"

#include "basic-block.h"
#include "tree-ssa-alias.h"

#include "gimple-expr.h"
#include "gimple.h"
#include "tree-pass.h"

#include "lto-streamer.h"

#endif
