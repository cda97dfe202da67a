// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors of ours as diagnostics of the compiler: they point at the declaration
// that they are about, and make the compile fail.
#ifndef LIBCARE_PLUGIN_MESSAGES_H
#define LIBCARE_PLUGIN_MESSAGES_H

#include <string>

#include "common/result.h"

#include "plugin/collect.h"

namespace care::plugin {

// "file:line" of what the message is about; empty if the unit does not declare
// any of the names in it.
std::string find_location(const std::string &message, const Places &places);

void report_error(const Error &error, const Places &places);
void report_warning(const std::string &message, const std::string &code,
                    const Places &places);

} // namespace care::plugin

#endif
