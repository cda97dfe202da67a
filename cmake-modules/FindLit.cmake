# Finds LLVM's test runner and its companions for the test suites.
#
# Sets Lit_FOUND, LIT_COMMAND (a list: interpreter and script) and
# LIT_TOOLS_DIR (FileCheck, not, split-file, yaml2obj, llvm-readelf). Debian
# ships lit.py inside the LLVM build tree copy, upstream installs `lit` or
# `llvm-lit` into the PATH; LLVM_DEFAULT_EXTERNAL_LIT of LLVM's CMake package
# names a file that Debian does not install, so it is not used.
find_program(LIT_LLVM_CONFIG NAMES llvm-config-14 llvm-config)
if(LIT_LLVM_CONFIG)
  execute_process(COMMAND "${LIT_LLVM_CONFIG}" --prefix
    OUTPUT_VARIABLE _lit_llvm_prefix OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND "${LIT_LLVM_CONFIG}" --bindir
    OUTPUT_VARIABLE _lit_llvm_bindir OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

find_program(LIT_SCRIPT
  NAMES lit.py llvm-lit lit
  HINTS "${_lit_llvm_prefix}/build/utils/lit" "${_lit_llvm_bindir}"
  PATHS /usr/lib/llvm-14/build/utils/lit /usr/share/llvm/utils/lit)
find_path(LIT_TOOLS_DIR
  NAMES FileCheck
  HINTS "${_lit_llvm_bindir}"
  PATHS /usr/lib/llvm-14/bin)
# The system's Python first: it has the distribution's psutil, which lit needs
# to stop tests that hang.
find_program(LIT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(LIT_PYTHON NAMES python3)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Lit
  REQUIRED_VARS LIT_SCRIPT LIT_TOOLS_DIR LIT_PYTHON)
if(Lit_FOUND)
  set(LIT_COMMAND "${LIT_PYTHON}" "${LIT_SCRIPT}")
endif()
