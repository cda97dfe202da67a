#!/usr/bin/env python3
"""json-paths.py: JSON documents on standard input, one `path=value` a line.

Paths begin with the number of the document. Anything else in between is an
error.
"""

import json
import sys


def show(path, value):
    if isinstance(value, dict):
        for key in value:
            show(path + "." + key, value[key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            show("%s.%d" % (path, index), item)
    else:
        print("%s=%s" % (path, value))


def main():
    text, number = sys.stdin.read().lstrip(), 0
    while text:
        number += 1
        document, end = json.JSONDecoder().raw_decode(text)
        show(str(number), document)
        text = text[end:].lstrip()


main()
