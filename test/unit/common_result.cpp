// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors as values: the kind fixes the exit status that scripts rely on, and
// context is put in front of a message without losing code and notes.
#include "common/result.h"

#include <gtest/gtest.h>

namespace care {
namespace {

TEST(Result, KindFixesExitStatus) {
  EXPECT_EQ(exit_status(ErrorKind::System), 1);
  EXPECT_EQ(exit_status(ErrorKind::Format), 1);
  EXPECT_EQ(exit_status(ErrorKind::Refused), 1);
  EXPECT_EQ(exit_status(ErrorKind::TargetGone), 1);
  EXPECT_EQ(exit_status(ErrorKind::Usage), 2);
  EXPECT_EQ(exit_status(ErrorKind::NotSafeNow), 3);
  EXPECT_EQ(exit_status(ErrorKind::TargetDirty), 4);
}

TEST(Result, SuccessIsFalse) {
  Error none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(format_error("bad"));
}

TEST(Result, ContextKeepsCodeAndNotes) {
  Error error = refused("kpatch-test", "not possible")
                    .note("try something else")
                    .in("thread 7")
                    .in("pid 6");
  EXPECT_EQ(error.message(), "pid 6: thread 7: not possible");
  EXPECT_EQ(error.code(), "kpatch-test");
  ASSERT_EQ(error.notes().size(), 1u);
  EXPECT_EQ(error.notes()[0], "try something else");
}

TEST(Result, SystemErrorNamesTheReason) {
  Error error = system_error("cannot open", ENOENT);
  EXPECT_EQ(error.message(), "cannot open: No such file or directory");
}

TEST(Result, UndoFailureWins) {
  Error first = not_safe_now("busy");
  Error second(ErrorKind::TargetDirty, "cannot restore");
  Error both = join_errors(std::move(first), std::move(second));
  EXPECT_EQ(both.kind(), ErrorKind::TargetDirty);
}

TEST(Result, ValueOrError) {
  Result<int> value(42);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, 42);
  Result<int> failed(usage_error("no such option"));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.take_error().kind(), ErrorKind::Usage);
}

} // namespace
} // namespace care
