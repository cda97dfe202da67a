"""A program that a case starts, and the questions that it is asked.

Two kinds. A program of lines reads a question from its standard input and
answers with one line. Anything else (a server) is asked by shell commands,
which print what is compared.
"""

import os
import re
import subprocess
import threading
import time

TIMEOUT_SECONDS = 30


class Unexpected(Exception):
    """The program did not answer as the case says."""


class Program:
    def __init__(self, case, places, folder):
        self.case = case
        self.places = places
        self.folder = folder
        self.output = open(os.path.join(folder, "program.log"), "w+")
        is_talking = any(question.line is not None for question in case.questions)
        self.process = subprocess.Popen(
            ["bash", "-c", "exec " + case.start.format(**places)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if is_talking else self.output,
            stderr=self.output,
            text=True,
            bufsize=1,
        )
        if case.ready:
            try:
                self.wait_until_ready()
            except Unexpected:
                self.end()
                raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()

    def end(self):
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def shell(self, command):
        environment = dict(os.environ, PID=str(self.process.pid))
        result = subprocess.run(
            ["bash", "-c", command.format(**self.places)],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
        )
        return result.stdout.strip()

    def wait_until_ready(self):
        """Until the case's command succeeds; nothing announces a server."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.shell(self.case.ready + " && echo ready").endswith("ready"):
                return
            time.sleep(0.05)
        raise Unexpected("the program is not ready, see program.log")

    def patched_pid(self):
        """The process to patch: the one started, or a child of it."""
        if not self.case.pid:
            return self.process.pid
        return int(self.shell(self.case.pid))

    def in_place(self, text):
        for name, value in self.places.items():
            text = text.replace("{%s}" % name, value)
        return text

    def ask(self, line):
        """One line to the program, one line back."""
        self.process.stdin.write(line + "\n")
        watch = threading.Timer(TIMEOUT_SECONDS, self.process.kill)
        watch.start()
        answer = self.process.stdout.readline()
        watch.cancel()
        return answer.rstrip("\n")

    def expect(self, when, is_patched):
        for question in self.case.questions:
            wanted = question.fixed if is_patched else question.vulnerable
            if wanted is None:
                continue
            if question.line is not None:
                answer = self.ask(self.in_place(question.line))
            else:
                answer = self.shell(question.command)
            if not re.search(wanted, answer):
                raise Unexpected(
                    "%s: '%s' answers '%s', not '%s'"
                    % (when, question.line or question.command, answer, wanted)
                )
            if self.process.poll() is not None:
                raise Unexpected(
                    "%s: the program ended with %d" % (when, self.process.returncode)
                )
