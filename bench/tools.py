"""The tools that bench/run compares: how each is told to do each operation."""

import os
import subprocess

PASSWORD = "correct horse battery staple"


class Tool:
    """A backup program, and where it keeps its repository and its own state in this run."""

    name = ""
    faithful = True  # a restore is held against the tree

    def __init__(self, program):
        self.program = program

    def place(self, work, tree):
        self.cwd, self.tree = work, tree
        self.repository = work / "repository" / self.name
        self.state = work / "state" / self.name
        self.env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8",
                    **{key: os.environ[key] for key in ("JAVA_HOME", "TMPDIR") if key in os.environ},
                    **self.settings()}

    def settings(self):
        return {}

    def version_command(self):
        return [self.program, "--version"]

    def version(self):
        """Runs it once as well, so that a launcher that builds has built."""
        out = subprocess.run(self.version_command(), env=self.env, check=True, capture_output=True, text=True)
        return out.stdout.strip().splitlines()[0]

    def restored(self, dest):
        """Where a restore into dest has put the tree."""
        return dest / self.tree.name


class Salvor(Tool):
    name = "salvor"

    def settings(self):
        return {"SALVOR_REPO": str(self.repository), "SALVOR_PASSWORD": PASSWORD,
                "SALVOR_CACHE_DIR": str(self.state), "NO_COLOR": "1"}

    def init(self):
        return [self.program, "init"]

    def command(self, operation, dest):
        if operation == "restore":
            return [self.program, "restore", "latest", "--to", dest]
        if operation == "verify":
            return [self.program, "verify", "--depth", "full"]
        return [self.program, "backup", self.tree]

    def restored(self, dest):
        return dest


class Restic(Tool):
    name = "restic"

    def settings(self):
        return {"RESTIC_REPOSITORY": str(self.repository), "RESTIC_PASSWORD": PASSWORD,
                "RESTIC_CACHE_DIR": str(self.state), "RESTIC_COMPRESSION": "auto"}

    def version_command(self):
        return [self.program, "version"]

    def init(self):
        return [self.program, "init"]

    def command(self, operation, dest):
        if operation == "restore":
            return [self.program, "restore", "latest", "--target", dest]
        if operation == "verify":
            return [self.program, "check", "--read-data"]
        return [self.program, "backup", self.tree.name]


class Borg(Tool):
    name = "borg"

    def settings(self):
        self.made = 0
        return {"BORG_REPO": str(self.repository), "BORG_PASSPHRASE": PASSWORD, "BORG_BASE_DIR": str(self.state)}

    def init(self):
        return [self.program, "init", "--encryption", "repokey"]

    def command(self, operation, dest):
        if operation == "restore":
            return [self.program, "extract", f"::{self.made}"]
        if operation == "verify":
            return [self.program, "check", "--verify-data"]
        self.made += 1
        return [self.program, "create", "--compression", "zstd,3", f"::{self.made}", self.tree.name]


class Floor(Tool):
    """No backup program: what it costs to make the tree anew with a plain tool, as a measure for restore."""

    def __init__(self, work, tree):
        super().__init__(None)
        self.place(work, tree)
        for directory in (self.repository, self.state):
            directory.mkdir(parents=True, exist_ok=True)


class Copy(Floor):
    name = "cp -a"

    def command(self, operation, dest):
        return ["cp", "-a", self.tree, dest]


class Tar(Floor):
    name = "tar"

    def __init__(self, work, tree):
        super().__init__(work, tree)
        self.archive = self.repository / "tree.tar"
        subprocess.run(["tar", "--format=posix", "--acls", "--xattrs", "-cf", self.archive, "-C", work, tree.name],
                       check=True)

    def command(self, operation, dest):
        return ["tar", "--acls", "--xattrs", "-xpf", self.archive, "-C", dest]


FLOORS = (Copy, Tar)
