"""Security fixes of smaller packages, more of the same. A library is loaded
into a program that only echoes lines: what is shown is that the patch goes on
and comes off, and that the program lives. What the fix does is not asked."""

from case import AUTOTOOLS, Case, made_in, same


def library(name, package, patch, path, **build):
    """A patched shared library in `cat`."""
    return Case(
        name,
        package,
        patch,
        start="env LD_PRELOAD={lpmake}/usr/local/lib/%s cat" % path,
        questions=[same("^hello$", line="hello")],
        **build,
    )


def tinyproxy(name, patch, **more):
    """The proxy answers for its own statistics page."""
    ask = "curl -s -x http://127.0.0.1:18888 http://tinyproxy.stats/"
    return Case(
        name,
        "tinyproxy",
        patch,
        configure="./configure --disable-manpage-support",
        make="$(MAKE) -C src",
        install="$(MAKE) -C src install DESTDIR=$(DESTDIR)",
        prepare="printf '%s\\n' 'Port 18888' 'Listen 127.0.0.1'"
        " 'StatHost \"tinyproxy.stats\"' 'LogLevel Critical' > proxy.conf",
        start="{lpmake}/usr/local/bin/tinyproxy -d -c {case}/proxy.conf",
        ready=ask + " | grep -q statistics",
        questions=[same("statistics", command=ask)],
        **more,
    )


def nghttp2(name, patch, **more):
    build = dict(configure=AUTOTOOLS + " --enable-lib-only", **made_in("lib"))
    return library(name, "nghttp2", patch, "libnghttp2.so.14", **build, **more)


def giflib(name, patch, **more):
    return library(
        name,
        "giflib",
        patch,
        "libgif.so.7",
        # Its makefile makes links, and trips over those of the first build.
        make="rm -f libgif.so* && $(MAKE) libgif.so OFLAGS='$(CFLAGS)'",
        install="install -D libgif.so $(DESTDIR)/usr/local/lib/libgif.so.7",
        **more,
    )


def tinyxml(name, patch, **more):
    units = "tinyxml tinyxmlparser tinyxmlerror tinystr"
    return library(
        name,
        "tinyxml",
        patch,
        "libtinyxml.so",
        make="for unit in %s; do $(CXX) $(CXXFLAGS) -fPIC -DTIXML_USE_STL"
        " -c $$unit.cpp || exit 1; done; $(CXX) $(LDFLAGS) -shared"
        " -Wl,-soname,libtinyxml.so -o libtinyxml.so %s"
        % (units, " ".join(unit + ".o" for unit in units.split())),
        install="install -D libtinyxml.so $(DESTDIR)/usr/local/lib/libtinyxml.so",
        **more,
    )


def c_ares(name, patch, **more):
    build = dict(configure=AUTOTOOLS + " --disable-tests", **made_in("src/lib"))
    return library(name, "c-ares", patch, "libcares.so.2", **build, **more)


def libtasn1(name, patch, **more):
    build = dict(
        configure="./configure --disable-static --disable-doc", **made_in("lib")
    )
    return library(name, "libtasn1-6", patch, "libtasn1.so.6", **build, **more)


def tiff(name, patch, **more):
    build = made_in("libtiff")
    build.update(
        make="$(MAKE) -C port && " + build["make"],
        configure="rm -f m4/libtool.m4 && " + AUTOTOOLS,
    )
    return library(name, "tiff", patch, "libtiff.so.6", **build, **more)


CASES = [
    tinyproxy(
        "tinyproxy-40468",
        "0001-prevent-junk-from-showing-up-in-error-page-in-invali.patch",
        functions=["process_request"],
    ),
    tinyproxy(
        "tinyproxy-49606",
        "0002-CVE-2023-49606.patch",
        functions=["remove_connection_headers.isra.0"],
    ),
    library(
        "libuv-24806",
        "libuv1",
        "fix-cve-2024-24806",
        "libuv.so.1",
        functions=["uv__idna_toascii"],
        configure="sh autogen.sh && ./configure --disable-static",
        make="$(MAKE) libuv.la",
        install="install -D .libs/libuv.so.1.0.0 $(DESTDIR)/usr/local/lib/libuv.so.1",
    ),
    nghttp2("nghttp2-44487", "CVE-2023-44487.patch", refused="kpatch-type-layout"),
    nghttp2(
        "nghttp2-27135",
        "CVE-2026-27135.patch",
        functions=["nghttp2_session_mem_recv"],
    ),
    giflib(
        "giflib-23868",
        "CVE-2026-23868.patch",
        functions=["GifMakeSavedImage"],
    ),
    giflib(
        "giflib-26740",
        "CVE-2026-26740.patch",
        functions=["EGifGCBToSavedExtension"],
    ),
    tinyxml(
        "tinyxml-42260",
        "CVE-2021-42260.patch",
        functions=["TiXmlParsingData::Stamp"],
    ),
    tinyxml(
        "tinyxml-34194",
        "CVE-2023-34194.patch",
        functions=["TiXmlDeclaration::Parse"],
    ),
    library(
        "audiofile-13440",
        "audiofile",
        "11_CVE-2018-13440.patch",
        "libaudiofile.so.1",
        configure=AUTOTOOLS + " --disable-flac --disable-docs --disable-examples",
        functions=["ModuleState::initFileModule"],
        **made_in("libaudiofile"),
    ),
    library(
        "libebml-52339",
        "libebml",
        "CVE-2023-52339.patch",
        "libebml.so.5",
        configure="cmake -B build -DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_LIBDIR=lib",
        functions=["libebml::MemIOCallback::read"],
        **made_in("build"),
    ),
    c_ares(
        "c-ares-4904",
        "CVE-2022-4904.diff",
        functions=["config_sortlist"],
    ),
    c_ares(
        "c-ares-31130",
        "CVE-2023-31130.diff",
        functions=["ares_inet_net_pton", "ares_inet_net_pton_ipv4", "ares_inet_pton"],
    ),
    c_ares(
        "c-ares-32067",
        "CVE-2023-32067.diff",
        functions=["read_udp_packets"],
    ),
    libtasn1(
        "libtasn1-12133-1",
        "0001-asn1_der_decoding2-optimize-_asn1_find_up-call-with-.patch",
        functions=["asn1_der_decoding2"],
    ),
    libtasn1(
        "libtasn1-12133-2",
        "0002-asn1_find_node-optimize-NUMBER-node-lookup-with-inde.patch",
        refused="kpatch-type-layout",
    ),
    tiff(
        "tiff-2908",
        "CVE-2023-2908.patch",
        functions=["_TIFFVSetField"],
    ),
    tiff(
        "tiff-9900",
        "CVE-2025-9900.patch",
        functions=["TIFFRGBAImageGet", "TIFFReadRGBAImageOriented"],
    ),
    library(
        "libwebp-4863",
        "libwebp",
        "CVE-2023-4863.patch",
        "libwebp.so.7",
        refused="kpatch-type-layout",
        configure=AUTOTOOLS + " --disable-png --disable-jpeg --disable-tiff --disable-gif",
        make="$(MAKE) -C sharpyuv && $(MAKE) -C src",
        install="$(MAKE) -C sharpyuv install DESTDIR=$(DESTDIR) &&"
        " $(MAKE) -C src install DESTDIR=$(DESTDIR)",
    ),
]
