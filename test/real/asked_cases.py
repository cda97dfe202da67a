"""Security fixes of smaller packages whose programs answer questions: servers,
tools, and libraries under a small program of ours."""

from case import CMAKE, Case, Question, asked_by, made_in, same


def name_server(port, code_of_others):
    """Knows the address of one name; asked for others it answers a code."""
    ask = "python3 {inputs}/dns.py %d " % port
    return dict(
        ready=ask + "answer.test 2>/dev/null | grep -q 192",
        questions=[
            same(r"^192\.0\.2\.7$", command=ask + "answer.test"),
            same("^code %d$" % code_of_others, command=ask + "other.test"),
        ],
    )


def dnsmasq(name, patch, **more):
    """The server is told to ask nobody else."""
    return Case(
        name,
        "dnsmasq",
        patch,
        make="$(MAKE) CFLAGS='$(CFLAGS) $(CPPFLAGS)' COPTS=-DHAVE_DNSSEC all",
        install="install -D src/dnsmasq $(DESTDIR)/usr/sbin/dnsmasq",
        start="{lpmake}/usr/sbin/dnsmasq -k -p 15353 -C /dev/null --user=root"
        " --pid-file= --no-resolv --no-hosts --address=/answer.test/192.0.2.7",
        **name_server(15353, code_of_others=5),
        **more,
    )


def unbound(name, patch, **more):
    """The resolver answers from a zone of its own."""
    return Case(
        name,
        "unbound",
        patch,
        configure="./configure --disable-flto --with-libevent --disable-static",
        make="$(MAKE) unbound",
        install="install -D unbound $(DESTDIR)/usr/sbin/unbound",
        prepare="printf '%s\\n' 'server:' ' chroot: \"\"' ' username: \"\"'"
        " ' pidfile: \"\"' ' directory: \"\"' ' interface: 127.0.0.1@15354' ' use-syslog: no'"
        " ' local-zone: \"test.\" static'"
        " ' local-data: \"answer.test. A 192.0.2.7\"' > unbound.conf",
        start="{lpmake}/usr/sbin/unbound -d -c {case}/unbound.conf",
        **name_server(15354, code_of_others=3),
        **more,
    )


def tar(name, patch, **more):
    """Waits for an archive on its standard input."""
    return Case(
        name,
        "tar",
        patch,
        configure="FORCE_UNSAFE_CONFIGURE=1 ./configure --disable-nls",
        make="$(MAKE)",
        install="install -D src/tar $(DESTDIR)/bin/tar",
        start="{lpmake}/bin/tar -tf -",
        **more,
    )


def dropbear(name, patch, **more):
    return Case(
        name,
        "dropbear",
        patch,
        configure="autoreconf -fi && ./configure --enable-bundled-libtom",
        make="$(MAKE) PROGRAMS='dropbear dbclient'",
        install="install -D -t $(DESTDIR)/usr/bin dropbear dbclient",
        **more,
    )


def rsync(name, patch, functions):
    """The daemon gives a file to a client."""
    client = "{lpmake}/usr/local/bin/rsync -q rsync://127.0.0.1:18873/files/hello got"
    ask = "rm -f got; %s && cat got" % client
    return Case(
        name,
        "rsync=3.2.7-1+deb12u6",
        "2026-05-20/" + patch,
        # The patches change configure.ac.
        configure="touch aclocal.m4 configure.sh config.h.in && ./configure"
        " --disable-lz4 --disable-xxhash --disable-md2man --disable-md5-asm"
        " --disable-acl-support",
        make="$(MAKE) rsync",
        install="install -D rsync $(DESTDIR)/usr/local/bin/rsync",
        functions=functions,
        prepare="mkdir -p files && echo hello > files/hello && printf '%s\\n' '[files]'"
        " 'use chroot = no' 'path = {case}/files' > rsyncd.conf",
        start="{lpmake}/usr/local/bin/rsync --daemon --no-detach"
        " --address=127.0.0.1 --port=18873 --config={case}/rsyncd.conf",
        ready=ask,
        questions=[same("^hello$", command=ask)],
    )


def yajl(name, patch, **more):
    return Case(
        name,
        "yajl",
        patch,
        configure=CMAKE,
        **made_in("build"),
        **asked_by("yajl-lines", "yajl", headers="{lpmake}/usr/local/include"),
        **more,
    )


CASES = [
    dnsmasq("dnsmasq-2291", "CVE-2026-2291.patch", refused="kpatch-type-layout"),
    dnsmasq(
        "dnsmasq-4890",
        "CVE-2026-4890.patch",
        functions=["check_nsec3_coverage", "prove_non_existence"],
    ),
    dnsmasq("dnsmasq-4891", "CVE-2026-4891.patch", functions=["validate_rrset"]),
    dnsmasq("dnsmasq-4892", "CVE-2026-4892.patch", functions=["create_helper"]),
    dnsmasq("dnsmasq-4893", "CVE-2026-4893.patch", functions=["process_reply"]),
    dnsmasq("dnsmasq-5172", "CVE-2026-5172.patch", functions=["extract_addresses"]),
    unbound(
        "unbound-43168", "CVE-2024-43168/01-193401e75.patch", functions=["cfg_mark_ports"]
    ),
    # Its own build system, after that of the Linux kernel.
    Case(
        "busybox-48174",
        "busybox",
        "CVE-2022-48174.patch",
        configure="make defconfig && sed -i s/CONFIG_TC=y/CONFIG_TC=n/ .config"
        " && (yes '' || true) | make oldconfig",
        make="$(MAKE) busybox_unstripped CC=$(CC) SKIP_STRIP=y",
        install="install -D busybox_unstripped $(DESTDIR)/bin/busybox",
        functions=["evaluate_string"],
        start="{lpmake}/bin/busybox ash",
        questions=[
            same("^42$", line="echo $((6 * 7))"),
            same("arithmetic syntax error", line="(echo $((09v09v09v))) 2>&1"),
        ],
    ),
    tar(
        "tar-48303",
        "Fix-boundary-checking-in-base-256-decoder.patch",
        functions=["from_header"],
    ),
    tar(
        "tar-39804",
        "Fix-handling-of-extended-header-prefixes.patch",
        functions=["locate_handler", "xattr_decoder"],
    ),
    Case(
        "wget-38428",
        "wget",
        "CVE-2024-38428.patch",
        configure="./configure --with-ssl=openssl --disable-nls",
        make="$(MAKE) -C lib && $(MAKE) -C src",
        install="install -D src/wget $(DESTDIR)/usr/bin/wget",
        functions=["url_parse"],
    ),
    rsync(
        "rsync-match",
        "0007-prevent-information-leak-off-the-stack.patch",
        ["match_sums"],
    ),
    rsync(
        "rsync-safe-links",
        "0014-make-safe-links-stricter.patch",
        ["unsafe_symlink"],
    ),
    rsync(
        "rsync-token",
        "0024-reject-negative-token-values-in-compressed-stream-re.patch",
        ["recv_token"],
    ),
    rsync(
        "rsync-tzset",
        "0032-call-tzset-before-chroot-to-cache-timezone-data.patch",
        ["start_daemon"],
    ),
    dropbear("dropbear-48795", "CVE-2023-48795.patch", refused="kpatch-data-size"),
    dropbear("dropbear-47203", "CVE-2025-47203.patch", refused="kpatch-type-layout"),
    yajl(
        "yajl-16516",
        "CVE-2017-16516.patch",
        functions=["yajl_string_decode"],
        questions=[same("^parsed$", line='["\\u00e4\\ud83d\\ude00"]')],
    ),
    yajl(
        "yajl-24795",
        "CVE-2022-24795.patch",
        functions=["yajl_buf_append"],
        questions=[same("^parsed$", line='["a\\nb"]')],
    ),
    yajl(
        "yajl-33460",
        "CVE-2023-33460.patch",
        functions=["handle_end_array", "handle_end_map", "yajl_tree_parse"],
        questions=[
            same("^parsed$", line='{"a": [1, 2]}'),
            Question("^leaks$", "^error$", line='{"a": [1, 2'),
        ],
    ),
    Case(
        "cjson-overread",
        "cjson",
        "0002-Fix-heap-buffer-overflow.patch",
        configure=CMAKE + " -DENABLE_CJSON_TEST=OFF",
        **made_in("build"),
        functions=["parse_value"],
        start="env LD_PRELOAD={lpmake}/usr/local/lib/libcjson.so.1 cat",
        questions=[same("^hello$", line="hello")],
    ),
    Case(
        "cjson-57052",
        "cjson",
        "CVE-2025-57052.patch",
        configure=CMAKE + " -DENABLE_CJSON_TEST=OFF -DENABLE_CJSON_UTILS=ON",
        **made_in("build"),
        functions=["decode_array_index_from_pointer.constprop.0"],
        **asked_by(
            "cjson-lines",
            "cjson_utils -L{lpmake}/usr/local/lib -lcjson",
            headers="{lpmake}/usr/local/include",
        ),
        questions=[
            same("^42$", line="/42"),
            Question("^27$", "^nothing$", line="/1A"),
        ],
    ),
]
