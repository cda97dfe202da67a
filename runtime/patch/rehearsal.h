// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stop that is made for the first time takes three times as long as the same
// stop made again (measured: 60 and 20 microseconds): our code, the kernel's
// and their data are in no cache yet, and the other processors are asleep. So
// it is rehearsed: the steps of a stop, with a sleeping child of ours in the
// place of the target, which is not touched.
#ifndef LIBCARE_RUNTIME_PATCH_REHEARSAL_H
#define LIBCARE_RUNTIME_PATCH_REHEARSAL_H

#include "runtime/patch/code_writes.h"
#include "runtime/process/stack_scan.h"

namespace care::runtime {

// As many bytes as the stop will read and write of code, the same code ranges.
// Best effort: nothing depends on its success. Nothing is done if we
// made a stop a moment ago, as we do with many processes.
void rehearse_stop(const CodeWrites &code, const CodeRanges &ranges);

// We made a stop just now.
void note_stop();

} // namespace care::runtime

#endif
