"""The source packages that are edited: small units, compiled without a build
of the package. What their configure would write is in the definitions."""

from dataclasses import dataclass
from typing import List


@dataclass
class Package:
    name: str  # of the source package
    folder: str  # compilation happens here
    units: str  # a shell pattern in it
    flags: List[str]
    excluded: List[str] = ()  # units that are no part of the library
    prepare: str = ""  # in the folder


JQ_DEFINITIONS = (
    "-DIEEE_8087=1 -D_GNU_SOURCE -DHAVE_MEMMEM -DHAVE_ISATTY -DHAVE_PTHREAD_KEY_CREATE"
    " -DHAVE_ATEXIT -DHAVE_TIMEGM -DHAVE_STRPTIME -DHAVE_GETPWNAM -DHAVE_EXP10"
    " -DHAVE_ALLOCA_H -DHAVE_LIBONIG -DHAVE_TM_TM_GMT_OFF"
)

PACKAGES = [
    Package(
        "zlib",
        folder=".",
        units="*.c",
        flags="-O2 -fPIC -D_LARGEFILE64_SOURCE=1 -DHAVE_HIDDEN".split(),
    ),
    Package(
        "lua5.4",
        folder="src",
        units="*.c",
        flags="-O2 -g -std=gnu99 -DLUA_COMPAT_5_3 -DLUA_USE_POSIX".split(),
        prepare="echo '#define DEB_HOST_MULTIARCH \"x86_64-linux-gnu\"'"
        " > lua5.4-deb-multiarch.h",
    ),
    Package(
        "expat",
        folder="expat/lib",
        units="xml*.c",
        excluded=["xmltok_impl.c", "xmltok_ns.c"],
        flags="-O2 -fPIC -DXML_CONTEXT_BYTES=1024 -DXML_NS=1 -DXML_DTD=1"
        " -DBYTEORDER=1234 -DXML_DEV_URANDOM -DHAVE_EXPAT_CONFIG_H -I.".split(),
        prepare="touch expat_config.h",
    ),
    Package(
        "jq",
        folder="src",
        units="*.c",
        excluded=["builtin.c", "main.c", "inject_errors.c", "jq_test.c"],
        flags=("-O2 -fstack-protector-strong -I. " + JQ_DEFINITIONS).split(),
        prepare="echo '#define JQ_VERSION \"1.6\"' > version.h",
    ),
    Package(
        "libde265",
        folder=".",
        units="libde265/*.cc",
        excluded=["libde265/en265.cc", "libde265/image-io.cc", "libde265/visualize.cc"],
        flags="-O2 -fPIC -I. -Ilibde265 -DHAVE_STDINT_H -DHAVE_CONFIG_H"
        " -DHAVE_POSIX_MEMALIGN -DHAVE_SSE4_1".split(),
        prepare="touch config.h && sed 's/@NUMERIC_VERSION@/0x01001100/;"
        " s/@PACKAGE_VERSION@/1.0.11/' libde265/de265-version.h.in"
        " > libde265/de265-version.h",
    ),
]
