"""Changes about 1 % of a corpus, the same bytes in every run."""

import os
import random
import shutil

PAGE = 8192
INSERTED = 1000


def files(tree):
    found = (os.path.join(parent, name) for parent, _, names in os.walk(tree) for name in names)
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


def mutate(corpus, tree):
    """linux: a line more in every hundredth file. large: bytes inserted in ten places of the tar, and
    one page in a hundred of the larger relations changed. random: bytes inserted in every file."""
    source = random.Random(1)
    for number, path in enumerate(files(tree)):
        if corpus == "linux":
            if number % 100 == 0:
                with open(path, "ab") as file:
                    file.write(b"/* changed %d */\n" % number)
        elif corpus == "random":
            insert(path, 1, source)
        elif path.endswith(".tar"):
            insert(path, 10, source)
        else:
            change_pages(path, source)


def insert(path, places, source):
    size = os.stat(path).st_size
    with open(path, "rb") as old, open(path + ".new", "wb") as new:
        for _ in range(places):
            copy(old, new, size // (places + 1))
            new.write(source.randbytes(INSERTED))
        shutil.copyfileobj(old, new, 1 << 20)
    keep = os.stat(path)
    os.chown(path + ".new", keep.st_uid, keep.st_gid)
    os.chmod(path + ".new", keep.st_mode & 0o7777)
    os.replace(path + ".new", path)


def copy(old, new, count):
    while count > 0:
        block = old.read(min(count, 1 << 20))
        new.write(block)
        count -= len(block)


def change_pages(path, source):
    pages = os.stat(path).st_size // PAGE
    if pages < 100:
        return
    with open(path, "r+b") as file:
        for page in sorted(source.sample(range(pages), pages // 100)):
            file.seek(page * PAGE + PAGE // 2)
            file.write(source.randbytes(64))
