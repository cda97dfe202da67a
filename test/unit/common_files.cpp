// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files and processes: an output appears whole or not at all, a program that a
// signal ended is not taken for one that succeeded.
#include "common/mapped_file.h"
#include "common/subprocess.h"
#include "common/write_file.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace care {
namespace {

class Folder {
public:
  Folder() {
    std::string pattern = testing::TempDir() + "care-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored; // a left-over folder does no harm
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char *name) const { return path_ + "/" + name; }
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

TEST(Files, WriteThenMap) {
  Folder folder;
  ASSERT_FALSE(write_file(folder.file("a"), std::string_view("one\n")));
  Result<MappedFile> file = MappedFile::open(folder.file("a"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->text(), "one\n");
}

TEST(Files, EmptyFileIsAnEmptySpan) {
  Folder folder;
  ASSERT_FALSE(write_file(folder.file("a"), std::string_view()));
  Result<MappedFile> file = MappedFile::open(folder.file("a"));
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->bytes().empty());
}

TEST(Files, FailedWriteLeavesNothingBehind) {
  Folder folder;
  Error error =
      write_file(folder.file("missing/a"), std::string_view("content"));
  EXPECT_TRUE(error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Files, MissingFileIsNamed) {
  Result<MappedFile> file = MappedFile::open("/nonexistent/file");
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().message().find("/nonexistent/file"),
            std::string::npos);
}

TEST(Subprocess, StatusAndSignalAreKeptApart) {
  Result<ExitState> three = run({.arguments = {"sh", "-c", "exit 3"}});
  ASSERT_TRUE(three.has_value());
  EXPECT_EQ(three->status, 3);
  EXPECT_FALSE(three->ok());
  Result<ExitState> killed = run({.arguments = {"sh", "-c", "kill -9 $$"}});
  ASSERT_TRUE(killed.has_value());
  EXPECT_EQ(killed->signal, SIGKILL);
  EXPECT_FALSE(killed->ok());
}

TEST(Subprocess, CapturesOutputAndEnvironment) {
  Result<CapturedRun> result =
      run_and_capture({.arguments = {"sh", "-c", "echo \"$GREETING\""},
                       .environment = {"GREETING=hello"}});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->output, "hello\n");
}

TEST(Subprocess, MissingProgramIsAnError) {
  Result<ExitState> result = run({.arguments = {"/nonexistent/program"}});
  EXPECT_FALSE(result.has_value());
}

TEST(Subprocess, QuotesForAShell) {
  EXPECT_EQ(shell_quoted({"gcc", "-DX=\"a b\"", "it's"}),
            "gcc '-DX=\"a b\"' 'it'\\''s'");
}

} // namespace
} // namespace care
