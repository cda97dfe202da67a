"""Debian source packages, as the tests of real programs use them."""

import os
import subprocess


def download(package, folder):
    """Fetches `name` or `name=version` into the folder, once. If the archive no
    longer has the version, the one that it has."""
    if os.path.isdir(folder):
        return ""
    partial = folder + ".part"
    os.makedirs(partial, exist_ok=True)
    get = "apt-get -q -o APT::Sandbox::User=root source --download-only "
    name = package.split("=")[0]
    result = subprocess.run(
        "%s %s || %s %s" % (get, package, get, name),
        shell=True,
        cwd=partial,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        raise OSError("apt-get source %s: %s" % (package, result.stdout))
    os.rename(partial, folder)
    return result.stdout


def unpack(package, downloads, tree, is_patched):
    """The sources as folder `tree`, with or without the patches of Debian."""
    folder = os.path.join(downloads, package)
    output = download(package, folder)
    (description,) = [n for n in os.listdir(folder) if n.endswith(".dsc")]
    command = ["dpkg-source", "--no-check"] + ([] if is_patched else ["--skip-patches"])
    result = subprocess.run(
        command + ["-x", os.path.join(folder, description), tree],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        raise OSError("dpkg-source %s: %s" % (description, result.stdout))
    return output + result.stdout
