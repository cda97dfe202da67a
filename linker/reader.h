// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a linked ELF file into an Object. The only place where LLVM's ELF
// classes and errors are seen; every index and offset in the result has been
// checked against the file.
#ifndef LIBCARE_LINKER_READER_H
#define LIBCARE_LINKER_READER_H

#include <string>

#include "common/result.h"
#include "linker/object_model.h"

namespace care::linker {

// An executable or shared library. The error names the path.
Result<Object> read_object(const std::string &path);

// The same for an ET_REL file, as the by-hand tools pass it on.
Result<Object> read_relocatable(const std::string &path);
Result<Object> read_relocatable(MappedFile file);

} // namespace care::linker

#endif
