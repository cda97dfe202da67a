# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The servers that load.py patches: how each is built from Debian's source
package with libcare-cc, with a live patch of a function that serves requests;
how it is started; and what it is asked for.

redis and nginx are those of a real case (test/real), with its security fix. The
others have a small patch of our own, Inputs/NAME.patch, which tests what every
request already fulfils."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
RUN_CASES = os.path.join(TESTS, "real/run-cases")
sys.path.insert(0, os.path.join(TESTS, "tools"))

import source_package

TIMEOUT_SECONDS = 30
FLAGS = "-g -O2 -fstack-protector-strong"


def run(command, folder, log, environment=None):
    with open(log, "a") as output:
        status = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    if status != 0:
        sys.exit("load.py: error: %s: status %d, see %s" % (command, status, log))


class Server:
    connections = 20
    process = None

    def __init__(self, builds, folder):
        self.builds, self.folder = builds, folder

    @property
    def source(self):
        """With the original in lpmake/ and the patch in patchroot/."""
        return os.path.join(self.builds, self.name, "src")

    def build(self):
        if not glob.glob(os.path.join(self.source, "patchroot/*.kpatch")):
            self.build_anew()

    def start(self, *command):
        with open(os.path.join(self.folder, "server.log"), "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.source, "lpmake", command[0]), *command[1:]],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def chosen(self):
        """The process to patch, as libcare-ctl is told."""
        return ["-p", str(self.process.pid)]

    def end(self):
        self.process.terminate()
        self.process.wait(TIMEOUT_SECONDS)


class RealCase(Server):
    case = None  # name in test/real

    @property
    def source(self):
        return os.path.join(self.builds, self.case, "src")

    def build_anew(self):
        command = [sys.executable, RUN_CASES, "--work", self.builds, self.case]
        command += ["--bin", os.environ["LIBCARE_TEST_BUILD"] + "/bin"]
        subprocess.run(command, check=True)


class Package(Server):
    package = None  # NAME=VERSION
    configure = ["./configure"]
    makefile = ""  # `all` and `install` for libcare-patch-make

    def build_anew(self):
        """Unpacks, configures and makes the live patch."""
        folder = os.path.join(self.builds, self.name)
        log = os.path.join(folder, "log")
        shutil.rmtree(self.source, ignore_errors=True)
        os.makedirs(folder, exist_ok=True)
        downloads = os.path.join(self.builds, "packages")
        source_package.unpack(self.package, downloads, self.source, is_patched=True)
        environment = dict(os.environ, KPATCH_STAGE="configure", CC="libcare-cc")
        environment["CFLAGS"] = FLAGS
        run(self.configure, self.source, log, environment)
        with open(os.path.join(self.source, "lpmakefile"), "w") as file:
            file.write(self.makefile)
        patch = os.path.join(HERE, "Inputs", self.name + ".patch")
        run(["libcare-patch-make", "-j", "2", "-i", "0001", patch], self.source, log)


class Redis(RealCase):
    """PFADD, in the function that CVE-2025-32023 is about."""

    name, case = "redis", "redis-32023"

    @property
    def address(self):
        return os.path.join(self.folder, "socket")

    def run(self):
        self.start(
            "usr/bin/redis-server", "--port", "0", "--unixsocket", self.address, "--save", "",
        )

    def request(self):
        return redis_command("PFADD", "visitors", "one", "two") + redis_command(
            "PFCOUNT", "visitors"
        )


def redis_command(*words):
    parts = ["$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return "*%d\r\n%s" % (len(words), "".join(parts))


class Nginx(RealCase):
    """A rewrite with a capture, in the function of CVE-2026-42945; what is asked
    for has the same answer with and without the fix."""

    name, case = "nginx", "nginx-42945"
    address = "18080"

    def run(self):
        os.makedirs(os.path.join(self.folder, "logs"), exist_ok=True)
        os.makedirs(os.path.join(self.folder, "www"), exist_ok=True)
        template = os.path.join(os.path.dirname(RUN_CASES), "Inputs/nginx.conf")
        with open(template) as old, open(os.path.join(self.folder, "nginx.conf"), "w") as new:
            # Connections stay open however long it takes.
            text = old.read().replace("@HERE@", self.folder)
            new.write(
                text.replace("access_log off;", "access_log off; keepalive_requests 1000000000;")
            )
        self.start("usr/sbin/nginx", "-p", self.folder, "-c", "nginx.conf")

    def chosen(self):
        """The worker."""
        children = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
        with open(children) as file:
            return ["-p", file.read().split()[0]]

    def request(self):
        return "GET /set/ab HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Memcached(Package):
    """A value is set and read, with the look into the hash table patched; four
    threads."""

    name = "memcached"
    package = "memcached=1.6.18-1+deb12u1"
    makefile = """all:
	$(MAKE) memcached
install:
	install -D memcached $(DESTDIR)/usr/bin/memcached
"""

    @property
    def address(self):
        return os.path.join(self.folder, "socket")

    def run(self):
        if os.path.exists(self.address):
            os.unlink(self.address)
        self.start("usr/bin/memcached", "-u", "root", "-t", "4", "-s", self.address)

    def request(self):
        return "set colour 0 0 5\r\ngreen\r\nget colour\r\n"


class Postgresql(Package):
    """pgbench's reading transactions, with the comparison in the search of
    a B-tree patched, in all processes of the server: as many backends as there
    are connections, and the server's own."""

    name = "postgresql"
    package = "postgresql-15=15.18-0+deb12u1"
    configure = ["./configure", "--without-readline", "--without-zlib"]
    connections = 8
    parts = """common port timezone backend backend/utils/mb/conversion_procs
        backend/snowball fe_utils interfaces/libpq bin/initdb bin/pgbench
        pl/plpgsql/src"""
    makefile = """all install:
	$(MAKE) -C src/backend generated-headers
	for part in %s; do \\
	  $(MAKE) -C src/$$part $@ DESTDIR=$(DESTDIR) || exit 1; \\
	done
""" % " ".join(parts.split())
    user = "nobody"  # the server does not run as root

    def program(self, name):
        return os.path.join(self.home, "bin", name)

    def command(self, name, *words):
        """A program of the package as another user."""
        done = subprocess.run(
            [self.program(name), *words],
            user=self.user,
            extra_groups=[],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def must(self, name, *words):
        status, output = self.command(name, *words)
        if status != 0:
            sys.exit("%sload.py: error: %s: status %d" % (output, name, status))

    def run(self):
        """In a folder that the other user may enter."""
        self.home = tempfile.mkdtemp(prefix="libcare-postgresql-")
        installed = os.path.join(self.source, "lpmake/usr/local/pgsql")
        shutil.copytree(installed, self.home, dirs_exist_ok=True, symlinks=True)
        shutil.chown(self.home, self.user)
        self.address = self.home  # of the socket in it
        self.environment = {"LD_LIBRARY_PATH": self.home + "/lib", "LC_ALL": "C"}
        data = os.path.join(self.home, "data")
        self.must("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        with open(os.path.join(self.folder, "server.log"), "w") as log:
            self.process = subprocess.Popen(
                [self.program("postgres"), "-D", data, "-k", self.home, "-h", ""],
                user=self.user,
                extra_groups=[],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def fill(self):
        """As soon as the server listens."""
        words = ["-h", self.address, "-U", "postgres", "-i", "-q", "postgres"]
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            status, output = self.command("pgbench", *words)
            if status == 0:
                return
            if time.monotonic() > deadline:
                sys.exit("%sload.py: error: pgbench: status %d" % (output, status))
            time.sleep(0.1)

    def chosen(self):
        return ["--exe", self.program("postgres")]

    def end(self):
        super().end()
        shutil.rmtree(self.home)


SERVERS = [Redis, Nginx, Memcached, Postgresql]
