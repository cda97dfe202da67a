// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading compiler command lines: what is a source, how far the driver goes,
// and which arguments are values of the option before them.

#include <gtest/gtest.h>

#include "wrapper/cc/command_line.h"
#include "wrapper/cc/link_options.h"
#include "wrapper/cc/settings.h"
#include "wrapper/cc/words.h"

using namespace care::wrapper;
using Strings = std::vector<std::string>;

TEST(CommandLine, KnowsInputsByNameAndByLanguage) {
  CommandLine c = parse_command_line(
      {"a.c", "b.o", "-x", "c++", "d", "-xnone", "e.S", "f.h", "libg.so.1"});
  ASSERT_EQ(c.inputs.size(), 6u);
  EXPECT_EQ(c.inputs[0].kind, InputKind::Source);
  EXPECT_EQ(c.inputs[1].kind, InputKind::Linker);
  EXPECT_EQ(c.inputs[2].kind, InputKind::Source);
  EXPECT_EQ(c.inputs[2].language, "c++");
  EXPECT_EQ(c.inputs[3].kind, InputKind::AssemblerCpp);
  EXPECT_EQ(c.inputs[4].kind, InputKind::Header);
  EXPECT_EQ(c.inputs[5].kind, InputKind::Linker);
}

TEST(CommandLine, ValuesAreNotInputs) {
  CommandLine c = parse_command_line(
      {"-c", "-D", "a.c", "-MF", "b.c", "-include", "c.c", "-T", "d.c",
       "-Xassembler", "e.c", "--param", "f.c", "-Tdata", "g.c", "real.c"});
  ASSERT_EQ(c.inputs.size(), 1u);
  EXPECT_EQ(c.inputs[0].path, "real.c");
  EXPECT_TRUE(c.names_dependencies);
}

TEST(CommandLine, FindsTheOutputInEveryForm) {
  for (const Strings &form :
       {Strings{"-o", "x"}, Strings{"-ox"}, Strings{"--output=x"},
        Strings{"--output", "x"}}) {
    Strings arguments = form;
    arguments.push_back("a.c");
    CommandLine c = parse_command_line(arguments);
    EXPECT_EQ(c.output, "x");
    EXPECT_EQ(c.inputs.size(), 1u);
  }
}

TEST(CommandLine, TheEarliestGoalCounts) {
  EXPECT_EQ(parse_command_line({"a.c"}).goal, Goal::Link);
  EXPECT_EQ(parse_command_line({"-c", "-S", "a.c"}).goal, Goal::Assembly);
  EXPECT_EQ(parse_command_line({"-E", "-c", "a.c"}).goal, Goal::Preprocess);
  EXPECT_EQ(parse_command_line({"-MM", "a.c"}).goal, Goal::Preprocess);
  EXPECT_EQ(parse_command_line({"-c", "-MMD", "a.c"}).goal, Goal::Object);
  EXPECT_EQ(parse_command_line({"--version", "a.c"}).goal, Goal::Information);
  EXPECT_EQ(parse_command_line({"-v"}).goal, Goal::Information);
}

TEST(CommandLine, SplitsWordsAsResponseFilesAre) {
  EXPECT_EQ(split_words("a 'b c' \"d\\\"e\"\n f\\ g ''"),
            (Strings{"a", "b c", "d\"e", "f g", ""}));
  EXPECT_EQ(split(";a;;b", ';'), (Strings{"a", "b"}));
  EXPECT_TRUE(split("", ';').empty());
}

TEST(CommandLine, LinksKeepRelocationsAndSymbols) {
  EXPECT_EQ(with_relocations({"a.o", "-s", "-Wl,-O1,-s", "-Wl,-s"}),
            (Strings{"a.o", "-Wl,-O1", "-Wl,--emit-relocs"}));
  EXPECT_EQ(with_relocations({"-r", "a.o"}), (Strings{"-r", "a.o"}));
  EXPECT_EQ(with_relocations({"-Xlinker", "-r", "a.o"}),
            (Strings{"-Xlinker", "-r", "a.o"}));
}

TEST(CommandLine, CxxDriversEndInTwoPluses) {
  for (const char *name : {"g++", "/usr/bin/c++", "libcare-c++", "kpcc++",
                           "x86_64-linux-gnu-g++-12"})
    EXPECT_TRUE(is_cxx_name(name)) << name;
  for (const char *name : {"gcc", "cc", "libcare-cc", "gcc-12", "g++/cc"})
    EXPECT_FALSE(is_cxx_name(name)) << name;
}
