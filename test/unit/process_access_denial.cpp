// Why access to a process is denied: Yama, other users, security modules and
// namespaces are told apart, since the next step is another for each.

#include "runtime/process/access_denial.h"

#include <gtest/gtest.h>

namespace care::runtime {
namespace {

bool says(const DenialFacts &facts, const char *words) {
  return explain_denial(facts).find(words) != std::string::npos;
}

TEST(AccessDenial, OtherUserComesBeforeYama) {
  EXPECT_TRUE(says({.yama_scope = 1}, "as the user of the process"));
}

TEST(AccessDenial, YamaForOwnProcesses) {
  EXPECT_TRUE(says({.is_same_user = true, .yama_scope = 1},
                   "ptrace_scope is 1; run as root"));
  EXPECT_TRUE(says({.is_same_user = true, .yama_scope = 2},
                   "ptrace_scope is 2; run as root"));
}

TEST(AccessDenial, YamaThatNobodyOverrules) {
  EXPECT_TRUE(says({.has_capability = true, .yama_scope = 3}, "next boot"));
  // A scope that a capability overrules is not to blame.
  EXPECT_FALSE(says({.has_capability = true, .yama_scope = 2}, "yama"));
}

TEST(AccessDenial, SecurityModules) {
  EXPECT_TRUE(says({.has_capability = true,
                    .is_selinux_enforcing = true,
                    .label = "system_u:system_r:httpd_t:s0"},
                   "SELinux may deny it (the process is 'system_u"));
  EXPECT_TRUE(
      says({.has_capability = true, .label = "docker-default (enforce)"},
           "a security module may deny it (the process is 'docker"));
}

TEST(AccessDenial, NothingKnown) {
  EXPECT_TRUE(says({.has_capability = true, .is_same_user_namespace = false},
                   "another user namespace"));
  EXPECT_TRUE(says({.is_same_user = true}, "keeps its memory to itself"));
}

} // namespace
} // namespace care::runtime
