# generated/version.h: the version of project() and the commit of the checkout.
execute_process(
  COMMAND git -C "${CMAKE_SOURCE_DIR}" rev-parse --short=12 HEAD
  OUTPUT_VARIABLE LIBCARE_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT LIBCARE_COMMIT)
  set(LIBCARE_COMMIT "unknown")
endif()
configure_file("${CMAKE_SOURCE_DIR}/cmake-modules/version.h.in"
               "${CMAKE_BINARY_DIR}/generated/version.h" @ONLY)
