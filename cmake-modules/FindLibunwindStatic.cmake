# libunwind_static: libunwind's remote unwinder for the host's architecture, as
# static archives. The plain libunwind (local unwinding) is left out: its
# _Unwind_* functions clash with libgcc_eh in a static program.
find_path(LIBUNWIND_INCLUDE_DIR libunwind.h REQUIRED)
find_library(LIBUNWIND_ARCH_ARCHIVE
  NAMES libunwind-${CMAKE_SYSTEM_PROCESSOR}.a REQUIRED)
# The archive looks into .gnu_debugdata; Debian builds it with liblzma.
find_library(LIBUNWIND_LZMA_ARCHIVE NAMES liblzma.a)

add_library(libunwind_static INTERFACE)
target_include_directories(libunwind_static SYSTEM INTERFACE
  "${LIBUNWIND_INCLUDE_DIR}")
target_link_libraries(libunwind_static INTERFACE "${LIBUNWIND_ARCH_ARCHIVE}")
if(LIBUNWIND_LZMA_ARCHIVE)
  target_link_libraries(libunwind_static INTERFACE "${LIBUNWIND_LZMA_ARCHIVE}")
endif()
# The archive is not position independent.
target_link_options(libunwind_static INTERFACE -no-pie)
