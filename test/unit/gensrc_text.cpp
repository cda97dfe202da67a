// The lexical level of the differ and what it derives from names.

#include <gtest/gtest.h>
#include <unistd.h>

#include "common/write_file.h"
#include "gensrc/assembly.h"
#include "gensrc/names.h"
#include "gensrc/settings.h"
#include "gensrc/statement.h"

namespace care::gensrc {
namespace {

std::vector<std::string> symbols_in(std::string_view text) {
  std::vector<std::string> found;
  size_t from = 0;
  for (;;) {
    SymbolRange range = find_symbol(text, from);
    if (!range.found())
      return found;
    found.emplace_back(text.substr(range.begin, range.end - range.begin));
    from = range.end;
  }
}

TEST(GensrcStatement, FindsSymbolsOnly) {
  using List = std::vector<std::string>;
  EXPECT_EQ(symbols_in("8+name(%rip), %rax"), List{"name"});
  EXPECT_EQ(symbols_in("$table, %edi"), List{"table"});
  EXPECT_EQ(symbols_in("puts@PLT"), List{"puts"});
  EXPECT_EQ(symbols_in("%fs:value@tpoff, %eax"), List{"value"});
  EXPECT_EQ(symbols_in("DW.ref._ZTI1A-."), List{"DW.ref._ZTI1A"});
  EXPECT_EQ(symbols_in("$0x1f, 1f"), List{});
  EXPECT_EQ(symbols_in("\"odd name\"(%rip)"), List{"\"odd name\""});
}

TEST(GensrcStatement, SplitsAtSeparatorsOutsideOfQuotes) {
  std::string_view line = "\tlock; addl $1, x # note; not code";
  EXPECT_EQ(take_statement(line), "lock");
  EXPECT_EQ(take_statement(line), "addl $1, x");
  EXPECT_TRUE(line.empty());
  line = "\t.string \"a;b#c\\\"d\"";
  EXPECT_EQ(take_statement(line), ".string \"a;b#c\\\"d\"");
}

TEST(GensrcStatement, TakesLabelsAndOperands) {
  std::string_view statement = "a.b$1: c: nop";
  EXPECT_EQ(take_label(statement), "a.b$1");
  EXPECT_EQ(take_label(statement), "c");
  EXPECT_EQ(take_label(statement), std::nullopt);
  std::string_view operands = "8(%rax,%rbx,4), %rcx";
  EXPECT_EQ(take_operand(operands), "8(%rax,%rbx,4)");
  EXPECT_EQ(take_operand(operands), "%rcx");
}

TEST(GensrcExpression, IsSymbolPlusNumber) {
  EXPECT_EQ(parse_expression("x+8").offset, 8);
  EXPECT_EQ(parse_expression("8+x").symbol, "x");
  EXPECT_EQ(parse_expression("x-4").offset, -4);
  EXPECT_EQ(parse_expression("x").symbol, "x");
  EXPECT_TRUE(parse_expression("a-b").symbol.empty());
  EXPECT_TRUE(parse_expression("12").symbol.empty());
}

TEST(GensrcNames, KnowsCompilerSuffixes) {
  EXPECT_TRUE(is_numbered("buf.3"));
  EXPECT_FALSE(is_numbered("buf"));
  EXPECT_FALSE(is_numbered("f.cold"));
  EXPECT_EQ(numberless("f.constprop.2.isra.0"), "f.constprop..isra.");
  EXPECT_EQ(numberless("buf.3"), numberless("buf.12"));
  EXPECT_TRUE(is_clone("f.isra.0"));
  EXPECT_TRUE(is_clone("f.part.1.constprop.0"));
  EXPECT_FALSE(is_clone("f.partial"));
  EXPECT_FALSE(is_clone("f.lto_priv.0"));
  EXPECT_EQ(source_name("f.part.1"), "f");
}

TEST(GensrcSettings, SplitsLists) {
  std::vector<std::string> expected = {"a", "file.c:b"};
  EXPECT_EQ(split_list("a,, file.c:b,"), expected);
}

// /etc/libcare.conf: a name a line, '#' begins a comment, no file no names.
TEST(GensrcSettings, ReadsTheListOfFunctions) {
  std::string path = testing::TempDir() + "libcare-settings-test.conf";
  std::string_view text = "# which\n\n  first\nunit.c:second # why\n";
  ASSERT_FALSE(write_file(path, text));
  Result<std::vector<std::string>> names = read_settings(path);
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::string>{"first", "unit.c:second"}));
  unlink(path.c_str());
  Result<std::vector<std::string>> none = read_settings(path);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

} // namespace
} // namespace care::gensrc
