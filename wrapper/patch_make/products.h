// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the patched build wrote. The sources go back with the times that they
// had, so nothing would tell the next make that the objects lying there are
// the patched ones: they are marked as older than any source.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_PRODUCTS_H
#define LIBCARE_WRAPPER_PATCH_MAKE_PRODUCTS_H

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

namespace care::patch_make {

class Products {
public:
  // `skipped` are folders that no make looks at.
  Products(std::vector<std::filesystem::path> folders,
           std::set<std::filesystem::path> skipped)
      : folders_(std::move(folders)), skipped_(std::move(skipped)) {}

  // Notes what is there, right before the patched build begins.
  void remember();
  // Did a make that was not ours leave the file there, or the original build?
  // What the patched build of an earlier run wrote does not count.
  bool was_there(const std::filesystem::path &file) const;
  // Marks what is new or was written since. Does nothing without remember():
  // what was not built leaves no products. `sources` are left alone, and files
  // that somebody still writes to, as a running program does to its log.
  void outdate(const std::set<std::filesystem::path> &sources) const;

private:
  struct State {
    std::filesystem::file_time_type written;
    uint64_t inode = 0;

    bool operator==(const State &) const = default;
  };
  using Files = std::map<std::filesystem::path, State>;

  Files scan() const;

  std::vector<std::filesystem::path> folders_;
  std::set<std::filesystem::path> skipped_;
  Files before_ = {};
  bool has_begun_ = false;
};

} // namespace care::patch_make

#endif
