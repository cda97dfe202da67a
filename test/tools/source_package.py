"""Debian source packages, as the tests of real programs use them."""

import os
import subprocess


def run(command, **options):
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def versions(package):
    """As asked for, the newest, and all others that the archive has heard of:
    what it lists it need not have any more."""
    name = package.split("=")[0]
    listed = run(["apt-cache", "showsrc", "--only-source", name]).stdout
    known = [
        "%s=%s" % (name, line.split()[1])
        for line in listed.splitlines()
        if line.startswith("Version:")
    ]
    return [package, name] + known


def download(package, folder):
    """Fetches `name` or `name=version` into the folder, once. If the archive no
    longer has the version, one that it has."""
    if os.path.isdir(folder):
        return ""
    partial = folder + ".part"
    os.makedirs(partial, exist_ok=True)
    get = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
    output = ""
    for version in versions(package):
        result = run(get + ["source", "--download-only", version], cwd=partial)
        output += result.stdout
        if result.returncode == 0:
            os.rename(partial, folder)
            return output
        for leftover in os.listdir(partial):
            os.remove(os.path.join(partial, leftover))
    raise OSError("apt-get source %s: %s" % (package, output))


def unpack(package, downloads, tree, is_patched):
    """The sources as folder `tree`, with or without the patches of Debian."""
    folder = os.path.join(downloads, package)
    output = download(package, folder)
    (description,) = [n for n in os.listdir(folder) if n.endswith(".dsc")]
    command = ["dpkg-source", "--no-check"] + ([] if is_patched else ["--skip-patches"])
    result = run(command + ["-x", os.path.join(folder, description), tree])
    if result.returncode != 0:
        raise OSError("dpkg-source %s: %s" % (description, result.stdout))
    return output + result.stdout
