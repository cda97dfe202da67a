# care_build_flags: the standard, warnings and hardening of every target of
# ours. Parts link it through care_common. Sanitizers come on top, except for
# the plugin (it is loaded into an uninstrumented compiler): it links
# care_plugin_flags and its own build of the libraries.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Assertions stay enabled in every build type. Optimised as distributions do.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

find_package(fmt REQUIRED)

add_library(care_plain_flags INTERFACE)
target_compile_features(care_plain_flags INTERFACE cxx_std_20)
target_compile_options(care_plain_flags INTERFACE
  -fno-exceptions -fno-rtti -fstack-protector-strong
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wimplicit-fallthrough
  -Werror=unused-result
  # GCC 12 sees an overlap in `"text" + std::string` (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${LIBCARE_WERROR}>:-Werror>)
target_compile_definitions(care_plain_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(care_plain_flags INTERFACE
  "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_link_libraries(care_plain_flags INTERFACE fmt::fmt-header-only)

add_library(care_build_flags INTERFACE)
target_link_libraries(care_build_flags INTERFACE care_plain_flags)
if(LIBCARE_SANITIZE)
  target_compile_options(care_build_flags INTERFACE
    -fsanitize=${LIBCARE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # The vptr check wants RTTI, which the libraries do without.
    -fno-sanitize=vptr
    # Between the checks, GCC 12 loses sight of what std::optional holds (GCC
    # bug 80635). The build without sanitizers has the warning.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(care_build_flags INTERFACE -fsanitize=${LIBCARE_SANITIZE})
endif()

# A `main` may catch what a library throws (CLI11) and nothing below it may.
function(care_main_uses_exceptions source)
  set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-fexceptions;-frtti")
endfunction()
