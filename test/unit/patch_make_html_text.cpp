// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a patch or a symbol has in it must not become markup, nor bytes that no
// parser of HTML accepts.

#include <gtest/gtest.h>

#include "wrapper/patch_make/html_text.h"

using care::patch_make::html_element;
using care::patch_make::html_text;

TEST(HtmlText, EscapesMarkup) {
  EXPECT_EQ(html_text("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
  EXPECT_EQ(html_element("p", "x", "<i>"), "<p class=\"x\">&lt;i&gt;</p>");
}

TEST(HtmlText, KeepsCharactersOfAnyLength) {
  EXPECT_EQ(html_text("z\xc3\xbc \xe2\x82\xac \xf0\x9f\x90\x9e"),
            "z\xc3\xbc \xe2\x82\xac \xf0\x9f\x90\x9e");
}

TEST(HtmlText, ReplacesWhatIsNoText) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(html_text("latin \xfc"), "latin " + bad);
  EXPECT_EQ(html_text("\xc3"), bad);                     // cut off
  EXPECT_EQ(html_text("\xc0\xaf"), bad + bad);           // overlong '/'
  EXPECT_EQ(html_text("\xed\xa0\x80"), bad + bad + bad); // surrogate
  EXPECT_EQ(html_text("\xef\xbf\xbf"), bad + bad + bad); // not in XML
  EXPECT_EQ(html_text("\xf4\x90\x80\x80").size(), 4 * bad.size());
  EXPECT_EQ(html_text(std::string_view("\0\x1b[1m\x7f", 6)),
            bad + bad + "[1m" + bad);
  EXPECT_EQ(html_text("tab\tline\r\n"), "tab\tline\n");
}
