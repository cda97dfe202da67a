"""Security fixes of what listens to the network: avahi-daemon, which finds the
services around it, and cupsd, which prints.

They need more than scripts/setup.sh installs: avahi libdaemon-dev and
libexpat1-dev, cups libgnutls28-dev. The rest of what Debian builds them with is
left out."""

from case import Case, Question, same

AVAHI_PARTS = ("common", "avahi-common", "avahi-core", "avahi-daemon")
AVAHI_LIBRARIES = "env LD_LIBRARY_PATH={lpmake}/usr/local/lib "


def in_parts(target):
    return " && ".join(
        "$(MAKE) -C %s %s avahi_runtime_dir=$(CURDIR)" % (part, target)
        + " avahi_socket=$(CURDIR)/avahi-daemon/socket"
        + " ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=:"
        for part in AVAHI_PARTS
    )


def avahi(name, patch, **more):
    """The daemon without a message bus; it is asked on its socket."""
    ask = "python3 {inputs}/avahi.py {source}/avahi-daemon/socket $PID "
    help_is_given = same("^. Available commands are:$", command=ask + "ask HELP")
    more["questions"] = [help_is_given] + [
        Question(q.vulnerable, q.fixed, command=ask + q.command)
        for q in more.get("questions", [])
    ]
    return Case(
        name,
        "avahi",
        patch,
        configure="./configure --disable-static --disable-glib --disable-gobject"
        " --disable-introspection --disable-qt3 --disable-qt4 --disable-qt5"
        " --disable-gtk --disable-gtk3 --disable-gdbm --disable-dbm --disable-python"
        " --disable-dbus --disable-mono --disable-monodoc --disable-manpages"
        " --disable-libevent --disable-nls --disable-autoipd --disable-xmltoman"
        " --with-distro=none"
        " --with-avahi-user=root --with-avahi-group=root",
        make=in_parts("all"),
        install=in_parts("install-exec DESTDIR=$(DESTDIR)"),
        prepare="echo '[server]' > avahi.conf",
        start=AVAHI_LIBRARIES + "{lpmake}/usr/local/sbin/avahi-daemon --no-drop-root"
        " --no-rlimits -f {case}/avahi.conf",
        ready=ask + "ask HELP 2>/dev/null | grep -q Available",
        **more,
    )


CUPSD = "{lpmake}/usr/sbin/cupsd -f -c {case}/cupsd.conf -s {case}/cups-files.conf"


def cups(name, patch, **more):
    """The daemon is asked for a page that only an administrator may see, with a
    wrong password, and answers 401; in its log is why."""
    ask = "curl -s -o /dev/null -w '%{{http_code}} ' -u root:wrong http://127.0.0.1:18631/admin/"
    denied = "Authentication failed for user"
    answers = more.pop("answers", (denied, denied))
    return Case(
        name,
        "cups",
        patch,
        configure="aclocal && autoconf && ./configure --disable-libusb --disable-dbus"
        " --disable-gssapi --disable-libpaper --disable-pam --without-dnssd"
        " --without-systemd --with-tls=gnutls --with-languages=none"
        " --with-system-groups=root --with-cups-group=lp",
        make="$(MAKE) -C cups libcups.so.2 && $(MAKE) -C scheduler cupsd",
        install="install -D cups/libcups.so.2 $(DESTDIR)/usr/lib/libcups.so.2"
        " && install -D scheduler/cupsd $(DESTDIR)/usr/sbin/cupsd",
        prepare="sed 's,@HERE@,{case},' {inputs}/cups-files.conf > cups-files.conf"
        " && cp {inputs}/cupsd.conf . && mkdir -p root spool cache state",
        start="env LD_LIBRARY_PATH={lpmake}/usr/lib " + CUPSD,
        ready=ask + "| grep -q 401",
        questions=[
            Question(
                "^401 .*" + answers[0],
                "^401 .*" + answers[1],
                command=ask + "&& grep ^E error_log | tail -n 1",
            )
        ],
        **more,
    )


def resolvers(*kinds):
    return ["avahi_s_%s_new" % kind for kind in kinds]


CASES = [
    # A client that went away keeps the daemon busy for ever. The patch ends
    # that of a running one, and does not let it begin again.
    avahi(
        "avahi-3468",
        "Avoid-infinite-loop-in-avahi-daemon-by-handling-HUP-event.patch",
        functions=["client_work"],
        questions=[Question("^spins$", "^idle$", command="leave")],
    ),
    avahi(
        "avahi-3502",
        "Fix-NULL-pointer-crashes-from-175.patch",
        functions=resolvers(
            "address_resolver",
            "dns_server_browser",
            "domain_browser",
            "host_name_resolver",
            "record_browser",
            "service_browser",
            "service_resolver",
            "service_type_browser",
        ),
        questions=[
            Question(None, "^-3 Invalid host name$", command="ask RESOLVE-HOSTNAME ."),
        ],
    ),
    avahi(
        "avahi-watch",
        "Do-not-disable-timeout-cleanup-on-watch-cleanup.patch",
        functions=["avahi_simple_poll_free", "avahi_simple_poll_prepare"],
    ),
    avahi(
        "avahi-38469",
        "core-reject-overly-long-TXT-resource-records.patch",
        functions=["avahi_record_is_valid"],
    ),
    avahi(
        "avahi-38470",
        "Ensure-each-label-is-at-least-one-byte-long.patch",
        functions=["avahi_normalize_name"],
    ),
    avahi(
        "avahi-38471",
        "core-extract-host-name-using-avahi_unescape_label.patch",
        functions=["avahi_server_set_host_name"],
    ),
    avahi(
        "avahi-38473",
        "common-derive-alternative-host-name-from-its-unescaped-ve.patch",
        functions=["avahi_alternative_host_name"],
    ),
    avahi(
        "avahi-bogus",
        "core-no-longer-supply-bogus-services-to-callbacks.patch",
        functions=["avahi_service_name_split", "record_browser_callback"],
    ),
    cups("cups-32324", "0013-CVE-2023-32324.patch", functions=["_cups_strlcpy"]),
    cups("cups-34241", "0014-CVE-2023-34241.patch", functions=["cupsdAcceptClient"]),
    cups("cups-4504", "0015-CVE-2023-4504.patch", functions=["_cupsRasterExecPS"]),
    cups(
        "cups-35235",
        "0019-CVE-2024-35235.patch",
        functions=["httpAddrListen", "read_cupsd_conf"],
    ),
    cups(
        "cups-47175",
        "0024-CVE-2024-47175-and-further-hardening.patch",
        functions=[
            "_ppdCreateFromIPP2",
            "create_local_bg_thread",
            "ppd_put_string",
            "pwg_ppdize_name",
        ],
    ),
    cups(
        "cups-58060",
        "0025-CVE-2025-58060-fix-authentication-bypass-with-AuthType-negotiate.patch",
        functions=["cupsdAuthorize"],
        answers=("Authentication failed for user", "Basic authentication is not"),
    ),
    cups(
        "cups-58364",
        "0026-CVE-2025-58364-fix-remote-DoS-via-null-dereference.patch",
        functions=["ippReadIO"],
        answers=("Basic authentication is not", "Basic authentication is not"),
    ),
]
