# care_llvm: the LLVM components for reading ELF, as static archives.
#
# Debian's exported targets drag a shared libz3 and libxml2 behind LLVMSupport,
# which reading ELF never needs, and libLLVM-14.so costs 16 ms at every start.
# So the archives are named by file, in the order of their dependencies.
find_package(LLVM REQUIRED CONFIG HINTS /usr/lib/llvm-14/lib/cmake/llvm)
if(LLVM_VERSION_MAJOR LESS 14)
  message(FATAL_ERROR "LLVM 14 or newer is needed (found ${LLVM_VERSION})")
endif()

add_library(care_llvm INTERFACE)
foreach(name LLVMObject LLVMBinaryFormat LLVMSupport LLVMDemangle)
  find_library(care_${name} NAMES "lib${name}.a" REQUIRED NO_DEFAULT_PATH
    PATHS "${LLVM_LIBRARY_DIR}")
  target_link_libraries(care_llvm INTERFACE "${care_${name}}")
endforeach()
target_include_directories(care_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
# LLVM's Support asks terminfo whether stderr has colours, and zlib for
# checksums. Both exist as static archives as well.
find_package(Threads REQUIRED)
target_link_libraries(care_llvm INTERFACE -Wl,--as-needed z tinfo Threads::Threads)
# Unused members of the archives must not end up in the tools.
target_compile_options(care_llvm INTERFACE -ffunction-sections -fdata-sections)
target_link_options(care_llvm INTERFACE -Wl,--gc-sections)
