"""The listed real cases: packages first, what is patched in them below."""

from case import AUTOTOOLS, Case, Question, asked_by, made_in, same

# libexpat under a program that parses what it is told.
EXPAT = Case(
    package="expat=2.5.0-1+deb12u2",
    folder="expat",
    configure=AUTOTOOLS + " --without-docbook --without-examples --without-tests"
    " --without-xmlwf",
    **made_in("lib"),
    **asked_by("expat-lines", library="expat", headers="{source}/lib"),
)

# A worker of nginx with the configuration Inputs/nginx.conf.
NGINX = Case(
    package="nginx=1.22.1-9+deb12u9",
    configure="./configure --with-cc=libcare-cc --with-cc-opt=\"$CFLAGS $CPPFLAGS"
    " -fPIE\" --with-ld-opt=\"$LDFLAGS -pie\" --with-http_dav_module --with-threads"
    " --with-http_ssl_module --with-pcre-jit --prefix=/usr/share/nginx",
    make="$(MAKE) -f objs/Makefile objs/nginx",
    install="install -D objs/nginx $(DESTDIR)/usr/sbin/nginx",
    prepare="mkdir -p www logs && echo hello > www/hello &&"
    " sed 's,@HERE@,{case},' {inputs}/nginx.conf > nginx.conf",
    start="{lpmake}/usr/sbin/nginx -p {case} -c nginx.conf",
    ready="curl -s http://127.0.0.1:18080/file/hello >/dev/null",
    pid="pgrep -P $PID",
)

# libcurl with few protocols; its resolver makes the case.
CURL = Case(
    package="curl=7.88.1-10+deb12u15",
    configure=AUTOTOOLS + " --with-openssl --disable-ldap --disable-manual"
    " --without-libpsl ",
    **made_in("lib"),
)

# A redis-server with Debian's settings, on a socket.
REDIS_CLI = "{lpmake}/usr/bin/redis-cli -s {case}/socket "
REDIS = Case(
    package="redis=5:7.0.15-1~deb12u10",
    lpmakefile="redis/lpmakefile",
    start="{lpmake}/usr/bin/redis-server --port 0 --unixsocket {case}/socket"
    " --save ''",
    ready=REDIS_CLI + "SET old value",
    questions=[
        same("^value$", command=REDIS_CLI + "GET old"),
        same("^42$", command=REDIS_CLI + "EVAL 'return 6 * tonumber(ARGV[1])' 0 7"),
        same("^[0-9]+$", command=REDIS_CLI + "PFADD hll a b c"),
    ],
)


def copy_request(destination):
    """A WebDAV copy; prints the status of the answer."""
    return (
        "curl -s -o /dev/null -w '%%{{http_code}}' -X COPY -H"
        " 'Destination: http://127.0.0.1:18080%s'"
        " http://127.0.0.1:18080/a-long-name/hello" % destination
    ).replace("%%", "%")


CASES = [
    EXPAT.with_patch(
        "expat-45490",
        "CVE-2024-45490.patch",
        edited=["XML_ParseBuffer"],
        functions=["XML_ParseBuffer"],
        questions=[
            same("^2 elements$", line="parse <a><b/></a>"),
            Question("^error 3$", "^error 41$", line="negative"),
            same("^2 elements$", line="old <a><b/></a>"),
        ],
    ),
    EXPAT.with_patch(
        "expat-50602",
        "expat-2.5.0-CVE-2024-50602.patch",
        edited=["XML_StopParser", "XML_ErrorString"],
        functions=["XML_StopParser", "XML_ErrorString"],
        questions=[
            same("^2 elements$", line="parse <a><b/></a>"),
            Question("^stopped$", "^error 44: parser not started$", line="stop"),
            same("^2 elements$", line="old <a><b/></a>"),
        ],
    ),
    EXPAT.with_patch(
        "expat-8176",
        "expat-2.5.0-CVE-2024-8176.patch",
        refused="kpatch-type-layout",
        refused_for=["ENTITY", "hasMore"],
    ),
    Case(
        "lua-33099",
        "lua5.4=5.4.4-3+deb12u1",
        "0005-cve-2022-33099.patch",
        configure="mkdir debian/libtool && cp debian/configure.ac debian/libtool"
        " && cd debian/libtool && LIBTOOLIZE='libtoolize -i' autoreconf -fi"
        " && ./configure && cd ../.. &&"
        " echo '#define DEB_HOST_MULTIARCH \"x86_64-linux-gnu\"'"
        " > src/lua5.4-deb-multiarch.h",
        make="$(MAKE) -j1 -C src linux-readline V=5.4 SYSCFLAGS='$(CFLAGS)'"
        " LIBTOOL=$(CURDIR)/debian/libtool/libtool CC='$(CC) -std=gnu99'"
        " CXX='$(CXX)' DEB_HOST_MULTIARCH=x86_64-linux-gnu",
        install="install -D src/lua5.4 $(DESTDIR)/usr/bin/lua5.4",
        edited=["luaG_runerror", "luaV_concat"],
        functions=["luaG_runerror", "luaV_concat.part.0"],
        start="{lpmake}/usr/bin/lua5.4 {inputs}/lines.lua",
        questions=[
            same("^a1b$", line="'a' .. 1 .. 'b'"),
            same(
                "attempt to concatenate a table",
                line="pcall_text(function() return 'a' .. {} end)",
            ),
            same("stack overflow", line="pcall_text(overflow)"),
        ],
    ),
    Case(
        "jq-39956",
        "jq=1.6-2.1+deb12u2",
        "CVE-2026-39956.patch",
        configure=AUTOTOOLS + " --disable-docs --disable-maintainer-mode",
        make="$(MAKE)",
        install="$(MAKE) install-exec DESTDIR=$(DESTDIR)",
        edited=["f_string_indexes"],
        functions=["f_string_indexes"],
        start="env LD_LIBRARY_PATH={lpmake}/usr/local/lib {lpmake}/usr/local/bin/jq"
        " -c --unbuffered 'try _strindices(\"b\") catch .'",
        questions=[
            same(r"^\[1,3\]$", line='"abab"'),
            Question(None, "cannot be searched, as it is not a string", line="123"),
            same(r"^\[0\]$", line='"b"'),
        ],
    ),
    Case(
        "libde265-27103",
        "libde265=1.0.11-1+deb12u2",
        "CVE-2023-27103.patch",
        configure=AUTOTOOLS + " --disable-dec265 --disable-sherlock265",
        **made_in("libde265"),
        edited=["de265_get_error_text", "derive_collocated_motion_vectors"],
        functions=["de265_get_error_text", "derive_collocated_motion_vectors"],
        **asked_by("de265-lines", library="de265", headers="{lpmake}/usr/local/include"),
        questions=[
            same("^no error$", line="0"),
            Question("^unknown error$", "^Access with invalid slice header", line="1033"),
        ],
    ),
    Case(
        "mosquitto-28366",
        "mosquitto=2.0.11-1.2+deb12u2",
        "CVE-2023-28366.patch",
        # Its makefiles do not know all that includes a header.
        clean=True,
        make="$(MAKE) -C src mosquitto WITH_CJSON=yes WITH_STRIP=no",
        install="install -D src/mosquitto $(DESTDIR)/usr/sbin/mosquitto",
        edited=[
            "context__cleanup",
            "context__init",
            "db__message_insert",
            "db__message_reconnect_reset_incoming",
            "db__message_store_find",
            "handle__publish",
            "packet__queue",
            # These use the member of a header that is no bool any more.
            "db__message_write_inflight_out_single",
            "persist__client_messages_save",
            "persist__client_msg_restore",
        ],
        added=["context__cleanup_out_packets"],
        functions=[
            "context__cleanup",
            "context__cleanup_out_packets",
            "context__init",
            "db__message_insert",
            "db__message_reconnect_reset",
            "db__message_store_find",
            "db__message_write_inflight_out_single",
            "handle__publish",
            "packet__queue",
            "persist__client_messages_save",
            "persist__restore",
        ],
        start="{lpmake}/usr/sbin/mosquitto -p 18830",
        ready="python3 {inputs}/mqtt.py 18830 publish 1 2>/dev/null | grep -q pubrec",
        questions=[
            same("^pubrec$", command="python3 {inputs}/mqtt.py 18830 publish 1"),
            Question(
                "^pubrec pubrec pubrec$",
                "^pubrec pubrec closed$",
                command="python3 {inputs}/mqtt.py 18830 publish 3",
            ),
        ],
    ),
    NGINX.with_patch(
        "nginx-42945",
        "CVE-2026-42945.patch",
        edited=["ngx_http_script_regex_end_code"],
        functions=["ngx_http_script_regex_end_code"],
        questions=[
            same("^hello$", command="curl -s http://127.0.0.1:18080/file/hello"),
            Question(
                "^/a%2", r"^/a\+b$", command="curl -s http://127.0.0.1:18080/set/a%2Bb"
            ),
        ],
    ),
    NGINX.with_patch(
        "nginx-27654",
        "CVE-2026-27654.patch",
        edited=["ngx_http_dav_copy_move_handler"],
        functions=["ngx_http_dav_copy_move_handler.part.0"],
        questions=[
            same("^hello$", command="curl -s http://127.0.0.1:18080/file/hello"),
            Question(
                None,
                "^400$",
                command=copy_request("/x"),
            ),
            same("^20[14]$", command=copy_request("/a-long-name/copy")),
        ],
    ),
    Case(
        "sqlite3-6965",
        "sqlite3=3.40.1-2+deb12u2",
        "42-CVE-2025-6965.patch",
        configure="autoreconf -fi -W none || true; ./configure --disable-static"
        " --disable-tcl --disable-readline --disable-editline",
        make="$(MAKE) libsqlite3.la",
        install="install -D .libs/libsqlite3.so.0.8.6 $(DESTDIR)/usr/lib/libsqlite3.so.0",
        refused="kpatch-type-layout",
        refused_for=["struct AggInfo_col", "iColumn"],
    ),
    # Debian's resolver has a thread of its own; the variables of the patch are
    # those of the one without, and all that changes is that one is gone.
    CURL.with_patch(
        "curl-28320",
        "CVE-2023-28320.patch",
        configure=CURL.configure + "--enable-threaded-resolver",
        refused="kpatch-nothing-changed",
        refused_for=["curl_jmpenv"],
    ),
    CURL.with_patch(
        "curl-28320-alarm",
        "CVE-2023-28320.patch",
        configure=CURL.configure + "--disable-threaded-resolver",
        edited=["Curl_resolv_timeout"],
        functions=["Curl_resolv_timeout"],
        **asked_by("curl-lines", library="curl", headers="{source}/include"),
        questions=[
            same("^hello$", line="file://localhost/{inputs}/hello"),
            same("^error 6$", line="http://no-such-host.invalid/"),
            same("^error 7$", line="http://localhost:1/"),
        ],
    ),
    Case(
        "openssh-51384",
        "openssh=1:9.2p1-2+deb12u10",
        "CVE-2023-51384.patch",
        configure="autoreconf -fi && ./configure --disable-strip --with-libs=-lcrypt"
        " --with-privsep-path={case}/run --with-ssl-engine",
        make="$(MAKE) ssh-agent ssh-add ssh-keygen ssh",
        install="for program in ssh-agent ssh-add ssh-keygen ssh; do"
        " install -D $$program $(DESTDIR)/usr/bin/$$program || exit 1; done",
        # process_add_smartcard_key and dup_dest_constraints are inside the second.
        edited=[
            "process_add_identity",
            "process_add_smartcard_key",
            "process_request_identities",
        ],
        # And dump_dest_constraints, which is empty.
        added=["dup_dest_constraint_hop", "dup_dest_constraints"],
        functions=["dup_dest_constraint_hop", "handle_conn_read"],
        prepare="rm -f key key.pub agent &&"
        " {lpmake}/usr/bin/ssh-keygen -q -t ed25519 -N '' -f key",
        start="{lpmake}/usr/bin/ssh-agent -D -a {case}/agent",
        ready="test -S agent && export SSH_AUTH_SOCK={case}/agent &&"
        " {lpmake}/usr/bin/ssh-add -q key",
        questions=[
            same(
                "ED25519",
                command="SSH_AUTH_SOCK={case}/agent {lpmake}/usr/bin/ssh-add -l",
            ),
        ],
    ),
    REDIS.with_patch(
        "redis-32023",
        "0006-CVE-2025-32023.patch",
        edited=["hllSparseToDense", "hllSparseRegHisto", "hllMerge"],
        functions=["hllSparseToDense", "hllSparseRegHisto", "hllMerge"],
    ),
    REDIS.with_patch(
        "redis-48367",
        "0007-CVE-2025-48367.patch",
        edited=[
            "acceptTLSHandler",
            "acceptTcpHandler",
            "acceptUnixHandler",
            "clusterAcceptHandler",
        ],
        added=["anetAcceptFailureNeedsRetry"],
        functions=[
            "acceptTLSHandler",
            "acceptTcpHandler",
            "acceptUnixHandler",
            "anetAcceptFailureNeedsRetry",
            "clusterAcceptHandler",
        ],
    ),
    REDIS.with_patch(
        "redis-1113",
        "0001-Apply-security-fixes-for-CVEs-1113.patch",
        clean=True,
        edited=[
            "ACLSetSelector",
            "bit_tohex",
            "stringmatchlen",
            "stringmatchlen_impl",
        ],
        functions=[
            "ACLSetSelector",
            "bit_tohex",
            "stringmatch",
            "stringmatchlen",
            "stringmatchlen_fuzz_test",
            "stringmatchlen_impl",
        ],
    ),
    # A member of the one global structure; it hides in the padding.
    REDIS.with_patch(
        "redis-46818",
        "CVE-2025-46818.patch",
        refused="kpatch-type-layout",
        refused_for=["struct redisServer", "lua_enable_deprecated_api"],
    ),
]
