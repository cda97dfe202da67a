"""Security fixes of smaller packages, more of the same. A library is loaded
into a program that only echoes lines: what is shown is that the patch goes on
and comes off, and that the program lives. What the fix does is not asked."""

from case import AUTOTOOLS, CMAKE, Case, libtool_library, made_in, same


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


def libmodbus(name, patch, **more):
    build = dict(configure=AUTOTOOLS + " --disable-tests", **made_in("src"))
    return library(name, "libmodbus", patch, "libmodbus.so.5", **build, **more)


def openjpeg(name, patch, **more):
    build = dict(configure=CMAKE + " -DBUILD_CODEC=OFF", **made_in("build"))
    return library(name, "openjpeg2", patch, "libopenjp2.so.7", **build, **more)


def libexif(name, patch, **more):
    build = dict(configure=AUTOTOOLS + " --disable-docs", **made_in("libexif"))
    return library(name, "libexif", patch, "libexif.so.12", **build, **more)


def libevent(name, patch, **more):
    build = dict(
        configure=AUTOTOOLS + " --disable-samples --disable-libevent-regress",
        make="$(MAKE) all-am",
        install="$(MAKE) install-libLTLIBRARIES DESTDIR=$(DESTDIR)",
    )
    return library(name, "libevent", patch, "libevent-2.1.so.7", **build, **more)


def libheif(name, patch, **more):
    build = dict(configure=CMAKE + " -DWITH_EXAMPLES=OFF", **made_in("build"))
    return library(name, "libheif", patch, "libheif.so.1", **build, **more)


def freetype(name, patch, **more):
    build = dict(
        configure=CMAKE + " -DFT_DISABLE_HARFBUZZ=ON -DFT_DISABLE_BROTLI=ON",
        **made_in("build"),
    )
    return library(name, "freetype", patch, "libfreetype.so.6", **build, **more)


def xz(name, patch, **more):
    build = dict(
        configure=AUTOTOOLS + " --disable-doc --disable-nls",
        **made_in("src/liblzma"),
    )
    return library(name, "xz-utils", patch, "liblzma.so.5", **build, **more)


def libxslt(name, patch, **more):
    build = dict(
        configure=AUTOTOOLS + " --without-python --without-crypto",
        **made_in("libxslt"),
    )
    return library(name, "libxslt", patch, "libxslt.so.1", **build, **more)


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
        configure=CMAKE,
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
    libmodbus(
        "libmodbus-10918-1",
        "CVE-2024-10918-part1.patch",
        # The second is not inlined any more, now that it is called twice.
        functions=[
            "check_confirmation",
            "compute_response_length_from_request.isra.0",
            "modbus_reply",
        ],
    ),
    libmodbus(
        "libmodbus-10918-2", "CVE-2024-10918-part2.patch", functions=["modbus_reply"]
    ),
    libmodbus(
        "libmodbus-10918-3", "CVE-2024-10918-part3.patch", refused="kpatch-data-init"
    ),
    openjpeg(
        "openjpeg-39327",
        "CVE-2023-39327.patch",
        functions=["opj_t2_read_packet_header.constprop.0.isra.0"],
    ),
    openjpeg(
        "openjpeg-56827", "CVE-2024-56827.patch", functions=["opj_j2k_add_tlmarker"]
    ),
    openjpeg(
        "openjpeg-6192", "CVE-2026-6192.patch", functions=["opj_pi_initialise_encode"]
    ),
    libexif(
        "libexif-32775",
        "CVE-2026-32775.patch",
        functions=[
            "mnote_apple_entry_get_value",
            "mnote_canon_entry_get_value",
            "mnote_fuji_entry_get_value",
            "mnote_olympus_entry_get_value",
            "mnote_pentax_entry_get_value",
        ],
    ),
    libexif(
        "libexif-40385",
        "CVE-2026-40385.patch",
        functions=["exif_mnote_data_olympus_load"],
    ),
    # As debian/rules builds it: debhelper, with the flags of the package.
    Case(
        "libexif-40386-debhelper",
        "libexif",
        "CVE-2026-40386.patch",
        lpmakefile="debhelper/lpmakefile",
        clean=True,
        functions=[
            "exif_mnote_data_fuji_get_value",
            "exif_mnote_data_olympus_get_value",
        ],
        start="env LD_PRELOAD={lpmake}/usr/lib/x86_64-linux-gnu/libexif.so.12 cat",
        questions=[same("^hello$", line="hello")],
    ),
    # Made by meson and ninja.
    library(
        "dav1d-1580",
        "dav1d",
        "CVE-2024-1580.patch",
        "libdav1d.so.6",
        configure="meson setup build --libdir=lib --buildtype=plain"
        " -Denable_asm=false -Denable_tools=false -Denable_tests=false",
        make="ninja -C build",
        install="meson install -C build --no-rebuild --destdir $(DESTDIR)",
        functions=["dav1d_decode_frame_init", "dav1d_decode_frame_init_cdf"],
    ),
    libevent(
        "libevent-63379",
        "CVE-2026-63379.patch",
        functions=[
            "evhttp_parse_headers_",
            "evhttp_parse_headers_impl_",
            "evhttp_read_trailer",
        ],
    ),
    libevent(
        "libevent-63381",
        "CVE-2026-63381.patch",
        functions=["evbuffer_add_buffer_reference"],
    ),
    libevent(
        "libevent-63382",
        "CVE-2026-63382.patch",
        functions=[
            "evhttp_check_transfer_encoding_",
            "evhttp_get_body",
            "evhttp_read_header",
            "evhttp_str_is_chunked_",
        ],
    ),
    libevent(
        "libevent-63383", "CVE-2026-63383.patch", functions=["decode_tag_internal"]
    ),
    libevent(
        "libevent-63384", "CVE-2026-63384.patch", functions=["evtag_unmarshal_header"]
    ),
    libevent("libevent-63385", "CVE-2026-63385.patch", functions=["evhttp_add_header"]),
    libevent("libevent-63387", "CVE-2026-63387.patch", functions=["dnsname_to_labels"]),
    libevent("libevent-63388", "CVE-2026-63388.patch", refused="kpatch-type-layout"),
    # GCC inlines elsewhere in the file differently, too: the expected functions
    # are not listed.
    libheif("libheif-29659", "CVE-2023-29659.patch"),
    libheif("libheif-41311", "CVE-2024-41311.patch"),
    freetype("freetype-2004", "CVE-2023-2004.patch", functions=["tt_hvadvance_adjust"]),
    freetype(
        "freetype-27363",
        "Minimal-stop-gap-fix-for-CVE-2025-27363.patch",
        functions=["load_truetype_glyph"],
    ),
    freetype("freetype-svg", "fix-wild-free-svg.patch", functions=["FT_Load_Glyph"]),
    xz(
        "xz-prealloc",
        "liblzma-Fix-a-buffer-overflow-in-lzma_index_append.patch",
        functions=["lzma_index_prealloc"],
    ),
    xz(
        "xz-31115-1",
        "liblzma-mt-dec-Simplify-by-removing-the-THR_STOP-state.patch",
        refused="kpatch-enum-value",
    ),
    xz(
        "xz-31115-2",
        "liblzma-mt-dec-Don-t-free-the-input-buffer-too-early-CVE-.patch",
        functions=["worker_decoder"],
    ),
    library(
        "libsndfile-33065",
        "libsndfile",
        "CVE-2022-33065.patch",
        "libsndfile.so.1",
        configure=AUTOTOOLS + " --disable-external-libs --disable-mpeg"
        " --disable-full-suite --disable-alsa --disable-sqlite",
        functions=["mat4_read_header"],
        **libtool_library("src/libsndfile"),
    ),
    libxslt(
        "libxslt-55549",
        "0012-CVE-2024-55549-Fix-UAF-related-to-excluded-namespace.patch",
        functions=["xsltParseStylesheetExcludePrefix"],
    ),
    libxslt(
        "libxslt-24855",
        "0013-CVE-2025-24855-Fix-use-after-free-of-XPath-context-n.patch",
        functions=[
            "xsltComputeSortResultInternal",
            "xsltEvalXPathPredicate",
            "xsltEvalXPathStringNs",
            "xsltNumberFormat",
        ],
    ),
]
